/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine check: what is wrong in rule sources, and nothing else. */
#include <stdio.h>
#include <string.h>

#include "cli/command/command.h"
#include "cli/command/output.h"
#include "cli/command/sources.h"
#include "cli/report/diagnostic_page.h"
#include "cli/report/sarif.h"
#include "cli/system/os_terminal.h"

struct check_arguments {
    struct vtr_source_arguments sources; /* first: see VTR_SOURCE_OPTIONS */
    struct vtr_warning_arguments warnings;
    const char *explain;
    bool is_json;
    bool is_sarif;
};

static const struct vtr_option OPTIONS[] = {
    VTR_SOURCE_OPTIONS,
    VTR_WARNING_OPTIONS(struct check_arguments, warnings),
    {"json", 0, VTR_OPTION_FLAG, NULL, "one JSON object a diagnostic, a line each",
     offsetof(struct check_arguments, is_json)},
    {"sarif", 0, VTR_OPTION_FLAG, NULL,
     "one SARIF 2.1.0 log, for code hosts and editors",
     offsetof(struct check_arguments, is_sarif)},
    {"explain", 0, VTR_OPTION_TEXT, "CODE",
     "print the page of a code, or of a warning by its name; needs no SOURCE",
     offsetof(struct check_arguments, explain)}};

const struct vtr_verb vtr_verb_check = {
    .name = "check",
    .summary = "report the problems of rule sources",
    .example = "vitrine check rules/\n"
               "vitrine check --deny warnings --allow text_as_hex rules/\n"
               "vitrine check --sarif rules/ > check.sarif",
    .details =
        "Reads the sources as 'vitrine compile' does and writes no database.\n"
        "\n"
        "Warnings are of what is legal but hardly meant, slow or out of date.  Each "
        "has a\n"
        "code and a name; a comment allows it where it stands:\n"
        "\n"
        "  // vitrine: allow(slow_pattern)\n"
        "\n"
        "on a line of its own before a rule is for the rule, before a string for the\n"
        "string, at the end of a line for the line.  '// suppress: slow_pattern' is\n"
        "understood too.  docs/diagnostics has a page for each code.\n",
    .operands = "SOURCE...",
    .operand_min = 0,
    .operand_max = SIZE_MAX,
    .options = OPTIONS,
    .option_count = sizeof(OPTIONS) / sizeof(OPTIONS[0]),
    .exits = "0  no errors; there may be warnings\n"
             "1  the rules have errors, or warnings that --deny names\n"
             "2  could not read the sources\n",
    .run = vtr_cmd_check};

/* Codes are shouted, names are not: either may be typed either way. */
static bool is_word(const char *typed, const char *word)
{
    size_t i = 0;

    while (word[i] != '\0' && (typed[i] | 0x20) == (word[i] | 0x20)) {
        i++;
    }
    return i > 0 && word[i] == '\0' && typed[i] == '\0';
}

/* The page of a code, or of a warning by its name. */
static int explain(const char *word)
{
    struct vtr_text out = {0};
    size_t count;
    const struct vtr_code_meaning *codes = vtr_code_meanings(&count);
    size_t i = 0;

    while (i < count && !is_word(word, codes[i].code) &&
           !is_word(word, codes[i].name)) {
        i++;
    }
    if (i == count) {
        const char *nearest = vtr_warning_suggest(word);
        vtr_complain_text(&vtr_verb_check, "there is no such code", word);
        if (nearest != NULL) {
            (void)fprintf(stderr, "did you mean '%s'?\n", nearest);
        }
        return VTR_EXIT_FAILED;
    }
    vtr_text_add(&out, vtr_diagnostic_page_of(codes[i].code));
    return vtr_output_answer(&out, VTR_EXIT_YES);
}

static void print_diagnostics(struct vtr_text *out,
                              const struct vtr_compilation *compilation,
                              const struct check_arguments *arguments)
{
    size_t count;
    const struct vtr_diagnostic *diagnostics =
        vtr_compilation_get_diagnostics(compilation, &count);

    if (arguments->is_sarif) {
        vtr_sarif_log(out, diagnostics, count,
                      vtr_compilation_get_stats(compilation)->unreadable == 0,
                      vtr_sources_omitted(compilation));
    } else {
        vtr_sources_print_diagnostics(out, compilation, arguments->is_json,
                                      vtr_terminal_has_colour(stdout));
    }
}

static int report(const struct vtr_compilation *compilation,
                  const struct check_arguments *arguments, int exit_code)
{
    const struct vtr_compile_stats *stats = vtr_compilation_get_stats(compilation);
    struct vtr_text out = {0};

    print_diagnostics(&out, compilation, arguments);
    exit_code = vtr_output_answer(&out, exit_code);
    if (!arguments->is_json && !arguments->is_sarif) {
        (void)fflush(stdout);
        vtr_print_count(&out, stats->files, "file");
        vtr_text_add(&out, ": ");
        vtr_sources_print_counts(&out, stats);
        vtr_text_add(&out, "\n");
        (void)vtr_text_print(&out, stderr);
        vtr_text_deinit(&out);
    }
    return exit_code;
}

static int check(const struct check_arguments *arguments,
                 const struct vtr_list *sources)
{
    struct vtr_compile_options options =
        vtr_sources_to_options(&arguments->sources, sources->items, sources->count);
    struct vtr_compilation *compilation = NULL;
    struct vtr_error err = {0};

    if (arguments->is_json && arguments->is_sarif) {
        return vtr_complain_text(&vtr_verb_check, "--json and --sarif are two outputs",
                                 NULL);
    }
    if (!vtr_sources_set_warnings(&vtr_verb_check, &arguments->warnings, &options)) {
        return VTR_EXIT_FAILED;
    }
    const enum vtr_status status = vtr_compile(&compilation, &options, &err);

    if (status != VTR_OK && status != VTR_ERROR_RULES) {
        return vtr_complain(&vtr_verb_check, &err);
    }
    const int exit_code = report(compilation, arguments, vtr_sources_exit(compilation));
    vtr_compilation_free(compilation);
    return exit_code;
}

int vtr_cmd_check(int argc, char **argv)
{
    struct check_arguments arguments = {0};
    struct vtr_list sources = {0};
    int exit_code;

    if (vtr_options_parse(&vtr_verb_check, argc, argv, &arguments, &sources,
                          &exit_code)) {
        if (arguments.explain != NULL && sources.count == 0) {
            exit_code = explain(arguments.explain);
        } else if (arguments.explain != NULL || sources.count == 0) {
            exit_code =
                vtr_complain_text(&vtr_verb_check,
                                  sources.count == 0
                                      ? "missing SOURCE..."
                                      : "--explain speaks of a code, not of sources",
                                  NULL);
        } else {
            exit_code = check(&arguments, &sources);
        }
    }
    vtr_options_deinit(&vtr_verb_check, &arguments, &sources);
    return exit_code;
}

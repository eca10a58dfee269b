/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine check: what is wrong in rule sources, and nothing else. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/os_terminal.h"
#include "cli/output.h"
#include "cli/sources.h"

struct check_arguments {
    struct vtr_source_arguments sources; /* first: see VTR_SOURCE_OPTIONS */
    struct vtr_warning_arguments warnings;
    bool is_json;
};

static const struct vtr_option OPTIONS[] = {
    VTR_SOURCE_OPTIONS,
    VTR_WARNING_OPTIONS(struct check_arguments, warnings),
    {"json", 0, VTR_OPTION_FLAG, NULL, "one JSON object a diagnostic, a line each",
     offsetof(struct check_arguments, is_json)}};

const struct vtr_verb vtr_verb_check = {
    .name = "check",
    .summary = "report the problems of rule sources",
    .example = "vitrine check rules/",
    .details = "Reads the sources as 'vitrine compile' does and writes no database.\n",
    .operands = "SOURCE...",
    .operand_min = 1,
    .operand_max = SIZE_MAX,
    .options = OPTIONS,
    .option_count = sizeof(OPTIONS) / sizeof(OPTIONS[0]),
    .exits = "0  no errors; there may be warnings\n"
             "1  the rules have errors\n"
             "2  could not read the sources\n",
    .run = vtr_cmd_check};

static int report(const struct vtr_compilation *compilation, bool is_json,
                  int exit_code)
{
    const struct vtr_compile_stats *stats = vtr_compilation_get_stats(compilation);
    struct vtr_text out = {0};

    vtr_sources_print_diagnostics(&out, compilation, is_json,
                                  vtr_terminal_has_colour(stdout));
    exit_code = vtr_output_answer(&out, exit_code);
    if (!is_json) {
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

    if (!vtr_sources_set_warnings(&vtr_verb_check, &arguments->warnings, &options)) {
        return VTR_EXIT_FAILED;
    }
    const enum vtr_status status = vtr_compile(&compilation, &options, &err);

    if (status != VTR_OK && status != VTR_ERROR_RULES) {
        return vtr_complain(&vtr_verb_check, &err);
    }
    const int exit_code =
        report(compilation, arguments->is_json, vtr_sources_exit(compilation));
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
        exit_code = check(&arguments, &sources);
    }
    vtr_options_deinit(&vtr_verb_check, &arguments, &sources);
    return exit_code;
}

/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine fmt: YARA sources in their canonical form. */
#include <stdio.h>
#include <string.h>

#include "cli/command/command.h"
#include "cli/command/output.h"
#include "cli/command/sources.h"
#include "cli/report/line_diff.h"
#include "cli/report/print_diagnostic.h"
#include "cli/system/os_terminal.h"
#include "vitrine/format.h"

struct fmt_arguments {
    bool is_check;
    bool is_diff;
};

/* What became of the sources so far. */
struct fmt_run {
    const struct fmt_arguments *arguments;
    struct vtr_text out;      /* the answer */
    struct vtr_text problems; /* for standard error */
    uint64_t files;
    uint64_t changed;
    uint64_t bad; /* do not parse */
    bool has_failed;
};

static const struct vtr_option OPTIONS[] = {
    {"check", 0, VTR_OPTION_FLAG, NULL,
     "write nothing; list the files that would change",
     offsetof(struct fmt_arguments, is_check)},
    {"diff", 'd', VTR_OPTION_FLAG, NULL, "write nothing; show what would change",
     offsetof(struct fmt_arguments, is_diff)}};

const struct vtr_verb vtr_verb_fmt = {
    .name = "fmt",
    .summary = "bring YARA sources into their canonical form",
    .example = "vitrine fmt rules/\n"
               "vitrine fmt --check rules/\n"
               "vitrine fmt - <draft.yar",
    .details =
        "Moves blanks and line ends, nothing else: what a source compiles to stays,\n"
        "byte for byte, and so do its comments.  Files are replaced, whole, when they\n"
        "change and left alone when they do not; '-' formats standard input to\n"
        "standard output.  A folder is walked as by 'vitrine compile'; files that are\n"
        "no YARA sources are passed over.  A file that does not parse stays as it "
        "is.\n",
    .operands = "SOURCE...",
    .operand_min = 1,
    .operand_max = SIZE_MAX,
    .options = OPTIONS,
    .option_count = sizeof(OPTIONS) / sizeof(OPTIONS[0]),
    .exits = "0  all files are in their canonical form, or are now\n"
             "1  a file does not parse; with --check or --diff: would change\n"
             "2  could not read or write a file\n",
    .run = vtr_cmd_fmt};

static void print_diagnostics(struct vtr_text *out,
                              const struct vtr_diagnostic *diagnostics, size_t count)
{
    const bool is_coloured = vtr_terminal_has_colour(stderr);

    for (size_t i = 0; i < count; i++) {
        if (diagnostics[i].severity == VTR_SEVERITY_ERROR) {
            vtr_print_diagnostic(out, &diagnostics[i], is_coloured);
        }
    }
}

static bool is_stdin(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* What is done with a file whose form is, or is not, the canonical one. */
static void handle(struct fmt_run *run, const char *path,
                   const struct vtr_formatting *formatting)
{
    const bool would_change = !vtr_text_is_same(vtr_formatting_get_source(formatting),
                                                vtr_formatting_get_text(formatting));
    const bool is_dry = run->arguments->is_check || run->arguments->is_diff;
    struct vtr_error err = {0};

    if (!is_dry && is_stdin(path)) {
        vtr_text_bytes(&run->out, vtr_formatting_get_text(formatting));
    } else if (!is_dry && would_change &&
               vtr_formatting_write(formatting, path, &err) != VTR_OK) {
        (void)vtr_complain(&vtr_verb_fmt, &err);
        run->has_failed = true;
        return;
    }
    run->changed += would_change ? 1 : 0;
    if (!would_change) {
        return;
    }
    if (run->arguments->is_diff) {
        const struct vtr_diff_texts texts = {
            .path = path,
            .old = vtr_formatting_get_source(formatting),
            .new = vtr_formatting_get_text(formatting),
            .is_for_terminal = vtr_terminal_is(stdout),
        };
        vtr_print_line_diff(&run->out, &texts);
    } else if (run->arguments->is_check) {
        vtr_text_safe(&run->out, vtr_text_view(path));
        vtr_text_add(&run->out, "\n");
    }
}

static void format_one(struct fmt_run *run, const char *path)
{
    struct vtr_formatting *formatting = NULL;
    struct vtr_error err = {0};
    size_t count;
    const enum vtr_status status = vtr_format_file(&formatting, path, &err);

    run->files++;
    if (status == VTR_OK) {
        handle(run, path, formatting);
    } else if (status == VTR_ERROR_RULES) {
        const struct vtr_diagnostic *diagnostics =
            vtr_formatting_get_diagnostics(formatting, &count);
        print_diagnostics(&run->problems, diagnostics, count);
        run->bad++;
    } else {
        (void)vtr_complain(&vtr_verb_fmt, &err);
        run->has_failed = true;
    }
    vtr_formatting_free(formatting);
}

/* Says on standard error what was wrong, and how many files changed. */
static void print_summary(struct fmt_run *run)
{
    const bool is_dry = run->arguments->is_check || run->arguments->is_diff;
    struct vtr_text *out = &run->problems;

    vtr_print_count(out, run->files, "file");
    vtr_text_add(out, ": ");
    vtr_text_number(out, run->changed);
    vtr_text_add(out, is_dry ? " would change" : " changed");
    if (run->bad > 0) {
        vtr_text_add(out, ", ");
        vtr_text_number(out, run->bad);
        vtr_text_add(out, run->bad == 1 ? " does not parse" : " do not parse");
    }
    vtr_text_add(out, "\n");
}

static int format_all(struct fmt_run *run, const struct vtr_source_list *list)
{
    size_t count;
    const struct vtr_source_file *files = vtr_source_list_get_files(list, &count);
    int exit_code = VTR_EXIT_YES;
    bool is_answer = false;

    for (size_t i = 0; i < count; i++) {
        if (files[i].is_yara) {
            format_one(run, files[i].path);
            is_answer = is_answer || is_stdin(files[i].path);
        }
    }
    const struct vtr_diagnostic *diagnostics =
        vtr_source_list_get_diagnostics(list, &count);
    print_diagnostics(&run->problems, diagnostics, count);
    for (size_t i = 0; i < count; i++) {
        run->has_failed |= diagnostics[i].severity == VTR_SEVERITY_ERROR;
    }
    if (run->bad > 0 ||
        (run->changed > 0 && (run->arguments->is_check || run->arguments->is_diff))) {
        exit_code = VTR_EXIT_NO;
    }
    exit_code =
        vtr_output_answer(&run->out, run->has_failed ? VTR_EXIT_FAILED : exit_code);
    if (!is_answer || run->files > 1) {
        (void)fflush(stdout);
        print_summary(run);
    }
    (void)vtr_text_print(&run->problems, stderr);
    vtr_text_deinit(&run->problems);
    return exit_code;
}

int vtr_cmd_fmt(int argc, char **argv)
{
    struct fmt_arguments arguments = {0};
    struct fmt_run run = {.arguments = &arguments};
    struct vtr_source_list *list = NULL;
    struct vtr_list sources = {0};
    struct vtr_error err = {0};
    int exit_code;

    if (vtr_options_parse(&vtr_verb_fmt, argc, argv, &arguments, &sources,
                          &exit_code)) {
        exit_code =
            vtr_source_list_new(&list, sources.items, sources.count, &err) == VTR_OK
                ? format_all(&run, list)
                : vtr_complain(&vtr_verb_fmt, &err);
    }
    vtr_source_list_free(list);
    vtr_options_deinit(&vtr_verb_fmt, &arguments, &sources);
    return exit_code;
}

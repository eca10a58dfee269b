/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine test: rules against the samples that are declared for them. */
#include "vitrine/test.h"

#include <stdio.h>

#include "cli/command/command.h"
#include "cli/command/output.h"
#include "cli/command/sources.h"
#include "cli/report/junit.h"
#include "cli/report/print_diagnostic.h"
#include "cli/system/os_terminal.h"

struct test_arguments {
    struct vtr_source_arguments sources; /* first: see VTR_SOURCE_OPTIONS */
    const char *samples;
    const char *unpack;
    bool is_complete;
    bool keeps_going;
    bool is_verbose;
    bool is_json;
    bool is_junit;
};

static const struct vtr_option OPTIONS[] = {
    {"samples", 0, VTR_OPTION_PATH, "DIR",
     "try files of this folder on the rules whose metadata name their digests",
     offsetof(struct test_arguments, samples)},
    {"unpack", 0, VTR_OPTION_PATH, "DIR",
     "write each sample of the test files into this folder, too",
     offsetof(struct test_arguments, unpack)},
    {"complete", 0, VTR_OPTION_FLAG, NULL, "a rule without a sample fails",
     offsetof(struct test_arguments, is_complete)},
    {"keep-going", 'k', VTR_OPTION_FLAG, NULL,
     "leave out the rules that are bad and try the others",
     offsetof(struct test_arguments, keeps_going)},
    {"verbose", 'v', VTR_OPTION_FLAG, NULL, "tell of what passed, too",
     offsetof(struct test_arguments, is_verbose)},
    VTR_SOURCE_OPTIONS,
    {"json", 0, VTR_OPTION_FLAG, NULL, "one JSON object a check, a line each",
     offsetof(struct test_arguments, is_json)},
    {"junit", 0, VTR_OPTION_FLAG, NULL, "an XML document for build servers",
     offsetof(struct test_arguments, is_junit)}};

const struct vtr_verb vtr_verb_test = {
    .name = "test",
    .summary = "try rules on their samples",
    .example = "vitrine test rules/\n"
               "vitrine test --complete --junit rules/ >report.xml\n"
               "vitrine test --samples ~/malware rules/",
    .details =
        "Test files name samples and say which rules must match them and which must\n"
        "not.  They are called *.test; those below a folder and the one beside a rule\n"
        "file are found.  docs/testing.md describes them:\n"
        "\n"
        "    sample packed program\n"
        "        hex 7F 45 4C 46\n"
        "        zeros 100\n"
        "        text \"UPX!\"\n"
        "        matches Packer_Upx_Elf\n"
        "            $mark at 104\n"
        "        misses Packer_Upx_Elf_Broken\n"
        "\n"
        "With --samples, the files of a folder are tried on the rules whose metadata\n"
        "name their MD5, SHA-1 or SHA-256, as in hash = \"...\".\n"
        "\n"
        "With --json and --junit the report for people goes to standard error.\n",
    .operands = "SOURCE...",
    .operand_min = 1,
    .operand_max = SIZE_MAX,
    .options = OPTIONS,
    .option_count = sizeof(OPTIONS) / sizeof(OPTIONS[0]),
    .exits = "0  all checks passed\n"
             "1  a check failed\n"
             "2  could not run: errors in rules or test files, unreadable samples, "
             "nothing to try\n",
    .run = vtr_cmd_test};

/* What is put down while the run goes on. */
struct test_report {
    const struct test_arguments *arguments;
    struct vtr_text people;  /* failures, summary */
    struct vtr_text machine; /* JSON lines, or JUnit's cases */
    struct vtr_text title;   /* scratch */
};

/* "Packer_Upx_Elf matches 'packed program'". */
static void add_title(struct vtr_text *out, const struct vtr_test_check *check)
{
    static const char *const VERBS[] = {
        [VTR_TEST_MATCHES] = " matches",
        [VTR_TEST_MISSES] = " does not match",
        [VTR_TEST_ONLY] = "nothing else matches",
        [VTR_TEST_CLEAN] = "nothing matches",
        [VTR_TEST_STRING] = ": ",
        [VTR_TEST_COVERED] = " has a sample",
    };

    vtr_text_add(out, check->rule);
    vtr_text_add(out, VERBS[check->kind]);
    if (check->kind == VTR_TEST_STRING) {
        vtr_text_add(out, check->string);
        vtr_text_add(out, " in");
    }
    if (check->kind != VTR_TEST_COVERED) {
        vtr_text_add(out, " '");
        vtr_text_add(out, check->sample);
        vtr_text_add(out, "'");
    }
}

static void put_json(struct vtr_text *out, const struct vtr_test_check *check)
{
    static const char *const KINDS[] = {
        [VTR_TEST_MATCHES] = "matches", [VTR_TEST_MISSES] = "misses",
        [VTR_TEST_ONLY] = "only",       [VTR_TEST_CLEAN] = "clean",
        [VTR_TEST_STRING] = "string",   [VTR_TEST_COVERED] = "covered",
    };
    struct vtr_json json;

    vtr_json_begin(&json, out);
    vtr_json_bool(&json, "passed", check->is_passed != 0);
    vtr_json_string(&json, "kind", KINDS[check->kind]);
    if (check->kind != VTR_TEST_COVERED) {
        vtr_json_string(&json, "sample", check->sample);
    }
    if (check->rule[0] != '\0') {
        vtr_json_string(&json, "rule", check->rule);
    }
    if (check->kind == VTR_TEST_STRING) {
        vtr_json_string(&json, "string", check->string);
    }
    if (!check->is_passed) {
        vtr_json_string(&json, "reason", check->reason);
    }
    vtr_json_place(&json, &check->place);
    vtr_json_finish(&json);
}

/* The title, fit for a line of text, in the report's scratch. */
static struct vtr_bytes make_title(struct test_report *report,
                                   const struct vtr_test_check *check)
{
    vtr_text_clear(&report->title);
    add_title(&report->title, check);
    return vtr_text_get_bytes(&report->title);
}

static int note_check(const struct vtr_test_check *check, void *context)
{
    struct test_report *report = context;
    struct vtr_text *people = &report->people;
    const struct vtr_bytes title = make_title(report, check);

    if (report->arguments->is_json) {
        put_json(&report->machine, check);
    } else if (report->arguments->is_junit) {
        vtr_text_repeat(&report->title, '\0', 1);
        vtr_junit_add(&report->machine, check,
                      report->title.has_failed ? "" : report->title.ptr);
    }
    if (check->is_passed && !report->arguments->is_verbose) {
        return 1;
    }
    vtr_text_add(people, check->is_passed ? "passed  " : "FAILED  ");
    vtr_print_place(people, &check->place);
    vtr_text_add(people, ": ");
    vtr_text_safe(people, title);
    if (!check->is_passed) {
        vtr_text_add(people, ": ");
        vtr_text_safe(people, vtr_text_view(check->reason));
    }
    vtr_text_add(people, "\n");
    return 1;
}

/* "52 samples, 120 checks: 2 failed; 3 of 49 rules have no sample". */
static void add_summary(struct vtr_text *out, const struct vtr_test_summary *summary,
                        bool has_collection)
{
    const uint64_t checks = summary->passed + summary->failed;

    vtr_print_count(out, summary->samples, "sample");
    vtr_text_add(out, ", ");
    vtr_print_count(out, checks, "check");
    if (checks == 0) {
        vtr_text_add(out, ": nothing tried");
    } else if (summary->failed == 0) {
        vtr_text_add(out, ": all passed");
    } else {
        vtr_text_add(out, ": ");
        vtr_text_number(out, summary->failed);
        vtr_text_add(out, " failed");
    }
    if (summary->untried > 0) {
        vtr_text_add(out, "; ");
        vtr_text_number(out, summary->untried);
        vtr_text_add(out, " of ");
        vtr_print_count(out, summary->rules, "rule");
        vtr_text_add(out, summary->untried == 1 ? " has no sample" : " have no sample");
    }
    vtr_text_add(out, "\n");
    if (has_collection) {
        vtr_text_number(out, summary->digests - summary->absent);
        vtr_text_add(out, " of ");
        vtr_print_count(out, summary->digests, "digest");
        vtr_text_add(out, " of metadata have their sample in the folder\n");
    }
}

static void put_json_summary(struct vtr_text *out,
                             const struct vtr_test_summary *summary)
{
    struct vtr_json json;

    vtr_json_begin(&json, out);
    vtr_json_begin_object(&json, "summary");
    vtr_json_number(&json, "files", summary->files);
    vtr_json_number(&json, "samples", summary->samples);
    vtr_json_number(&json, "passed", summary->passed);
    vtr_json_number(&json, "failed", summary->failed);
    vtr_json_number(&json, "rules", summary->rules);
    vtr_json_number(&json, "rules_without_sample", summary->untried);
    vtr_json_number(&json, "digests", summary->digests);
    vtr_json_number(&json, "digests_without_sample", summary->absent);
    vtr_json_end_object(&json);
    vtr_json_finish(&json);
}

/* Errors of rules and of test files, for people or as JSON lines. */
static void add_problems(struct vtr_text *out, const struct vtr_test_run *run,
                         bool is_json, bool is_coloured)
{
    const struct vtr_compilation *compilation = vtr_test_run_get_compilation(run);
    size_t count;
    const struct vtr_diagnostic *diagnostics =
        vtr_test_run_get_diagnostics(run, &count);

    if (vtr_compilation_get_stats(compilation)->errors > 0) {
        vtr_sources_print_diagnostics(out, compilation, is_json, is_coloured);
    }
    vtr_print_diagnostics(out, diagnostics, count, is_json, is_coloured);
}

static void finish_junit(struct vtr_text *out, struct vtr_text *cases,
                         const struct vtr_test_run *run)
{
    uint64_t error_count = 0;
    size_t count;
    const struct vtr_diagnostic *diagnostics =
        vtr_compilation_get_diagnostics(vtr_test_run_get_compilation(run), &count);

    vtr_junit_add_errors(cases, &error_count, diagnostics, count);
    diagnostics = vtr_test_run_get_diagnostics(run, &count);
    vtr_junit_add_errors(cases, &error_count, diagnostics, count);
    vtr_junit_finish(out, cases, vtr_test_run_get_summary(run), error_count);
}

/* Writes both reports. */
static int finish(struct test_report *report, const struct vtr_test_run *run,
                  int exit_code)
{
    const struct test_arguments *arguments = report->arguments;
    const struct vtr_test_summary *summary = vtr_test_run_get_summary(run);
    const bool is_for_machine = arguments->is_json || arguments->is_junit;
    FILE *stream = is_for_machine ? stderr : stdout;
    struct vtr_text out = {0};

    add_summary(&report->people, summary, arguments->samples != NULL);
    if (arguments->is_json) {
        add_problems(&report->machine, run, true, false);
        put_json_summary(&report->machine, summary);
        exit_code = vtr_output_answer(&report->machine, exit_code);
    } else if (arguments->is_junit) {
        finish_junit(&out, &report->machine, run);
        exit_code = vtr_output_answer(&out, exit_code);
    }
    (void)fflush(stdout);
    if (!arguments->is_json) {
        add_problems(&out, run, false, vtr_terminal_has_colour(stderr));
        (void)vtr_text_print(&out, stderr);
    }
    (void)fflush(stderr);
    (void)vtr_text_print(&report->people, stream);
    vtr_text_deinit(&out);
    return exit_code;
}

static int test(const struct test_arguments *arguments, const struct vtr_list *sources)
{
    struct vtr_test_options options = {
        .compile =
            vtr_sources_to_options(&arguments->sources, sources->items, sources->count),
        .samples = arguments->samples,
        .unpack = arguments->unpack,
        .is_complete = arguments->is_complete,
    };
    struct test_report report = {.arguments = arguments};
    struct vtr_test_run *run = NULL;
    struct vtr_error err = {0};

    options.compile.keep_going = arguments->keeps_going;
    const enum vtr_status status = vtr_test(&run, &options, note_check, &report, &err);
    int exit_code = VTR_EXIT_FAILED;
    if (status == VTR_OK || status == VTR_ERROR_RULES) {
        const struct vtr_test_summary *summary = vtr_test_run_get_summary(run);
        exit_code = status != VTR_OK      ? VTR_EXIT_FAILED
                    : summary->failed > 0 ? VTR_EXIT_NO
                                          : VTR_EXIT_YES;
        exit_code = finish(&report, run, exit_code);
        if (status == VTR_OK && summary->passed + summary->failed == 0) {
            exit_code =
                vtr_complain_text(&vtr_verb_test,
                                  "nothing to try: no test file, no sample", NULL);
        }
    } else {
        exit_code = vtr_complain(&vtr_verb_test, &err);
    }
    vtr_test_run_free(run);
    vtr_text_deinit(&report.people);
    vtr_text_deinit(&report.machine);
    vtr_text_deinit(&report.title);
    return exit_code;
}

int vtr_cmd_test(int argc, char **argv)
{
    struct test_arguments arguments = {0};
    struct vtr_list sources = {0};
    int exit_code;

    if (vtr_options_parse(&vtr_verb_test, argc, argv, &arguments, &sources,
                          &exit_code)) {
        exit_code =
            arguments.is_json && arguments.is_junit
                ? vtr_complain_text(&vtr_verb_test,
                                    "--json and --junit do not go together", NULL)
                : test(&arguments, &sources);
    }
    vtr_options_deinit(&vtr_verb_test, &arguments, &sources);
    return exit_code;
}

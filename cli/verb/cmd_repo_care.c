/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine repo check and gc: whether all of it holds, and what nobody needs. */
#include <stdio.h>
#include <string.h>

#include "cli/command/output.h"
#include "cli/command/repo.h"
#include "cli/report/json.h"
#include "cli/system/os_clock.h"

struct check_arguments {
    uint64_t warn_days;
    uint64_t now;
    bool is_quick;
    bool is_quiet;
    bool is_json;
};

static const struct vtr_option CHECK_OPTIONS[] = {
    {"warn-days", 0, VTR_OPTION_NUMBER, "N",
     "warn of a root, a snapshot or an approval that expires within N days (0)",
     offsetof(struct check_arguments, warn_days)},
    {"quick", 0, VTR_OPTION_FLAG, NULL, "do not apply the deltas",
     offsetof(struct check_arguments, is_quick)},
    {"quiet", 'q', VTR_OPTION_FLAG, NULL, "say problems and warnings only",
     offsetof(struct check_arguments, is_quiet)},
    {"json", 0, VTR_OPTION_FLAG, NULL, "one JSON object a line",
     offsetof(struct check_arguments, is_json)},
    {"now", 0, VTR_OPTION_NUMBER, "SECONDS", VTR_NOW_HELP,
     offsetof(struct check_arguments, now)}};

const struct vtr_verb vtr_verb_repo_check = {
    .name = "repo check",
    .summary = "verify a repository as a client would, and every file in it",
    .example = "vitrine repo check /srv/db --warn-days 3",
    .operands = "REPO",
    .operand_min = 1,
    .operand_max = 1,
    .options = CHECK_OPTIONS,
    .option_count = sizeof(CHECK_OPTIONS) / sizeof(CHECK_OPTIONS[0]),
    .exits = "0  all of it holds\n1  problems or warnings\n2  could not check\n",
    .run = vtr_cmd_repo_check};

struct gc_arguments {
    uint64_t keep_versions;
    uint64_t keep_releases;
    bool is_dry_run;
    bool is_json;
};

static const struct vtr_option GC_OPTIONS[] = {
    {"keep-versions", 0, VTR_OPTION_NUMBER, "N",
     "keep so many versions of metadata, and databases of as many releases (48)",
     offsetof(struct gc_arguments, keep_versions)},
    {"keep-releases", 0, VTR_OPTION_NUMBER, "N",
     "keep the deltas from so many releases back (1024)",
     offsetof(struct gc_arguments, keep_releases)},
    {"dry-run", 'n', VTR_OPTION_FLAG, NULL, "only say what would be removed",
     offsetof(struct gc_arguments, is_dry_run)},
    {"json", 0, VTR_OPTION_FLAG, NULL, "one JSON object a file, a line each",
     offsetof(struct gc_arguments, is_json)}};

const struct vtr_verb vtr_verb_repo_gc = {
    .name = "repo gc",
    .summary = "remove files that no client needs any more",
    .example = "vitrine repo gc /srv/db --keep-versions 100 --dry-run",
    .details =
        "Roots stay for ever.  Databases stay while a client may be fetching them, or\n"
        "while a delta of releases to come begins at them; what is proposed and not\n"
        "published stays too.  Versions decide, not the times of files.\n",
    .operands = "REPO",
    .operand_min = 1,
    .operand_max = 1,
    .options = GC_OPTIONS,
    .option_count = sizeof(GC_OPTIONS) / sizeof(GC_OPTIONS[0]),
    .exits = "0  removed, or listed\n2  could not\n",
    .run = vtr_cmd_repo_gc};

/* Where notes go. */
struct notes {
    struct vtr_text out;
    uint64_t finding_count;
    bool is_quiet;
    bool is_json;
};

static void put_json(struct vtr_text *out, const char *kind, const char *text)
{
    struct vtr_json json;

    vtr_json_begin(&json, out);
    vtr_json_string(&json, "kind", kind);
    vtr_json_string(&json, "text", text);
    vtr_json_finish(&json);
}

static void take_note(enum vtr_repository_note kind, const char *text, void *context)
{
    static const char *const WORDS[] = {"", "problem  ", "warning  ", "", "removed  "};
    static const char *const KINDS[] = {"", "problem", "warning", "fact", "removed"};
    struct notes *notes = context;
    const bool is_finding =
        kind == VTR_REPOSITORY_PROBLEM || kind == VTR_REPOSITORY_WARNING;

    notes->finding_count += is_finding;
    if (notes->is_quiet && kind == VTR_REPOSITORY_FACT) {
        return;
    }
    if (notes->is_json) {
        put_json(&notes->out, KINDS[kind], text);
        return;
    }
    vtr_text_add(&notes->out, WORDS[kind]);
    vtr_text_safe(&notes->out, vtr_text_view(text));
    vtr_text_add(&notes->out, "\n");
}

int vtr_cmd_repo_check(int argc, char **argv)
{
    const struct vtr_verb *verb = &vtr_verb_repo_check;
    struct check_arguments arguments = {0};
    struct vtr_list paths = {0};
    int exit_code;

    if (vtr_options_parse(verb, argc, argv, &arguments, &paths, &exit_code)) {
        struct notes notes = {.is_quiet = arguments.is_quiet,
                              .is_json = arguments.is_json};
        struct vtr_error err = {0};
        struct vtr_check_options options = {.is_quick = arguments.is_quick};
        enum vtr_status status = vtr_clock_now(arguments.now, &options.now, &err);

        if (status == VTR_OK) {
            status = vtr_clock_span(&options.warn_seconds, "--warn-days",
                                    arguments.warn_days, VTR_DAY_SECONDS, &err);
        }
        if (status == VTR_OK) {
            status =
                vtr_repository_check(paths.items[0], &options, take_note, &notes, &err);
        }
        exit_code =
            vtr_output_answer(&notes.out,
                              notes.finding_count == 0 ? VTR_EXIT_YES : VTR_EXIT_NO);
        exit_code = status == VTR_OK ? exit_code : vtr_complain(verb, &err);
    }
    vtr_options_deinit(verb, &arguments, &paths);
    return exit_code;
}

int vtr_cmd_repo_gc(int argc, char **argv)
{
    const struct vtr_verb *verb = &vtr_verb_repo_gc;
    struct gc_arguments arguments = {0};
    struct vtr_list paths = {0};
    int exit_code;

    if (vtr_options_parse(verb, argc, argv, &arguments, &paths, &exit_code)) {
        const struct vtr_gc_options options = {.keep_versions = arguments.keep_versions,
                                               .keep_releases = arguments.keep_releases,
                                               .is_dry_run = arguments.is_dry_run};
        struct notes notes = {.is_json = arguments.is_json};
        struct vtr_error err = {0};
        const enum vtr_status status =
            vtr_repository_gc(paths.items[0], &options, take_note, &notes, &err);

        exit_code = vtr_output_answer(&notes.out, VTR_EXIT_YES);
        exit_code = status == VTR_OK ? exit_code : vtr_complain(verb, &err);
    }
    vtr_options_deinit(verb, &arguments, &paths);
    return exit_code;
}

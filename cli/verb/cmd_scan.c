/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine scan: which rules hold of which files.  The options are those of yara where
 * yara has them; docs/yara-command-line.md says where they differ. */
#include <stdint.h>
#include <string.h>

#include "cli/command/command.h"
#include "cli/command/sources.h"
#include "cli/scan/scan_arguments.h"
#include "cli/scan/scan_hint.h"
#include "cli/scan/scan_job.h"
#include "cli/scan/scan_rules.h"
#include "cli/scan/scan_targets.h"
#include "cli/system/os_terminal.h"

#define AT(member) offsetof(struct vtr_scan_arguments, member)

static const struct vtr_option OPTIONS[] = {
    {"strings", 's', VTR_OPTION_FLAG, NULL, "show where strings match, and what",
     AT(style.has_strings)},
    {"lengths", 'L', VTR_OPTION_FLAG, NULL, "show where strings match, and how long",
     AT(style.has_lengths)},
    {"xor-keys", 'X', VTR_OPTION_FLAG, NULL,
     "show where strings match, the key and the plain text", AT(style.has_keys)},
    {"tags", 'g', VTR_OPTION_FLAG, NULL, "show tags", AT(style.has_tags)},
    {"meta", 'm', VTR_OPTION_FLAG, NULL, "show metadata", AT(style.has_metas)},
    {"namespaces", 'e', VTR_OPTION_FLAG, NULL, "show namespaces", AT(style.has_spaces)},
    {"count", 'c', VTR_OPTION_FLAG, NULL, "show only how many rules a file satisfies",
     AT(is_count)},
    {"negate", 'n', VTR_OPTION_FLAG, NULL,
     "show the rules that a file does not satisfy", AT(is_negated)},
    {"tag", 't', VTR_OPTION_TEXTS, "TAG",
     "show only rules that have one of the given tags", AT(tags)},
    {"identifier", 'i', VTR_OPTION_TEXTS, "RULE",
     "show only rules by one of the given names", AT(names)},
    {"print-module-data", 'D', VTR_OPTION_FLAG, NULL,
     "show what modules find in a file, for whoever writes rules", AT(has_modules)},
    {"disable-console-logs", 'q', VTR_OPTION_FLAG, NULL,
     "show nothing that conditions log", AT(is_quiet)},
    {"json", 0, VTR_OPTION_FLAG, NULL, "one JSON object a match", AT(style.is_json)},
    {"profile", 0, VTR_OPTION_FLAG, NULL,
     "show at the end which rules and strings took the time", AT(has_profile)},
    {"define", 'd', VTR_OPTION_TEXTS, "NAME=VALUE",
     "give an external variable another value", AT(defines)},
    {"module-data", 'x', VTR_OPTION_PATHS, "MODULE=FILE",
     "hand the contents of a file to a module", AT(module_data)},
    {"rules", 0, VTR_OPTION_PATHS, "SOURCE",
     "compile this too: more rules beside the first operand", AT(more_rules)},
    VTR_LANGUAGE_OPTIONS(AT(namespaces), AT(dialect)),
    {"compiled-rules", 'C', VTR_OPTION_FLAG, NULL,
     "the first operand is a database whatever its name says", AT(is_database)},
    {"no-warnings", 'w', VTR_OPTION_FLAG, NULL,
     "no warnings about rules, nor about what is no file", AT(has_no_warnings)},
    {"fail-on-warnings", 0, VTR_OPTION_FLAG, NULL,
     "scan nothing when rules have warnings", AT(fails_on_warnings)},
    {"scan-list", 0, VTR_OPTION_FLAG, NULL,
     "each PATH is a file that lists paths, one a line", AT(has_lists)},
    {"shard", 0, VTR_OPTION_TEXT, "I/N",
     "scan the I-th of N parts of the files; auto: as the scheduler says", AT(shard)},
    {"pid", 0, VTR_OPTION_TEXTS, "N", "scan the memory of process N", AT(pids)},
    {"no-recursive", 0, VTR_OPTION_FLAG, NULL, "not into the folders in a folder",
     AT(is_flat)},
    {"skip-larger", 'z', VTR_OPTION_NUMBER, "BYTES",
     "skip larger files: what is in them does not matter", AT(skip_larger)},
    {"max-size", 0, VTR_OPTION_NUMBER, "BYTES",
     "leave larger files out: exit code 2, they may be bad", AT(size_limit)},
    {"max-rules", 'l', VTR_OPTION_NUMBER, "N",
     "end when N rules are satisfied, all files together", AT(rule_limit)},
    {"timeout", 'a', VTR_OPTION_NUMBER, "SECONDS", "end after so many seconds",
     AT(timeout_s)},
    {"file-timeout", 0, VTR_OPTION_NUMBER, "MS",
     "give a file so many milliseconds at most", AT(file_timeout_ms)},
    {"jobs", 'j', VTR_OPTION_NUMBER, "N", "threads; by default one a processor",
     AT(workers)},
    {"threads", 'p', VTR_OPTION_NUMBER, "N", "the same as --jobs", AT(workers)},
    {"follow-symlinks", 0, VTR_OPTION_FLAG, NULL,
     "follow symbolic links in folders; of those to one folder, one",
     AT(follows_links)},
    {"recursive", 'r', VTR_OPTION_FLAG, NULL,
     "no effect: folders are walked to the bottom anyway", AT(no_effect)},
    {"no-follow-symlinks", 'N', VTR_OPTION_FLAG, NULL,
     "no effect: links in folders are not followed as it is", AT(no_effect)},
    {"fast-scan", 'f', VTR_OPTION_FLAG, NULL,
     "no effect: a scan looks for no more than it needs", AT(no_effect)},
    {"max-process-memory-chunk", 0, VTR_OPTION_NUMBER, "BYTES",
     "cut regions of a process into pieces of so many bytes", AT(piece_len)},
    {"stack-size", 'k', VTR_OPTION_NUMBER, "SLOTS",
     "no effect: conditions need no more", AT(no_effect_number)},
    {"max-strings-per-rule", 0, VTR_OPTION_NUMBER, "N",
     "no effect: rules may have any number", AT(no_effect_number)},
    /* As yara calls them. */
    {"print-strings", 0, VTR_OPTION_FLAG, NULL, NULL, AT(style.has_strings)},
    {"print-string-length", 0, VTR_OPTION_FLAG, NULL, NULL, AT(style.has_lengths)},
    {"print-xor-key", 0, VTR_OPTION_FLAG, NULL, NULL, AT(style.has_keys)},
    {"print-tags", 0, VTR_OPTION_FLAG, NULL, NULL, AT(style.has_tags)},
    {"print-meta", 0, VTR_OPTION_FLAG, NULL, NULL, AT(style.has_metas)},
    {"print-namespace", 0, VTR_OPTION_FLAG, NULL, NULL, AT(style.has_spaces)},
};

const struct vtr_verb vtr_verb_scan = {
    .name = "scan",
    .summary = "say which rules hold of which files",
    .example = "vitrine scan detections.vdb file\n"
               "vitrine scan -s -j 4 detections.vdb folder another\n"
               "vitrine scan -m rules.yar file\n"
               "vitrine scan --json --shard 3/8 detections.vdb folder\n"
               "vitrine scan --json detections.vdb - < file\n"
               "vitrine scan --profile rules.yar folder",
    .details =
        "One line a match: RULE PATH.  RULES is a database, or rule sources: a file, "
        "a\n"
        "folder or '-', compiled in memory first.  A PATH that is a number and no file "
        "is a\n"
        "running process, as with --pid.  Hash records of one name are one\n"
        "line; with --json each is said.  Folders are walked, symbolic links in them\n"
        "are not followed.  The output is in the order of the files' names, however\n"
        "many threads work; of fewer files than threads, each large one is searched "
        "by\n"
        "several.  What of a file could not be looked at is said on "
        "standard\n"
        "error, and such a file is not called clean.  External variables have the\n"
        "values that 'vitrine compile -D' gave them, or those of -d.  -c and -l count\n"
        "the rules that are satisfied, whichever -n, -t and -i show.  --shard divides "
        "the\n"
        "files among N programs, by their paths; auto takes I and N from the "
        "environment\n"
        "of Slurm arrays and MPI, auto/N takes I also from that of Kubernetes' "
        "indexed\n"
        "jobs and of GNU parallel.\n",
    .operands = "RULES PATH...",
    .operand_min = 1,
    .operand_max = SIZE_MAX,
    .options = OPTIONS,
    .option_count = sizeof(OPTIONS) / sizeof(OPTIONS[0]),
    .exits = "0  nothing was found\n"
             "1  something was found: a rule to show\n"
             "2  a file could not be looked at whole, or the rules have errors\n",
    .run = vtr_cmd_scan};

/* Standard input is read once. */
static bool is_stdin_free(const struct vtr_list *operands)
{
    size_t count = 0;

    for (size_t i = 0; i < operands->count; i++) {
        count += strcmp(operands->items[i], "-") == 0 ? 1 : 0;
    }
    if (count > 1) {
        vtr_complain_text(&vtr_verb_scan, "standard input cannot be read twice", NULL);
    }
    return count <= 1;
}

static bool has_targets(const struct vtr_scan_arguments *arguments,
                        const struct vtr_list *operands)
{
    if (operands->count < 2 && arguments->pids.count == 0) {
        vtr_complain_text(&vtr_verb_scan,
                          "missing PATH: what is to be scanned, after the rules,",
                          operands->items[0]);
        return false;
    }
    return true;
}

static int scan(const struct vtr_scan_arguments *arguments,
                const struct vtr_list *operands)
{
    struct vtr_scan_rules rules = {0};
    struct vtr_scan_targets targets = {0};
    struct vtr_error err = {0};
    int exit_code = VTR_EXIT_FAILED;

    if (vtr_scan_guard_files(&err) != VTR_OK) {
        return vtr_complain(&vtr_verb_scan, &err);
    }
    if (!arguments->has_no_warnings) {
        vtr_scan_warn_of_rules(operands);
    }
    if (!has_targets(arguments, operands) || !is_stdin_free(operands)) {
        return VTR_EXIT_FAILED;
    }
    if (!vtr_scan_rules_init(&rules, operands->items[0], arguments)) {
        vtr_scan_hint(operands);
    } else if (vtr_scan_targets_find(&targets, arguments, operands->items + 1,
                                     operands->count - 1)) {
        exit_code = vtr_scan_job_run(arguments, &rules, &targets);
    }
    vtr_scan_targets_deinit(&targets);
    vtr_scan_rules_deinit(&rules);
    return exit_code;
}

int vtr_cmd_scan(int argc, char **argv)
{
    struct vtr_scan_arguments arguments = {0};
    struct vtr_list operands = {0};
    int exit_code;

    if (vtr_options_parse(&vtr_verb_scan, argc, argv, &arguments, &operands,
                          &exit_code)) {
        arguments.style.is_terminal = vtr_terminal_is(stdout);
        exit_code = scan(&arguments, &operands);
    }
    vtr_options_deinit(&vtr_verb_scan, &arguments, &operands);
    return exit_code;
}

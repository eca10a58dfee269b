/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine compare: which rules and hashes two databases do not share. */
#include <stdio.h>

#include "cli/command/command.h"
#include "cli/command/output.h"
#include "cli/report/changes.h"
#include "cli/system/os_input.h"

struct compare_arguments {
    bool is_json;
};

static const struct vtr_option OPTIONS[] = {
    {"json", 0, VTR_OPTION_FLAG, NULL, "one JSON object a change, a line each",
     offsetof(struct compare_arguments, is_json)}};

const struct vtr_verb vtr_verb_compare = {
    .name = "compare",
    .summary = "list what is added, removed and changed between two databases",
    .example = "vitrine compare 11.vdb 12.vdb",
    .details =
        "'added' is in B only, 'removed' in A only, 'changed' in both but not the\n"
        "same.\n",
    .operands = "A.vdb B.vdb",
    .operand_min = 2,
    .operand_max = 2,
    .options = OPTIONS,
    .option_count = sizeof(OPTIONS) / sizeof(OPTIONS[0]),
    .exits = "0  the same, byte for byte\n"
             "1  different\n"
             "2  could not compare\n",
    .run = vtr_cmd_compare};

/* Where the changes go as they come. */
struct listing {
    struct vtr_text line;
    bool is_json;
    uint64_t count;
    bool has_failed;
};

static void list_change(const struct vtr_change *change, void *context)
{
    struct listing *listing = context;

    if (listing->is_json) {
        struct vtr_json json;
        vtr_json_init(&json, &listing->line);
        vtr_change_to_json(&json, vtr_change_word(change->kind), change, NULL);
        vtr_text_add(&listing->line, "\n");
    } else {
        vtr_change_print(&listing->line, vtr_change_word(change->kind), change, NULL);
    }
    listing->has_failed =
        !vtr_text_print(&listing->line, stdout) || listing->has_failed;
    listing->count++;
}

static int compare(const char *const *paths, bool is_json)
{
    struct vtr_input a = {0};
    struct vtr_input b = {0};
    struct vtr_error err = {0};
    struct listing listing = {.is_json = is_json};
    int exit_code;

    enum vtr_status status = vtr_input_open_database(&a, paths[0], &err);
    if (status == VTR_OK) {
        status = vtr_input_open_database(&b, paths[1], &err);
    }
    if (status == VTR_OK) {
        status = vtr_compare(a.bytes, b.bytes, list_change, &listing, &err);
    }
    if (status != VTR_OK) {
        exit_code = vtr_complain(&vtr_verb_compare, &err);
    } else if (listing.has_failed) {
        exit_code = VTR_EXIT_FAILED;
    } else {
        exit_code = vtr_text_is_same(a.bytes, b.bytes) ? VTR_EXIT_YES : VTR_EXIT_NO;
    }
    if (exit_code == VTR_EXIT_NO && listing.count == 0) {
        (void)fprintf(stderr, "the same records in different bytes: one of the two is "
                              "damaged; see 'vitrine inspect --check'\n");
    }
    vtr_text_deinit(&listing.line);
    vtr_input_close(&b);
    vtr_input_close(&a);
    return exit_code;
}

int vtr_cmd_compare(int argc, char **argv)
{
    struct compare_arguments arguments = {0};
    struct vtr_list paths = {0};
    int exit_code;

    if (vtr_options_parse(&vtr_verb_compare, argc, argv, &arguments, &paths,
                          &exit_code)) {
        exit_code = compare(paths.items, arguments.is_json);
    }
    vtr_options_deinit(&vtr_verb_compare, &arguments, &paths);
    return exit_code;
}

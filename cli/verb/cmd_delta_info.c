/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine delta info: what a delta changes, in words. */
#include <stdio.h>
#include <string.h>

#include "cli/command/delta_verbs.h"
#include "cli/command/keys.h"
#include "cli/command/output.h"
#include "cli/report/changes.h"
#include "cli/report/json.h"
#include "cli/system/failure.h"
#include "cli/system/os_input.h"

struct info_arguments {
    bool is_json;
};

static const struct vtr_option INFO_OPTIONS[] = {
    {"json", 0, VTR_OPTION_FLAG, NULL, "one JSON object",
     offsetof(struct info_arguments, is_json)}};

const struct vtr_verb vtr_verb_delta_info = {
    .name = "delta info",
    .summary = "show what a delta changes",
    .example = "vitrine delta info 11-12.vdelta",
    .details =
        "Releases, sizes, signatures, how many hashes of which kind come and go, and\n"
        "each rule and external variable that is added, changed or removed, by name.\n"
        "A rule that is made from one that goes was most likely renamed.\n"
        "No signature is checked: 'vitrine delta apply' does that.\n",
    .operands = "D.vdelta",
    .operand_min = 1,
    .operand_max = 1,
    .options = INFO_OPTIONS,
    .option_count = sizeof(INFO_OPTIONS) / sizeof(INFO_OPTIONS[0]),
    .exits = "0  shown\n2  not a delta that this version can read\n",
    .run = vtr_cmd_delta_info};

static void row(struct vtr_text *out, const char *what)
{
    vtr_text_cell(out, what, 14);
}

static void print_side(struct vtr_text *out, const char *what, uint64_t release,
                       const uint8_t *digest)
{
    row(out, what);
    vtr_text_add(out, "release ");
    vtr_text_number(out, release);
    vtr_text_add(out, ", ");
    vtr_text_hex(out, (struct vtr_bytes){digest, VTR_DIGEST_LEN});
    vtr_text_add(out, "\n");
}

/* What a delta says, and the changes of its rules and external variables. */
struct shown {
    struct vtr_delta_info info;
    size_t len;
    struct vtr_change_list changes;
    bool is_listed; /* no other layout, whose records cannot be read */
};

static uint64_t count_changes(const struct shown *shown, enum vtr_change_of of,
                              enum vtr_change_kind kind)
{
    uint64_t count = 0;

    for (size_t i = 0; i < shown->changes.count; i++) {
        const struct vtr_change *change = &shown->changes.items[i].change;
        count += change->of == of && change->kind == kind;
    }
    return count;
}

/* "2 added, 1 changed": those that are not 0, or "unchanged". */
static void print_counts(struct vtr_text *out, const char *what, uint64_t added,
                         uint64_t changed, uint64_t removed)
{
    const uint64_t counts[] = {added, changed, removed};
    static const char *const WORDS[] = {" added", " changed", " removed"};
    bool is_first = true;

    row(out, what);
    for (unsigned i = 0; i < 3; i++) {
        if (counts[i] > 0) {
            vtr_text_add(out, is_first ? "" : ", ");
            vtr_text_number(out, counts[i]);
            vtr_text_add(out, WORDS[i]);
            is_first = false;
        }
    }
    vtr_text_add(out, is_first ? "unchanged\n" : "\n");
}

static const char *const KIND_NAMES[] = {"md5", "sha1", "sha256"};

static void print_all_counts(struct vtr_text *out, const struct shown *shown)
{
    const enum vtr_change_of of[] = {VTR_CHANGE_OF_RULE, VTR_CHANGE_OF_EXTERNAL};
    static const char *const NAMES[] = {"rules", "externals"};

    for (unsigned i = 0; i < 2 && shown->is_listed; i++) {
        print_counts(out, NAMES[i], count_changes(shown, of[i], VTR_CHANGE_ADDED),
                     count_changes(shown, of[i], VTR_CHANGE_CHANGED),
                     count_changes(shown, of[i], VTR_CHANGE_REMOVED));
    }
    for (unsigned kind = 0; kind < 3; kind++) {
        const uint64_t added = shown->info.hashes[kind].added;
        const uint64_t removed = shown->info.hashes[kind].removed;
        if (added + removed > 0) {
            print_counts(out, KIND_NAMES[kind], added, 0, removed);
        }
    }
}

static void print_info(struct vtr_text *out, const struct shown *shown)
{
    const struct vtr_delta_info *info = &shown->info;

    row(out, "database");
    vtr_text_safe(out, info->name);
    vtr_text_add(out, "\n");
    print_side(out, "from", info->from_release, info->from_digest);
    print_side(out, "to", info->to_release, info->to_digest);
    print_all_counts(out, shown);
    row(out, "bytes");
    vtr_text_number(out, shown->len);
    vtr_text_add(out, ", unpacked ");
    vtr_text_number(out, info->raw_len);
    vtr_text_add(out, ", for a database of ");
    vtr_text_number(out, info->to_len);
    vtr_text_add(out, "\n");
    row(out, "layout");
    vtr_text_number(out, info->layout);
    vtr_text_add(out, "\n");
    row(out, "signatures");
    vtr_text_number(out, info->signature_count);
    for (unsigned i = 0; i < info->signature_count; i++) {
        vtr_text_add(out, i == 0 ? ", by key " : ", ");
        vtr_key_id_print(out, info->key_ids[i]);
    }
    vtr_text_add(out, "\n");
    for (size_t i = 0; i < shown->changes.count; i++) {
        const struct vtr_change *change = &shown->changes.items[i].change;
        vtr_change_print(out, vtr_change_word(change->kind), change, NULL);
    }
}

static void put_side(struct vtr_json *json, const char *name, uint64_t release,
                     const uint8_t *digest)
{
    vtr_json_begin_object(json, name);
    vtr_json_number(json, "release", release);
    vtr_json_hex(json, "digest", (struct vtr_bytes){digest, VTR_DIGEST_LEN});
    vtr_json_end_object(json);
}

static void put_counts(struct vtr_json *json, const char *name,
                       const struct shown *shown, enum vtr_change_of of)
{
    vtr_json_begin_object(json, name);
    vtr_json_number(json, "added", count_changes(shown, of, VTR_CHANGE_ADDED));
    vtr_json_number(json, "changed", count_changes(shown, of, VTR_CHANGE_CHANGED));
    vtr_json_number(json, "removed", count_changes(shown, of, VTR_CHANGE_REMOVED));
    vtr_json_end_object(json);
}

static void put_hashes(struct vtr_json *json, const struct vtr_delta_info *info)
{
    vtr_json_begin_object(json, "hashes");
    for (unsigned kind = 0; kind < 3; kind++) {
        vtr_json_begin_object(json, KIND_NAMES[kind]);
        vtr_json_number(json, "added", info->hashes[kind].added);
        vtr_json_number(json, "removed", info->hashes[kind].removed);
        vtr_json_end_object(json);
    }
    vtr_json_end_object(json);
}

static void put_keys(struct vtr_json *json, const struct vtr_delta_info *info)
{
    vtr_json_number(json, "signatures", info->signature_count);
    vtr_json_begin_array(json, "keys");
    for (unsigned i = 0; i < info->signature_count; i++) {
        vtr_key_id_to_json(json, NULL, info->key_ids[i]);
    }
    vtr_json_end_array(json);
}

static void put_info(struct vtr_text *out, const struct shown *shown)
{
    const struct vtr_delta_info *info = &shown->info;
    struct vtr_json json;

    vtr_json_begin(&json, out);
    vtr_json_bytes(&json, "name", info->name);
    put_side(&json, "from", info->from_release, info->from_digest);
    put_side(&json, "to", info->to_release, info->to_digest);
    if (shown->is_listed) {
        put_counts(&json, "rules", shown, VTR_CHANGE_OF_RULE);
        put_counts(&json, "externals", shown, VTR_CHANGE_OF_EXTERNAL);
    }
    put_hashes(&json, info);
    vtr_json_number(&json, "bytes", shown->len);
    vtr_json_number(&json, "unpacked_bytes", info->raw_len);
    vtr_json_number(&json, "database_bytes", info->to_len);
    vtr_json_number(&json, "layout", info->layout);
    put_keys(&json, info);
    if (shown->is_listed) {
        vtr_json_begin_array(&json, "changes");
        for (size_t i = 0; i < shown->changes.count; i++) {
            const struct vtr_change *change = &shown->changes.items[i].change;
            vtr_change_to_json(&json, vtr_change_word(change->kind), change, NULL);
        }
        vtr_json_end_array(&json);
    }
    vtr_json_finish(&json);
}

/* Fills `out` from a delta's bytes. */
static enum vtr_status load(struct vtr_bytes delta, struct shown *out,
                            struct vtr_error *err)
{
    enum vtr_status status = vtr_delta_get_info(delta, &out->info, err);

    out->len = delta.len;
    if (status != VTR_OK) {
        return status;
    }
    status = vtr_delta_list_changes(delta, vtr_change_list_add, &out->changes, err);
    out->is_listed = status == VTR_OK;
    if (status == VTR_OK && out->changes.has_failed) {
        return vtr_fail_memory(err);
    }
    return status == VTR_ERROR_VERSION ? VTR_OK : status;
}

static int show(const char *path, bool is_json)
{
    struct vtr_input delta = {0};
    struct shown shown = {0};
    struct vtr_error err = {0};
    struct vtr_text out = {0};
    int exit_code = VTR_EXIT_YES;

    enum vtr_status status = vtr_input_open(&delta, path, &err);
    if (status == VTR_OK) {
        status = load(delta.bytes, &shown, &err);
        if (status != VTR_OK) {
            vtr_input_blame(path, &err);
        }
    }
    if (status != VTR_OK) {
        exit_code = vtr_complain(&vtr_verb_delta_info, &err);
    } else {
        if (is_json) {
            put_info(&out, &shown);
        } else {
            print_info(&out, &shown);
        }
        exit_code = vtr_output_answer(&out, exit_code);
    }
    vtr_change_list_deinit(&shown.changes);
    vtr_input_close(&delta);
    return exit_code;
}

int vtr_cmd_delta_info(int argc, char **argv)
{
    struct info_arguments arguments = {0};
    struct vtr_list paths = {0};
    int exit_code;

    if (vtr_options_parse(&vtr_verb_delta_info, argc, argv, &arguments, &paths,
                          &exit_code)) {
        exit_code = show(paths.items[0], arguments.is_json);
    }
    vtr_options_deinit(&vtr_verb_delta_info, &arguments, &paths);
    return exit_code;
}

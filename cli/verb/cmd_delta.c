/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine delta: what changes between two databases, made, signed and applied. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/command/command.h"
#include "cli/command/delta_verbs.h"
#include "cli/command/keys.h"
#include "cli/command/output.h"
#include "cli/command/password.h"
#include "cli/report/json.h"
#include "cli/system/os_clock.h"
#include "cli/system/os_input.h"
#include "vitrine/delta.h"
#include "vitrine/scan.h"

#define CREATE_EXAMPLE \
 "vitrine delta create 11.vdb 12.vdb -o 11-12.vdelta --key release.key"
#define APPLY_EXAMPLE                                                          \
 "vitrine delta apply 11.vdb 11-12.vdelta -o 12.vdb --trust release.key.pub\n" \
 "vitrine delta apply now.vdb 11-12.vdelta -o now.vdb --trust release.key.pub"

struct create_arguments {
    const char *output;
    const char *key;
    const char *password_file;
    bool is_unsigned;
    bool is_json;
};

static const struct vtr_option CREATE_OPTIONS[] = {
    {"output", 'o', VTR_OPTION_PATH, "D.vdelta", "write the delta here",
     offsetof(struct create_arguments, output)},
    {"key", 'k', VTR_OPTION_PATH, "KEY", "sign it with this secret key",
     offsetof(struct create_arguments, key)},
    {"password-file", 0, VTR_OPTION_PATH, "FILE",
     "take the key's password from the first line of FILE",
     offsetof(struct create_arguments, password_file)},
    {"unsigned", 0, VTR_OPTION_FLAG, NULL, "do not sign it",
     offsetof(struct create_arguments, is_unsigned)},
    {"json", 0, VTR_OPTION_FLAG, NULL, "summary as one JSON object",
     offsetof(struct create_arguments, is_json)}};

static const struct vtr_verb CREATE = {
    .name = "delta create",
    .summary = "make the delta from one database to another",
    .example = CREATE_EXAMPLE,
    .details = "The delta is applied to OLD and the result held against NEW before\n"
               "anything is written.\n",
    .operands = "OLD.vdb NEW.vdb",
    .operand_min = 2,
    .operand_max = 2,
    .options = CREATE_OPTIONS,
    .option_count = sizeof(CREATE_OPTIONS) / sizeof(CREATE_OPTIONS[0]),
    .exits = "0  written\n2  could not\n",
    .run = vtr_cmd_delta_create};

struct apply_arguments {
    const char *output;
    struct vtr_list trusted;
    bool is_unsigned;
    bool is_json;
};

static const struct vtr_option APPLY_OPTIONS[] = {
    {"output", 'o', VTR_OPTION_PATH, "NEW.vdb", "write the new database here",
     offsetof(struct apply_arguments, output)},
    {"trust", 't', VTR_OPTION_PATHS, "KEY.pub",
     "accept deltas that this public key signed; may be given again",
     offsetof(struct apply_arguments, trusted)},
    {"unsigned", 0, VTR_OPTION_FLAG, NULL,
     "accept a delta that nobody vouches for; only its digests then protect",
     offsetof(struct apply_arguments, is_unsigned)},
    {"json", 0, VTR_OPTION_FLAG, NULL, "summary as one JSON object",
     offsetof(struct apply_arguments, is_json)}};

static const struct vtr_verb APPLY = {
    .name = "delta apply",
    .summary = "turn a database into the next one",
    .example = APPLY_EXAMPLE,
    .details =
        "The signature is checked before the delta is parsed; the result is read\n"
        "back from the disk and held against its digest before it takes NEW's\n"
        "place.  Whatever goes wrong, NEW is as it was; it may be OLD itself.\n",
    .operands = "OLD.vdb D.vdelta",
    .operand_min = 2,
    .operand_max = 2,
    .options = APPLY_OPTIONS,
    .option_count = sizeof(APPLY_OPTIONS) / sizeof(APPLY_OPTIONS[0]),
    .exits = "0  written\n2  refused: signature, digest, format, or the disk\n",
    .run = vtr_cmd_delta_apply};

static const struct vtr_verb *const CHILDREN[] = {&CREATE, &APPLY,
                                                  &vtr_verb_delta_merge,
                                                  &vtr_verb_delta_info, NULL};

const struct vtr_verb vtr_verb_delta = {
    .name = "delta",
    .summary = "make, apply, merge and show updates of databases",
    .example = CREATE_EXAMPLE "\n" APPLY_EXAMPLE,
    .children = CHILDREN};

int vtr_delta_report_made(const char *path, uint64_t len, uint64_t milliseconds,
                          bool is_json)
{
    struct vtr_text out = {0};

    if (is_json) {
        struct vtr_json json;
        vtr_json_begin(&json, &out);
        vtr_json_string(&json, "path", path);
        vtr_json_number(&json, "bytes", len);
        vtr_json_milli(&json, "seconds", milliseconds);
        vtr_json_finish(&json);
        return vtr_output_answer(&out, VTR_EXIT_YES);
    }
    vtr_text_safe(&out, vtr_text_view(path));
    vtr_text_add(&out, ": ");
    vtr_text_number(&out, len);
    vtr_text_add(&out, " bytes in ");
    vtr_text_milli(&out, milliseconds);
    vtr_text_add(&out, " s\n");
    (void)vtr_text_print(&out, stderr);
    vtr_text_deinit(&out);
    return VTR_EXIT_YES;
}

static uint64_t release_of(struct vtr_bytes bytes)
{
    struct vtr_database *database = NULL;
    struct vtr_database_info info = {0};

    if (vtr_database_open_bytes(&database, bytes, NULL) == VTR_OK) {
        vtr_database_get_info(database, &info);
    }
    vtr_database_free(database);
    return info.release;
}

/* A delta that does not lead to a later release is mostly one whose arguments are in
 * the wrong order, or whose release number was forgotten. */
static void warn_of_releases(struct vtr_bytes from, struct vtr_bytes to)
{
    const uint64_t old_release = release_of(from);
    const uint64_t new_release = release_of(to);
    struct vtr_text out = {0};

    if (new_release > old_release || vtr_text_is_same(from, to)) {
        return;
    }
    vtr_text_add(&out, "vitrine delta create: warning: ");
    if (new_release == old_release) {
        vtr_text_add(&out, "both databases are release ");
        vtr_text_number(&out, old_release);
        vtr_text_add(&out, " and differ");
    } else {
        vtr_text_add(&out, "this goes back from release ");
        vtr_text_number(&out, old_release);
        vtr_text_add(&out, " to ");
        vtr_text_number(&out, new_release);
    }
    vtr_text_add(&out, "\n");
    (void)vtr_text_print(&out, stderr);
    vtr_text_deinit(&out);
}

static int create(const struct create_arguments *arguments, const char *const *paths)
{
    struct vtr_input from = {0};
    struct vtr_input to = {0};
    struct vtr_secret_key *key = NULL;
    struct vtr_error err = {0};
    uint64_t start = 0;
    uint64_t len = 0;
    int exit_code;

    enum vtr_status status = vtr_input_open_database(&from, paths[0], &err);
    if (status == VTR_OK) {
        status = vtr_input_open_database(&to, paths[1], &err);
    }
    if (status == VTR_OK && arguments->key != NULL) {
        status =
            vtr_password_load_key(&key, arguments->key, arguments->password_file, &err);
    }
    start = vtr_stopwatch_ms(); /* the time of typing a password is not ours */
    if (status == VTR_OK) {
        status =
            vtr_delta_create(from.bytes, to.bytes, key, arguments->output, &len, &err);
    }
    if (status == VTR_OK) {
        warn_of_releases(from.bytes, to.bytes);
        exit_code =
            vtr_delta_report_made(arguments->output, len, vtr_stopwatch_ms() - start,
                                  arguments->is_json);
    } else {
        exit_code = vtr_complain(&CREATE, &err);
    }
    vtr_secret_key_free(key);
    vtr_input_close(&to);
    vtr_input_close(&from);
    return exit_code;
}

static bool is_create_allowed(const struct create_arguments *arguments,
                              const struct vtr_list *paths)
{
    if ((arguments->key == NULL) == !arguments->is_unsigned) {
        vtr_complain_text(&CREATE, "either --key KEY or --unsigned", NULL);
        return false;
    }
    if (vtr_output_is_torn(&CREATE, arguments->output, arguments->is_json)) {
        return false;
    }
    return vtr_output_is_allowed(&CREATE, arguments->output, paths->items,
                                 paths->count) &&
           (arguments->key == NULL ||
            vtr_output_is_allowed(&CREATE, arguments->output, &arguments->key, 1));
}

int vtr_cmd_delta_create(int argc, char **argv)
{
    struct create_arguments arguments = {0};
    struct vtr_list paths = {0};
    int exit_code;

    if (vtr_options_parse(&CREATE, argc, argv, &arguments, &paths, &exit_code)) {
        exit_code = is_create_allowed(&arguments, &paths)
                        ? create(&arguments, paths.items)
                        : VTR_EXIT_FAILED;
    }
    vtr_options_deinit(&CREATE, &arguments, &paths);
    return exit_code;
}

/* "new.vdb: release 12, 33744 bytes in 0.004 s". */
static void print_applied(struct vtr_text *out, const char *path,
                          const struct vtr_delta_info *info, uint64_t milliseconds)
{
    vtr_text_safe(out, vtr_text_view(path));
    vtr_text_add(out, ": release ");
    vtr_text_number(out, info->to_release);
    vtr_text_add(out, ", ");
    vtr_text_number(out, info->to_len);
    vtr_text_add(out, " bytes in ");
    vtr_text_milli(out, milliseconds);
    vtr_text_add(out, " s\n");
}

static void put_applied(struct vtr_text *out, const char *path,
                        const struct vtr_delta_info *info, uint64_t milliseconds)
{
    struct vtr_json json;

    vtr_json_begin(&json, out);
    vtr_json_string(&json, "path", path);
    vtr_json_number(&json, "release", info->to_release);
    vtr_json_hex(&json, "digest", (struct vtr_bytes){info->to_digest, VTR_DIGEST_LEN});
    vtr_json_number(&json, "bytes", info->to_len);
    vtr_json_milli(&json, "seconds", milliseconds);
    vtr_json_finish(&json);
}

/* What a delta that was just applied has led to. */
static int report_applied(const struct apply_arguments *arguments,
                          struct vtr_bytes delta, uint64_t milliseconds)
{
    struct vtr_delta_info info;
    struct vtr_error err = {0};
    struct vtr_text out = {0};

    if (vtr_delta_get_info(delta, &info, &err) != VTR_OK) {
        return vtr_complain(&APPLY, &err);
    }
    if (arguments->is_json) {
        put_applied(&out, arguments->output, &info, milliseconds);
        return vtr_output_answer(&out, VTR_EXIT_YES);
    }
    print_applied(&out, arguments->output, &info, milliseconds);
    (void)vtr_text_print(&out, stderr);
    vtr_text_deinit(&out);
    return VTR_EXIT_YES;
}

static int apply(const struct apply_arguments *arguments, const char *const *paths)
{
    struct vtr_input from = {0};
    struct vtr_input delta = {0};
    struct vtr_public_key *keys = NULL;
    struct vtr_error err = {0};
    const uint64_t start = vtr_stopwatch_ms();

    enum vtr_status status = vtr_keys_load_public(&keys, &arguments->trusted, &err);
    if (status == VTR_OK) {
        status = vtr_input_open_database(&from, paths[0], &err);
    }
    if (status == VTR_OK) {
        status = vtr_input_open(&delta, paths[1], &err);
    }
    if (status == VTR_OK) {
        status = vtr_delta_apply(from.bytes, delta.bytes, keys,
                                 arguments->trusted.count, arguments->output, &err);
        if (status == VTR_ERROR_FORMAT || status == VTR_ERROR_SIGNATURE) {
            vtr_input_blame(paths[1], &err);
        }
    }
    const int exit_code = status == VTR_OK ? report_applied(arguments, delta.bytes,
                                                            vtr_stopwatch_ms() - start)
                                           : vtr_complain(&APPLY, &err);
    vtr_input_close(&delta);
    vtr_input_close(&from);
    free(keys);
    return exit_code;
}

static bool is_apply_allowed(const struct apply_arguments *arguments,
                             const struct vtr_list *paths)
{
    if ((arguments->trusted.count == 0) == !arguments->is_unsigned) {
        vtr_complain_text(&APPLY, "either --trust KEY.pub or --unsigned", NULL);
        return false;
    }
    if (vtr_output_is_torn(&APPLY, arguments->output, arguments->is_json)) {
        return false;
    }
    /* The result takes its place whole, so that OLD may be NEW: an update in place. */
    return vtr_output_is_allowed(&APPLY, arguments->output, &paths->items[1], 1) &&
           vtr_output_is_allowed(&APPLY, arguments->output, arguments->trusted.items,
                                 arguments->trusted.count);
}

int vtr_cmd_delta_apply(int argc, char **argv)
{
    struct apply_arguments arguments = {0};
    struct vtr_list paths = {0};
    int exit_code;

    if (vtr_options_parse(&APPLY, argc, argv, &arguments, &paths, &exit_code)) {
        exit_code = is_apply_allowed(&arguments, &paths)
                        ? apply(&arguments, paths.items)
                        : VTR_EXIT_FAILED;
    }
    vtr_options_deinit(&APPLY, &arguments, &paths);
    return exit_code;
}

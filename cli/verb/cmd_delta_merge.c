/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine delta merge: deltas in a row as one. */
#include <stdlib.h>

#include "cli/command/delta_verbs.h"
#include "cli/command/keys.h"
#include "cli/command/output.h"
#include "cli/command/password.h"
#include "cli/system/failure.h"
#include "cli/system/os_clock.h"
#include "cli/system/os_input.h"

struct merge_arguments {
    const char *output;
    const char *key;
    const char *password_file;
    struct vtr_list trusted;
    bool is_unsigned;
    bool is_json;
};

static const struct vtr_option OPTIONS[] = {
    {"output", 'o', VTR_OPTION_PATH, "D.vdelta", "write the delta here",
     offsetof(struct merge_arguments, output)},
    {"trust", 't', VTR_OPTION_PATHS, "KEY.pub",
     "merge only deltas that this public key signed; may be given again",
     offsetof(struct merge_arguments, trusted)},
    {"key", 'k', VTR_OPTION_PATH, "KEY", "sign what comes of it with this secret key",
     offsetof(struct merge_arguments, key)},
    {"password-file", 0, VTR_OPTION_PATH, "FILE",
     "take the key's password from the first line of FILE",
     offsetof(struct merge_arguments, password_file)},
    {"unsigned", 0, VTR_OPTION_FLAG, NULL, "do not sign it",
     offsetof(struct merge_arguments, is_unsigned)},
    {"json", 0, VTR_OPTION_FLAG, NULL, "summary as one JSON object",
     offsetof(struct merge_arguments, is_json)}};

const struct vtr_verb vtr_verb_delta_merge = {
    .name = "delta merge",
    .summary = "make one delta of several in a row",
    .example =
        "vitrine delta merge 11-12.vdelta 12-13.vdelta -o 11-13.vdelta \\\n"
        "    --trust release.key.pub --key release.key\n"
        "vitrine delta merge 11-12.vdelta 12-13.vdelta -o 11-13.vdelta --unsigned",
    .details =
        "No database is needed, and in a longer row it does not matter which are\n"
        "merged first: the bytes are the same.  The signatures of what is merged are\n"
        "of those files and do not go over: sign the new delta, or leave it unsigned.\n"
        "Nothing is signed that was not checked: --key asks for --trust.\n",
    .operands = "D.vdelta...",
    .operand_min = 1,
    .operand_max = SIZE_MAX,
    .options = OPTIONS,
    .option_count = sizeof(OPTIONS) / sizeof(OPTIONS[0]),
    .exits = "0  written\n2  refused: signature, format, deltas that do not follow\n",
    .run = vtr_cmd_delta_merge};

/* The deltas, in their order. */
struct inputs {
    struct vtr_input *files;
    struct vtr_bytes *bytes;
    size_t count;
};

static void inputs_close(struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->count; i++) {
        vtr_input_close(&inputs->files[i]);
    }
    free(inputs->files);
    free(inputs->bytes);
}

static enum vtr_status inputs_open(struct inputs *out, const struct vtr_list *paths,
                                   struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;

    out->files = calloc(paths->count + 1, sizeof(*out->files));
    out->bytes = calloc(paths->count + 1, sizeof(*out->bytes));
    if (out->files == NULL || out->bytes == NULL) {
        return vtr_fail_memory(err);
    }
    for (size_t i = 0; status == VTR_OK && i < paths->count; i++) {
        status = vtr_input_open(&out->files[i], paths->items[i], err);
        if (status == VTR_OK) {
            out->bytes[i] = out->files[i].bytes;
            out->count++;
        }
    }
    return status;
}

static int merge(const struct merge_arguments *arguments, const struct vtr_list *paths)
{
    struct inputs inputs = {0};
    struct vtr_public_key *trusted = NULL;
    struct vtr_secret_key *key = NULL;
    struct vtr_error err = {0};
    uint64_t start = 0;
    uint64_t len = 0;

    enum vtr_status status = vtr_keys_load_public(&trusted, &arguments->trusted, &err);
    if (status == VTR_OK) {
        status = inputs_open(&inputs, paths, &err);
    }
    if (status == VTR_OK && arguments->key != NULL) {
        status =
            vtr_password_load_key(&key, arguments->key, arguments->password_file, &err);
    }
    start = vtr_stopwatch_ms(); /* the time of typing a password is not ours */
    if (status == VTR_OK) {
        const struct vtr_delta_signing signing = {trusted, arguments->trusted.count,
                                                  key};
        status = vtr_delta_merge(inputs.bytes, inputs.count, &signing,
                                 arguments->output, &len, &err);
    }
    const int exit_code =
        status == VTR_OK
            ? vtr_delta_report_made(arguments->output, len, vtr_stopwatch_ms() - start,
                                    arguments->is_json)
            : vtr_complain(&vtr_verb_delta_merge, &err);
    vtr_secret_key_free(key);
    inputs_close(&inputs);
    free(trusted);
    return exit_code;
}

static bool is_merge_allowed(const struct merge_arguments *arguments,
                             const struct vtr_list *paths)
{
    const struct vtr_verb *verb = &vtr_verb_delta_merge;

    if ((arguments->key == NULL) == !arguments->is_unsigned) {
        vtr_complain_text(verb, "either --key KEY or --unsigned", NULL);
        return false;
    }
    if (arguments->key != NULL && arguments->trusted.count == 0) {
        vtr_complain_text(verb,
                          "--key asks for --trust KEY.pub: nothing is signed that "
                          "was not checked",
                          NULL);
        return false;
    }
    if (vtr_output_is_torn(verb, arguments->output, arguments->is_json)) {
        return false;
    }
    return vtr_output_is_allowed(verb, arguments->output, paths->items, paths->count) &&
           vtr_output_is_allowed(verb, arguments->output, arguments->trusted.items,
                                 arguments->trusted.count) &&
           (arguments->key == NULL ||
            vtr_output_is_allowed(verb, arguments->output, &arguments->key, 1));
}

int vtr_cmd_delta_merge(int argc, char **argv)
{
    struct merge_arguments arguments = {0};
    struct vtr_list paths = {0};
    int exit_code;

    if (vtr_options_parse(&vtr_verb_delta_merge, argc, argv, &arguments, &paths,
                          &exit_code)) {
        exit_code = is_merge_allowed(&arguments, &paths) ? merge(&arguments, &paths)
                                                         : VTR_EXIT_FAILED;
    }
    vtr_options_deinit(&vtr_verb_delta_merge, &arguments, &paths);
    return exit_code;
}

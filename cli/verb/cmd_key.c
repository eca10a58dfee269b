/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine key: the key pairs that sign deltas. */
#include <stdio.h>
#include <string.h>

#include "cli/command/command.h"
#include "cli/command/keys.h"
#include "cli/command/output.h"
#include "cli/command/password.h"
#include "cli/report/json.h"
#include "vitrine/verify.h"

struct generate_arguments {
    const char *password_file;
    bool has_no_password;
    bool is_json;
};

static const struct vtr_option GENERATE_OPTIONS[] = {
    {"no-password", 0, VTR_OPTION_FLAG, NULL,
     "store the secret key unencrypted: for machines that sign unattended",
     offsetof(struct generate_arguments, has_no_password)},
    {"password-file", 0, VTR_OPTION_PATH, "FILE",
     "take the password from the first line of FILE; '-' is standard input",
     offsetof(struct generate_arguments, password_file)},
    {"json", 0, VTR_OPTION_FLAG, NULL, "one JSON object",
     offsetof(struct generate_arguments, is_json)}};

static const struct vtr_verb GENERATE = {
    .name = "key generate",
    .summary = "make a key pair: NAME, secret, and NAME.pub",
    .example = "vitrine key generate release.key",
    .details =
        "Ed25519, in minisign's file format.  The secret key is encrypted with a\n"
        "password: that of --password-file, else of VITRINE_PASSWORD, else typed\n"
        "twice.  Existing files are never overwritten.\n",
    .operands = "NAME",
    .operand_min = 1,
    .operand_max = 1,
    .options = GENERATE_OPTIONS,
    .option_count = sizeof(GENERATE_OPTIONS) / sizeof(GENERATE_OPTIONS[0]),
    .exits = "0  made\n2  could not\n",
    .run = vtr_cmd_key_generate};

struct show_arguments {
    bool is_json;
};

static const struct vtr_option SHOW_OPTIONS[] = {
    {"json", 0, VTR_OPTION_FLAG, NULL, "one JSON object",
     offsetof(struct show_arguments, is_json)}};

static const struct vtr_verb SHOW = {
    .name = "key show",
    .summary = "show a public key",
    .example = "vitrine key show release.key.pub",
    .operands = "NAME.pub",
    .operand_min = 1,
    .operand_max = 1,
    .options = SHOW_OPTIONS,
    .option_count = sizeof(SHOW_OPTIONS) / sizeof(SHOW_OPTIONS[0]),
    .exits = "0  shown\n2  not a public key that can be used\n",
    .run = vtr_cmd_key_show};

static const struct vtr_verb *const CHILDREN[] = {&GENERATE, &SHOW, NULL};

const struct vtr_verb vtr_verb_key = {.name = "key",
                                      .summary = "make and show signing keys",
                                      .example = "vitrine key generate release.key",
                                      .children = CHILDREN};

static int answer(const char *path, const struct vtr_public_key *key, bool is_json)
{
    struct vtr_text out = {0};

    if (is_json) {
        struct vtr_json json;
        vtr_json_begin(&json, &out);
        vtr_json_string(&json, "path", path);
        vtr_key_id_to_json(&json, "id", key->id);
        vtr_json_hex(&json, "key", (struct vtr_bytes){key->key, VTR_PUBLIC_KEY_LEN});
        vtr_json_finish(&json);
    } else {
        vtr_text_add(&out, "key id      ");
        vtr_key_id_print(&out, key->id);
        vtr_text_add(&out, "\npublic key  ");
        vtr_text_hex(&out, (struct vtr_bytes){key->key, VTR_PUBLIC_KEY_LEN});
        vtr_text_add(&out, "\n");
    }
    return vtr_output_answer(&out, VTR_EXIT_YES);
}

static int generate(const struct generate_arguments *arguments, const char *path)
{
    char password[VTR_PASSWORD_CAP] = {0};
    struct vtr_public_key key;
    struct vtr_error err = {0};
    enum vtr_status status = VTR_OK;

    if (arguments->has_no_password && arguments->password_file != NULL) {
        return vtr_complain_text(&GENERATE,
                                 "--no-password and --password-file exclude each other",
                                 NULL);
    }
    if (!arguments->has_no_password) {
        status = vtr_password_get(arguments->password_file, true, password, &err);
    }
    if (status == VTR_OK) {
        status = vtr_key_generate(path, arguments->has_no_password ? NULL : password,
                                  &key, &err);
    }
    vtr_password_wipe(password);
    return status == VTR_OK ? answer(path, &key, arguments->is_json)
                            : vtr_complain(&GENERATE, &err);
}

int vtr_cmd_key_generate(int argc, char **argv)
{
    struct generate_arguments arguments = {0};
    struct vtr_list paths = {0};
    int exit_code;

    if (vtr_options_parse(&GENERATE, argc, argv, &arguments, &paths, &exit_code)) {
        exit_code = generate(&arguments, paths.items[0]);
    }
    vtr_options_deinit(&GENERATE, &arguments, &paths);
    return exit_code;
}

int vtr_cmd_key_show(int argc, char **argv)
{
    struct show_arguments arguments = {0};
    struct vtr_list paths = {0};
    int exit_code;

    if (vtr_options_parse(&SHOW, argc, argv, &arguments, &paths, &exit_code)) {
        struct vtr_public_key key;
        struct vtr_error err = {0};

        exit_code = vtr_public_key_load(&key, paths.items[0], &err) == VTR_OK
                        ? answer(paths.items[0], &key, arguments.is_json)
                        : vtr_complain(&SHOW, &err);
    }
    vtr_options_deinit(&SHOW, &arguments, &paths);
    return exit_code;
}

/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine repo approve: what a proposal would change, in words, and a signature. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command/output.h"
#include "cli/command/password.h"
#include "cli/command/repo.h"
#include "cli/report/changes.h"
#include "cli/report/json.h"
#include "cli/system/os_input.h"

struct approve_arguments {
    const char *key;
    const char *password_file;
    const char *database;
    const char *before;
    const char *root;
    bool is_unseen;
    bool is_json;
};

static const struct vtr_option OPTIONS[] = {
    {"key", 'k', VTR_OPTION_PATH, "KEY", "approve with this key; without it, only show",
     offsetof(struct approve_arguments, key)},
    {"password-file", 0, VTR_OPTION_PATH, "FILE",
     "take the key's password from the first line of FILE",
     offsetof(struct approve_arguments, password_file)},
    {"database", 0, VTR_OPTION_PATH, "NEW.vdb",
     "the database that is proposed, as you have it",
     offsetof(struct approve_arguments, database)},
    {"before", 0, VTR_OPTION_PATH, "OLD.vdb",
     "the one before: rules added, removed and changed are listed",
     offsetof(struct approve_arguments, before)},
    {"root", 0, VTR_OPTION_PATH, "ROOT.json",
     "the root that holds now: warn when the key's signature does not count",
     offsetof(struct approve_arguments, root)},
    {"unseen", 0, VTR_OPTION_FLAG, NULL, "approve a release without its database",
     offsetof(struct approve_arguments, is_unseen)},
    {"json", 0, VTR_OPTION_FLAG, NULL, "the proposal as one JSON object",
     offsetof(struct approve_arguments, is_json)}};

const struct vtr_verb vtr_verb_repo_approve = {
    .name = "repo approve",
    .summary = "show what a proposal changes, and sign it",
    .example =
        "vitrine repo approve 12.proposal\n"
        "vitrine repo approve 12.proposal --key lab.key --database main-12.vdb \\\n"
        "    --before main-11.vdb --root 1.root.json",
    .details =
        "NEW.vdb is best one that you built from the sources yourself: its digest has\n"
        "to be the proposal's.  The signature is added to the proposal's file.\n",
    .operands = "PROPOSAL",
    .operand_min = 1,
    .operand_max = 1,
    .options = OPTIONS,
    .option_count = sizeof(OPTIONS) / sizeof(OPTIONS[0]),
    .exits = "0  shown, and signed with --key\n2  could not\n",
    .run = vtr_cmd_repo_approve};

static void put_target(struct vtr_text *out, const struct vtr_proposal_target *target)
{
    vtr_text_add(out, "file      ");
    vtr_text_safe(out, target->path);
    vtr_text_add(out, ", ");
    vtr_text_number(out, target->len);
    vtr_text_add(out, " bytes\n          sha256 ");
    vtr_text_hex(out, (struct vtr_bytes){target->sha256, 32});
    vtr_text_add(out, "\n");
    if (target->is_database || target->is_delta) {
        vtr_text_add(out, "          ");
        vtr_text_safe(out, target->database);
        if (target->is_delta) {
            vtr_text_add(out, ", from release ");
            vtr_text_number(out, target->from_release);
            vtr_text_add(out, " to release ");
        } else {
            vtr_text_add(out, ", release ");
        }
        vtr_text_number(out, target->release);
        vtr_text_add(out, ", digest ");
        vtr_text_hex(out, (struct vtr_bytes){target->digest, VTR_DIGEST_LEN});
        vtr_text_add(out, "\n");
    }
}

static void put_key(struct vtr_text *out, const struct vtr_proposal_key *key)
{
    vtr_text_add(out, "key       ");
    vtr_text_hex(out, (struct vtr_bytes){key->key, VTR_PUBLIC_KEY_LEN});
    if (key->party.len > 0) {
        vtr_text_add(out, " of ");
        vtr_text_safe(out, key->party);
    }
    vtr_text_add(out, ":");
    vtr_text_add(out, (key->uses & VTR_KEY_USE_ROOT) != 0 ? " root" : "");
    vtr_text_add(out, (key->uses & VTR_KEY_USE_RELEASE) != 0 ? " releases" : "");
    vtr_text_add(out, (key->uses & VTR_KEY_USE_ONLINE) != 0 ? " online" : "");
    vtr_text_add(out, key->uses == 0 ? " nothing" : "");
    vtr_text_add(out, "\n");
}

/* Nobody else will say it: the operator who made the proposal may want it so. */
static void put_warning(struct vtr_text *out, const struct vtr_proposal *proposal,
                        bool is_root)
{
    struct vtr_error err = {0};

    if (is_root && vtr_proposal_check_parties(proposal, &err) != VTR_OK) {
        vtr_text_add(out, "warning   ");
        vtr_text_safe(out, vtr_text_view(err.message));
        vtr_text_add(out, "\n");
    }
}

static void put_proposal(struct vtr_text *out, const struct vtr_proposal *proposal)
{
    struct vtr_proposal_info info;

    vtr_proposal_get_info(proposal, &info);
    vtr_text_add(out, info.is_root ? "root      version " : "release   version ");
    vtr_text_number(out, info.version);
    vtr_text_add(out, " of the metadata, good until ");
    vtr_text_add(out, info.expires);
    vtr_text_add(out, ", signatures: ");
    vtr_text_number(out, info.signature_count);
    vtr_text_add(out, "\n");
    if (info.is_root) {
        vtr_text_add(out, "takes     ");
        vtr_text_number(out, info.root_threshold);
        vtr_text_add(out, " approvals of a root, ");
        vtr_text_number(out, info.release_threshold);
        vtr_text_add(out, " of a release\n");
    }
    put_warning(out, proposal, info.is_root != 0);
    for (size_t i = 0; i < info.key_count; i++) {
        struct vtr_proposal_key key;
        vtr_proposal_get_key(proposal, i, &key);
        put_key(out, &key);
    }
    for (size_t i = 0; i < info.target_count; i++) {
        struct vtr_proposal_target target;
        vtr_proposal_get_target(proposal, i, &target);
        put_target(out, &target);
    }
}

static void json_target(struct vtr_json *json, const struct vtr_proposal_target *target)
{
    vtr_json_begin_object(json, NULL);
    vtr_json_bytes(json, "path", target->path);
    vtr_json_number(json, "length", target->len);
    vtr_json_hex(json, "sha256", (struct vtr_bytes){target->sha256, 32});
    if (target->is_database || target->is_delta) {
        vtr_json_bytes(json, "database", target->database);
        vtr_json_number(json, "release", target->release);
        vtr_json_hex(json, "digest",
                     (struct vtr_bytes){target->digest, VTR_DIGEST_LEN});
    }
    if (target->is_delta) {
        vtr_json_number(json, "from_release", target->from_release);
    }
    vtr_json_end_object(json);
}

static void json_key(struct vtr_json *json, const struct vtr_proposal_key *key)
{
    vtr_json_begin_object(json, NULL);
    vtr_json_hex(json, "key", (struct vtr_bytes){key->key, VTR_PUBLIC_KEY_LEN});
    vtr_json_bytes(json, "party", key->party);
    vtr_json_bool(json, "root", (key->uses & VTR_KEY_USE_ROOT) != 0);
    vtr_json_bool(json, "releases", (key->uses & VTR_KEY_USE_RELEASE) != 0);
    vtr_json_bool(json, "online", (key->uses & VTR_KEY_USE_ONLINE) != 0);
    vtr_json_end_object(json);
}

static void json_proposal(struct vtr_text *out, const struct vtr_proposal *proposal,
                          bool is_approved)
{
    struct vtr_proposal_info info;
    struct vtr_json json;

    vtr_proposal_get_info(proposal, &info);
    vtr_json_begin(&json, out);
    vtr_json_string(&json, "of", info.is_root ? "root" : "release");
    vtr_json_number(&json, "version", info.version);
    vtr_json_string(&json, "expires", info.expires);
    vtr_json_number(&json, "signatures", info.signature_count);
    vtr_json_bool(&json, "approved", is_approved);
    if (info.is_root) {
        vtr_json_number(&json, "root_threshold", info.root_threshold);
        vtr_json_number(&json, "threshold", info.release_threshold);
    }
    vtr_json_begin_array(&json, info.is_root ? "keys" : "files");
    for (size_t i = 0; i < info.key_count; i++) {
        struct vtr_proposal_key key;
        vtr_proposal_get_key(proposal, i, &key);
        json_key(&json, &key);
    }
    for (size_t i = 0; i < info.target_count; i++) {
        struct vtr_proposal_target target;
        vtr_proposal_get_target(proposal, i, &target);
        json_target(&json, &target);
    }
    vtr_json_end_array(&json);
    vtr_json_finish(&json);
}

static void put_change(const struct vtr_change *change, void *context)
{
    vtr_change_print(context, vtr_change_word(change->kind), change, NULL);
}

/* The database is the proposal's, and what is new in it. */
static enum vtr_status compare(struct vtr_text *out,
                               const struct vtr_proposal *proposal,
                               const struct approve_arguments *arguments,
                               struct vtr_error *err)
{
    struct vtr_input database = {0};
    struct vtr_input before = {0};
    enum vtr_status status =
        vtr_input_open_database(&database, arguments->database, err);

    if (status == VTR_OK) {
        status = vtr_proposal_check_database(proposal, database.bytes, err);
        if (status != VTR_OK) {
            vtr_input_blame(arguments->database, err);
        }
    }
    if (status == VTR_OK) {
        vtr_text_add(out, "yours     ");
        vtr_text_safe(out, vtr_text_view(arguments->database));
        vtr_text_add(out, " is the database that is proposed\n");
    }
    if (status == VTR_OK && arguments->before != NULL) {
        status = vtr_input_open_database(&before, arguments->before, err);
        if (status == VTR_OK) {
            status = vtr_compare(before.bytes, database.bytes, put_change, out, err);
        }
    }
    vtr_input_close(&before);
    vtr_input_close(&database);
    return status;
}

/* Says so when the signature will not count.  It is made all the same: the root may be
 * an old one. */
static enum vtr_status warn_of_key(const struct vtr_proposal *proposal,
                                   const struct approve_arguments *arguments,
                                   const struct vtr_secret_key *key,
                                   struct vtr_error *err)
{
    struct vtr_input root = {0};
    struct vtr_public_key public;
    struct vtr_error why = {0};
    enum vtr_status status = VTR_OK;

    if (arguments->root != NULL) {
        status = vtr_input_open(&root, arguments->root, err);
    }
    if (status == VTR_OK) {
        vtr_secret_key_get_public(key, &public);
        status = vtr_proposal_check_key(proposal, root.bytes, &public, &why);
        if (status == VTR_ERROR_ARGUMENT) {
            char text[sizeof(why.message) + 16];

            (void)snprintf(text, sizeof(text), "warning: %s", why.message);
            (void)vtr_complain_text(&vtr_verb_repo_approve, text, NULL);
            status = VTR_OK;
        } else if (status != VTR_OK) {
            *err = why;
        }
    }
    vtr_input_close(&root);
    return status;
}

static enum vtr_status sign(struct vtr_proposal *proposal,
                            const struct approve_arguments *arguments, const char *path,
                            struct vtr_error *err)
{
    struct vtr_secret_key *key = NULL;
    enum vtr_status status =
        vtr_password_load_key(&key, arguments->key, arguments->password_file, err);

    if (status == VTR_OK) {
        status = warn_of_key(proposal, arguments, key, err);
    }
    if (status == VTR_OK) {
        status = vtr_proposal_approve(proposal, key, path, err);
    }
    vtr_secret_key_free(key);
    return status;
}

static int approve(const struct approve_arguments *arguments, const char *path)
{
    const struct vtr_verb *verb = &vtr_verb_repo_approve;
    struct vtr_proposal *proposal = NULL;
    struct vtr_proposal_info info;
    struct vtr_text out = {0};
    struct vtr_error err = {0};
    enum vtr_status status = vtr_proposal_open(&proposal, path, &err);

    if (status != VTR_OK) {
        return vtr_complain(verb, &err);
    }
    vtr_proposal_get_info(proposal, &info);
    if (arguments->key != NULL && info.is_root == 0 && arguments->database == NULL &&
        !arguments->is_unseen) {
        vtr_proposal_free(proposal);
        return vtr_complain_text(
            verb, "either --database NEW.vdb or --unseen, to approve a release", NULL);
    }
    put_proposal(&out, proposal);
    if (arguments->database != NULL) {
        status = compare(&out, proposal, arguments, &err);
    }
    if (status == VTR_OK && arguments->key != NULL) {
        status = sign(proposal, arguments, path, &err);
        vtr_text_add(&out, status == VTR_OK ? "approved\n" : "");
    }
    if (status == VTR_OK && arguments->is_json) {
        vtr_text_clear(&out);
        json_proposal(&out, proposal, arguments->key != NULL);
    }
    vtr_proposal_free(proposal);
    if (status != VTR_OK) {
        vtr_text_deinit(&out);
        return vtr_complain(verb, &err);
    }
    return vtr_output_answer(&out, VTR_EXIT_YES);
}

int vtr_cmd_repo_approve(int argc, char **argv)
{
    const struct vtr_verb *verb = &vtr_verb_repo_approve;
    struct approve_arguments arguments = {0};
    struct vtr_list paths = {0};
    int exit_code;

    if (vtr_options_parse(verb, argc, argv, &arguments, &paths, &exit_code)) {
        if (arguments.before != NULL && arguments.database == NULL) {
            exit_code = vtr_complain_text(verb, "--before needs --database", NULL);
        } else if (arguments.before != NULL && arguments.is_json) {
            exit_code = vtr_complain_text(
                verb, "--before is for people: 'vitrine compare --json' for programs",
                NULL);
        } else {
            exit_code = approve(&arguments, paths.items[0]);
        }
    }
    vtr_options_deinit(verb, &arguments, &paths);
    return exit_code;
}

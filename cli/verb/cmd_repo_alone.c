/* SPDX-License-Identifier: Apache-2.0 */

/*
 * vitrine repo alone: a release in one step, with all keys on this machine.  For
 * whoever tries Vitrine out, and for repositories whose readers trust one machine; it
 * does what init, propose, approve and publish do, with the same checks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command/output.h"
#include "cli/command/repo.h"
#include "cli/report/json.h"
#include "cli/system/failure.h"
#include "cli/system/os_clock.h"
#include "cli/system/os_input.h"
#include "cli/system/os_places.h"
#include "vitrine/scan.h"

#define PARTY         "operator"
#define ROOT_DAYS     365
#define APPROVAL_DAYS 30

struct alone_arguments {
    const char *keys;
    uint64_t now;
    bool is_json;
};

static const struct vtr_option OPTIONS[] = {
    {"keys", 0, VTR_OPTION_PATH, "DIR",
     "where the keys are, or are made when there are none",
     offsetof(struct alone_arguments, keys)},
    {"now", 0, VTR_OPTION_NUMBER, "SECONDS", VTR_NOW_HELP,
     offsetof(struct alone_arguments, now)},
    {"json", 0, VTR_OPTION_FLAG, NULL, "what was made, as one JSON object",
     offsetof(struct alone_arguments, is_json)}};

const struct vtr_verb vtr_verb_repo_alone = {
    .name = "repo alone",
    .summary = "publish a release in one step, with all keys on this machine",
    .example = "vitrine repo alone /srv/db main-1.vdb --keys keys",
    .details = "Makes keys and repository when there are none.  For a try-out: whoever "
               "has the\n"
               "folder of keys can publish anything.  'vitrine repo key' replaces the "
               "keys by\n"
               "those of several parties later.\n",
    .operands = "REPO DB.vdb",
    .operand_min = 2,
    .operand_max = 2,
    .options = OPTIONS,
    .option_count = sizeof(OPTIONS) / sizeof(OPTIONS[0]),
    .exits = "0  published\n2  could not\n",
    .run = vtr_cmd_repo_alone};

/* What one run holds. */
struct alone {
    const char *dir;
    char *release_path; /* of the secret keys, owned */
    char *online_path;
    char *proposal_path; /* gone in the end */
    char *root_path;     /* the first root, which clients begin with */
    struct vtr_secret_key *release;
    struct vtr_secret_key *online;
    struct vtr_input input;
    struct vtr_database *database;
    struct vtr_database_info info;
    uint64_t now;
    bool made_release_key;
    bool made_online_key;
    bool made_repository;
};

/* FOLDER/NAME, from malloc. */
static char *path_in(const char *folder, const char *name)
{
    const size_t cap = strlen(folder) + strlen(name) + 2;
    char *path = malloc(cap);

    if (path != NULL) {
        (void)snprintf(path, cap, "%s/%s", folder, name);
    }
    return path;
}

static void deinit(struct alone *alone)
{
    vtr_secret_key_free(alone->release);
    vtr_secret_key_free(alone->online);
    vtr_database_free(alone->database);
    vtr_input_close(&alone->input);
    free(alone->release_path);
    free(alone->online_path);
    free(alone->proposal_path);
    free(alone->root_path);
}

/* Loads a key, which is made first where it is missing. */
static enum vtr_status have_key(struct vtr_secret_key **out, bool *out_is_made,
                                const char *path, struct vtr_error *err)
{
    struct vtr_public_key public;
    enum vtr_status status = VTR_OK;

    if (!vtr_path_exists(path)) {
        status = vtr_key_generate(path, NULL, &public, err);
        *out_is_made = status == VTR_OK;
    }
    return status == VTR_OK ? vtr_secret_key_load(out, path, NULL, err) : status;
}

/* Signs the proposal with the release key, which here is the root's too, and publishes
 * it. */
static enum vtr_status approve(const struct alone *alone, struct vtr_error *err)
{
    const char *const proposals[] = {alone->proposal_path};
    const struct vtr_secret_key *const keys[] = {alone->online};
    const struct vtr_online_options options = {.keys = keys,
                                               .key_count = 1,
                                               .now = alone->now};
    struct vtr_proposal *proposal = NULL;
    enum vtr_status status = vtr_proposal_open(&proposal, alone->proposal_path, err);

    if (status == VTR_OK) {
        status =
            vtr_proposal_approve(proposal, alone->release, alone->proposal_path, err);
    }
    vtr_proposal_free(proposal);
    return status == VTR_OK
               ? vtr_repository_publish(alone->dir, proposals, 1, &options, err)
               : status;
}

static enum vtr_status begin(struct alone *alone, struct vtr_error *err)
{
    struct vtr_repository_key added[] = {{.uses =
                                              VTR_KEY_USE_ROOT | VTR_KEY_USE_RELEASE,
                                          .party = PARTY},
                                         {.uses = VTR_KEY_USE_ONLINE}};
    const struct vtr_root_change change = {.added = added,
                                           .added_count = 2,
                                           .expires =
                                               alone->now + ROOT_DAYS * VTR_DAY_SECONDS,
                                           .allows_single_party = 1};

    vtr_secret_key_get_public(alone->release, &added[0].key);
    vtr_secret_key_get_public(alone->online, &added[1].key);
    const enum vtr_status status =
        vtr_repository_init(alone->dir, &change, alone->proposal_path, err);
    alone->made_repository = status == VTR_OK;
    return status == VTR_OK ? approve(alone, err) : status;
}

static enum vtr_status release(const struct alone *alone, struct vtr_error *err)
{
    const struct vtr_release_options options = {
        .key = alone->online, .expires = alone->now + APPROVAL_DAYS * VTR_DAY_SECONDS};
    const enum vtr_status status =
        vtr_repository_propose(alone->dir, alone->input.bytes, &options,
                               alone->proposal_path, err);

    return status == VTR_OK ? approve(alone, err) : status;
}

/* First of all: nothing is made for a file that is no database. */
static enum vtr_status open_database(struct alone *alone, const char *path,
                                     struct vtr_error *err)
{
    enum vtr_status status = vtr_input_open_database(&alone->input, path, err);

    if (status == VTR_OK) {
        status = vtr_database_open_bytes(&alone->database, alone->input.bytes, err);
    }
    if (status == VTR_OK) {
        vtr_database_get_info(alone->database, &alone->info);
    }
    return status;
}

static enum vtr_status prepare(struct alone *alone,
                               const struct alone_arguments *arguments,
                               struct vtr_error *err)
{
    alone->release_path = path_in(arguments->keys, "release.key");
    alone->online_path = path_in(arguments->keys, "online.key");
    alone->proposal_path = path_in(arguments->keys, ".alone.proposal");
    alone->root_path = path_in(alone->dir, "metadata/1.root.json");
    if (alone->release_path == NULL || alone->online_path == NULL ||
        alone->proposal_path == NULL || alone->root_path == NULL) {
        return vtr_fail_memory(err);
    }
    enum vtr_status status = vtr_clock_now(arguments->now, &alone->now, err);
    if (status == VTR_OK) {
        status = vtr_folder_make_private(arguments->keys, err);
    }
    if (status == VTR_OK) {
        status = have_key(&alone->release, &alone->made_release_key,
                          alone->release_path, err);
    }
    return status == VTR_OK ? have_key(&alone->online, &alone->made_online_key,
                                       alone->online_path, err)
                            : status;
}

static void print_path(struct vtr_text *out, const char *words, const char *path)
{
    vtr_text_add(out, words);
    vtr_text_safe(out, vtr_text_view(path));
    vtr_text_add(out, "\n");
}

static void print_made(struct vtr_text *out, const struct alone *alone)
{
    if (alone->made_release_key) {
        print_path(out, "made       ", alone->release_path);
    }
    if (alone->made_online_key) {
        print_path(out, "made       ", alone->online_path);
    }
    if (alone->made_repository) {
        print_path(out, "made       ", alone->dir);
        print_path(out, "           clients begin with ", alone->root_path);
    }
    vtr_text_add(out, "published  ");
    vtr_text_safe(out, alone->info.name);
    vtr_text_add(out, ": release ");
    vtr_text_number(out, alone->info.release);
    vtr_text_add(out, ", ");
    vtr_text_number(out, alone->info.file_len);
    vtr_text_add(out, " bytes\n");
}

static void json_made(struct vtr_text *out, const struct alone *alone)
{
    struct vtr_json json;

    vtr_json_begin(&json, out);
    vtr_json_begin_array(&json, "made");
    if (alone->made_release_key) {
        vtr_json_string(&json, NULL, alone->release_path);
    }
    if (alone->made_online_key) {
        vtr_json_string(&json, NULL, alone->online_path);
    }
    if (alone->made_repository) {
        vtr_json_string(&json, NULL, alone->dir);
    }
    vtr_json_end_array(&json);
    vtr_json_string(&json, "repository", alone->dir);
    vtr_json_string(&json, "root", alone->root_path);
    vtr_json_bytes(&json, "database", alone->info.name);
    vtr_json_number(&json, "release", alone->info.release);
    vtr_json_number(&json, "database_bytes", alone->info.file_len);
    vtr_json_finish(&json);
}

static int answer(const struct alone *alone, bool is_json)
{
    struct vtr_text out = {0};

    if (is_json) {
        json_made(&out, alone);
    } else {
        print_made(&out, alone);
    }
    return vtr_output_answer(&out, VTR_EXIT_YES);
}

static int publish(const struct alone_arguments *arguments,
                   const struct vtr_list *paths)
{
    const struct vtr_verb *verb = &vtr_verb_repo_alone;
    struct alone alone = {.dir = paths->items[0]};
    struct vtr_error err = {0};
    enum vtr_status status = open_database(&alone, paths->items[1], &err);

    if (status == VTR_OK) {
        status = prepare(&alone, arguments, &err);
    }
    if (status == VTR_OK) {
        (void)vtr_complain_text(verb,
                                "warning: all keys are on this machine: whoever has it "
                                "can publish anything",
                                NULL);
    }
    if (status == VTR_OK) {
        (void)remove(alone.proposal_path); /* of one that was killed */
    }
    if (status == VTR_OK && !vtr_path_exists(alone.root_path)) {
        status = begin(&alone, &err);
    }
    if (status == VTR_OK) {
        status = release(&alone, &err);
    }
    if (alone.proposal_path != NULL) {
        (void)remove(alone.proposal_path);
    }
    const int exit_code = status == VTR_OK ? answer(&alone, arguments->is_json)
                                           : vtr_complain(verb, &err);
    deinit(&alone);
    return exit_code;
}

int vtr_cmd_repo_alone(int argc, char **argv)
{
    const struct vtr_verb *verb = &vtr_verb_repo_alone;
    struct alone_arguments arguments = {0};
    struct vtr_list paths = {0};
    int exit_code;

    if (vtr_options_parse(verb, argc, argv, &arguments, &paths, &exit_code)) {
        exit_code = arguments.keys == NULL
                        ? vtr_complain_text(verb, "missing --keys DIR", NULL)
                        : publish(&arguments, &paths);
    }
    vtr_options_deinit(verb, &arguments, &paths);
    return exit_code;
}

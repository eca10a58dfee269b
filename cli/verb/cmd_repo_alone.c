/* SPDX-License-Identifier: Apache-2.0 */

/*
 * vitrine repo alone: a release in one step, with all keys on this machine.  For
 * whoever tries Vitrine out, and for repositories whose readers trust one machine; it
 * does what init, propose, approve and publish do, with the same checks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command/repo.h"
#include "cli/system/os_clock.h"
#include "cli/system/os_input.h"

#define PARTY         "operator"
#define ROOT_DAYS     365
#define APPROVAL_DAYS 30

struct alone_arguments {
    const char *keys;
    uint64_t now;
};

static const struct vtr_option OPTIONS[] = {
    {"keys", 0, VTR_OPTION_PATH, "DIR",
     "where the keys are, or are made when there are none",
     offsetof(struct alone_arguments, keys)},
    {"now", 0, VTR_OPTION_NUMBER, "SECONDS",
     "the time, since 1970; else SOURCE_DATE_EPOCH, else the clock",
     offsetof(struct alone_arguments, now)}};

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
    uint64_t now;
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
    free(alone->release_path);
    free(alone->online_path);
    free(alone->proposal_path);
    free(alone->root_path);
}

static enum vtr_status refuse_memory(struct vtr_error *err)
{
    *err = (struct vtr_error){.status = VTR_ERROR_MEMORY, .message = "out of memory"};
    return VTR_ERROR_MEMORY;
}

/* Loads a key, which is made first where it is missing. */
static enum vtr_status have_key(struct vtr_secret_key **out, const char *path,
                                struct vtr_error *err)
{
    struct vtr_public_key public;
    enum vtr_status status = VTR_OK;

    if (!vtr_path_exists(path)) {
        status = vtr_key_generate(path, NULL, &public, err);
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

static enum vtr_status begin(const struct alone *alone, struct vtr_error *err)
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
    return status == VTR_OK ? approve(alone, err) : status;
}

static enum vtr_status release(const struct alone *alone, const char *database_path,
                               struct vtr_error *err)
{
    const struct vtr_release_options options = {
        .key = alone->online, .expires = alone->now + APPROVAL_DAYS * VTR_DAY_SECONDS};
    struct vtr_input database = {0};
    enum vtr_status status = vtr_input_open_database(&database, database_path, err);

    if (status == VTR_OK) {
        status = vtr_repository_propose(alone->dir, database.bytes, &options,
                                        alone->proposal_path, err);
    }
    vtr_input_close(&database);
    return status == VTR_OK ? approve(alone, err) : status;
}

static enum vtr_status prepare(struct alone *alone,
                               const struct alone_arguments *arguments,
                               struct vtr_error *err)
{
    alone->release_path = path_in(arguments->keys, "release.key");
    alone->online_path = path_in(arguments->keys, "online.key");
    alone->proposal_path = path_in(arguments->keys, "proposal");
    alone->root_path = path_in(alone->dir, "metadata/1.root.json");
    if (alone->release_path == NULL || alone->online_path == NULL ||
        alone->proposal_path == NULL || alone->root_path == NULL) {
        return refuse_memory(err);
    }
    enum vtr_status status = vtr_clock_now(arguments->now, &alone->now, err);
    if (status == VTR_OK) {
        status = vtr_folder_make_private(arguments->keys, err);
    }
    if (status == VTR_OK) {
        status = have_key(&alone->release, alone->release_path, err);
    }
    return status == VTR_OK ? have_key(&alone->online, alone->online_path, err)
                            : status;
}

static int publish(const struct alone_arguments *arguments,
                   const struct vtr_list *paths)
{
    const struct vtr_verb *verb = &vtr_verb_repo_alone;
    struct alone alone = {.dir = paths->items[0]};
    struct vtr_error err = {0};
    enum vtr_status status = prepare(&alone, arguments, &err);

    if (status == VTR_OK) {
        (void)vtr_complain_text(verb,
                                "warning: all keys are on this machine: whoever has it "
                                "can publish anything",
                                NULL);
    }
    if (status == VTR_OK && !vtr_path_exists(alone.root_path)) {
        status = begin(&alone, &err);
    }
    if (status == VTR_OK) {
        status = release(&alone, paths->items[1], &err);
    }
    if (alone.proposal_path != NULL) {
        (void)remove(alone.proposal_path);
    }
    deinit(&alone);
    return status == VTR_OK ? VTR_EXIT_YES : vtr_complain(verb, &err);
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

/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine repo propose, publish, expire: releases, and what keeps them alive. */
#include <stdio.h>

#include "cli/command/keys.h"
#include "cli/command/password.h"
#include "cli/command/repo.h"
#include "cli/command/repo_summary.h"
#include "cli/system/os_clock.h"
#include "cli/system/os_input.h"

struct propose_arguments {
    const char *output;
    const char *key;
    const char *password_file;
    uint64_t days;
    uint64_t span;
    uint64_t now;
};

static const struct vtr_option PROPOSE_OPTIONS[] = {
    {"output", 'o', VTR_OPTION_PATH, "PROPOSAL", "write the proposal here",
     offsetof(struct propose_arguments, output)},
    {"key", 'k', VTR_OPTION_PATH, "ONLINE.key",
     "the server's key, which signs deltas and the .minisig files",
     offsetof(struct propose_arguments, key)},
    {"password-file", 0, VTR_OPTION_PATH, "FILE",
     "take the key's password from the first line of FILE",
     offsetof(struct propose_arguments, password_file)},
    {"days", 0, VTR_OPTION_NUMBER, "N", "how long the approval is good for (30)",
     offsetof(struct propose_arguments, days)},
    {"span", 0, VTR_OPTION_NUMBER, "N",
     "releases that the longest delta leads over, a power of two (512)",
     offsetof(struct propose_arguments, span)},
    {"now", 0, VTR_OPTION_NUMBER, "SECONDS", VTR_NOW_HELP,
     offsetof(struct propose_arguments, now)}};

const struct vtr_verb vtr_verb_repo_propose = {
    .name = "repo propose",
    .summary = "prepare a release for approval",
    .example =
        "vitrine repo propose /srv/db main-12.vdb -o 12.proposal --key online.key",
    .details =
        "Puts the database and the deltas that lead to it into the repository, where "
        "no\n"
        "client sees them yet, and writes the proposal that the parties approve.\n"
        "Without DB.vdb the present release is proposed for longer.\n",
    .operands = "REPO [DB.vdb]",
    .operand_min = 1,
    .operand_max = 2,
    .options = PROPOSE_OPTIONS,
    .option_count = sizeof(PROPOSE_OPTIONS) / sizeof(PROPOSE_OPTIONS[0]),
    .exits = "0  proposed\n2  could not\n",
    .run = vtr_cmd_repo_propose};

struct online_arguments {
    struct vtr_list keys;
    const char *password_file;
    uint64_t hours;
    uint64_t snapshot_days;
    uint64_t now;
};

#define ONLINE_OPTIONS                                       \
 {"key",                                                     \
  'k',                                                       \
  VTR_OPTION_PATHS,                                          \
  "ONLINE.key",                                              \
  "an online key of the root; may be given again",           \
  offsetof(struct online_arguments, keys)},                  \
     {"password-file",                                       \
      0,                                                     \
      VTR_OPTION_PATH,                                       \
      "FILE",                                                \
      "take the keys' password from the first line of FILE", \
      offsetof(struct online_arguments, password_file)},     \
     {"hours",                                               \
      0,                                                     \
      VTR_OPTION_NUMBER,                                     \
      "N",                                                   \
      "how long the timestamp is good for (24)",             \
      offsetof(struct online_arguments, hours)},             \
     {"snapshot-days",                                       \
      0,                                                     \
      VTR_OPTION_NUMBER,                                     \
      "N",                                                   \
      "how long the snapshot is good for (7)",               \
      offsetof(struct online_arguments, snapshot_days)},     \
 {                                                           \
  "now", 0, VTR_OPTION_NUMBER, "SECONDS", VTR_NOW_HELP,      \
      offsetof(struct online_arguments, now)                 \
 }

static const struct vtr_option PUBLISH_OPTIONS[] = {ONLINE_OPTIONS};

const struct vtr_verb vtr_verb_repo_publish = {
    .name = "repo publish",
    .summary = "publish what has its approvals: a root, a release, or both",
    .example = "vitrine repo publish /srv/db 12.proposal --key online.key\n"
               "vitrine repo publish /srv/db vendor/12.proposal lab/12.proposal "
               "--key online.key",
    .details =
        "Copies of one proposal that were approved apart are given together.  Every\n"
        "delta is applied and its result compared before anything changes; clients "
        "see\n"
        "the old release or the new one, whole.\n",
    .operands = "REPO PROPOSAL...",
    .operand_min = 2,
    .operand_max = SIZE_MAX,
    .options = PUBLISH_OPTIONS,
    .option_count = sizeof(PUBLISH_OPTIONS) / sizeof(PUBLISH_OPTIONS[0]),
    .exits = "0  published\n1  approvals are missing\n2  could not\n",
    .run = vtr_cmd_repo_publish};

const struct vtr_verb vtr_verb_repo_expire = {
    .name = "repo expire",
    .summary = "sign timestamp and snapshot anew, with a later expiry",
    .example = "vitrine repo expire /srv/db --key online.key",
    .details = "To be run several times within the timestamp's life: hourly, say.\n",
    .operands = "REPO",
    .operand_min = 1,
    .operand_max = 1,
    .options = PUBLISH_OPTIONS,
    .option_count = sizeof(PUBLISH_OPTIONS) / sizeof(PUBLISH_OPTIONS[0]),
    .exits = "0  signed\n2  could not\n",
    .run = vtr_cmd_repo_expire};

static int propose(const struct propose_arguments *arguments,
                   const struct vtr_list *paths)
{
    const struct vtr_verb *verb = &vtr_verb_repo_propose;
    struct vtr_release_options options = {.span_max = arguments->span};
    struct vtr_input database = {0};
    struct vtr_secret_key *key = NULL;
    struct vtr_error err = {0};
    uint64_t now = 0;
    uint64_t lifetime = 0;
    enum vtr_status status = vtr_clock_now(arguments->now, &now, &err);

    if (status == VTR_OK) {
        status = vtr_clock_span(&lifetime, "--days",
                                arguments->days == 0 ? 30 : arguments->days,
                                VTR_DAY_SECONDS, &err);
    }
    if (status == VTR_OK && paths->count > 1) {
        status = vtr_input_open_database(&database, paths->items[1], &err);
    }
    if (status == VTR_OK && arguments->key != NULL) {
        status =
            vtr_password_load_key(&key, arguments->key, arguments->password_file, &err);
    }
    options.key = key;
    options.expires = now + lifetime;
    if (status == VTR_OK) {
        status = vtr_repository_propose(paths->items[0], database.bytes, &options,
                                        arguments->output, &err);
    }
    vtr_secret_key_free(key);
    vtr_input_close(&database);
    if (status != VTR_OK) {
        return vtr_complain(verb, &err);
    }
    vtr_repo_say_proposed(arguments->output);
    return VTR_EXIT_YES;
}

int vtr_cmd_repo_propose(int argc, char **argv)
{
    const struct vtr_verb *verb = &vtr_verb_repo_propose;
    struct propose_arguments arguments = {0};
    struct vtr_list paths = {0};
    int exit_code;

    if (vtr_options_parse(verb, argc, argv, &arguments, &paths, &exit_code)) {
        if (arguments.output == NULL) {
            exit_code = vtr_complain_text(verb, "missing -o PROPOSAL", NULL);
        } else if (paths.count > 1 && arguments.key == NULL) {
            exit_code = vtr_complain_text(verb, "missing --key ONLINE.key", NULL);
        } else {
            exit_code = propose(&arguments, &paths);
        }
    }
    vtr_options_deinit(verb, &arguments, &paths);
    return exit_code;
}

/* Publishes `proposals`, or renews when there are none. */
static int go_online(const struct vtr_verb *verb,
                     const struct online_arguments *arguments, const char *dir,
                     const char *const *proposals, size_t proposal_count)
{
    struct vtr_online_options options = {
        .key_count = arguments->keys.count,
    };
    struct vtr_secret_key **keys = NULL;
    struct vtr_error err = {0};
    enum vtr_status status = vtr_clock_now(arguments->now, &options.now, &err);

    if (status == VTR_OK) {
        status = vtr_clock_span(&options.timestamp_seconds, "--hours", arguments->hours,
                                3600, &err);
    }
    if (status == VTR_OK) {
        status = vtr_clock_span(&options.snapshot_seconds, "--snapshot-days",
                                arguments->snapshot_days, VTR_DAY_SECONDS, &err);
    }
    if (status == VTR_OK) {
        status = vtr_keys_load_secret(&keys, &arguments->keys, arguments->password_file,
                                      &err);
    }
    options.keys = (const struct vtr_secret_key *const *)keys;
    if (status == VTR_OK) {
        status = proposals == NULL
                     ? vtr_repository_renew(dir, &options, &err)
                     : vtr_repository_publish(dir, proposals, proposal_count, &options,
                                              &err);
    }
    vtr_keys_free_secret(keys);
    if (status == VTR_OK) {
        vtr_repo_say_published(proposals, proposal_count);
        return VTR_EXIT_YES;
    }
    const int exit_code = vtr_complain(verb, &err);
    return status == VTR_ERROR_SIGNATURE && proposals != NULL ? VTR_EXIT_NO : exit_code;
}

int vtr_cmd_repo_publish(int argc, char **argv)
{
    const struct vtr_verb *verb = &vtr_verb_repo_publish;
    struct online_arguments arguments = {0};
    struct vtr_list paths = {0};
    int exit_code;

    if (vtr_options_parse(verb, argc, argv, &arguments, &paths, &exit_code)) {
        exit_code = go_online(verb, &arguments, paths.items[0], paths.items + 1,
                              paths.count - 1);
    }
    vtr_options_deinit(verb, &arguments, &paths);
    return exit_code;
}

int vtr_cmd_repo_expire(int argc, char **argv)
{
    const struct vtr_verb *verb = &vtr_verb_repo_expire;
    struct online_arguments arguments = {0};
    struct vtr_list paths = {0};
    int exit_code;

    if (vtr_options_parse(verb, argc, argv, &arguments, &paths, &exit_code)) {
        exit_code = arguments.keys.count == 0
                        ? vtr_complain_text(verb, "missing --key ONLINE.key", NULL)
                        : go_online(verb, &arguments, paths.items[0], NULL, 0);
    }
    vtr_options_deinit(verb, &arguments, &paths);
    return exit_code;
}

/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine repo: the repository on an update server; here its root: who may what. */
#include <stdlib.h>
#include <string.h>

#include "cli/command/keys.h"
#include "cli/command/repo.h"
#include "cli/command/repo_summary.h"
#include "cli/system/failure.h"
#include "cli/system/os_clock.h"

#define INIT_EXAMPLE                                                           \
 "vitrine repo init /srv/db -o 1.root.proposal --party vendor:vendor.pub \\\n" \
 "    --party lab:lab.pub --online online.key.pub --threshold 2"

struct root_arguments {
    const char *output;
    struct vtr_list parties;
    struct vtr_list roots;
    struct vtr_list online;
    struct vtr_list removed;
    uint64_t root_threshold;
    uint64_t release_threshold;
    uint64_t days;
    uint64_t now;
    bool is_single_party;
};

#define ROOT_OPTIONS                                                  \
 {"output",                                                           \
  'o',                                                                \
  VTR_OPTION_PATH,                                                    \
  "PROPOSAL",                                                         \
  "write the root here, for the holders of the root keys to approve", \
  offsetof(struct root_arguments, output)},                           \
     {"party",                                                        \
      'p',                                                            \
      VTR_OPTION_TEXTS,                                               \
      "NAME:KEY.pub",                                                 \
      "a key that approves releases, and whose it is",                \
      offsetof(struct root_arguments, parties)},                      \
     {"root",                                                         \
      'r',                                                            \
      VTR_OPTION_TEXTS,                                               \
      "NAME:KEY.pub",                                                 \
      "a key that approves roots, and whose it is",                   \
      offsetof(struct root_arguments, roots)},                        \
     {"online",                                                       \
      0,                                                              \
      VTR_OPTION_PATHS,                                               \
      "KEY.pub",                                                      \
      "a key of the server, for snapshot and timestamp",              \
      offsetof(struct root_arguments, online)},                       \
     {"threshold",                                                    \
      't',                                                            \
      VTR_OPTION_NUMBER,                                              \
      "N",                                                            \
      "approvals that a release takes",                               \
      offsetof(struct root_arguments, release_threshold)},            \
     {"root-threshold",                                               \
      0,                                                              \
      VTR_OPTION_NUMBER,                                              \
      "N",                                                            \
      "approvals that a root takes; first, as many as a release",     \
      offsetof(struct root_arguments, root_threshold)},               \
     {"days",                                                         \
      0,                                                              \
      VTR_OPTION_NUMBER,                                              \
      "N",                                                            \
      "how long the root is good for (365)",                          \
      offsetof(struct root_arguments, days)},                         \
     {"single-party",                                                 \
      0,                                                              \
      VTR_OPTION_FLAG,                                                \
      NULL,                                                           \
      "let one party's keys be enough",                               \
      offsetof(struct root_arguments, is_single_party)},              \
 {                                                                    \
  "now", 0, VTR_OPTION_NUMBER, "SECONDS", VTR_NOW_HELP,               \
      offsetof(struct root_arguments, now)                            \
 }

static const struct vtr_option INIT_OPTIONS[] = {ROOT_OPTIONS};

static const struct vtr_option KEY_OPTIONS[] = {
    ROOT_OPTIONS,
    {"remove", 0, VTR_OPTION_PATHS, "KEY.pub", "take this key out, of every use",
     offsetof(struct root_arguments, removed)}};

const struct vtr_verb vtr_verb_repo_init = {
    .name = "repo init",
    .summary = "make an empty repository and propose its first root",
    .example = INIT_EXAMPLE,
    .details =
        "The root says which keys approve what.  Secret keys are not needed here: "
        "each\n"
        "party approves the proposal on its own machine, then it is published.  "
        "Without\n"
        "--root the parties' keys approve roots as well.  Thresholds that one party's\n"
        "keys reach are refused.\n",
    .operands = "REPO",
    .operand_min = 1,
    .operand_max = 1,
    .options = INIT_OPTIONS,
    .option_count = sizeof(INIT_OPTIONS) / sizeof(INIT_OPTIONS[0]),
    .exits = "0  proposed\n2  could not\n",
    .run = vtr_cmd_repo_init};

const struct vtr_verb vtr_verb_repo_key = {
    .name = "repo key",
    .summary = "propose the next root: keys added, taken out or replaced",
    .example = "vitrine repo key /srv/db -o 2.root.proposal --remove lost.key.pub \\\n"
               "    --party lab:new.key.pub",
    .details = "The next root takes the approvals that the present one asks for and\n"
               "those that it asks for itself.\n",
    .operands = "REPO",
    .operand_min = 1,
    .operand_max = 1,
    .options = KEY_OPTIONS,
    .option_count = sizeof(KEY_OPTIONS) / sizeof(KEY_OPTIONS[0]),
    .exits = "0  proposed\n2  could not\n",
    .run = vtr_cmd_repo_key};

static const struct vtr_verb *const CHILDREN[] = {
    &vtr_verb_repo_init,    &vtr_verb_repo_key,
    &vtr_verb_repo_propose, &vtr_verb_repo_approve,
    &vtr_verb_repo_publish, &vtr_verb_repo_expire,
    &vtr_verb_repo_check,   &vtr_verb_repo_gc,
    &vtr_verb_repo_alone,   NULL};

const struct vtr_verb vtr_verb_repo = {
    .name = "repo",
    .summary = "keep the repository of an update server",
    .example = INIT_EXAMPLE "\n"
                            "vitrine repo propose /srv/db main-12.vdb -o 12.proposal "
                            "--key online.key\n"
                            "vitrine repo approve 12.proposal --key lab.key "
                            "--database main-12.vdb\n"
                            "vitrine repo publish /srv/db 12.proposal --key online.key",
    .children = CHILDREN};

/* The keys of a root that is being put together. */
struct key_list {
    struct vtr_repository_key *items; /* owned, with room for all */
    char **names;                     /* owned: of parties */
    size_t count;
};

static void free_list(struct key_list *list)
{
    for (size_t i = 0; list->names != NULL && i < list->count; i++) {
        free(list->names[i]);
    }
    free(list->names);
    free(list->items);
}

/* NAME:KEY.pub, or KEY.pub of the server's own. */
static enum vtr_status add_key(struct key_list *list, const char *text, unsigned uses,
                               struct vtr_error *err)
{
    const bool is_online = uses == VTR_KEY_USE_ONLINE;
    const char *colon = is_online ? NULL : strchr(text, ':');
    struct vtr_repository_key *key = &list->items[list->count];
    char *name = NULL;

    if (!is_online && (colon == NULL || colon == text)) {
        return vtr_fail(err, VTR_ERROR_ARGUMENT, "not NAME:KEY.pub: '%.200s'", text);
    }
    if (colon != NULL) {
        const size_t len = (size_t)(colon - text);
        name = calloc(1, len + 1);
        if (name == NULL) {
            return vtr_fail_memory(err);
        }
        memcpy(name, text, len);
    }
    list->names[list->count++] = name;
    key->party = name;
    key->uses = uses;
    return vtr_public_key_load(&key->key, colon == NULL ? text : colon + 1, err);
}

static enum vtr_status add_keys(struct key_list *list, const struct vtr_list *texts,
                                unsigned uses, struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;

    for (size_t i = 0; i < texts->count && status == VTR_OK; i++) {
        status = add_key(list, texts->items[i], uses, err);
    }
    return status;
}

static enum vtr_status collect_keys(struct key_list *list,
                                    const struct root_arguments *arguments,
                                    bool is_first, struct vtr_error *err)
{
    const size_t room =
        arguments->parties.count + arguments->roots.count + arguments->online.count;
    const unsigned both = VTR_KEY_USE_RELEASE | VTR_KEY_USE_ROOT;
    const bool is_shared = is_first && arguments->roots.count == 0;

    list->items = calloc(room + 1, sizeof(*list->items));
    list->names = calloc(room + 1, sizeof(*list->names));
    if (list->items == NULL || list->names == NULL) {
        return vtr_fail_memory(err);
    }
    enum vtr_status status = add_keys(list, &arguments->parties,
                                      is_shared ? both : VTR_KEY_USE_RELEASE, err);
    if (status == VTR_OK) {
        status = add_keys(list, &arguments->roots, VTR_KEY_USE_ROOT, err);
    }
    return status == VTR_OK
               ? add_keys(list, &arguments->online, VTR_KEY_USE_ONLINE, err)
               : status;
}

static int propose_root(const struct vtr_verb *verb,
                        const struct root_arguments *arguments, const char *dir,
                        bool is_first)
{
    struct key_list keys = {0};
    struct vtr_public_key *removed = NULL;
    struct vtr_error err = {0};
    uint64_t now = 0;
    uint64_t lifetime = 0;
    enum vtr_status status = collect_keys(&keys, arguments, is_first, &err);

    if (status == VTR_OK) {
        status = vtr_keys_load_public(&removed, &arguments->removed, &err);
    }
    if (status == VTR_OK) {
        status = vtr_clock_now(arguments->now, &now, &err);
    }
    if (status == VTR_OK) {
        status = vtr_clock_span(&lifetime, "--days",
                                arguments->days == 0 ? 365 : arguments->days,
                                VTR_DAY_SECONDS, &err);
    }
    const struct vtr_root_change change = {
        .added = keys.items,
        .added_count = keys.count,
        .removed = removed,
        .removed_count = arguments->removed.count,
        /* A first root takes no fewer approvals than a release, unless told. */
        .root_threshold = is_first && arguments->root_threshold == 0
                              ? arguments->release_threshold
                              : arguments->root_threshold,
        .release_threshold = arguments->release_threshold,
        .expires = now + lifetime,
        .allows_single_party = arguments->is_single_party,
    };
    if (status == VTR_OK) {
        status = is_first ? vtr_repository_init(dir, &change, arguments->output, &err)
                          : vtr_repository_change_root(dir, &change, arguments->output,
                                                       &err);
    }
    free(removed);
    free_list(&keys);
    if (status != VTR_OK) {
        return vtr_complain(verb, &err);
    }
    vtr_repo_say_proposed(arguments->output);
    return VTR_EXIT_YES;
}

static int run(const struct vtr_verb *verb, int argc, char **argv, bool is_first)
{
    struct root_arguments arguments = {0};
    struct vtr_list paths = {0};
    int exit_code;

    if (vtr_options_parse(verb, argc, argv, &arguments, &paths, &exit_code)) {
        exit_code = arguments.output == NULL
                        ? vtr_complain_text(verb, "missing -o PROPOSAL", NULL)
                        : propose_root(verb, &arguments, paths.items[0], is_first);
    }
    vtr_options_deinit(verb, &arguments, &paths);
    return exit_code;
}

int vtr_cmd_repo_init(int argc, char **argv)
{
    return run(&vtr_verb_repo_init, argc, argv, true);
}

int vtr_cmd_repo_key(int argc, char **argv)
{
    return run(&vtr_verb_repo_key, argc, argv, false);
}

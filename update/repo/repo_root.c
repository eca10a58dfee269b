/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Roots: the first one and changes.  What is made here is a proposal, which says
 * nothing until enough of the keys have signed it.
 */
#include "update/repo/repo_root.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/os_path.h"
#include "update/repo/proposal.h"
#include "update/repo/repo_folder.h"
#include "verify/tuf/tuf_write.h"

static bool has_id(const struct vtr_bytes *ids, size_t count, struct vtr_bytes id)
{
    for (size_t i = 0; i < count; i++) {
        if (vtr_bytes_equal(ids[i], id)) {
            return true;
        }
    }
    return false;
}

struct vtr_bytes vtr_repo_party_of(const struct vtr_tuf_metadata *root,
                                   struct vtr_bytes key_id)
{
    for (size_t i = 0; i < root->party_count; i++) {
        const struct vtr_tuf_party *party = &root->parties[i];

        if (has_id(party->key_ids, party->key_id_count, key_id)) {
            return party->name;
        }
    }
    return (struct vtr_bytes){NULL, 0};
}

unsigned vtr_repo_uses_of(const struct vtr_tuf_metadata *root, struct vtr_bytes key_id)
{
    static const unsigned USES[VTR_TUF_TYPES] = {VTR_KEY_USE_ROOT, VTR_KEY_USE_ONLINE,
                                                 VTR_KEY_USE_ONLINE,
                                                 VTR_KEY_USE_RELEASE};
    unsigned uses = 0;

    for (unsigned type = 0; type < VTR_TUF_TYPES; type++) {
        const struct vtr_tuf_role *role = &root->roles[type];

        if (has_id(role->key_ids, role->key_id_count, key_id)) {
            uses |= USES[type];
        }
    }
    return uses;
}

/* How many of a role's keys are one party's. */
static uint64_t count_of_party(const struct vtr_tuf_metadata *root,
                               const struct vtr_tuf_role *role, struct vtr_bytes party)
{
    uint64_t count = 0;

    for (size_t i = 0; i < role->key_id_count; i++) {
        count += vtr_bytes_equal(vtr_repo_party_of(root, role->key_ids[i]), party);
    }
    return count;
}

#define KEY_SHOWN 8

/* The first bytes of a key as 'vitrine key show' has them; a key's id is another
 * number, which nobody sees elsewhere. */
static const char *show_key(const uint8_t *key, char out[2 * KEY_SHOWN + 1])
{
    vtr_digest_hex((struct vtr_bytes){key, KEY_SHOWN}, out);
    return out;
}

/* Says `what` of a key of the root. */
static enum vtr_status refuse_key(const struct vtr_tuf_metadata *root,
                                  struct vtr_bytes key_id, const char *what,
                                  struct vtr_error *err)
{
    const struct vtr_tuf_key *key = vtr_tuf_find_key(root, key_id);
    char hex[2 * KEY_SHOWN + 1] = "?";

    return vtr_error_set(err, VTR_ERROR_ARGUMENT, "key '%s...' %s",
                         key == NULL ? hex : show_key(key->key, hex), what);
}

static enum vtr_status check_owner(const struct vtr_tuf_metadata *root,
                                   struct vtr_bytes key_id, struct vtr_error *err)
{
    unsigned owners = 0;

    for (size_t i = 0; i < root->party_count; i++) {
        owners +=
            has_id(root->parties[i].key_ids, root->parties[i].key_id_count, key_id);
    }
    return owners == 1 ? VTR_OK
                       : refuse_key(root, key_id,
                                    owners == 0 ? "belongs to no party"
                                                : "belongs to two parties",
                                    err);
}

static enum vtr_status check_role(const struct vtr_tuf_metadata *root,
                                  enum vtr_tuf_type type, bool allows_single_party,
                                  struct vtr_error *err)
{
    const struct vtr_tuf_role *role = &root->roles[type];
    const char *name = vtr_tuf_type_name(type);
    enum vtr_status status = VTR_OK;

    if (role->threshold > role->key_id_count || role->threshold == 0) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                             "the threshold of %s is %llu of %zu keys", name,
                             (unsigned long long)role->threshold, role->key_id_count);
    }
    for (size_t i = 0; i < role->key_id_count && status == VTR_OK; i++) {
        status = check_owner(root, role->key_ids[i], err);
        if (status == VTR_OK && !allows_single_party &&
            (vtr_repo_uses_of(root, role->key_ids[i]) & VTR_KEY_USE_ONLINE) != 0) {
            status = refuse_key(root, role->key_ids[i],
                                "is the server's, so that whoever runs that would "
                                "approve for a party: give the party another",
                                err);
        }
    }
    for (size_t i = 0;
         i < root->party_count && status == VTR_OK && !allows_single_party; i++) {
        const struct vtr_bytes party = root->parties[i].name;

        if (count_of_party(root, role, party) >= role->threshold) {
            status = vtr_error_set(
                err, VTR_ERROR_ARGUMENT,
                "the keys of '%.100s' alone reach the threshold of %s, %llu: raise it, "
                "or say that a single party may decide",
                (const char *)party.ptr, name, (unsigned long long)role->threshold);
        }
    }
    return status;
}

enum vtr_status vtr_repo_check_parties(const struct vtr_tuf_metadata *root,
                                       bool allows_single_party, struct vtr_error *err)
{
    enum vtr_status status = check_role(root, VTR_TUF_ROOT, allows_single_party, err);

    if (status == VTR_OK) {
        status = check_role(root, VTR_TUF_TARGETS, allows_single_party, err);
    }
    for (unsigned type = VTR_TUF_TIMESTAMP;
         type <= VTR_TUF_SNAPSHOT && status == VTR_OK; type++) {
        if (root->roles[type].key_id_count < root->roles[type].threshold) {
            status = vtr_error_set(err, VTR_ERROR_ARGUMENT,
                                   "there is no online key for the %s",
                                   vtr_tuf_type_name((enum vtr_tuf_type)type));
        }
    }
    return status;
}

/* Appends to an array of the arena's, which has room. */
static void append_id(struct vtr_bytes *ids, size_t *count, struct vtr_bytes id)
{
    if (!has_id(ids, *count, id)) {
        ids[(*count)++] = id;
    }
}

/* Copies `count` items to an array with room for `more`; NULL when memory is out. */
static void *copy_array(struct vtr_arena *arena, const void *items, size_t count,
                        size_t more, size_t size)
{
    void *copy = vtr_arena_array(arena, count + more + 1, size);

    if (copy != NULL && count > 0) {
        memcpy(copy, items, count * size);
    }
    return copy;
}

/* A copy of `old` (may be NULL) whose lists have room for `more` keys. */
static bool copy_root(struct vtr_tuf_metadata *out, const struct vtr_tuf_metadata *old,
                      size_t more)
{
    static const struct vtr_tuf_metadata NONE = {0};
    const struct vtr_tuf_metadata *from = old == NULL ? &NONE : old;
    struct vtr_arena *arena = &out->arena;
    bool ok = true;

    out->version = from->version + 1;
    out->is_consistent = true;
    out->key_count = from->key_count;
    out->keys =
        copy_array(arena, from->keys, from->key_count, more, sizeof(*out->keys));
    out->party_count = from->party_count;
    out->parties = copy_array(arena, from->parties, from->party_count, more,
                              sizeof(*out->parties));
    ok = out->keys != NULL && out->parties != NULL;
    for (size_t i = 0; ok && i < out->party_count; i++) {
        struct vtr_tuf_party *party = &out->parties[i];
        party->key_ids = copy_array(arena, party->key_ids, party->key_id_count, more,
                                    sizeof(*party->key_ids));
        ok = party->key_ids != NULL;
    }
    for (unsigned type = 0; ok && type < VTR_TUF_TYPES; type++) {
        struct vtr_tuf_role *role = &out->roles[type];
        *role = from->roles[type];
        role->threshold = role->threshold == 0 ? 1 : role->threshold;
        role->key_ids = copy_array(arena, role->key_ids, role->key_id_count, more,
                                   sizeof(*role->key_ids));
        ok = role->key_ids != NULL;
    }
    return ok;
}

/* The party with this name, or a new one; NULL when memory is out. */
static struct vtr_tuf_party *find_party(struct vtr_tuf_metadata *root, const char *name,
                                        size_t room)
{
    const struct vtr_bytes text = vtr_bytes_from_text(name);

    for (size_t i = 0; i < root->party_count; i++) {
        if (vtr_bytes_equal(root->parties[i].name, text)) {
            return &root->parties[i];
        }
    }
    struct vtr_tuf_party *party = &root->parties[root->party_count];
    party->name = vtr_arena_dup(&root->arena, text);
    party->key_ids = vtr_arena_array(&root->arena, room + 1, sizeof(*party->key_ids));
    if (party->name.ptr == NULL || party->key_ids == NULL) {
        return NULL;
    }
    root->party_count++;
    return party;
}

static enum vtr_status add_key(struct vtr_tuf_metadata *root,
                               const struct vtr_repository_key *added, size_t room,
                               struct vtr_error *err)
{
    static const unsigned USES[VTR_TUF_TYPES] = {VTR_KEY_USE_ROOT, VTR_KEY_USE_ONLINE,
                                                 VTR_KEY_USE_ONLINE,
                                                 VTR_KEY_USE_RELEASE};
    char hex[VTR_TUF_KEY_ID_LEN + 1];

    vtr_tuf_key_id(added->key.key, hex);
    const struct vtr_bytes id = vtr_arena_dup(&root->arena, vtr_bytes_from_text(hex));
    if (id.ptr == NULL) {
        return vtr_error_set_memory(err);
    }
    if (vtr_tuf_find_key(root, id) == NULL) {
        struct vtr_tuf_key *key = &root->keys[root->key_count++];
        *key = (struct vtr_tuf_key){.id = id, .is_usable = true};
        memcpy(key->key, added->key.key, sizeof(key->key));
    }
    for (unsigned type = 0; type < VTR_TUF_TYPES; type++) {
        if ((added->uses & USES[type]) != 0) {
            append_id(root->roles[type].key_ids, &root->roles[type].key_id_count, id);
        }
    }
    if (added->party != NULL) {
        struct vtr_tuf_party *party = find_party(root, added->party, room);
        if (party == NULL) {
            return vtr_error_set_memory(err);
        }
        append_id(party->key_ids, &party->key_id_count, id);
    }
    return VTR_OK;
}

static void remove_id(struct vtr_bytes *ids, size_t *count, struct vtr_bytes id)
{
    size_t kept = 0;

    for (size_t i = 0; i < *count; i++) {
        if (!vtr_bytes_equal(ids[i], id)) {
            ids[kept++] = ids[i];
        }
    }
    *count = kept;
}

static enum vtr_status remove_key(struct vtr_tuf_metadata *root,
                                  const struct vtr_public_key *removed,
                                  struct vtr_error *err)
{
    char hex[VTR_TUF_KEY_ID_LEN + 1];
    char shown[2 * KEY_SHOWN + 1];
    size_t kept = 0;

    vtr_tuf_key_id(removed->key, hex);
    const struct vtr_bytes id = vtr_bytes_from_text(hex);
    if (vtr_tuf_find_key(root, id) == NULL) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                             "the root does not have the key '%s...'",
                             show_key(removed->key, shown));
    }
    for (unsigned type = 0; type < VTR_TUF_TYPES; type++) {
        remove_id(root->roles[type].key_ids, &root->roles[type].key_id_count, id);
    }
    for (size_t i = 0; i < root->party_count; i++) {
        struct vtr_tuf_party party = root->parties[i];

        remove_id(party.key_ids, &party.key_id_count, id);
        if (party.key_id_count > 0) {
            root->parties[kept++] = party;
        }
    }
    root->party_count = kept;
    kept = 0;
    for (size_t i = 0; i < root->key_count; i++) {
        if (!vtr_bytes_equal(root->keys[i].id, id)) {
            root->keys[kept++] = root->keys[i];
        }
    }
    root->key_count = kept;
    return VTR_OK;
}

/* The next root after `old` (NULL: the first).  The caller deinits `*root`, whatever
 * the status. */
static enum vtr_status make_root(struct vtr_tuf_metadata *root,
                                 const struct vtr_tuf_metadata *old,
                                 const struct vtr_root_change *change,
                                 struct vtr_error *err)
{
    const size_t room = (old == NULL ? 0 : old->key_count) + change->added_count;
    enum vtr_status status = VTR_OK;

    *root = (struct vtr_tuf_metadata){.type = VTR_TUF_ROOT, .expires = change->expires};
    if (!copy_root(root, old, room)) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; i < change->removed_count && status == VTR_OK; i++) {
        status = remove_key(root, &change->removed[i], err);
    }
    for (size_t i = 0; i < change->added_count && status == VTR_OK; i++) {
        status = add_key(root, &change->added[i], room, err);
    }
    if (change->root_threshold != 0) {
        root->roles[VTR_TUF_ROOT].threshold = change->root_threshold;
    }
    if (change->release_threshold != 0) {
        root->roles[VTR_TUF_TARGETS].threshold = change->release_threshold;
    }
    if (status == VTR_OK) {
        status = vtr_repo_check_parties(root, change->allows_single_party != 0, err);
    }
    return status == VTR_OK ? vtr_tuf_seal(root, err) : status;
}

/* Makes DIR/FOLDER, in which a file could then stand. */
static enum vtr_status make_folder(const char *dir, const char *folder,
                                   struct vtr_error *err)
{
    char *path = vtr_repo_path(dir, folder, "x");
    const enum vtr_status status =
        path == NULL ? vtr_error_set_memory(err) : vtr_make_folders_for(path, err);

    free(path);
    return status;
}

enum vtr_status vtr_repository_init(const char *dir,
                                    const struct vtr_root_change *change,
                                    const char *proposal_path, struct vtr_error *err)
{
    struct vtr_repo repo = {0};
    struct vtr_tuf_metadata root;
    enum vtr_status status = make_root(&root, NULL, change, err);

    if (status == VTR_OK) { /* what is refused leaves no folders */
        status = vtr_proposal_check_place(proposal_path, &repo, err);
    }
    if (status == VTR_OK) {
        status = make_folder(dir, VTR_REPO_METADATA, err);
    }
    if (status == VTR_OK) {
        status = make_folder(dir, VTR_REPO_TARGETS, err);
    }
    if (status == VTR_OK) {
        status = vtr_repo_open(&repo, dir, err);
    }
    if (status == VTR_OK && repo.trusted != NULL) {
        status = vtr_error_set(err, VTR_ERROR_ARGUMENT, "'%s' has a root already", dir);
    }
    if (status == VTR_OK) {
        status = vtr_proposal_write(&root, proposal_path, err);
    }
    vtr_repo_close(&repo);
    vtr_tuf_metadata_deinit(&root);
    return status;
}

enum vtr_status vtr_repository_change_root(const char *dir,
                                           const struct vtr_root_change *change,
                                           const char *proposal_path,
                                           struct vtr_error *err)
{
    struct vtr_repo repo = {0};
    struct vtr_tuf_metadata root = {0};
    enum vtr_status status = vtr_repo_open(&repo, dir, err);

    if (status == VTR_OK && repo.trusted == NULL) {
        status = vtr_error_set(err, VTR_ERROR_ARGUMENT, "'%s' has no root yet", dir);
    }
    if (status == VTR_OK) {
        status = vtr_proposal_check_place(proposal_path, &repo, err);
    }
    if (status == VTR_OK) {
        status = make_root(&root, vtr_repo_get(&repo, VTR_TUF_ROOT), change, err);
    }
    if (status == VTR_OK) {
        status = vtr_proposal_write(&root, proposal_path, err);
    }
    vtr_repo_close(&repo);
    vtr_tuf_metadata_deinit(&root);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "verify/tuf/tuf_trusted.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "verify/tuf/tuf_state.h"
#include "verify/tuf/tuf_time.h"

static enum vtr_status refuse_turn(const char *what, struct vtr_error *err)
{
    return vtr_error_set(err, VTR_ERROR_ARGUMENT, "it is not the turn of the %s", what);
}

enum vtr_status vtr_tuf_check_expiry(const struct vtr_tuf_trusted *set,
                                     const struct vtr_tuf_metadata *m, const char *what,
                                     struct vtr_error *err)
{
    char time[VTR_TUF_TIME_LEN + 1];

    if (set->now < m->expires) {
        return VTR_OK;
    }
    vtr_tuf_time_format(m->expires, time);
    return vtr_error_set(err, VTR_ERROR_EXPIRED, "%s expired at %s", what, time);
}

/* A root vouches for itself: the threshold of its own keys signed it. */
static enum vtr_status check_own_signatures(const struct vtr_tuf_metadata *root,
                                            struct vtr_error *err)
{
    return vtr_tuf_check_signatures(root, &root->roles[VTR_TUF_ROOT], root, err);
}

enum vtr_status vtr_tuf_trusted_new(struct vtr_tuf_trusted **out, struct vtr_bytes root,
                                    uint64_t now, struct vtr_error *err)
{
    struct vtr_tuf_trusted *set = calloc(1, sizeof(*set));

    if (set == NULL) {
        return vtr_error_set_memory(err);
    }
    set->now = now;
    vtr_vector_init(&set->delegated, sizeof(struct vtr_tuf_delegated *));
    enum vtr_status status = vtr_tuf_metadata_read(&set->root, VTR_TUF_ROOT, root, err);
    if (status == VTR_OK) {
        status = check_own_signatures(&set->root, err);
    }
    if (status != VTR_OK) {
        vtr_tuf_trusted_free(set);
        return status;
    }
    *out = set;
    return VTR_OK;
}

void vtr_tuf_trusted_free(struct vtr_tuf_trusted *set)
{
    if (set == NULL) {
        return;
    }
    for (size_t i = 0; i < set->delegated.count; i++) {
        struct vtr_tuf_delegated *one =
            ((struct vtr_tuf_delegated **)set->delegated.items)[i];
        vtr_tuf_metadata_deinit(&one->metadata);
        free(one);
    }
    vtr_vector_deinit(&set->delegated);
    vtr_tuf_metadata_deinit(&set->root);
    vtr_tuf_metadata_deinit(&set->timestamp);
    vtr_tuf_metadata_deinit(&set->snapshot);
    vtr_tuf_metadata_deinit(&set->targets);
    free(set);
}

/* Whether `role` of `root` has a key, by its bytes. */
static bool has_key(const struct vtr_tuf_metadata *root,
                    const struct vtr_tuf_role *role, const struct vtr_tuf_key *key)
{
    for (size_t i = 0; i < role->key_id_count; i++) {
        const struct vtr_tuf_key *own = vtr_tuf_find_key(root, role->key_ids[i]);

        if (own != NULL && own->is_usable &&
            memcmp(own->key, key->key, sizeof(key->key)) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether a key that was trusted with a role is no longer. */
static bool has_lost_key(const struct vtr_tuf_metadata *before,
                         const struct vtr_tuf_metadata *after, enum vtr_tuf_type type)
{
    const struct vtr_tuf_role *role = &before->roles[type];

    for (size_t i = 0; i < role->key_id_count; i++) {
        const struct vtr_tuf_key *key = vtr_tuf_find_key(before, role->key_ids[i]);

        if (key != NULL && key->is_usable &&
            !has_key(after, &after->roles[type], key)) {
            return true;
        }
    }
    return false;
}

static enum vtr_status check_next_root(const struct vtr_tuf_metadata *root,
                                       const struct vtr_tuf_metadata *next,
                                       struct vtr_error *err)
{
    enum vtr_status status =
        vtr_tuf_check_signatures(next, &root->roles[VTR_TUF_ROOT], root, err);

    if (status == VTR_OK) {
        status = check_own_signatures(next, err);
    }
    if (status == VTR_OK && next->version <= root->version) {
        status = vtr_error_set(err, VTR_ERROR_ROLLBACK,
                               "root version %llu comes after version %llu",
                               (unsigned long long)next->version,
                               (unsigned long long)root->version);
    }
    if (status == VTR_OK && next->version != root->version + 1) {
        status = vtr_error_set(err, VTR_ERROR_GAP,
                               "root version %llu does not follow version %llu",
                               (unsigned long long)next->version,
                               (unsigned long long)root->version);
    }
    return status;
}

enum vtr_status vtr_tuf_trusted_update_root(struct vtr_tuf_trusted *set,
                                            struct vtr_bytes text,
                                            struct vtr_error *err)
{
    struct vtr_tuf_metadata next = {0};

    if (set->is_rooted) {
        return refuse_turn("root", err);
    }
    if (set->rotation_count >= VTR_TUF_ROTATIONS_LIMIT) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "more than %u roots in a row",
                             VTR_TUF_ROTATIONS_LIMIT);
    }
    enum vtr_status status = vtr_tuf_metadata_read(&next, VTR_TUF_ROOT, text, err);
    if (status == VTR_OK) {
        status = check_next_root(&set->root, &next, err);
    }
    if (status != VTR_OK) {
        vtr_tuf_metadata_deinit(&next);
        return status;
    }
    set->has_new_keys = set->has_new_keys ||
                        has_lost_key(&set->root, &next, VTR_TUF_TIMESTAMP) ||
                        has_lost_key(&set->root, &next, VTR_TUF_SNAPSHOT);
    set->rotation_count++;
    vtr_tuf_metadata_deinit(&set->root);
    set->root = next;
    return VTR_OK;
}

enum vtr_status vtr_tuf_trusted_finish_roots(struct vtr_tuf_trusted *set,
                                             struct vtr_error *err)
{
    const enum vtr_status status =
        vtr_tuf_check_expiry(set, &set->root, "root metadata", err);

    set->is_rooted = status == VTR_OK;
    return status;
}

bool vtr_tuf_trusted_has_new_keys(const struct vtr_tuf_trusted *set)
{
    return set->has_new_keys;
}

/* Reads metadata that the root's keys vouch for. */
static enum vtr_status read_vouched(const struct vtr_tuf_trusted *set,
                                    enum vtr_tuf_type type, struct vtr_bytes text,
                                    struct vtr_tuf_metadata *out, struct vtr_error *err)
{
    enum vtr_status status = vtr_tuf_metadata_read(out, type, text, err);

    if (status == VTR_OK) {
        status = vtr_tuf_check_signatures(out, &set->root.roles[type], &set->root, err);
    }
    if (status != VTR_OK) {
        vtr_tuf_metadata_deinit(out);
    }
    return status;
}

/* Metadata of before a change of keys is not a measure of what comes after it. */
static enum vtr_status refuse_old_keys(const char *what, struct vtr_error *err)
{
    return vtr_error_set(err, VTR_ERROR_SIGNATURE,
                         "the %s that was kept is from before a change of keys", what);
}

enum vtr_status vtr_tuf_trusted_load_timestamp(struct vtr_tuf_trusted *set,
                                               struct vtr_bytes text,
                                               struct vtr_error *err)
{
    struct vtr_tuf_metadata kept = {0};

    if (!set->is_rooted || set->is_timely || set->has_loaded) {
        return refuse_turn("timestamp that was kept", err);
    }
    if (set->has_new_keys) {
        return refuse_old_keys("timestamp", err);
    }
    const enum vtr_status status =
        read_vouched(set, VTR_TUF_TIMESTAMP, text, &kept, err);
    if (status == VTR_OK) {
        set->timestamp = kept;
        set->has_loaded = true;
    }
    return status;
}

enum vtr_status vtr_tuf_trusted_load_snapshot(struct vtr_tuf_trusted *set,
                                              struct vtr_bytes text,
                                              struct vtr_error *err)
{
    struct vtr_tuf_metadata kept = {0};

    if (!set->is_rooted || set->is_pinned || set->has_baseline) {
        return refuse_turn("snapshot that was kept", err);
    }
    if (set->has_new_keys) {
        return refuse_old_keys("snapshot", err);
    }
    const enum vtr_status status =
        read_vouched(set, VTR_TUF_SNAPSHOT, text, &kept, err);
    if (status == VTR_OK) {
        set->snapshot = kept;
        set->has_baseline = true;
    }
    return status;
}

static enum vtr_status refuse_rollback(const char *what, uint64_t before,
                                       uint64_t after, struct vtr_error *err)
{
    return vtr_error_set(err, VTR_ERROR_ROLLBACK,
                         "%s goes back from version %llu to version %llu", what,
                         (unsigned long long)before, (unsigned long long)after);
}

static const struct vtr_tuf_file *snapshot_file(
    const struct vtr_tuf_metadata *timestamp)
{
    return vtr_tuf_find_file(timestamp, vtr_bytes_from_text("snapshot.json"));
}

static enum vtr_status check_timestamp(const struct vtr_tuf_trusted *set,
                                       const struct vtr_tuf_metadata *next,
                                       struct vtr_error *err)
{
    if (set->has_loaded && next->version < set->timestamp.version) {
        return refuse_rollback("timestamp", set->timestamp.version, next->version, err);
    }
    if (set->has_loaded && next->version > set->timestamp.version) {
        const uint64_t before = snapshot_file(&set->timestamp)->version;
        const uint64_t after = snapshot_file(next)->version;

        if (after < before) {
            return refuse_rollback("snapshot", before, after, err);
        }
    }
    return vtr_tuf_check_expiry(set, next, "timestamp metadata", err);
}

enum vtr_status vtr_tuf_trusted_update_timestamp(struct vtr_tuf_trusted *set,
                                                 struct vtr_bytes text,
                                                 bool *out_is_new,
                                                 struct vtr_error *err)
{
    struct vtr_tuf_metadata next = {0};

    if (!set->is_rooted || set->is_timely) {
        return refuse_turn("timestamp", err);
    }
    enum vtr_status status = read_vouched(set, VTR_TUF_TIMESTAMP, text, &next, err);
    if (status != VTR_OK) {
        return status;
    }
    const bool is_new = !set->has_loaded || next.version != set->timestamp.version;
    /* Of two with one version the first stays, and must not have expired either. */
    status = check_timestamp(set, is_new ? &next : &set->timestamp, err);
    if (status == VTR_OK && is_new) {
        vtr_tuf_metadata_deinit(&set->timestamp);
        set->timestamp = next;
    } else {
        vtr_tuf_metadata_deinit(&next);
    }
    if (status == VTR_OK) {
        set->has_loaded = true;
        set->is_timely = true;
        *out_is_new = is_new;
    }
    return status;
}

/* Length and digest, as far as they are pinned, before anything is parsed. */
static enum vtr_status check_pinned_bytes(const struct vtr_tuf_file *file,
                                          struct vtr_bytes text, const char *what,
                                          struct vtr_error *err)
{
    if (file->has_len && text.len != file->len) {
        return vtr_error_set(err, VTR_ERROR_MISMATCH,
                             "%s has %zu bytes where %llu are promised", what, text.len,
                             (unsigned long long)file->len);
    }
    return vtr_tuf_check_hashes(&file->hashes, text, what, err);
}

static enum vtr_status check_pinned_version(const struct vtr_tuf_file *file,
                                            const struct vtr_tuf_metadata *next,
                                            const char *what, struct vtr_error *err)
{
    if (next->version == file->version) {
        return VTR_OK;
    }
    return vtr_error_set(err, VTR_ERROR_MIXED,
                         "%s has version %llu where version %llu belongs", what,
                         (unsigned long long)next->version,
                         (unsigned long long)file->version);
}

/* No file of the snapshot before may be older now, or gone. */
static enum vtr_status check_files(const struct vtr_tuf_metadata *before,
                                   const struct vtr_tuf_metadata *after,
                                   struct vtr_error *err)
{
    for (size_t i = 0; i < before->file_count; i++) {
        const struct vtr_tuf_file *old = &before->files[i];
        const struct vtr_tuf_file *now = vtr_tuf_find_file(after, old->name);

        if (now == NULL) {
            return vtr_error_set(err, VTR_ERROR_ROLLBACK,
                                 "snapshot does not list '%.100s' any longer",
                                 (const char *)old->name.ptr);
        }
        if (now->version < old->version) {
            return refuse_rollback((const char *)old->name.ptr, old->version,
                                   now->version, err);
        }
    }
    return VTR_OK;
}

static enum vtr_status check_snapshot(const struct vtr_tuf_trusted *set,
                                      const struct vtr_tuf_metadata *next,
                                      struct vtr_error *err)
{
    enum vtr_status status = check_pinned_version(snapshot_file(&set->timestamp), next,
                                                  "snapshot metadata", err);

    if (status == VTR_OK && set->has_baseline &&
        next->version < set->snapshot.version) {
        status = refuse_rollback("snapshot", set->snapshot.version, next->version, err);
    }
    if (status == VTR_OK && set->has_baseline) {
        status = check_files(&set->snapshot, next, err);
    }
    if (status == VTR_OK) {
        status = vtr_tuf_check_expiry(set, next, "snapshot metadata", err);
    }
    return status;
}

enum vtr_status vtr_tuf_trusted_update_snapshot(struct vtr_tuf_trusted *set,
                                                struct vtr_bytes text,
                                                struct vtr_error *err)
{
    struct vtr_tuf_metadata next = {0};

    if (!set->is_timely || set->is_pinned) {
        return refuse_turn("snapshot", err);
    }
    enum vtr_status status = check_pinned_bytes(snapshot_file(&set->timestamp), text,
                                                "snapshot metadata", err);
    if (status == VTR_OK) {
        status = read_vouched(set, VTR_TUF_SNAPSHOT, text, &next, err);
    }
    if (status == VTR_OK) {
        status = check_snapshot(set, &next, err);
    }
    if (status != VTR_OK) {
        vtr_tuf_metadata_deinit(&next);
        return status;
    }
    vtr_tuf_metadata_deinit(&set->snapshot);
    set->snapshot = next;
    set->has_baseline = true;
    set->is_pinned = true;
    return VTR_OK;
}

enum vtr_status vtr_tuf_read_pinned(const struct vtr_tuf_trusted *set,
                                    const struct vtr_tuf_visit *visit,
                                    const struct vtr_tuf_file *file,
                                    struct vtr_bytes text, struct vtr_tuf_metadata *out,
                                    struct vtr_error *err)
{
    static const char WHAT[] = "targets metadata";
    const struct vtr_tuf_role *role =
        visit->role != NULL ? visit->role : &set->root.roles[VTR_TUF_TARGETS];
    struct vtr_tuf_metadata next = {0};

    if (file == NULL) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                             "snapshot does not list the file of role '%.100s'",
                             (const char *)role->name.ptr);
    }
    enum vtr_status status = check_pinned_bytes(file, text, WHAT, err);
    if (status == VTR_OK) {
        status = vtr_tuf_metadata_read(&next, VTR_TUF_TARGETS, text, err);
    }
    if (status == VTR_OK) {
        status = vtr_tuf_check_signatures(&next, role, visit->delegator, err);
    }
    if (status == VTR_OK) {
        status = check_pinned_version(file, &next, WHAT, err);
    }
    if (status == VTR_OK) {
        status = vtr_tuf_check_expiry(set, &next, WHAT, err);
    }
    if (status == VTR_OK) {
        *out = next;
    } else {
        vtr_tuf_metadata_deinit(&next);
    }
    return status;
}

enum vtr_status vtr_tuf_trusted_update_targets(struct vtr_tuf_trusted *set,
                                               struct vtr_bytes text,
                                               struct vtr_error *err)
{
    const struct vtr_tuf_visit visit = {NULL, &set->root};

    if (!set->is_pinned || set->is_whole) {
        return refuse_turn("targets", err);
    }
    const struct vtr_tuf_file *file =
        vtr_tuf_find_file(&set->snapshot, vtr_bytes_from_text("targets.json"));
    const enum vtr_status status =
        vtr_tuf_read_pinned(set, &visit, file, text, &set->targets, err);
    set->is_whole = status == VTR_OK;
    return status;
}

const struct vtr_tuf_metadata *vtr_tuf_trusted_get(const struct vtr_tuf_trusted *set,
                                                   enum vtr_tuf_type type)
{
    switch (type) {
    case VTR_TUF_ROOT:
        return &set->root;
    case VTR_TUF_TIMESTAMP:
        return set->has_loaded ? &set->timestamp : NULL;
    case VTR_TUF_SNAPSHOT:
        return set->has_baseline ? &set->snapshot : NULL;
    case VTR_TUF_TARGETS:
        return set->is_whole ? &set->targets : NULL;
    }
    return NULL;
}

void vtr_tuf_want_pinned(const struct vtr_tuf_trusted *set,
                         const struct vtr_tuf_file *file, size_t limit_bytes,
                         struct vtr_tuf_wanted *out)
{
    *out = (struct vtr_tuf_wanted){
        .has_version = set->root.is_consistent,
        .version = file->version,
        .limit_bytes =
            file->has_len && file->len < limit_bytes ? (size_t)file->len : limit_bytes,
    };
}

enum vtr_status vtr_tuf_trusted_want(const struct vtr_tuf_trusted *set,
                                     enum vtr_tuf_type type, struct vtr_tuf_wanted *out,
                                     struct vtr_error *err)
{
    const size_t limit = vtr_tuf_type_limit(type);

    switch (type) {
    case VTR_TUF_ROOT:
        *out = (struct vtr_tuf_wanted){true, set->root.version + 1, limit};
        return VTR_OK;
    case VTR_TUF_TIMESTAMP:
        *out = (struct vtr_tuf_wanted){false, 0, limit};
        return VTR_OK;
    case VTR_TUF_SNAPSHOT:
        if (!set->is_timely) {
            return refuse_turn("snapshot", err);
        }
        vtr_tuf_want_pinned(set, snapshot_file(&set->timestamp), limit, out);
        return VTR_OK;
    case VTR_TUF_TARGETS:
        if (!set->is_pinned) {
            return refuse_turn("targets", err);
        }
        vtr_tuf_want_pinned(set,
                            vtr_tuf_find_file(&set->snapshot,
                                              vtr_bytes_from_text("targets.json")),
                            limit, out);
        return VTR_OK;
    }
    return VTR_ERROR_ARGUMENT;
}

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A target through delegations: pre-order, each role once.
 *
 * A role that was read for one delegator is asked by another only after the other's
 * keys have been found to vouch for it too.
 */
#include "verify/tuf/tuf_trusted.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "verify/tuf/tuf_path.h"
#include "verify/tuf/tuf_state.h"

static enum vtr_status push(struct vtr_tuf_search *search,
                            const struct vtr_tuf_visit *visit, struct vtr_error *err)
{
    struct vtr_tuf_visit *place = vtr_vector_push(&search->pending);

    if (place == NULL) {
        return vtr_error_set_memory(err);
    }
    *place = *visit;
    return VTR_OK;
}

enum vtr_status vtr_tuf_search_begin(struct vtr_tuf_search *out,
                                     struct vtr_tuf_trusted *set, struct vtr_bytes path,
                                     struct vtr_error *err)
{
    const struct vtr_tuf_visit first = {NULL, &set->root};

    if (!set->is_whole) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                             "there is no targets metadata to search yet");
    }
    *out = (struct vtr_tuf_search){.set = set, .path = path};
    vtr_vector_init(&out->pending, sizeof(struct vtr_tuf_visit));
    vtr_vector_init(&out->visited, sizeof(struct vtr_bytes));
    return push(out, &first, err);
}

void vtr_tuf_search_deinit(struct vtr_tuf_search *search)
{
    if (search != NULL) {
        vtr_vector_deinit(&search->pending);
        vtr_vector_deinit(&search->visited);
        *search = (struct vtr_tuf_search){0};
    }
}

static bool is_visited(const struct vtr_tuf_search *search, struct vtr_bytes name)
{
    const struct vtr_bytes *names = search->visited.items;

    for (size_t i = 0; i < search->visited.count; i++) {
        if (vtr_bytes_equal(names[i], name)) {
            return true;
        }
    }
    return false;
}

static const struct vtr_tuf_metadata *find_delegated(const struct vtr_tuf_trusted *set,
                                                     struct vtr_bytes name)
{
    struct vtr_tuf_delegated *const *all = set->delegated.items;

    for (size_t i = 0; i < set->delegated.count; i++) {
        if (vtr_bytes_equal(all[i]->name, name)) {
            return &all[i]->metadata;
        }
    }
    return NULL;
}

/* NAME.json of a role, in the snapshot. */
static const struct vtr_tuf_file *file_of(const struct vtr_tuf_trusted *set,
                                          struct vtr_bytes name)
{
    static const char SUFFIX[] = ".json";
    const size_t suffix_len = sizeof(SUFFIX) - 1;

    for (size_t i = 0; i < set->snapshot.file_count; i++) {
        const struct vtr_bytes file = set->snapshot.files[i].name;

        if (file.len == name.len + suffix_len &&
            memcmp(file.ptr, name.ptr, name.len) == 0 &&
            memcmp(file.ptr + name.len, SUFFIX, suffix_len) == 0) {
            return &set->snapshot.files[i];
        }
    }
    return NULL;
}

/* The metadata that a visit asks; NULL and `*status` VTR_OK when its file is missing.
 */
static const struct vtr_tuf_metadata *metadata_of(const struct vtr_tuf_search *search,
                                                  const struct vtr_tuf_visit *visit,
                                                  enum vtr_status *status,
                                                  struct vtr_error *err)
{
    *status = VTR_OK;
    if (visit->role == NULL) {
        return &search->set->targets;
    }
    const struct vtr_tuf_metadata *found =
        find_delegated(search->set, visit->role->name);
    if (found != NULL) { /* perhaps it was another delegator's */
        *status = vtr_tuf_check_signatures(found, visit->role, visit->delegator, err);
    }
    return *status == VTR_OK ? found : NULL;
}

/* Asks for the file of the current visit. */
static enum vtr_status want_file(struct vtr_tuf_search *search, struct vtr_error *err)
{
    const struct vtr_bytes name = search->current.role->name;
    const struct vtr_tuf_file *file = file_of(search->set, name);

    if (file == NULL) {
        return vtr_error_set(err, VTR_ERROR_MIXED,
                             "snapshot does not list the file of role '%.100s'",
                             (const char *)name.ptr);
    }
    vtr_tuf_want_pinned(search->set, file, VTR_TUF_TARGETS_LIMIT, &search->wanted);
    search->role = name;
    return VTR_OK;
}

/* Puts those that `from` delegates the path to on top, the first one uppermost. */
static enum vtr_status push_delegations(struct vtr_tuf_search *search,
                                        const struct vtr_tuf_metadata *from,
                                        struct vtr_error *err)
{
    size_t end = 0; /* behind the last one that is asked */
    enum vtr_status status = VTR_OK;

    while (end < from->delegation_count) {
        const struct vtr_tuf_role *role = &from->delegations[end++];

        if (role->is_terminating && vtr_tuf_role_covers(role, search->path)) {
            search->pending.count = 0;
            break;
        }
    }
    while (end > 0 && status == VTR_OK) {
        const struct vtr_tuf_visit visit = {&from->delegations[--end], from};

        if (vtr_tuf_role_covers(visit.role, search->path)) {
            status = push(search, &visit, err);
        }
    }
    return status;
}

/* Looks into one role's metadata. */
static enum vtr_status visit_role(struct vtr_tuf_search *search,
                                  const struct vtr_tuf_metadata *metadata,
                                  struct vtr_error *err)
{
    static const struct vtr_bytes TOP = {(const uint8_t *)"targets", 7};
    struct vtr_bytes *name = vtr_vector_push(&search->visited);

    if (name == NULL) {
        return vtr_error_set_memory(err);
    }
    *name = search->current.role == NULL ? TOP : search->current.role->name;
    search->target = vtr_tuf_find_target(metadata, search->path);
    return search->target != NULL ? VTR_OK : push_delegations(search, metadata, err);
}

enum vtr_status vtr_tuf_search_next(struct vtr_tuf_search *search,
                                    struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;

    search->role = (struct vtr_bytes){NULL, 0};
    while (status == VTR_OK && search->target == NULL && search->pending.count > 0) {
        const struct vtr_tuf_visit *pending = search->pending.items;

        search->current = pending[search->pending.count - 1];
        if (search->current.role != NULL &&
            is_visited(search, search->current.role->name)) {
            search->pending.count--;
            continue;
        }
        if (search->visited.count > VTR_TUF_DELEGATIONS_LIMIT) {
            return vtr_error_set(err, VTR_ERROR_LIMIT,
                                 "more than %u delegated roles for one target",
                                 VTR_TUF_DELEGATIONS_LIMIT);
        }
        const struct vtr_tuf_metadata *metadata =
            metadata_of(search, &search->current, &status, err);
        if (status == VTR_OK && metadata == NULL) {
            return want_file(search, err);
        }
        if (status == VTR_OK) {
            search->pending.count--;
            status = visit_role(search, metadata, err);
        }
    }
    return status;
}

enum vtr_status vtr_tuf_search_give(struct vtr_tuf_search *search,
                                    struct vtr_bytes text, struct vtr_error *err)
{
    struct vtr_tuf_trusted *set = search->set;

    if (search->role.ptr == NULL) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT, "no role's file is wanted");
    }
    struct vtr_tuf_delegated *one = calloc(1, sizeof(*one));
    if (one == NULL) {
        return vtr_error_set_memory(err);
    }
    enum vtr_status status =
        vtr_tuf_read_pinned(set, &search->current, file_of(set, search->role), text,
                            &one->metadata, err);
    struct vtr_tuf_delegated **place =
        status == VTR_OK ? vtr_vector_push(&set->delegated) : NULL;
    if (place == NULL) {
        vtr_tuf_metadata_deinit(&one->metadata);
        free(one);
        return status != VTR_OK ? status : vtr_error_set_memory(err);
    }
    one->name = search->role;
    *place = one;
    search->role = (struct vtr_bytes){NULL, 0};
    return VTR_OK;
}

enum vtr_status vtr_tuf_target_check(const struct vtr_tuf_target *target,
                                     struct vtr_bytes bytes, struct vtr_error *err)
{
    if (bytes.len != target->len) {
        return vtr_error_set(err, VTR_ERROR_MISMATCH,
                             "'%.100s' has %zu bytes where %llu are promised",
                             (const char *)target->path.ptr, bytes.len,
                             (unsigned long long)target->len);
    }
    return vtr_tuf_check_hashes(&target->hashes, bytes, (const char *)target->path.ptr,
                                err);
}

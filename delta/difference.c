/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/difference.h"

#include <string.h>

#include "base/error.h"
#include "base/sort.h"
#include "base/writer.h"
#include "verify/pairing.h"

void vtr_delta_key_set(struct vtr_delta_key *key, uint64_t number)
{
    *key = (struct vtr_delta_key){{0}};
    for (size_t i = 8; i-- > 0; number >>= 8) {
        key->bytes[i] = (uint8_t)number;
    }
}

enum vtr_status vtr_body_key(struct vtr_bytes space, struct vtr_bytes name,
                             uint64_t *out, struct vtr_error *err)
{
    struct vtr_writer w = {0};
    enum vtr_status status = VTR_OK;

    vtr_writer_raw(&w, space);
    vtr_writer_u8(&w, 0);
    vtr_writer_raw(&w, name);
    if (vtr_writer_ok(&w)) {
        *out = vtr_digest_xxh3(vtr_writer_bytes(&w));
    } else {
        status = vtr_error_set_memory(err);
    }
    vtr_writer_deinit(&w);
    return status;
}

static enum vtr_status hash_differs(const struct vtr_hash_pair *pair, void *context,
                                    struct vtr_error *err)
{
    struct vtr_hash_changes *changes =
        &((struct vtr_changes *)context)->hashes[pair->kind];
    const unsigned digest_len = vtr_hash_len(pair->kind);

    if (pair->a.count > 0) {
        struct vtr_delta_key *key = vtr_vector_push(&changes->removed);
        if (key == NULL) {
            return vtr_error_set_memory(err);
        }
        memcpy(key->bytes, pair->digest, digest_len);
    }
    for (size_t i = 0; i < pair->b.count; i++) {
        struct vtr_added_hash *added = vtr_vector_push(&changes->added);
        if (added == NULL) {
            return vtr_error_set_memory(err);
        }
        memcpy(added->digest, pair->digest, digest_len);
        added->size = pair->b.records[i].size;
        added->stem = pair->b.records[i].stem;
        added->number = pair->b.records[i].number;
    }
    return VTR_OK;
}

static enum vtr_status body_differs(const struct vtr_body_pair *pair, void *context,
                                    struct vtr_error *err)
{
    struct vtr_body_changes *changes = context;

    if (pair->a.ptr != NULL) {
        struct vtr_delta_key *removed = vtr_vector_push(&changes->removed);
        uint64_t key;
        if (removed == NULL) {
            return vtr_error_set_memory(err);
        }
        const enum vtr_status status = vtr_body_key(pair->space, pair->name, &key, err);
        if (status != VTR_OK) {
            return status;
        }
        vtr_delta_key_set(removed, key);
    }
    if (pair->b.ptr != NULL) {
        struct vtr_bytes *added = vtr_vector_push(&changes->added);
        if (added == NULL) {
            return vtr_error_set_memory(err);
        }
        *added = pair->b;
    }
    return VTR_OK;
}

static int compare_keys(const void *a, const void *b, void *context)
{
    (void)context;
    return memcmp(a, b, sizeof(struct vtr_delta_key));
}

static enum vtr_status find_body_changes(struct vtr_body_changes *out,
                                         enum vtr_body_kind kind,
                                         const struct vtr_records *from,
                                         const struct vtr_records *to,
                                         struct vtr_error *err)
{
    enum vtr_status status = vtr_pair_bodies(kind, from, to, body_differs, out, err);

    if (status == VTR_OK && vtr_sort(out->removed.items, out->removed.count,
                                     out->removed.size, compare_keys, NULL) != VTR_OK) {
        status = vtr_error_set_memory(err);
    }
    return status;
}

static void body_changes_init(struct vtr_body_changes *changes)
{
    vtr_vector_init(&changes->removed, sizeof(struct vtr_delta_key));
    vtr_vector_init(&changes->added, sizeof(struct vtr_bytes));
}

enum vtr_status vtr_changes_init(struct vtr_changes *out,
                                 const struct vtr_records *from,
                                 const struct vtr_records *to, struct vtr_error *err)
{
    struct vtr_changes changes;

    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        vtr_vector_init(&changes.hashes[kind].removed, sizeof(struct vtr_delta_key));
        vtr_vector_init(&changes.hashes[kind].added, sizeof(struct vtr_added_hash));
    }
    body_changes_init(&changes.rules);
    body_changes_init(&changes.externals);
    enum vtr_status status = vtr_pair_hashes(from, to, hash_differs, &changes, err);
    if (status == VTR_OK) {
        status = find_body_changes(&changes.rules, VTR_BODY_RULE, from, to, err);
    }
    if (status == VTR_OK) {
        status =
            find_body_changes(&changes.externals, VTR_BODY_EXTERNAL, from, to, err);
    }
    if (status != VTR_OK) {
        vtr_changes_deinit(&changes);
        return status;
    }
    *out = changes;
    return VTR_OK;
}

void vtr_changes_deinit(struct vtr_changes *changes)
{
    if (changes == NULL) {
        return;
    }
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        vtr_vector_deinit(&changes->hashes[kind].removed);
        vtr_vector_deinit(&changes->hashes[kind].added);
    }
    vtr_vector_deinit(&changes->rules.removed);
    vtr_vector_deinit(&changes->rules.added);
    vtr_vector_deinit(&changes->externals.removed);
    vtr_vector_deinit(&changes->externals.added);
}

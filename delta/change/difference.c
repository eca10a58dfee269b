/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/change/difference.h"

#include <string.h>

#include "base/error.h"
#include "delta/change/body_diff.h"
#include "delta/change/stem_names.h"
#include "delta/coding/rice.h"
#include "verify/compare/pairing.h"

void vtr_delta_key_set(struct vtr_delta_key *key, uint64_t number)
{
    *key = (struct vtr_delta_key){{0}};
    for (size_t i = 8; i-- > 0; number >>= 8) {
        key->bytes[i] = (uint8_t)number;
    }
}

void vtr_delta_key_cut(struct vtr_delta_key *key, unsigned bits)
{
    for (unsigned i = 0; i < VTR_SHA256_LEN; i++) {
        const unsigned before = i * 8;
        const unsigned kept = bits <= before ? 0 : bits - before;

        if (kept < 8) {
            key->bytes[i] = (uint8_t)(key->bytes[i] & (0xFF00u >> kept));
        }
    }
}

int vtr_removed_hash_compare(const void *a, const void *b, void *context)
{
    const struct vtr_removed_hash *left = a;
    const struct vtr_removed_hash *right = b;

    (void)context;
    if (left->bits != right->bits) {
        return left->bits < right->bits ? -1 : 1;
    }
    return memcmp(left->key.bytes, right->key.bytes, sizeof(left->key.bytes));
}

static enum vtr_status hash_differs(const struct vtr_hash_pair *pair, void *context,
                                    struct vtr_error *err)
{
    struct vtr_hash_changes *changes =
        &((struct vtr_changes *)context)->hashes[pair->kind];
    const unsigned digest_len = vtr_hash_len(pair->kind);

    if (pair->a.count > 0) {
        struct vtr_removed_hash *removed = vtr_vector_push(&changes->removed);
        if (removed == NULL) {
            return vtr_error_set_memory(err);
        }
        memcpy(removed->key.bytes, pair->digest, digest_len);
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

/* First bits that tell a digest of the table from all its others. */
static enum vtr_status bits_needed(const struct vtr_hash_table *table,
                                   const uint8_t *digest, unsigned *out,
                                   struct vtr_error *err)
{
    const unsigned bits = vtr_hash_len(table->kind) * 8;
    struct vtr_hash_record record;
    uint8_t other[VTR_SHA256_LEN];
    uint64_t first = 0;
    const uint64_t count = vtr_hash_table_find(table, digest, &first);
    unsigned needed = 0;

    if (count == 0) {
        return vtr_error_set_format(err, vtr_hash_name(table->kind), 0,
                                    "database does not find a digest that it holds");
    }
    if (first > 0 && vtr_hash_table_get(table, first - 1, other, &record)) {
        needed = vtr_key_shared_bits(record.digest, digest, bits) + 1;
    }
    if (vtr_hash_table_get(table, first + count, other, &record)) {
        const unsigned after = vtr_key_shared_bits(record.digest, digest, bits) + 1;
        needed = after > needed ? after : needed;
    }
    if (needed > bits) {
        return vtr_error_set_format(err, vtr_hash_name(table->kind), first,
                                    "database holds a digest in two places");
    }
    *out = needed > *out ? needed : *out;
    return VTR_OK;
}

/* Cuts the digests that are taken out to as many bits as all of them need. */
static enum vtr_status name_removed(struct vtr_vector *removed,
                                    const struct vtr_hash_table *table,
                                    struct vtr_error *err)
{
    struct vtr_removed_hash *hashes = removed->items;
    unsigned bits = 1;

    for (size_t i = 0; i < removed->count; i++) {
        const enum vtr_status status =
            bits_needed(table, hashes[i].key.bytes, &bits, err);
        if (status != VTR_OK) {
            return status;
        }
    }
    for (size_t i = 0; i < removed->count; i++) {
        hashes[i].bits = bits;
        vtr_delta_key_cut(&hashes[i].key, bits);
    }
    return VTR_OK;
}

void vtr_changes_init(struct vtr_changes *out)
{
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        vtr_vector_init(&out->hashes[kind].removed, sizeof(struct vtr_removed_hash));
        vtr_vector_init(&out->hashes[kind].added, sizeof(struct vtr_added_hash));
    }
    vtr_vector_init(&out->stems, sizeof(struct vtr_stem_name));
    vtr_body_changes_init(&out->rules);
    vtr_body_changes_init(&out->externals);
}

static enum vtr_status find_hashes(struct vtr_changes *changes,
                                   const struct vtr_image *from,
                                   const struct vtr_records *from_records,
                                   const struct vtr_records *to_records,
                                   struct vtr_error *err)
{
    enum vtr_status status =
        vtr_pair_hashes(from_records, to_records, hash_differs, changes, err);

    for (unsigned kind = 0; status == VTR_OK && kind < VTR_HASH_KINDS; kind++) {
        status = name_removed(&changes->hashes[kind].removed, &from->hashes[kind], err);
    }
    if (status == VTR_OK) {
        status = vtr_stem_names_find(changes, from_records, to_records, err);
    }
    return status;
}

enum vtr_status vtr_changes_find(struct vtr_changes *out, const struct vtr_image *from,
                                 const struct vtr_records *from_records,
                                 const struct vtr_records *to_records,
                                 struct vtr_error *err)
{
    struct vtr_changes changes;

    vtr_changes_init(&changes);
    enum vtr_status status = find_hashes(&changes, from, from_records, to_records, err);
    if (status == VTR_OK) {
        status =
            vtr_body_diff(VTR_BODY_RULE, from_records, to_records, &changes.rules, err);
    }
    if (status == VTR_OK) {
        status = vtr_body_diff(VTR_BODY_EXTERNAL, from_records, to_records,
                               &changes.externals, err);
    }
    if (status != VTR_OK) {
        vtr_changes_deinit(&changes);
        return status;
    }
    *out = changes;
    return VTR_OK;
}

void vtr_changes_keep_texts(struct vtr_changes *changes)
{
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        vtr_vector_deinit(&changes->hashes[kind].removed);
        vtr_vector_deinit(&changes->hashes[kind].added);
    }
    vtr_vector_deinit(&changes->stems);
    vtr_body_changes_keep_texts(&changes->rules);
    vtr_body_changes_keep_texts(&changes->externals);
}

void vtr_changes_deinit(struct vtr_changes *changes)
{
    if (changes != NULL) {
        vtr_changes_keep_texts(changes);
        vtr_body_changes_deinit(&changes->rules);
        vtr_body_changes_deinit(&changes->externals);
    }
}

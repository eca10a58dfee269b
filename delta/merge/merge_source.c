/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/merge/merge_source.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "format/image/hash_block.h"

/* Below, equal or above zero as the key sorts before, with or after the first `bits`
 * bits of the digest. */
static int compare_key(const uint8_t *key, const uint8_t *digest, unsigned bits)
{
    const unsigned bytes = bits / 8;
    const unsigned rest = bits % 8;
    const int order = memcmp(key, digest, bytes);

    if (order != 0 || rest == 0) {
        return order;
    }
    const int mask = 0xFF << (8 - rest);
    return (key[bytes] & mask) - (digest[bytes] & mask);
}

static void next_key(struct vtr_removed_cursor *cursor)
{
    cursor->key = vtr_rice_next(&cursor->keys);
    cursor->is_found = false;
}

/* Goes past the keys below a digest; false when one of them was not found. */
static bool seek_key(struct vtr_removed_cursor *cursor, const uint8_t *digest,
                     int *out_order)
{
    int order = 1;

    while (cursor->key != NULL) {
        order = compare_key(cursor->key, digest, cursor->keys.bits);
        if (order >= 0) {
            break;
        }
        if (!cursor->is_found) {
            return false;
        }
        next_key(cursor);
        order = 1;
    }
    *out_order = order;
    return true;
}

/* Whether the old record ahead is one that is taken out: by the longest key that it
 * begins with. */
static bool is_removed(struct vtr_merge_source *s)
{
    const unsigned digest_len = vtr_hash_len(s->kind);
    struct vtr_removed_cursor *cursor = NULL;

    for (size_t i = 0; i < s->removed_count; i++) {
        int order = 1;
        if (!seek_key(&s->removed[i], s->old_digest, &order)) {
            s->fault = VTR_MERGE_UNKNOWN;
            return false;
        }
        cursor = order == 0 ? &s->removed[i] : cursor;
    }
    if (cursor == NULL) {
        return false;
    }
    if (cursor->is_found && memcmp(cursor->digest, s->old_digest, digest_len) != 0) {
        s->fault = VTR_MERGE_AMBIGUOUS;
        return false;
    }
    cursor->is_found = true;
    memcpy(cursor->digest, s->old_digest, digest_len);
    return true;
}

/* After the last old record every key must have been found. */
static void end_old(struct vtr_merge_source *s)
{
    s->is_old_over = true;
    if (s->old_read_count != s->old->count) {
        s->fault = VTR_MERGE_DAMAGED;
    }
    for (size_t i = 0; i < s->removed_count; i++) {
        struct vtr_removed_cursor *cursor = &s->removed[i];

        if (cursor->key != NULL && cursor->is_found) {
            next_key(cursor);
        }
        if (cursor->key != NULL) {
            s->fault = VTR_MERGE_UNKNOWN;
        }
    }
}

/* Goes to the next old record that stays. */
static void next_old(struct vtr_merge_source *s)
{
    const unsigned digest_len = vtr_hash_len(s->kind);

    do {
        if (s->old_read_count == s->old->count ||
            !s->old->next(s->old->context, &s->old_record)) {
            end_old(s);
            return;
        }
        s->old_read_count++;
        memcpy(s->old_digest, s->old_record.digest, digest_len);
        if (s->old_record.stem >= s->old_stem_count) {
            s->fault = VTR_MERGE_DAMAGED;
        }
    } while (s->fault == VTR_MERGE_OK && is_removed(s));
    s->has_old = true;
}

static void next_added(struct vtr_merge_source *s)
{
    s->has_added = s->has_added && vtr_added_reader_next(&s->added, &s->added_record);
}

void vtr_merge_source_rewind(void *context)
{
    struct vtr_merge_source *s = context;

    s->fault = VTR_MERGE_OK;
    s->old_read_count = 0;
    s->has_old = false;
    s->is_old_over = false;
    if (s->old->count > 0) {
        s->old->rewind(s->old->context);
    }
    for (size_t i = 0; i < s->removed_count; i++) {
        struct vtr_removed_cursor *cursor = &s->removed[i];
        if (vtr_delta_open_list(&cursor->keys, s->delta,
                                VTR_DELTA_HASH_SECTION(s->kind, VTR_DELTA_HASH_REMOVED),
                                i)) { /* always, once the delta is validated */
            next_key(cursor);
        }
    }
    s->has_added = vtr_added_reader_open(&s->added, s->delta, s->kind);
    next_added(s);
}

bool vtr_merge_source_next(void *context, struct vtr_hash_record *out)
{
    struct vtr_merge_source *s = context;

    if (!s->has_old && !s->is_old_over) {
        next_old(s);
    }
    int order = (int)s->has_added - (int)s->has_old;
    if (s->has_old && s->has_added) {
        order = memcmp(s->old_digest, s->added_record.digest, vtr_hash_len(s->kind));
        if (order == 0) {
            s->fault = VTR_MERGE_EXISTS;
        }
    }
    if (s->fault != VTR_MERGE_OK || (!s->has_old && !s->has_added)) {
        return false;
    }
    s->is_from_old = order < 0;
    if (s->is_from_old) {
        const uint32_t stem = s->old_record.stem;
        *out = s->old_record;
        out->stem = s->old_stems == NULL ? stem : s->old_stems[stem];
        out->digest = s->old_digest;
        s->has_old = false;
    } else {
        const uint32_t rank = s->added_record.stem;
        *out = (struct vtr_hash_record){.size = s->added_record.size,
                                        .stem = s->rank_stems == NULL
                                                    ? rank
                                                    : s->rank_stems[rank],
                                        .number = s->added_record.number};
        memcpy(s->digest, s->added_record.digest, sizeof(s->digest));
        out->digest = s->digest;
        next_added(s);
    }
    return true;
}

static const uint8_t *lower_digest(const uint8_t *a, const uint8_t *b)
{
    if (a == NULL || b == NULL) {
        return a == NULL ? b : a;
    }
    return memcmp(a, b, VTR_SHA256_LEN) < 0 ? a : b;
}

/* Up to the next digest that the delta says something of, all stays as it is. */
bool vtr_merge_source_next_block(void *context, const uint8_t *below,
                                 struct vtr_hash_block *out)
{
    struct vtr_merge_source *s = context;
    const uint8_t *bound =
        lower_digest(below, s->has_added ? s->added_record.digest : NULL);

    if (s->has_old || s->is_old_over || s->fault != VTR_MERGE_OK) {
        return false;
    }
    for (size_t i = 0; i < s->removed_count; i++) {
        bound = lower_digest(bound, s->removed[i].key);
    }
    if (!vtr_hash_block_take(s->old, bound, out)) {
        return false;
    }
    s->old_read_count += out->count;
    return true;
}

enum vtr_status vtr_merge_source_init(struct vtr_merge_source *out,
                                      enum vtr_hash_kind kind,
                                      const struct vtr_delta *delta,
                                      const struct vtr_records *from,
                                      struct vtr_error *err)
{
    const unsigned section = VTR_DELTA_HASH_SECTION(kind, VTR_DELTA_HASH_REMOVED);

    *out = (struct vtr_merge_source){.kind = kind,
                                     .delta = delta,
                                     .old = &from->hashes[kind],
                                     .old_stem_count = from->stem_count,
                                     .removed_count = delta->lists[section].count};
    out->removed = calloc(out->removed_count + 1, sizeof(*out->removed));
    if (out->removed == NULL) {
        return vtr_error_set_memory(err);
    }
    vtr_merge_source_rewind(out);
    return VTR_OK;
}

void vtr_merge_source_deinit(struct vtr_merge_source *source)
{
    free(source->removed);
}

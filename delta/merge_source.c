/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/merge_source.h"

#include <string.h>

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

static void next_removed(struct vtr_merge_source *s)
{
    s->removed_key = s->removed_key == NULL ? NULL : vtr_rice_next(&s->removed);
    s->is_removed_found = false;
}

/* Whether the old record ahead is one that is taken out. */
static bool is_removed(struct vtr_merge_source *s)
{
    const unsigned digest_len = vtr_hash_len(s->kind);
    int order = 1;

    while (s->removed_key != NULL) {
        order = compare_key(s->removed_key, s->old_digest, s->removed.bits);
        if (order >= 0) {
            break;
        }
        if (!s->is_removed_found) {
            s->fault = VTR_MERGE_UNKNOWN;
            return false;
        }
        next_removed(s);
        order = 1;
    }
    if (order != 0) {
        return false;
    }
    if (s->is_removed_found &&
        memcmp(s->removed_digest, s->old_digest, digest_len) != 0) {
        s->fault = VTR_MERGE_AMBIGUOUS;
        return false;
    }
    s->is_removed_found = true;
    memcpy(s->removed_digest, s->old_digest, digest_len);
    return true;
}

/* After the last old record every key must have been found. */
static void end_old(struct vtr_merge_source *s)
{
    s->has_old = false;
    if (s->old_read_count != s->old->count) {
        s->fault = VTR_MERGE_DAMAGED;
    }
    if (s->removed_key != NULL && s->is_removed_found) {
        next_removed(s);
    }
    if (s->removed_key != NULL) {
        s->fault = VTR_MERGE_UNKNOWN;
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
    static const uint8_t NO_KEY[1] = {0};

    s->fault = VTR_MERGE_OK;
    s->old_read_count = 0;
    if (s->old->count > 0) {
        s->old->rewind(s->old->context);
    }
    s->removed_key =
        vtr_removed_reader_open(&s->removed, s->delta,
                                VTR_DELTA_HASH_SECTION(s->kind, VTR_DELTA_HASH_REMOVED))
            ? NO_KEY
            : NULL;
    next_removed(s);
    next_old(s);
    s->has_added = vtr_added_reader_open(&s->added, s->delta, s->kind);
    next_added(s);
}

bool vtr_merge_source_next(void *context, struct vtr_hash_record *out)
{
    struct vtr_merge_source *s = context;
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
        memcpy(s->digest, s->old_digest, sizeof(s->digest));
        next_old(s);
    } else {
        const uint32_t rank = s->added_record.stem;
        *out = (struct vtr_hash_record){.size = s->added_record.size,
                                        .stem = s->rank_stems == NULL
                                                    ? rank
                                                    : s->rank_stems[rank],
                                        .number = s->added_record.number};
        memcpy(s->digest, s->added_record.digest, sizeof(s->digest));
        next_added(s);
    }
    out->digest = s->digest;
    return true;
}

void vtr_merge_source_init(struct vtr_merge_source *out, enum vtr_hash_kind kind,
                           const struct vtr_delta *delta,
                           const struct vtr_records *from)
{
    *out = (struct vtr_merge_source){.kind = kind,
                                     .delta = delta,
                                     .old = &from->hashes[kind],
                                     .old_stem_count = from->stem_count};
    vtr_merge_source_rewind(out);
}

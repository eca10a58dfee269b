/* SPDX-License-Identifier: Apache-2.0 */

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "delta/merge_parts.h"

/* First index at or above `low` whose known stem has a key that is not below `key`. */
static size_t find_known(const struct vtr_delta *delta, const struct vtr_delta_key *key)
{
    size_t low = 0;
    size_t high = delta->known_count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (memcmp(delta->stems[middle].key.bytes, key->bytes, sizeof(key->bytes)) <
            0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

enum vtr_status vtr_merge_find_stems(struct vtr_merge *merge, struct vtr_delta *delta,
                                     const struct vtr_records *from,
                                     struct vtr_error *err)
{
    const char *section = vtr_delta_section_name(VTR_DELTA_STEMS_KNOWN);
    const uint64_t offset = delta->header.sections[VTR_DELTA_STEMS_KNOWN].offset;
    size_t found_count = 0;

    if (delta->known_count == 0) {
        return VTR_OK;
    }
    for (size_t i = 0; i < delta->known_count; i++) {
        delta->stems[i].is_found = false;
    }
    for (size_t i = 0; i < from->stem_count; i++) {
        struct vtr_delta_key key;
        const uint64_t hash = vtr_digest_xxh3(from->stems[i]);
        const unsigned dropped = 64 - delta->known_bits;

        vtr_delta_key_set(&key, hash >> dropped << dropped);
        const size_t at = find_known(delta, &key);
        if (at == delta->known_count ||
            memcmp(delta->stems[at].key.bytes, key.bytes, sizeof(key.bytes)) != 0) {
            continue;
        }
        if (delta->stems[at].is_found) {
            return vtr_error_set_format(err, section, offset,
                                        "stem %zu of the delta stands for several of "
                                        "the database",
                                        at);
        }
        delta->stems[at].text = from->stems[i];
        delta->stems[at].is_found = true;
        merge->old_stems[i] = 1;
        found_count++;
    }
    if (found_count != delta->known_count) {
        return vtr_error_set_format(
            err, section, offset, "delta names a stem that the database does not have");
    }
    return VTR_OK;
}

/* The two sorted lists that become one, and what is known of the place in each. */
struct stem_walk {
    struct vtr_merge *merge;
    const struct vtr_delta *delta;
    const struct vtr_records *from;
    size_t next_old;
    size_t next_added;
    size_t count;
};

/* Skips old stems that nothing uses any longer; false at the end of the list. */
static bool seek_used(struct stem_walk *walk)
{
    while (walk->next_old < walk->from->stem_count &&
           walk->merge->old_stems[walk->next_old] == 0) {
        walk->next_old++;
    }
    return walk->next_old < walk->from->stem_count;
}

/* Appends the lower of the two stems ahead; false when both are the same. */
static bool append_lower(struct stem_walk *walk, bool has_old, bool has_added)
{
    const struct vtr_bytes old =
        has_old ? walk->from->stems[walk->next_old] : (struct vtr_bytes){NULL, 0};
    const struct vtr_bytes added = has_added ? walk->delta->stems[walk->next_added].text
                                             : (struct vtr_bytes){NULL, 0};
    const int order =
        has_old && has_added ? vtr_bytes_compare(old, added) : (has_old ? -1 : 1);

    if (order == 0) {
        return false;
    }
    if (order < 0) {
        walk->merge->old_stems[walk->next_old++] = (uint32_t)walk->count;
    } else {
        walk->next_added++;
    }
    walk->merge->stems[walk->count++] = order < 0 ? old : added;
    return true;
}

/* The index of a stem that is in the new list. */
static uint32_t find_stem(const struct vtr_merge *merge, size_t count,
                          struct vtr_bytes stem)
{
    size_t low = 0;
    size_t high = count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (vtr_bytes_compare(merge->stems[middle], stem) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return (uint32_t)low;
}

enum vtr_status vtr_merge_stems(struct vtr_merge *merge, const struct vtr_delta *delta,
                                const struct vtr_records *from, struct vtr_error *err)
{
    const size_t added_count = delta->stem_count - delta->known_count;
    struct stem_walk walk = {.merge = merge,
                             .delta = delta,
                             .from = from,
                             .next_added = delta->known_count};

    merge->stems = calloc(from->stem_count + added_count + 1, sizeof(*merge->stems));
    merge->rank_stems = calloc(delta->stem_count + 1, sizeof(*merge->rank_stems));
    if (merge->stems == NULL || merge->rank_stems == NULL) {
        return vtr_error_set_memory(err);
    }
    for (;;) {
        const bool has_old = seek_used(&walk);
        const bool has_added = walk.next_added < delta->stem_count;

        if (!has_old && !has_added) {
            break;
        }
        if (!append_lower(&walk, has_old, has_added)) {
            return vtr_error_set_format(
                err, vtr_delta_section_name(VTR_DELTA_STEMS_NEW),
                delta->header.sections[VTR_DELTA_STEMS_NEW].offset,
                "delta adds a stem that the database has");
        }
    }
    for (size_t rank = 0; rank < delta->stem_count; rank++) {
        merge->rank_stems[rank] =
            find_stem(merge, walk.count, delta->stems[delta->ranked[rank]].text);
    }
    merge->records.stems = merge->stems;
    merge->records.stem_count = walk.count;
    return VTR_OK;
}

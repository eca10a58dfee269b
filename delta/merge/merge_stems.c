/* SPDX-License-Identifier: Apache-2.0 */

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/sort.h"
#include "delta/merge/merge_parts.h"

/* The known stem with this key among those from `low` up to `high`, or `high`. */
static size_t find_known(const struct vtr_delta *delta, size_t low, size_t high,
                         const struct vtr_delta_key *key)
{
    const size_t end = high;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order =
            memcmp(delta->stems[middle].key.bytes, key->bytes, sizeof(key->bytes));
        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return end;
}

/* Notes that old stem `old` fits a known one. */
static void note_found(struct vtr_delta_stem *stem, const struct vtr_records *from,
                       size_t old, bool is_used)
{
    const enum vtr_stem_found found =
        is_used ? VTR_STEM_FOUND_USED : VTR_STEM_FOUND_DROPPED;

    if (found < stem->found) {
        return;
    }
    stem->is_ambiguous = found == stem->found;
    stem->found = found;
    stem->text = from->stems[old];
    stem->old = (uint32_t)old;
}

/* Looks an old stem up among the known ones of each length. */
static void match_stem(struct vtr_delta *delta, const struct vtr_records *from,
                       size_t old, bool is_used)
{
    const uint64_t hash = vtr_digest_xxh3(from->stems[old]);

    for (size_t first = 0; first < delta->known_count;) {
        const unsigned bits = delta->stems[first].bits;
        struct vtr_delta_key key;
        size_t end = first;

        for (size_t step = delta->known_count - first; step > 0; step /= 2) {
            while (end + step <= delta->known_count &&
                   delta->stems[end + step - 1].bits == bits) {
                end += step;
            }
        }
        vtr_delta_key_set(&key, hash);
        vtr_delta_key_cut(&key, bits);
        const size_t at = find_known(delta, first, end, &key);
        if (at < end) {
            note_found(&delta->stems[at], from, old, is_used);
        }
        first = end;
    }
}

enum vtr_status vtr_merge_find_stems(struct vtr_merge *merge, struct vtr_delta *delta,
                                     const struct vtr_records *from,
                                     struct vtr_error *err)
{
    const char *section = vtr_delta_section_name(VTR_DELTA_STEMS_KNOWN);
    const uint64_t offset = delta->header.sections[VTR_DELTA_STEMS_KNOWN].offset;

    if (delta->known_count == 0) {
        return VTR_OK;
    }
    for (size_t i = 0; i < delta->known_count; i++) {
        delta->stems[i].found = VTR_STEM_MISSING;
        delta->stems[i].is_ambiguous = false;
    }
    for (size_t i = 0; i < from->stem_count; i++) {
        match_stem(delta, from, i, merge->old_stems[i] != 0);
    }
    for (size_t i = 0; i < delta->known_count; i++) {
        const struct vtr_delta_stem *stem = &delta->stems[i];

        if (stem->found == VTR_STEM_MISSING) {
            return vtr_error_set_format(
                err, section, offset,
                "delta names a stem that the database does not have");
        }
        if (stem->is_ambiguous) {
            return vtr_error_set_format(err, section, offset,
                                        "stem %zu of the delta stands for several of "
                                        "the database",
                                        i);
        }
        merge->old_stems[stem->old] = 1;
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

/* Appends the lower of the two stems ahead; where both are the same, it is one. */
static void append_lower(struct stem_walk *walk, bool has_old, bool has_added)
{
    const struct vtr_bytes old =
        has_old ? walk->from->stems[walk->next_old] : (struct vtr_bytes){NULL, 0};
    const struct vtr_bytes added = has_added ? walk->delta->stems[walk->next_added].text
                                             : (struct vtr_bytes){NULL, 0};
    const int order =
        has_old && has_added ? vtr_bytes_compare(old, added) : (has_old ? -1 : 1);

    walk->merge->stems[walk->count] = order <= 0 ? old : added;
    if (order <= 0) {
        walk->merge->old_stems[walk->next_old++] = (uint32_t)walk->count;
    }
    if (order >= 0) {
        walk->next_added++;
    }
    walk->count++;
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
        append_lower(&walk, has_old, has_added);
    }
    for (size_t rank = 0; rank < delta->stem_count; rank++) {
        const struct vtr_bytes *text = &delta->stems[delta->ranked[rank]].text;
        merge->rank_stems[rank] =
            (uint32_t)vtr_sort_find_first(merge->stems, walk.count, sizeof(*text), text,
                                          vtr_bytes_compare_items, NULL);
    }
    merge->records.stems = merge->stems;
    merge->records.stem_count = walk.count;
    return VTR_OK;
}

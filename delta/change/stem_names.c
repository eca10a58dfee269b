/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/change/stem_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/sort.h"

/* Stems are named by at least this many bits of their hash, and by so many more than
 * tell them apart today: a delta that is merged with earlier ones is applied to a
 * database that may have other stems. */
#define BITS_MIN   24u
#define BITS_SPARE 4u

static int compare_u64(const void *a, const void *b, void *context)
{
    const uint64_t left = *(const uint64_t *)a;
    const uint64_t right = *(const uint64_t *)b;

    (void)context;
    return (left > right) - (left < right);
}

/* The hashes of all stems, sorted; the caller frees. */
static uint64_t *hash_stems(const struct vtr_records *records)
{
    uint64_t *hashes = calloc(records->stem_count + 1, sizeof(*hashes));

    for (size_t i = 0; hashes != NULL && i < records->stem_count; i++) {
        hashes[i] = vtr_digest_xxh3(records->stems[i]);
    }
    if (hashes != NULL && vtr_sort(hashes, records->stem_count, sizeof(*hashes),
                                   compare_u64, NULL) != VTR_OK) {
        free(hashes);
        hashes = NULL;
    }
    return hashes;
}

/* Whether `records` has a stem. */
static bool has_stem(const struct vtr_records *records, struct vtr_bytes stem)
{
    return vtr_sort_find(records->stems, records->stem_count, sizeof(stem), &stem,
                         vtr_bytes_compare_items, NULL) < records->stem_count;
}

/* How many of their first bits two numbers share. */
static unsigned shared_bits(uint64_t a, uint64_t b)
{
    unsigned shared = 0;

    while (shared < 64 && (a ^ b) >> (63 - shared) == 0) {
        shared++;
    }
    return shared;
}

/* First bits that tell `hash` from its neighbours in the sorted list; 65 when it is in
 * the list twice. */
static unsigned bits_needed(const uint64_t *hashes, size_t count, uint64_t hash)
{
    const size_t at =
        vtr_sort_find_first(hashes, count, sizeof(hash), &hash, compare_u64, NULL);
    unsigned needed = 1;

    if (at > 0) {
        needed = shared_bits(hashes[at - 1], hash) + 1;
    }
    if (at + 1 < count) {
        const unsigned after = shared_bits(hashes[at + 1], hash) + 1;
        needed = after > needed ? after : needed;
    }
    return needed;
}

/* Gives each used stem that `from` has a key, all of as many bits as one needs. */
static enum vtr_status name_known(struct vtr_changes *changes,
                                  const struct vtr_records *from, struct vtr_error *err)
{
    struct vtr_stem_name *stems = changes->stems.items;
    uint64_t *hashes = hash_stems(from);
    unsigned bits = 1;

    if (hashes == NULL) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; i < changes->stems.count; i++) {
        if (stems[i].uses > 0 && has_stem(from, stems[i].text)) {
            const uint64_t hash = vtr_digest_xxh3(stems[i].text);
            const unsigned needed = bits_needed(hashes, from->stem_count, hash);
            vtr_delta_key_set(&stems[i].key, hash);
            stems[i].bits = 64;
            bits = needed > bits ? needed : bits;
        }
    }
    free(hashes);
    if (bits > 64) {
        return vtr_error_set(err, VTR_ERROR_LIMIT,
                             "two names share a hash: publish the full database");
    }
    bits = bits + BITS_SPARE < BITS_MIN ? BITS_MIN : bits + BITS_SPARE;
    bits = bits > 64 ? 64 : bits;
    for (size_t i = 0; i < changes->stems.count; i++) {
        if (stems[i].bits > 0) {
            stems[i].bits = bits;
            vtr_delta_key_cut(&stems[i].key, bits);
        }
    }
    return VTR_OK;
}

/* Sets how many additions use each stem. */
static void count_uses(struct vtr_changes *changes)
{
    struct vtr_stem_name *stems = changes->stems.items;

    for (size_t i = 0; i < changes->stems.count; i++) {
        stems[i].uses = 0;
    }
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        const struct vtr_vector *added = &changes->hashes[kind].added;
        const struct vtr_added_hash *records = added->items;

        for (size_t i = 0; i < added->count; i++) {
            stems[records[i].stem].uses++;
        }
    }
}

enum vtr_status vtr_stem_names_find(struct vtr_changes *changes,
                                    const struct vtr_records *from,
                                    const struct vtr_records *to, struct vtr_error *err)
{
    for (size_t i = 0; i < to->stem_count; i++) {
        struct vtr_stem_name *stem = vtr_vector_push(&changes->stems);
        if (stem == NULL) {
            return vtr_error_set_memory(err);
        }
        stem->text = to->stems[i];
    }
    count_uses(changes);
    const enum vtr_status status = name_known(changes, from, err);
    return status == VTR_OK ? vtr_changes_settle_stems(changes, err) : status;
}

/* A stem and where it was. */
struct place {
    struct vtr_stem_name stem;
    size_t index;
};

static int compare_stems(const struct vtr_stem_name *a, const struct vtr_stem_name *b)
{
    if ((a->bits == 0) != (b->bits == 0)) {
        return a->bits == 0 ? 1 : -1;
    }
    if (a->bits != b->bits) {
        return a->bits < b->bits ? -1 : 1;
    }
    return a->bits == 0 ? vtr_bytes_compare(a->text, b->text)
                        : memcmp(a->key.bytes, b->key.bytes, sizeof(a->key.bytes));
}

static int compare_places(const void *a, const void *b, void *context)
{
    (void)context;
    return compare_stems(&((const struct place *)a)->stem,
                         &((const struct place *)b)->stem);
}

/* The used stems with their places, sorted. */
static enum vtr_status sort_used(const struct vtr_vector *stems, struct vtr_vector *out,
                                 struct vtr_error *err)
{
    const struct vtr_stem_name *items = stems->items;

    for (size_t i = 0; i < stems->count; i++) {
        if (items[i].uses == 0) {
            continue;
        }
        struct place *place = vtr_vector_push(out);
        if (place == NULL) {
            return vtr_error_set_memory(err);
        }
        *place = (struct place){items[i], i};
    }
    if (vtr_sort(out->items, out->count, out->size, compare_places, NULL) != VTR_OK) {
        return vtr_error_set_memory(err);
    }
    return VTR_OK;
}

/* Writes the sorted stems back, equal ones as one, and where each went to `map`. */
static void collect(struct vtr_vector *stems, const struct vtr_vector *sorted,
                    uint32_t *map)
{
    const struct place *places = sorted->items;
    struct vtr_stem_name *items = stems->items;
    size_t count = 0;

    for (size_t i = 0; i < sorted->count; i++) {
        if (count > 0 && compare_stems(&items[count - 1], &places[i].stem) == 0) {
            items[count - 1].uses += places[i].stem.uses;
        } else {
            items[count++] = places[i].stem;
        }
        map[places[i].index] = (uint32_t)(count - 1);
    }
    stems->count = count;
}

enum vtr_status vtr_changes_settle_stems(struct vtr_changes *changes,
                                         struct vtr_error *err)
{
    uint32_t *map = calloc(changes->stems.count + 1, sizeof(*map));
    struct vtr_vector sorted;
    enum vtr_status status = VTR_OK;

    vtr_vector_init(&sorted, sizeof(struct place));
    if (map == NULL) {
        return vtr_error_set_memory(err);
    }
    count_uses(changes);
    status = sort_used(&changes->stems, &sorted, err);
    if (status == VTR_OK) {
        collect(&changes->stems, &sorted, map);
        for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
            const struct vtr_vector *added = &changes->hashes[kind].added;
            struct vtr_added_hash *records = added->items;

            for (size_t i = 0; i < added->count; i++) {
                records[i].stem = map[records[i].stem];
            }
        }
    }
    vtr_vector_deinit(&sorted);
    free(map);
    return status;
}

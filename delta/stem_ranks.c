/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/stem_ranks.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/sort.h"
#include "delta/encode.h"
#include "delta/rice.h"

/* A stem that the additions use. */
struct entry {
    struct vtr_delta_key key; /* hash of a known one */
    uint32_t stem;            /* of the new database */
    uint32_t uses;
};

/* What compare_uses orders by. */
struct uses_list {
    const uint32_t *uses;
};

static int compare_uses(const void *a, const void *b, void *context)
{
    const uint32_t *uses = ((const struct uses_list *)context)->uses;
    const uint32_t left = *(const uint32_t *)a;
    const uint32_t right = *(const uint32_t *)b;

    if (uses[left] != uses[right]) {
        return uses[left] > uses[right] ? -1 : 1;
    }
    return (left > right) - (left < right);
}

enum vtr_status vtr_stem_ranks(const uint32_t *uses, size_t count, uint32_t **out_ranks,
                               struct vtr_error *err)
{
    uint32_t *ranks = calloc(count + 1, sizeof(*ranks));

    if (ranks == NULL) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        ranks[i] = (uint32_t)i;
    }
    struct uses_list list = {uses};
    if (vtr_sort(ranks, count, sizeof(*ranks), compare_uses, &list) != VTR_OK) {
        free(ranks);
        return vtr_error_set_memory(err);
    }
    *out_ranks = ranks;
    return VTR_OK;
}

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
    size_t low = 0;
    size_t high = records->stem_count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = vtr_bytes_compare(records->stems[middle], stem);

        if (order == 0) {
            return true;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
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
    size_t low = 0;
    size_t high = count;
    unsigned needed = 0;

    while (low < high) { /* the first one that is not below */
        const size_t middle = low + (high - low) / 2;
        if (hashes[middle] < hash) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low > 0) {
        needed = shared_bits(hashes[low - 1], hash) + 1;
    }
    if (low + 1 < count) {
        const unsigned after = shared_bits(hashes[low + 1], hash) + 1;
        needed = after > needed ? after : needed;
    }
    return needed;
}

/* Bits to name all known entries by. */
static enum vtr_status choose_bits(const struct vtr_vector *known,
                                   const struct vtr_records *from,
                                   const struct vtr_records *to, unsigned *out,
                                   struct vtr_error *err)
{
    const struct entry *entries = known->items;
    uint64_t *hashes = hash_stems(from);
    unsigned bits = 0;

    if (hashes == NULL) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; i < known->count; i++) {
        const uint64_t hash = vtr_digest_xxh3(to->stems[entries[i].stem]);
        const unsigned needed = bits_needed(hashes, from->stem_count, hash);
        bits = needed > bits ? needed : bits;
    }
    free(hashes);
    if (bits > 64) {
        return vtr_error_set(err, VTR_ERROR_LIMIT,
                             "two names share a hash: publish the full database");
    }
    bits += VTR_KEY_BITS_SPARE;
    bits = bits < VTR_STEM_BITS_MIN ? VTR_STEM_BITS_MIN : bits;
    *out = bits > 64 ? 64 : bits;
    return VTR_OK;
}

static int compare_entries(const void *a, const void *b, void *context)
{
    (void)context;
    return memcmp(((const struct entry *)a)->key.bytes,
                  ((const struct entry *)b)->key.bytes, VTR_SHA256_LEN);
}

/* How many additions use each stem of the new database; the caller frees. */
static uint32_t *count_uses(const struct vtr_changes *changes,
                            const struct vtr_records *to)
{
    uint32_t *uses = calloc(to->stem_count + 1, sizeof(*uses));

    for (unsigned kind = 0; uses != NULL && kind < VTR_HASH_KINDS; kind++) {
        const struct vtr_vector *added = &changes->hashes[kind].added;
        const struct vtr_added_hash *records = added->items;
        for (size_t i = 0; i < added->count; i++) {
            uses[records[i].stem]++;
        }
    }
    return uses;
}

/* Sorts the used stems into those that `from` has and new ones. */
static enum vtr_status split_stems(const uint32_t *uses, const struct vtr_records *from,
                                   const struct vtr_records *to,
                                   struct vtr_vector *known, struct vtr_vector *added,
                                   struct vtr_error *err)
{
    for (size_t i = 0; i < to->stem_count; i++) {
        if (uses[i] == 0) {
            continue;
        }
        const bool is_known = has_stem(from, to->stems[i]);
        struct entry *entry = vtr_vector_push(is_known ? known : added);
        if (entry == NULL) {
            return vtr_error_set_memory(err);
        }
        entry->stem = (uint32_t)i;
        entry->uses = uses[i];
        if (is_known) {
            vtr_delta_key_set(&entry->key, vtr_digest_xxh3(to->stems[i]));
        }
    }
    if (vtr_sort(known->items, known->count, known->size, compare_entries, NULL) !=
        VTR_OK) {
        return vtr_error_set_memory(err);
    }
    return VTR_OK;
}

/* New stems, each by how much it shares with the one before and what follows. */
static void write_new_stems(struct vtr_section_set *out, const struct vtr_vector *added,
                            const struct vtr_records *to)
{
    const struct entry *entries = added->items;
    struct vtr_writer *w = &out->raw[VTR_DELTA_STEMS_NEW];
    struct vtr_bytes previous = {NULL, 0};

    for (size_t i = 0; i < added->count; i++) {
        const struct vtr_bytes stem = to->stems[entries[i].stem];
        size_t shared = 0;
        while (shared < stem.len && shared < previous.len &&
               stem.ptr[shared] == previous.ptr[shared]) {
            shared++;
        }
        vtr_writer_varint(w, shared);
        vtr_writer_string(w, (struct vtr_bytes){shared == stem.len ? NULL
                                                                   : stem.ptr + shared,
                                                stem.len - shared});
        previous = stem;
    }
    out->counts[VTR_DELTA_STEMS_NEW] = added->count;
}

static void write_uses(struct vtr_section_set *out, const struct vtr_vector *list)
{
    const struct entry *entries = list->items;

    for (size_t i = 0; i < list->count; i++) {
        vtr_writer_varint(&out->raw[VTR_DELTA_STEM_USES], entries[i].uses);
    }
    out->counts[VTR_DELTA_STEM_USES] += list->count;
}

/* Turns `uses`, by stem of the new database, into their ranks. */
static enum vtr_status set_ranks(const struct vtr_vector *known,
                                 const struct vtr_vector *added, uint32_t *uses,
                                 struct vtr_error *err)
{
    const size_t count = known->count + added->count;
    const struct entry *lists[2] = {known->items, added->items};
    uint32_t *entry_uses = calloc(count + 1, sizeof(*entry_uses));
    uint32_t *ranks = NULL;
    enum vtr_status status = entry_uses == NULL ? vtr_error_set_memory(err) : VTR_OK;

    for (size_t i = 0; status == VTR_OK && i < count; i++) {
        entry_uses[i] =
            i < known->count ? lists[0][i].uses : lists[1][i - known->count].uses;
    }
    if (status == VTR_OK) {
        status = vtr_stem_ranks(entry_uses, count, &ranks, err);
    }
    for (size_t rank = 0; status == VTR_OK && rank < count; rank++) {
        const size_t i = ranks[rank];
        const struct entry *entry =
            i < known->count ? &lists[0][i] : &lists[1][i - known->count];
        uses[entry->stem] = (uint32_t)rank;
    }
    free(ranks);
    free(entry_uses);
    return status;
}

static enum vtr_status encode_entries(struct vtr_section_set *out,
                                      const struct vtr_vector *known,
                                      const struct vtr_vector *added,
                                      const struct vtr_records *from,
                                      const struct vtr_records *to,
                                      struct vtr_error *err)
{
    unsigned bits = 0;
    const enum vtr_status status = choose_bits(known, from, to, &bits, err);

    if (status == VTR_OK && known->count > 0) {
        const struct entry *entries = known->items;
        vtr_rice_write(&out->raw[VTR_DELTA_STEMS_KNOWN], entries[0].key.bytes,
                       known->count, sizeof(*entries), bits);
        out->counts[VTR_DELTA_STEMS_KNOWN] = known->count;
    }
    write_new_stems(out, added, to);
    write_uses(out, known);
    write_uses(out, added);
    return status;
}

enum vtr_status vtr_stem_ranks_encode(struct vtr_section_set *out,
                                      const struct vtr_changes *changes,
                                      const struct vtr_records *from,
                                      const struct vtr_records *to,
                                      uint32_t **out_ranks, struct vtr_error *err)
{
    struct vtr_vector known;
    struct vtr_vector added;
    uint32_t *uses = count_uses(changes, to);
    enum vtr_status status = VTR_OK;

    if (uses == NULL) {
        return vtr_error_set_memory(err);
    }
    vtr_vector_init(&known, sizeof(struct entry));
    vtr_vector_init(&added, sizeof(struct entry));
    status = split_stems(uses, from, to, &known, &added, err);
    if (status == VTR_OK) {
        status = encode_entries(out, &known, &added, from, to, err);
    }
    if (status == VTR_OK) {
        status = set_ranks(&known, &added, uses, err);
    }
    if (status == VTR_OK) {
        *out_ranks = uses;
        uses = NULL;
    }
    free(uses);
    vtr_vector_deinit(&known);
    vtr_vector_deinit(&added);
    return status;
}

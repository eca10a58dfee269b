/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The index of atoms: which patterns may match where, for one pass over the data.
 *
 * The scan folds every byte.  At each position, for each length L from 1 to 4 with
 * counts[L] > 0, the first L folded bytes are the key (first byte lowest, zeros above).
 * A key that the filter stops begins no atom.  A bucket holds the entries of
 * all keys that hash to it, in ascending order of (key, len, pattern, fragment,
 * back_min, back_max, flags).
 *
 * An entry says: if the pattern's fragment (hex string), alternative (text) or program
 * (regular expression) `fragment` matches and contains this atom, then it begins
 * between back_min and back_max bytes before the atom.  Every match of an indexed
 * pattern, and every match of every fragment of an indexed hex string, contains one of
 * its atoms at such a distance.  A pattern is in VTR_SECTION_UNINDEXED or has entries,
 * never both.
 *
 * The layout is trusted by nobody: vtr_atom_index_open proves that no hash can leave
 * the filter or the buckets; what a bucket says is clamped when it is read.
 */
#ifndef VTR_FORMAT_ATOM_INDEX_H
#define VTR_FORMAT_ATOM_INDEX_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/reader.h"
#include "format/layout.h"

#define VTR_ATOM_FILTER_BITS_MIN 10u
#define VTR_ATOM_FILTER_BITS_MAX 23u
#define VTR_ATOM_BUCKET_BITS_MIN 1u
#define VTR_ATOM_BUCKET_BITS_MAX 24u

struct vtr_image;

/* View of the index in an image; borrows from it.  Without entries `filter` and
 * `buckets` are NULL and all counts 0. */
struct vtr_atom_index {
    const uint8_t *filter;  /* 2^filter_bits bits, words of 32 */
    const uint8_t *buckets; /* u32[2^bucket_bits + 1] */
    const uint8_t *entries; /* entry_count rows of VTR_ATOM_ROW_LEN */
    uint32_t entry_count;
    unsigned filter_bits;                  /* 10..23 */
    unsigned bucket_bits;                  /* 1..24 */
    uint32_t counts[VTR_ATOM_LEN_MAX + 1]; /* entries whose atom has this length */
};

struct vtr_atom_entry {
    uint32_t key;
    uint32_t pattern;
    uint16_t back_min;
    uint16_t back_max; /* VTR_BACK_UNBOUNDED: no bound */
    uint8_t len;
    uint8_t flags;
    uint16_t fragment; /* of a hex string; alternative of a text; program of a regex */
};

/* ASCII capital letters become small ones; every other byte is itself. */
static inline uint8_t vtr_fold(uint8_t byte)
{
    return (uint8_t)(byte + ((uint8_t)(byte - 'A') < 26u ? 32u : 0u));
}

/* The hash that filter and buckets share; `len` is 1..4: the upper half of a product.
 */
static inline uint32_t vtr_atom_hash(uint32_t key, unsigned len)
{
    return (uint32_t)(((uint64_t)len << 32 | key) * UINT64_C(0x9E3779B97F4A7C15) >> 32);
}

/* A hash's place in the filter: a word of 32 bits by the hash's lowest bits, and in it
 * the two bits that its highest ten name.  One load answers, and where an eighth of the
 * bits is set one key in sixty passes by chance. */
static inline uint32_t vtr_atom_filter_word(uint32_t hash, unsigned filter_bits)
{
    return hash & ((UINT32_C(1) << (filter_bits - 5u)) - 1u);
}

static inline uint32_t vtr_atom_filter_mask(uint32_t hash)
{
    return UINT32_C(1) << (hash >> 27) | UINT32_C(1) << (hash >> 22 & 31u);
}

/* Whether a filter lets a hash pass. */
static inline bool vtr_atom_filter_passes(const uint8_t *filter, unsigned filter_bits,
                                          uint32_t hash)
{
    const uint32_t word =
        vtr_load_u32(filter + 4 * (size_t)vtr_atom_filter_word(hash, filter_bits));

    return (word >> (hash >> 27) & word >> (hash >> 22 & 31u) & 1u) != 0;
}

/* Number of the bucket of a hash. */
static inline uint32_t vtr_atom_bucket(uint32_t hash, unsigned bucket_bits)
{
    return ((hash ^ hash >> 16) * 0xC2B2AE3Du) >> (32u - bucket_bits);
}

/* Whether a key with this hash may begin an atom.  The index has entries. */
static inline bool vtr_atom_index_may_hit(const struct vtr_atom_index *index,
                                          uint32_t hash)
{
    return vtr_atom_filter_passes(index->filter, index->filter_bits, hash);
}

/* The entries of a hash's bucket: first and one past the last, clamped to the section.
 */
static inline void vtr_atom_index_range(const struct vtr_atom_index *index,
                                        uint32_t hash, uint32_t *out_first,
                                        uint32_t *out_end)
{
    const size_t bucket = vtr_atom_bucket(hash, index->bucket_bits);
    const uint32_t first = vtr_load_u32(index->buckets + 4 * bucket);
    const uint32_t end = vtr_load_u32(index->buckets + 4 * bucket + 4);

    *out_end = end < index->entry_count ? end : index->entry_count;
    *out_first = first < *out_end ? first : *out_end;
}

/* Entry `at`, which is below entry_count.  Its pattern number is whatever the image
 * says. */
static inline struct vtr_atom_entry vtr_atom_index_entry(
    const struct vtr_atom_index *index, uint32_t at)
{
    const uint8_t *row = index->entries + (size_t)at * VTR_ATOM_ROW_LEN;
    const struct vtr_atom_entry entry = {
        .key = vtr_load_u32(row + VTR_ATOM_AT_KEY),
        .pattern = vtr_load_u32(row + VTR_ATOM_AT_PATTERN),
        .back_min = vtr_load_u16(row + VTR_ATOM_AT_BACK_MIN),
        .back_max = vtr_load_u16(row + VTR_ATOM_AT_BACK_MAX),
        .len = row[VTR_ATOM_AT_LEN],
        .flags = row[VTR_ATOM_AT_FLAGS],
        .fragment = vtr_load_u16(row + VTR_ATOM_AT_FRAGMENT),
    };
    return entry;
}

/* Opens the index of an image: VTR_ERROR_FORMAT when the sizes of its sections do not
 * fit each other.  An image without atoms gives an index without entries. */
VTR_MUST_CHECK enum vtr_status vtr_atom_index_open(struct vtr_atom_index *out,
                                                   const struct vtr_image *image,
                                                   struct vtr_error *err);

#endif

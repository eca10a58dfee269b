/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The index of atoms: which patterns may match where, for one pass over the data.
 *
 * An entry says: if the pattern's fragment (hex string), alternative (text) or program
 * (regular expression) `fragment` matches and contains this atom, then it begins
 * between back_min and back_max bytes before the atom.  Every match of an indexed
 * pattern, and every match of every fragment of an indexed hex string, contains one of
 * its atoms at such a distance.  A pattern is in VTR_SECTION_UNINDEXED or has entries,
 * never both.
 *
 * The scan folds every byte.  Atoms are in tiers by their length.  Of each tier the
 * scan looks at a *gram*, gram_len folded bytes, at every stride-th position; an atom
 * begins with a *window* that has a gram at `stride` neighbouring positions, so that
 * one of them is looked at.  A gram that the tier's filter stops is in no window.
 * Around the others each window that it may be in is looked for in a hash table of
 * slots, which lead to the rows of entries.  A slot has some bits of a hash over the
 * window and up to four bytes beside it, a row 15 bits of one over the atom and more
 * of the bytes beside it, its *context*, so that few places are left where the pattern
 * itself must be looked at.
 *
 * The layout is trusted by nobody: vtr_atom_index_open proves that no hash can leave
 * the filters or the lines; what a slot says is checked when it is read.
 */
#ifndef VTR_FORMAT_IMAGE_ATOM_INDEX_H
#define VTR_FORMAT_IMAGE_ATOM_INDEX_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/reader.h"
#include "format/record/layout.h"

#define VTR_ATOM_LEN_MAX         8u
#define VTR_ATOM_LONG_LEN_MIN    7u
#define VTR_ATOM_CONTEXT_MAX     16u
#define VTR_ATOM_FILTER_BITS_MIN 10u
#define VTR_ATOM_FILTER_BITS_MAX 28u

/* Tiers, in the order of their parts in each section.  VTR_ATOM_TIER_MZ is added for
 * atoms of rules that can be true of files alone that begin with MZ, if those have
 * tiers of their own. */
enum vtr_atom_tier {
    VTR_ATOM_TIER_LONG = 0,  /* atoms of 8 bytes, or 7 */
    VTR_ATOM_TIER_SHORT = 1, /* of 4 */
    VTR_ATOM_TIER_PAIR = 2,  /* of 1 to 3 */
    VTR_ATOM_TIER_MZ = 3
};

/* What the scan looks at for a tier.  The more atoms there are, the longer and rarer
 * must grams be, and the shorter are strides. */
struct vtr_atom_gait {
    uint8_t gram_len;
    uint8_t stride;
};

#define VTR_ATOM_STRIDE_MAX 3u

/* The first four are of the long tier, one of windows of 7 bytes and three of 8. */
enum vtr_atom_pace {
    VTR_ATOM_PACE_SEVEN = 0,
    VTR_ATOM_PACE_FEW = 1,
    VTR_ATOM_PACE_MANY = 2,
    VTR_ATOM_PACE_MOST = 3,
    VTR_ATOM_PACE_SHORT = 4,
    VTR_ATOM_PACE_PAIR = 5
};

static inline struct vtr_atom_gait vtr_atom_gait_of(enum vtr_atom_pace pace)
{
    static const struct vtr_atom_gait GAITS[] = {
        {6, 2}, {6, 3}, {7, 2}, {8, 1}, {4, 1}, {2, 1},
    };

    return GAITS[pace];
}

static inline unsigned vtr_atom_window_len(unsigned gram_len, unsigned stride)
{
    return gram_len + stride - 1;
}

/* What is *text*: ASCII characters from the space on, some of which have a zero behind
 * or before them. */
static inline bool vtr_atom_is_text(const uint8_t *bytes, size_t len)
{
    bool is_text = true;
    bool was_zero = false;

    for (size_t i = 0; i < len; i++) {
        const bool is_zero = bytes[i] == 0;

        is_text = is_text && (is_zero ? !was_zero : bytes[i] >= ' ' && bytes[i] < 0x80);
        was_zero = is_zero;
    }
    return is_text;
}

struct vtr_image;

struct vtr_atom_entry {
    uint8_t context[VTR_ATOM_CONTEXT_MAX]; /* folded bytes, zeros behind them */
    uint32_t pattern;
    uint16_t back_min;
    uint16_t back_max; /* VTR_BACK_UNBOUNDED: no bound */
    uint16_t fragment; /* of a hex string; alternative of a text; program of a regex */
    uint8_t flags;     /* VTR_ATOM_WIDE */
    uint8_t len;       /* of the atom, 1..VTR_ATOM_LEN_MAX */
    uint8_t lead;      /* bytes of the context before the atom */
    uint8_t context_len; /* lead + len..VTR_ATOM_CONTEXT_MAX */
    bool is_mz;          /* the rule can be true of files alone that begin with MZ */
};

/* One tier of the index of an image.  `line_count` 0: the tier has no atoms. */
struct vtr_atom_table {
    const uint8_t *filter;  /* 2^filter_bits bits, words of 32 */
    const uint8_t *buckets; /* group_count * VTR_BUCKET_GROUP_LEN bytes */
    const uint8_t *slots;   /* line_count * VTR_ATOM_LINE_LEN bytes */
    const uint8_t *lists;   /* list_len u32 */
    uint32_t line_count;
    uint32_t list_len;
    unsigned filter_bits;
    unsigned place_bits; /* of a slot, the lowest of which say the shape of its kin */
    unsigned gram_len;
    unsigned stride;
    unsigned group_count; /* 0: the tier has no buckets */
    bool is_text;         /* all windows are */
};

/* View of the index in an image; borrows from it.  Without entries all zeros. */
struct vtr_atom_index {
    struct vtr_atom_table tiers[VTR_ATOM_TIERS];
    const uint8_t *rows; /* unit_count * VTR_ATOM_UNIT_LEN bytes */
    uint32_t unit_count;
};

/* The first unit of a row. */
struct vtr_atom_row {
    uint32_t pattern;
    uint16_t check; /* without VTR_ATOM_CHECK_LONG */
    uint8_t back;   /* not of a long row */
    uint8_t lead;
    uint8_t context_len;
    bool is_wide; /* the atom is of the wide form */
    bool is_long; /* of two units */
};

/* ASCII capital letters become small ones; every other byte is itself. */
static inline uint8_t vtr_fold(uint8_t byte)
{
    return (uint8_t)(byte + ((uint8_t)(byte - 'A') < 26u ? 32u : 0u));
}

/* The tier of atoms of `len` bytes, of rules that may be true of any file. */
static inline enum vtr_atom_tier vtr_atom_tier_of(unsigned len)
{
    return len >= VTR_ATOM_LONG_LEN_MIN ? VTR_ATOM_TIER_LONG
           : len >= 4                   ? VTR_ATOM_TIER_SHORT
                                        : VTR_ATOM_TIER_PAIR;
}

/* The lowest `len` <= 8 bytes. */
static inline uint64_t vtr_gram_cut(uint64_t bytes, unsigned len)
{
    return len >= 8 ? bytes : bytes & ((UINT64_C(1) << (8 * len)) - 1);
}

/* The hash of the filter: the first four bytes and the last four, each times a number,
 * so that vectors of 32 bits compute it. */
#define VTR_GRAM_LOW_FACTOR  0x9E3779B1u
#define VTR_GRAM_HIGH_FACTOR 0x85EBCA77u

static inline uint32_t vtr_gram_hash(uint64_t gram, unsigned len)
{
    const uint32_t low = (uint32_t)gram;
    const uint32_t high = (uint32_t)(gram >> (len > 4 ? 8 * (len - 4) : 0));

    return low * VTR_GRAM_LOW_FACTOR + high * VTR_GRAM_HIGH_FACTOR;
}

/* A hash's place in a filter: a word by its highest bits, and in it up to three bits,
 * one counted from below and two from above (zeros, whose hash is 0, have two). One
 * load answers. */
static inline uint32_t vtr_gram_word(uint32_t hash, unsigned filter_bits)
{
    return hash >> (32u - (filter_bits - 5u));
}

static inline uint32_t vtr_gram_mask(uint32_t hash)
{
    const uint32_t mixed = hash ^ hash >> 16;

    return UINT32_C(1) << (mixed & 31u) | UINT32_C(1) << 31 >> (mixed >> 5 & 31u) |
           UINT32_C(1) << 31 >> (mixed >> 10 & 31u);
}

/* Whether a filter lets a hash pass. */
static inline bool vtr_gram_passes(const uint8_t *filter, unsigned filter_bits,
                                   uint32_t hash)
{
    const uint32_t word =
        vtr_load_u32(filter + 4 * (size_t)vtr_gram_word(hash, filter_bits));
    const uint32_t mixed = hash ^ hash >> 16;

    return (word >> (mixed & 31u) & word >> (~mixed >> 5 & 31u) &
            word >> (~mixed >> 10 & 31u) & 1u) != 0;
}

/* The hash of a window: its upper half says which line, its lower half is in the
 * fingerprint. */
static inline uint64_t vtr_gram_key(uint64_t gram)
{
    uint64_t key = gram * UINT64_C(0x9E3779B97F4A7C15);

    key = (key ^ key >> 32) * UINT64_C(0xD6E8FEB86659FD93);
    return key ^ key >> 32;
}

static inline uint32_t vtr_gram_line(uint64_t key, uint32_t line_count)
{
    return (uint32_t)((key >> 32) * line_count >> 32);
}

/* Bytes beside a window of which a slot's fingerprint is too, its *kin*: which of them,
 * its shape says.  As a number the first byte is lowest. */
enum vtr_atom_kin {
    VTR_ATOM_KIN_NONE = 0,
    VTR_ATOM_KIN_BEHIND_1 = 1,
    VTR_ATOM_KIN_BEFORE_1 = 2,
    VTR_ATOM_KIN_BEHIND_2 = 3,
    VTR_ATOM_KIN_BEFORE_2 = 4,
    VTR_ATOM_KIN_BOTH = 5, /* one behind, one before */
    VTR_ATOM_KIN_BEHIND_4 = 6,
    VTR_ATOM_KIN_BEFORE_4 = 7
};
#define VTR_ATOM_KINS      8u
#define VTR_ATOM_KIN_BITS  3u
#define VTR_ATOM_KIN_REACH 4u

/* The shape where so many bytes are known on either side. */
static inline enum vtr_atom_kin vtr_atom_kin_of(unsigned before, unsigned behind)
{
    return behind >= 4                  ? VTR_ATOM_KIN_BEHIND_4
           : before >= 4                ? VTR_ATOM_KIN_BEFORE_4
           : behind >= 2                ? VTR_ATOM_KIN_BEHIND_2
           : before >= 2                ? VTR_ATOM_KIN_BEFORE_2
           : behind >= 1 && before >= 1 ? VTR_ATOM_KIN_BOTH
           : behind >= 1                ? VTR_ATOM_KIN_BEHIND_1
           : before >= 1                ? VTR_ATOM_KIN_BEFORE_1
                                        : VTR_ATOM_KIN_NONE;
}

/* The fingerprints of a window by the shape of the kin.  `before` are the four bytes
 * before it, `behind` those behind it, `key` its vtr_gram_key. */
#define VTR_ATOM_KIN_FACTOR 0x85EBCA77u

static inline void vtr_atom_prints(uint32_t out[VTR_ATOM_KINS], uint32_t before,
                                   uint32_t behind, uint64_t key)
{
    const uint32_t kins[VTR_ATOM_KINS] = {
        0,
        behind & 0xFFu,
        before >> 24,
        behind & 0xFFFFu,
        before >> 16,
        (behind & 0xFFu) | before >> 24 << 8,
        behind,
        before,
    };

    for (unsigned i = 0; i < VTR_ATOM_KINS; i++) {
        out[i] = kins[i] * VTR_ATOM_KIN_FACTOR + (uint32_t)key;
    }
}

/* The width of what leads from a slot to a row: so many bits that they can name each
 * unit, each u32 of the lists, and none; and the shape of the kin. */
static inline unsigned vtr_atom_place_bits(uint64_t unit_count, uint64_t list_len)
{
    unsigned bits = 1;

    while (bits < 32 && UINT64_C(1) << bits <= unit_count + list_len) {
        bits++;
    }
    return bits + VTR_ATOM_KIN_BITS;
}

/* 15 bits over the bytes of a context, of which `low` are the first eight and `high`
 * the others; zeros where there are none. */
static inline uint16_t vtr_atom_check(uint64_t low, uint64_t high)
{
    const uint64_t mixed = low * UINT64_C(0x9E3779B97F4A7C15) +
                           (high ^ high >> 31) * UINT64_C(0xD6E8FEB86659FD93);

    return (uint16_t)((mixed ^ mixed >> 32) * UINT64_C(0x9E3779B97F4A7C15) >> 49);
}

/* The same over `len` <= VTR_ATOM_CONTEXT_MAX of so many bytes that can be read. */
static inline uint16_t vtr_atom_check_bytes(const uint8_t *bytes, unsigned len)
{
    const uint64_t low = vtr_gram_cut(vtr_load_u64(bytes), len);
    const uint64_t high = len > 8 ? vtr_gram_cut(vtr_load_u64(bytes + 8), len - 8) : 0;

    return vtr_atom_check(low, high);
}

/* The unit `at`, which is below unit_count, as the first one of a row. */
static inline struct vtr_atom_row vtr_atom_index_row(const struct vtr_atom_index *index,
                                                     uint32_t at)
{
    const uint64_t unit = vtr_load_u64(index->rows + (size_t)at * VTR_ATOM_UNIT_LEN);
    const uint32_t high = (uint32_t)(unit >> 32);
    const struct vtr_atom_row row = {
        .pattern = (uint32_t)unit & (VTR_ATOM_PATTERN_WIDE - 1u),
        .is_wide = (uint32_t)unit >= VTR_ATOM_PATTERN_WIDE,
        .check = high & (VTR_ATOM_CHECK_LONG - 1u),
        .back = (uint8_t)(high >> 16),
        .lead = (uint8_t)(high >> 28),
        .context_len = (uint8_t)((high >> 24 & 15u) + 1u),
        .is_long = (high & VTR_ATOM_CHECK_LONG) != 0,
    };
    return row;
}

/* What a row says of its pattern; false when its second unit is not inside the section.
 */
VTR_MUST_CHECK bool vtr_atom_index_entry(const struct vtr_atom_index *index,
                                         uint32_t at, const struct vtr_atom_row *row,
                                         struct vtr_atom_entry *out);

/* Opens the index of an image: VTR_ERROR_FORMAT when the sizes of its sections do not
 * fit each other.  An image without atoms gives an index without entries. */
VTR_MUST_CHECK enum vtr_status vtr_atom_index_open(struct vtr_atom_index *out,
                                                   const struct vtr_image *image,
                                                   struct vtr_error *err);

#endif

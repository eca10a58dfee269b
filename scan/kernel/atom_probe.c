/* SPDX-License-Identifier: Apache-2.0 */

/* The first stage in plain C, and the choice among its versions. */
#include "scan/kernel/atom_probe.h"

#include <string.h>

#include "base/reader.h"

/* Bytes folded by a loop of known length, which compilers turn into vectors. */
#define FOLD_BLOCK 64u

/* Buckets that let more of 2^32 places pass are not worth asking. */
#define BUCKETS_LIMIT (UINT64_C(1) << 29)

struct vtr_probe_functions vtr_probe_get_functions(enum vtr_vectors vectors)
{
    static const struct vtr_probe_functions FUNCTIONS[] = {
        [VTR_VECTORS_NONE] = VTR_PROBE_PLAIN,
        [VTR_VECTORS_AVX2] = VTR_PROBE_AVX2,
        [VTR_VECTORS_AVX512] = VTR_PROBE_AVX512,
        [VTR_VECTORS_NEON] = VTR_PROBE_NEON,
    };

    return FUNCTIONS[vectors];
}

void vtr_atom_probe_init(struct vtr_atom_probe *probe,
                         const struct vtr_atom_table *table)
{
    const unsigned len = table->gram_len;
    const unsigned high = len > 4 ? len - 4 : 0;

    *probe = (struct vtr_atom_probe){.filter = table->filter,
                                     .filter_bits = table->filter_bits,
                                     .gram_len = len,
                                     .stride = table->stride,
                                     .window_grams = table->stride};
    if (table->group_count > 0 &&
        vtr_buckets_estimate(table->buckets, table->group_count) <= BUCKETS_LIMIT) {
        probe->buckets = table->buckets;
        probe->group_count = table->group_count;
        probe->stride = 1; /* they know what an atom begins with */
        probe->takes_any_last =
            vtr_buckets_take_any_last(table->buckets, table->group_count);
    }
    probe->is_text = table->is_text && len > 5;
    for (unsigned i = 0; i < VTR_PROBE_BLOCK; i++) {
        probe->text_lanes |= UINT64_C(1) << (i * probe->stride);
    }
    for (unsigned i = 0; i < 16; i++) {
        const unsigned begin = i / 4 * probe->stride;

        probe->low[i] = i % 4 < len ? (uint8_t)(begin + i % 4) : 0x80;
        probe->high[i] = i % 4 < len ? (uint8_t)(begin + high + i % 4) : 0x80;
    }
}

void vtr_fold_bytes_plain(uint8_t *out, const uint8_t *in, size_t len)
{
    size_t at = 0;

    for (; len - at >= FOLD_BLOCK; at += FOLD_BLOCK) {
        uint8_t block[FOLD_BLOCK];

        for (size_t i = 0; i < FOLD_BLOCK; i++) {
            block[i] = vtr_fold(in[at + i]);
        }
        memcpy(out + at, block, FOLD_BLOCK);
    }
    for (; at < len; at++) {
        out[at] = vtr_fold(in[at]);
    }
}

/* The bits of a hash in its word (vtr_gram_mask), the one from below by five bits of
 * the hash and the two from above by ten: shifts by a number that is not known take
 * three times as long as to look them up. */
#define BELOW(i)    UINT32_C(1) << (i)
#define ABOVE(i)    UINT32_C(1) << 31 >> (i) / 32 | UINT32_C(1) << 31 >> (i) % 32
#define FOUR(X, i)  X(i), X((i) + 1), X((i) + 2), X((i) + 3)
#define BLOCK(X, i) FOUR(X, i), FOUR(X, (i) + 4), FOUR(X, (i) + 8), FOUR(X, (i) + 12)
#define PART(X, i) \
 BLOCK(X, i), BLOCK(X, (i) + 16), BLOCK(X, (i) + 32), BLOCK(X, (i) + 48)
#define QUARTER(X, i) \
 PART(X, i), PART(X, (i) + 64), PART(X, (i) + 128), PART(X, (i) + 192)

static const uint32_t FROM_BELOW[32] = {BLOCK(BELOW, 0), BLOCK(BELOW, 16)};
static const uint32_t FROM_ABOVE[1024] = {QUARTER(ABOVE, 0), QUARTER(ABOVE, 256),
                                          QUARTER(ABOVE, 512), QUARTER(ABOVE, 768)};

/* What vtr_gram_word shifts a hash by.  The same by a multiplication costs more: a gram
 * has two, and processors do one at a time. */
static inline unsigned word_shift(const struct vtr_atom_probe *probe)
{
    return 37u - probe->filter_bits;
}

static inline uint32_t word_of(const uint8_t *filter, unsigned shift, uint32_t hash)
{
    return vtr_load_u32(filter + 4 * (size_t)(hash >> shift));
}

/* Whether a hash has the two bits from above, which nearly all that do not pass lack.
 */
static inline bool may_pass(const uint8_t *filter, unsigned shift, uint32_t hash)
{
    const uint32_t mask = FROM_ABOVE[(hash ^ hash >> 16) >> 5 & 1023u];

    return (word_of(filter, shift, hash) & mask) == mask;
}

/* Whether the filter lets a hash pass (vtr_gram_passes). */
static inline bool passes(const uint8_t *filter, unsigned shift, uint32_t hash)
{
    const uint32_t mixed = hash ^ hash >> 16;
    const uint32_t mask = FROM_BELOW[mixed & 31u] | FROM_ABOVE[mixed >> 5 & 1023u];

    return (word_of(filter, shift, hash) & mask) == mask;
}

/* The hash of the gram at a place (vtr_gram_hash). */
static inline uint32_t hash_at(const uint8_t *bytes, unsigned gram_len)
{
    if (gram_len < 4) {
        return vtr_gram_hash(vtr_gram_cut(vtr_load_u64(bytes), gram_len), gram_len);
    }
    return vtr_load_u32(bytes) * VTR_GRAM_LOW_FACTOR +
           vtr_load_u32(bytes + gram_len - 4) * VTR_GRAM_HIGH_FACTOR;
}

/* The highest bits of eight bytes beside each other. */
static inline uint64_t highest_bits(uint64_t bytes)
{
    return (bytes >> 7 & UINT64_C(0x0101010101010101)) * UINT64_C(0x0102040810204080) >>
           56;
}

static bool has_text(const struct vtr_atom_probe *probe, const uint8_t *bytes)
{
    const uint64_t low_bits = UINT64_C(0x7F7F7F7F7F7F7F7F);
    uint64_t text = 0;
    uint64_t others = 0; /* than zeros */

    for (unsigned i = 0; i < VTR_PROBE_REACH; i += 8) {
        const uint64_t eight = vtr_load_u64(bytes + i);

        text |= highest_bits(~eight & (eight << 1 | eight << 2)) << i;
        others |= highest_bits(((eight & low_bits) + low_bits) | eight) << i;
    }
    return vtr_probe_has_text(probe, text, ~others);
}

/* Of a gait that the compiler knows, so that it can count on it. */
static VTR_ALWAYS_INLINE size_t probe_gait(const struct vtr_atom_probe *probe,
                                           const uint8_t *tile, size_t count,
                                           uint16_t *out, struct vtr_atom_gait gait)
{
    const uint8_t *filter = probe->filter;
    const unsigned shift = word_shift(probe);
    size_t found = 0;

    for (size_t at = 0; at < count; at += gait.stride) {
        out[found] = (uint16_t)at; /* stays if it may pass */
        found += may_pass(filter, shift, hash_at(tile + at, gait.gram_len));
    }
    return vtr_probe_keep_passing(probe, tile, out, found);
}

static size_t probe_all(const struct vtr_atom_probe *probe, const uint8_t *tile,
                        size_t count, uint16_t *out)
{
    switch (probe->gram_len * 4 + probe->stride) {
    case 6 * 4 + 2:
        return probe_gait(probe, tile, count, out, (struct vtr_atom_gait){6, 2});
    case 6 * 4 + 3:
        return probe_gait(probe, tile, count, out, (struct vtr_atom_gait){6, 3});
    case 7 * 4 + 2:
        return probe_gait(probe, tile, count, out, (struct vtr_atom_gait){7, 2});
    case 8 * 4 + 1:
        return probe_gait(probe, tile, count, out, (struct vtr_atom_gait){8, 1});
    case 4 * 4 + 1:
        return probe_gait(probe, tile, count, out, (struct vtr_atom_gait){4, 1});
    default:
        return probe_gait(probe, tile, count, out,
                          (struct vtr_atom_gait){(uint8_t)probe->gram_len,
                                                 (uint8_t)probe->stride});
    }
}

size_t vtr_probe_plain(const struct vtr_atom_probe *probe, const uint8_t *tile,
                       size_t count, uint16_t *out)
{
    const size_t block = (size_t)VTR_PROBE_BLOCK * probe->stride;
    size_t found = 0;

    if (!probe->is_text) {
        return probe_all(probe, tile, count, out);
    }
    for (size_t at = 0; at < count; at += block) {
        const size_t left = count - at;

        if (has_text(probe, tile + at)) {
            const size_t end =
                found +
                probe_all(probe, tile + at, left < block ? left : block, out + found);
            for (; found < end; found++) {
                out[found] = (uint16_t)(out[found] + at);
            }
        }
    }
    return found;
}

size_t vtr_probe_buckets_plain(const struct vtr_atom_probe *probe, const uint8_t *tile,
                               size_t count, uint16_t *out)
{
    return vtr_probe_keep_bucketed(probe, tile, out,
                                   vtr_probe_plain(probe, tile, count, out));
}

/* Whether the filter lets a gram of four bytes at least pass: its first four bytes and
 * its last four. */
static inline bool halves_pass(const struct vtr_atom_probe *probe, uint32_t low,
                               uint32_t high)
{
    return passes(probe->filter, word_shift(probe),
                  low * VTR_GRAM_LOW_FACTOR + high * VTR_GRAM_HIGH_FACTOR);
}

/* The windows of two grams. */
static size_t find_pairs(const struct vtr_atom_probe *probe, const uint8_t *bytes,
                         const uint16_t *positions, size_t count, uint16_t *out)
{
    const struct vtr_atom_probe p = *probe; /* what is written cannot change it */
    const bool may_have_begun = p.stride > 1;
    const size_t high = p.gram_len - 4u;
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        const size_t at = positions[i] + VTR_TILE_LEAD;
        const uint64_t lows = vtr_load_u64(bytes + at - 1);
        const uint64_t highs = vtr_load_u64(bytes + at - 1 + high);
        const unsigned is_last = halves_pass(&p, (uint32_t)lows, (uint32_t)highs);
        const unsigned is_first =
            halves_pass(&p, (uint32_t)(lows >> 16), (uint32_t)(highs >> 16));

        out[found] = (uint16_t)(at - 1);
        found += is_last & may_have_begun;
        out[found] = (uint16_t)at;
        found += is_first;
    }
    return found;
}

/* The windows of three grams.  All four beside a position are looked up: which of them
 * pass nobody can foresee. */
static size_t find_triples(const struct vtr_atom_probe *probe, const uint8_t *bytes,
                           const uint16_t *positions, size_t count, uint16_t *out)
{
    const struct vtr_atom_probe p = *probe; /* what is written cannot change it */
    const bool may_have_begun = p.stride > 1;
    const size_t high = p.gram_len - 4u;
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        const size_t at = positions[i] + VTR_TILE_LEAD;
        const uint64_t lows = vtr_load_u64(bytes + at - 2);
        const uint64_t highs = vtr_load_u64(bytes + at - 2 + high);
        const unsigned first = halves_pass(&p, (uint32_t)lows, (uint32_t)highs);
        const unsigned before =
            halves_pass(&p, (uint32_t)(lows >> 8), (uint32_t)(highs >> 8));
        const unsigned behind =
            halves_pass(&p, (uint32_t)(lows >> 24), (uint32_t)(highs >> 24));
        const unsigned last =
            halves_pass(&p, (uint32_t)(lows >> 32), (uint32_t)(highs >> 32));

        out[found] = (uint16_t)(at - 2);
        found += first & before & may_have_begun;
        out[found] = (uint16_t)(at - 1);
        found += before & behind & may_have_begun;
        out[found] = (uint16_t)at;
        found += behind & last;
    }
    return found;
}

size_t vtr_find_windows_plain(const struct vtr_atom_probe *probe, const uint8_t *bytes,
                              const uint16_t *positions, size_t count, uint16_t *out)
{
    return probe->window_grams == 2 ? find_pairs(probe, bytes, positions, count, out)
                                    : find_triples(probe, bytes, positions, count, out);
}

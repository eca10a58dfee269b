/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The first stage with AVX2: eight positions at a time, whose grams are shuffled out of
 * 32 bytes; one gather reads eight words of the filter.
 */
#include "scan/kernel/atom_probe.h"

#include <immintrin.h>

VTR_TARGET_AVX2
void vtr_fold_bytes_avx2(uint8_t *out, const uint8_t *in, size_t len)
{
    /* the 26 capital letters are moved to the lowest signed numbers */
    const __m256i move = _mm256_set1_epi8((char)(-128 - 'A'));
    const __m256i limit = _mm256_set1_epi8(-128 + 26);
    const __m256i case_bit = _mm256_set1_epi8(32);
    size_t at = 0;

    for (; len - at >= 32; at += 32) {
        const __m256i bytes =
            _mm256_loadu_si256((const __m256i *)(const void *)(in + at));
        const __m256i is_capital =
            _mm256_cmpgt_epi8(limit, _mm256_add_epi8(bytes, move));
        const __m256i folded =
            _mm256_add_epi8(bytes, _mm256_and_si256(is_capital, case_bit));

        _mm256_storeu_si256((__m256i *)(void *)(out + at), folded);
    }
    for (; at < len; at++) {
        out[at] = vtr_fold(in[at]);
    }
}

/* What does not change from block to block. */
struct constants {
    const int *filter;
    __m128i word_shift;
    __m256i lanes; /* which 32 bits begin each half's four positions */
    __m256i low;
    __m256i high;
};

VTR_TARGET_AVX2
static inline __m256i load_both_halves(const uint8_t *bytes)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)bytes));
}

/* The highest bit of each 32 says whether that position passes. */
VTR_TARGET_AVX2
static inline __m256i look_up(const struct constants *c, const uint8_t *at)
{
    const __m256i bytes =
        _mm256_permutevar8x32_epi32(_mm256_loadu_si256((const void *)at), c->lanes);
    const __m256i low = _mm256_mullo_epi32(_mm256_shuffle_epi8(bytes, c->low),
                                           _mm256_set1_epi32((int)VTR_GRAM_LOW_FACTOR));
    const __m256i high =
        _mm256_mullo_epi32(_mm256_shuffle_epi8(bytes, c->high),
                           _mm256_set1_epi32((int)VTR_GRAM_HIGH_FACTOR));
    const __m256i hash = _mm256_add_epi32(low, high);
    const __m256i word =
        _mm256_i32gather_epi32(c->filter, _mm256_srl_epi32(hash, c->word_shift), 4);
    const __m256i mixed = _mm256_xor_si256(hash, _mm256_srli_epi32(hash, 16));
    const __m256i mask = _mm256_set1_epi32(31);
    const __m256i first = _mm256_srlv_epi32(word, _mm256_and_si256(mixed, mask));
    const __m256i second =
        _mm256_sllv_epi32(word, _mm256_and_si256(_mm256_srli_epi32(mixed, 5), mask));
    const __m256i third =
        _mm256_sllv_epi32(word, _mm256_and_si256(_mm256_srli_epi32(mixed, 10), mask));

    return _mm256_and_si256(_mm256_slli_epi32(first, 31),
                            _mm256_and_si256(second, third));
}

/* A bit for each byte of a block that is of one kind. */
VTR_TARGET_AVX2
static inline uint64_t bytes_of(__m256i first, __m256i second)
{
    return (uint32_t)_mm256_movemask_epi8(first) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(second) << 32;
}

VTR_TARGET_AVX2
static inline bool has_text(const struct vtr_atom_probe *probe, const uint8_t *bytes)
{
    const __m256i first = _mm256_loadu_si256((const void *)bytes);
    const __m256i second = _mm256_loadu_si256((const void *)(bytes + 32));
    const __m256i last_control = _mm256_set1_epi8(' ' - 1);
    const __m256i zero = _mm256_setzero_si256();

    return vtr_probe_has_text(probe,
                              bytes_of(_mm256_cmpgt_epi8(first, last_control),
                                       _mm256_cmpgt_epi8(second, last_control)),
                              bytes_of(_mm256_cmpeq_epi8(first, zero),
                                       _mm256_cmpeq_epi8(second, zero)));
}

VTR_TARGET_AVX2
static inline unsigned bits_of(__m256i passes)
{
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(passes));
}

VTR_TARGET_AVX2
size_t vtr_probe_avx2(const struct vtr_atom_probe *probe, const uint8_t *tile,
                      size_t count, uint16_t *out)
{
    const struct vtr_atom_probe p = *probe; /* what is written cannot change it */
    const int step = (int)p.stride;
    const size_t half = 8u * probe->stride;
    const struct constants c = {
        (const int *)(const void *)probe->filter,
        _mm_cvtsi32_si128(37 - (int)probe->filter_bits),
        _mm256_setr_epi32(0, 1, 2, 3, step, step + 1, step + 2, step + 3),
        load_both_halves(probe->low),
        load_both_halves(probe->high),
    };
    size_t found = 0;

    for (size_t at = 0; at < count; at += 2 * half) {
        VTR_PREFETCH(p.ahead + (at >> p.ahead_shift));
        if (p.is_text && !has_text(&p, tile + at)) {
            continue;
        }
        unsigned bits = bits_of(look_up(&c, tile + at)) |
                        bits_of(look_up(&c, tile + at + half)) << 8;

        for (; bits != 0; bits &= bits - 1) {
            out[found++] = (uint16_t)(at + (size_t)_tzcnt_u32(bits) * p.stride);
        }
    }
    while (found > 0 && out[found - 1] >= count) {
        found--; /* the last block went past the end */
    }
    return found;
}

/* The tables of one byte of a group. */
struct tables {
    __m256i low;
    __m256i high;
};

/* The halves of a byte behind each of 32 positions. */
struct halves {
    __m256i low;
    __m256i high;
};

VTR_TARGET_AVX2
static inline struct halves load_halves(const uint8_t *bytes)
{
    const __m256i mask = _mm256_set1_epi8(15);
    const __m256i block = _mm256_loadu_si256((const void *)bytes);

    return (struct halves){_mm256_and_si256(block, mask),
                           _mm256_and_si256(_mm256_srli_epi16(block, 4), mask)};
}

/* The buckets that have these halves. */
VTR_TARGET_AVX2
static inline __m256i ask_tables(const struct tables *tables,
                                 const struct halves *halves)
{
    return _mm256_and_si256(_mm256_shuffle_epi8(tables->low, halves->low),
                            _mm256_shuffle_epi8(tables->high, halves->high));
}

/* Of 32 positions, a bit for each that the buckets of groups let pass, which have so
 * many tables.  The bytes' halves are written out, since an array of vectors would be
 * kept in memory. */
VTR_TARGET_AVX2
static inline unsigned ask_all(const struct tables *tables, unsigned table_count,
                               const uint8_t *bytes)
{
    const struct halves first = load_halves(bytes);
    const struct halves second = load_halves(bytes + 1);
    const struct halves third = load_halves(bytes + 2);
    const struct halves fourth = load_halves(bytes + 3);
    __m256i buckets = _mm256_setzero_si256();

    for (unsigned i = 0; i < table_count; i += VTR_BUCKET_BYTES) {
        const __m256i begin = _mm256_and_si256(ask_tables(tables + i, &first),
                                               ask_tables(tables + i + 1, &second));
        const __m256i end = _mm256_and_si256(ask_tables(tables + i + 2, &third),
                                             ask_tables(tables + i + 3, &fourth));

        buckets = _mm256_or_si256(buckets, _mm256_and_si256(begin, end));
    }
    const __m256i is_none = _mm256_cmpeq_epi8(buckets, _mm256_setzero_si256());
    return ~(unsigned)_mm256_movemask_epi8(is_none);
}

/* Writes where the lowest bits are, so many if there are, and takes them away. */
VTR_TARGET_AVX2
static inline uint64_t list_four(uint64_t bits, size_t at, uint16_t *out)
{
    const uint64_t second = _blsr_u64(bits);
    const uint64_t third = _blsr_u64(second);
    const uint64_t fourth = _blsr_u64(third);

    out[0] = (uint16_t)(at + _tzcnt_u64(bits));
    out[1] = (uint16_t)(at + _tzcnt_u64(second));
    out[2] = (uint16_t)(at + _tzcnt_u64(third));
    out[3] = (uint16_t)(at + _tzcnt_u64(fourth));
    return _blsr_u64(fourth);
}

/* Writes the positions whose bits are set in so many masks; returns how many.  Which
 * masks have bits, and how many, nobody can foresee: the masks are listed first, and of
 * each eight bits are without asking whether they are there. */
VTR_TARGET_AVX2
size_t vtr_probe_list_avx2(const uint64_t *masks, size_t count, uint16_t *out)
{
    uint8_t used[VTR_TILE_MASKS];
    uint16_t *next = out;
    size_t used_count = 0;

    for (size_t i = 0; i < count; i++) {
        used[used_count] = (uint8_t)i;
        used_count += masks[i] != 0;
    }
    for (size_t i = 0; i < used_count; i++) {
        const size_t at = 64u * used[i];
        uint64_t bits = masks[used[i]];
        uint16_t *to = next;

        next += _mm_popcnt_u64(bits);
        bits = list_four(bits, at, to);
        bits = list_four(bits, at, to + 4);
        for (to += 8; bits != 0; to += 4) {
            bits = list_four(bits, at, to);
        }
    }
    return (size_t)(next - out);
}

VTR_TARGET_AVX2
static inline void ask_groups(const struct vtr_atom_probe *probe, const uint8_t *tile,
                              size_t count, uint64_t *masks)
{
    struct tables tables[VTR_BUCKET_GROUPS_MAX * VTR_BUCKET_BYTES];
    const unsigned table_count = probe->group_count * VTR_BUCKET_BYTES;
    const uint8_t *from = probe->buckets;

    for (unsigned i = 0; i < table_count; i++) {
        tables[i].low = load_both_halves(from);
        tables[i].high = load_both_halves(from + VTR_BUCKET_TABLE_LEN);
        from += 2 * VTR_BUCKET_TABLE_LEN;
    }
    for (size_t at = 0; at < count; at += 64) {
        VTR_PREFETCH(probe->ahead + (at >> probe->ahead_shift));
        const unsigned low = ask_all(tables, table_count, tile + at);
        const unsigned high = ask_all(tables, table_count, tile + at + 32);

        masks[at / 64] = low | (uint64_t)high << 32;
    }
}

VTR_TARGET_AVX2
size_t vtr_probe_buckets_avx2(const struct vtr_atom_probe *probe, const uint8_t *tile,
                              size_t count, uint16_t *out)
{
    uint64_t masks[VTR_TILE_MASKS];

    ask_groups(probe, tile, count, masks);
    size_t found = vtr_probe_list_avx2(masks, (count + 63) / 64, out);
    while (found > 0 && out[found - 1] >= count) {
        found--; /* the last block went past the end */
    }
    return vtr_probe_keep_passing(probe, tile, out, found);
}

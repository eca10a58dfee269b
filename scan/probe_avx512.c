/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The first stage with AVX-512: sixteen positions at a time, as scan/probe_avx2.c has
 * eight; those that pass are stored at once, all of them beside each other.
 */
#include "scan/atom_probe.h"

#include <immintrin.h>

/* What vpternlog is told for "or". */
#define ANY_OF_THREE 0xFE

/* Tables of two of a group's four bytes. */
#define HALF_GROUP_LEN (VTR_BUCKET_GROUP_LEN / 2)

VTR_TARGET_AVX512
void vtr_fold_bytes_avx512(uint8_t *out, const uint8_t *in, size_t len)
{
    const __m512i first = _mm512_set1_epi8('A');
    const __m512i count = _mm512_set1_epi8(26);
    const __m512i case_bit = _mm512_set1_epi8(32);
    size_t at = 0;

    for (; len - at >= 64; at += 64) {
        const __m512i bytes = _mm512_loadu_si512(in + at);
        const __mmask64 is_capital =
            _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, first), count);

        _mm512_storeu_si512(out + at,
                            _mm512_mask_add_epi8(bytes, is_capital, bytes, case_bit));
    }
    for (; at < len; at++) {
        out[at] = vtr_fold(in[at]);
    }
}

VTR_TARGET_AVX512
static inline __m512i load_all_quarters(const uint8_t *bytes)
{
    return _mm512_broadcast_i32x4(
        _mm_loadu_si128((const __m128i *)(const void *)bytes));
}

/* Which 32 bits begin each quarter's four positions. */
VTR_TARGET_AVX512
static inline __m512i lanes_of(int step)
{
    return _mm512_setr_epi32(0, 1, 2, 3, step, step + 1, step + 2, step + 3, 2 * step,
                             2 * step + 1, 2 * step + 2, 2 * step + 3, 3 * step,
                             3 * step + 1, 3 * step + 2, 3 * step + 3);
}

VTR_TARGET_AVX512
size_t vtr_probe_avx512(const struct vtr_atom_probe *probe, const uint8_t *tile,
                        size_t count, uint16_t *out)
{
    const __m512i lanes = lanes_of((int)probe->stride);
    const __m512i low_bytes = load_all_quarters(probe->low);
    const __m512i high_bytes = load_all_quarters(probe->high);
    const __m512i low_factor = _mm512_set1_epi32((int)VTR_GRAM_LOW_FACTOR);
    const __m512i high_factor = _mm512_set1_epi32((int)VTR_GRAM_HIGH_FACTOR);
    const __m512i one = _mm512_set1_epi32(1);
    const __m512i top = _mm512_set1_epi32(INT32_MIN);
    const __m128i word_shift = _mm_cvtsi32_si128(37 - (int)probe->filter_bits);
    const size_t block = 16u * probe->stride;
    const __m512i step = _mm512_set1_epi32((int)block);
    __m512i positions = _mm512_mullo_epi32(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8,
                                                             9, 10, 11, 12, 13, 14, 15),
                                           _mm512_set1_epi32((int)probe->stride));
    size_t found = 0;

    for (size_t at = 0; at < count; at += block) {
        VTR_PREFETCH(probe->ahead + at);
        const __m512i bytes =
            _mm512_permutexvar_epi32(lanes, _mm512_loadu_si512(tile + at));
        const __m512i hash = _mm512_add_epi32(
            _mm512_mullo_epi32(_mm512_shuffle_epi8(bytes, low_bytes), low_factor),
            _mm512_mullo_epi32(_mm512_shuffle_epi8(bytes, high_bytes), high_factor));
        const __m512i word = _mm512_i32gather_epi32(_mm512_srl_epi32(hash, word_shift),
                                                    probe->filter, 4);
        const __m512i mixed = _mm512_xor_si512(hash, _mm512_srli_epi32(hash, 16));
        const __m512i mask = _mm512_ternarylogic_epi32(
            _mm512_rolv_epi32(one, mixed),
            _mm512_rorv_epi32(top, _mm512_srli_epi32(mixed, 5)),
            _mm512_rorv_epi32(top, _mm512_srli_epi32(mixed, 10)), ANY_OF_THREE);
        const __mmask16 passes =
            _mm512_cmpeq_epi32_mask(_mm512_and_si512(word, mask), mask);
        const __m256i kept =
            _mm512_cvtepi32_epi16(_mm512_maskz_compress_epi32(passes, positions));

        _mm256_storeu_si256((__m256i *)(void *)(out + found), kept);
        found += (size_t)_mm_popcnt_u32(passes);
        positions = _mm512_add_epi32(positions, step);
    }
    while (found > 0 && out[found - 1] >= count) {
        found--; /* the last block went past the end */
    }
    return found;
}

/* The tables of two bytes of a group, each in all quarters; written out, since arrays
 * of vectors would be kept in memory. */
struct tables {
    __m512i low;
    __m512i high;
    __m512i next_low;
    __m512i next_high;
};

VTR_TARGET_AVX512
static inline struct tables load_tables(const uint8_t *tables)
{
    const struct tables loaded = {
        load_all_quarters(tables),
        load_all_quarters(tables + VTR_BUCKET_TABLE_LEN),
        load_all_quarters(tables + 2 * VTR_BUCKET_TABLE_LEN),
        load_all_quarters(tables + 3 * VTR_BUCKET_TABLE_LEN),
    };
    return loaded;
}

/* The halves of two bytes from each of 64 positions on. */
struct halves {
    __m512i low;
    __m512i high;
    __m512i next_low;
    __m512i next_high;
};

VTR_TARGET_AVX512
static inline struct halves load_halves(const uint8_t *bytes)
{
    const __m512i mask = _mm512_set1_epi8(15);
    const __m512i block = _mm512_loadu_si512(bytes);
    const __m512i next = _mm512_loadu_si512(bytes + 1);
    const struct halves halves = {
        _mm512_and_si512(block, mask),
        _mm512_and_si512(_mm512_srli_epi16(block, 4), mask),
        _mm512_and_si512(next, mask),
        _mm512_and_si512(_mm512_srli_epi16(next, 4), mask),
    };
    return halves;
}

/* The buckets that have the halves of these two bytes. */
VTR_TARGET_AVX512
static inline __m512i ask_tables(const struct tables *tables,
                                 const struct halves *halves)
{
    const __m512i low = _mm512_shuffle_epi8(tables->low, halves->low);
    const __m512i high = _mm512_shuffle_epi8(tables->high, halves->high);
    const __m512i next_low = _mm512_shuffle_epi8(tables->next_low, halves->next_low);
    const __m512i next_high = _mm512_shuffle_epi8(tables->next_high, halves->next_high);

    return _mm512_and_si512(_mm512_and_si512(low, high),
                            _mm512_and_si512(next_low, next_high));
}

VTR_TARGET_AVX512
static inline size_t probe_groups(const struct vtr_atom_probe *probe,
                                  const uint8_t *tile, size_t count, uint16_t *out,
                                  bool has_two)
{
    const uint8_t *other = probe->buckets + (has_two ? VTR_BUCKET_GROUP_LEN : 0);
    const struct tables first = load_tables(probe->buckets);
    const struct tables first_end = load_tables(probe->buckets + HALF_GROUP_LEN);
    const struct tables second = load_tables(other);
    const struct tables second_end = load_tables(other + HALF_GROUP_LEN);
    size_t found = 0;

    for (size_t at = 0; at < count; at += 64) {
        VTR_PREFETCH(probe->ahead + at);
        const struct halves begin = load_halves(tile + at);
        const struct halves end = load_halves(tile + at + 2);
        uint64_t bits = _mm512_test_epi8_mask(ask_tables(&first, &begin),
                                              ask_tables(&first_end, &end));

        if (has_two) {
            bits |= _mm512_test_epi8_mask(ask_tables(&second, &begin),
                                          ask_tables(&second_end, &end));
        }
        if (bits != 0) {
            found = vtr_probe_keep(probe, tile, at, bits, out, found);
        }
    }
    while (found > 0 && out[found - 1] >= count) {
        found--; /* the last block went past the end */
    }
    return found;
}

VTR_TARGET_AVX512
size_t vtr_probe_buckets_avx512(const struct vtr_atom_probe *probe, const uint8_t *tile,
                                size_t count, uint16_t *out)
{
    return probe->group_count > 1 ? probe_groups(probe, tile, count, out, true)
                                  : probe_groups(probe, tile, count, out, false);
}

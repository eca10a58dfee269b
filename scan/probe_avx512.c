/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The first stage with AVX-512: sixteen positions at a time, as scan/probe_avx2.c has
 * eight; those that pass are stored at once, all of them beside each other.
 */
#include "scan/atom_probe.h"

#include <immintrin.h>

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
        const __m512i mask =
            _mm512_or_si512(_mm512_rolv_epi32(one, mixed),
                            _mm512_rorv_epi32(top, _mm512_srli_epi32(mixed, 5)));
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

/* A group's tables, each in all quarters. */
struct group {
    __m512i low[VTR_BUCKET_BYTES];
    __m512i high[VTR_BUCKET_BYTES];
};

VTR_TARGET_AVX512
static inline void load_group(struct group *group, const uint8_t *tables)
{
    for (unsigned i = 0; i < VTR_BUCKET_BYTES; i++) {
        group->low[i] = load_all_quarters(tables);
        group->high[i] = load_all_quarters(tables + VTR_BUCKET_TABLE_LEN);
        tables += 2 * VTR_BUCKET_TABLE_LEN;
    }
}

/* The halves of the bytes from 64 positions on. */
struct halves {
    __m512i low[VTR_BUCKET_BYTES];
    __m512i high[VTR_BUCKET_BYTES];
};

VTR_TARGET_AVX512
static inline void load_halves(struct halves *halves, const uint8_t *bytes)
{
    const __m512i mask = _mm512_set1_epi8(15);

    for (unsigned i = 0; i < VTR_BUCKET_BYTES; i++) {
        const __m512i block = _mm512_loadu_si512(bytes + i);

        halves->low[i] = _mm512_and_si512(block, mask);
        halves->high[i] = _mm512_and_si512(_mm512_srli_epi16(block, 4), mask);
    }
}

VTR_TARGET_AVX512
static inline __mmask64 ask_group(const struct group *group,
                                  const struct halves *halves)
{
    __m512i buckets = _mm512_set1_epi8(-1);

    for (unsigned i = 0; i < VTR_BUCKET_BYTES; i++) {
        const __m512i low = _mm512_shuffle_epi8(group->low[i], halves->low[i]);
        const __m512i high = _mm512_shuffle_epi8(group->high[i], halves->high[i]);

        buckets = _mm512_ternarylogic_epi32(buckets, low, high, 0x80); /* and */
    }
    return _mm512_test_epi8_mask(buckets, buckets);
}

VTR_TARGET_AVX512
size_t vtr_probe_buckets_avx512(const struct vtr_atom_probe *probe, const uint8_t *tile,
                                size_t count, uint16_t *out)
{
    const bool has_two = probe->group_count > 1;
    struct group first;
    struct group second;
    size_t found = 0;

    load_group(&first, probe->buckets);
    load_group(&second, probe->buckets + (has_two ? VTR_BUCKET_GROUP_LEN : 0));
    for (size_t at = 0; at < count; at += 64) {
        struct halves halves;

        load_halves(&halves, tile + at);
        uint64_t bits = ask_group(&first, &halves);
        if (has_two) {
            bits |= ask_group(&second, &halves);
        }
        found = vtr_probe_keep(probe, tile, at, bits, out, found);
    }
    while (found > 0 && out[found - 1] >= count) {
        found--; /* the last block went past the end */
    }
    return found;
}

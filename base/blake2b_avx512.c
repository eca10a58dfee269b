/* SPDX-License-Identifier: Apache-2.0 */

/* BLAKE2b with AVX-512: a vector has one word of every lane. */
#include "base/blake2b_block.h"

#include <immintrin.h>

#define BLOCK_WORDS 16u
#define ROUNDS      12u

/* RFC 7693, section 2.7, whose first two rows are those of the last two rounds too. */
static const uint8_t SIGMA[ROUNDS][BLOCK_WORDS] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3}};

/* Section 3.1. */
VTR_TARGET_AVX512
static inline void mix(__m512i *a, __m512i *b, __m512i *c, __m512i *d, __m512i x,
                       __m512i y)
{
    *a = _mm512_add_epi64(_mm512_add_epi64(*a, *b), x);
    *d = _mm512_ror_epi64(_mm512_xor_si512(*d, *a), 32);
    *c = _mm512_add_epi64(*c, *d);
    *b = _mm512_ror_epi64(_mm512_xor_si512(*b, *c), 24);
    *a = _mm512_add_epi64(_mm512_add_epi64(*a, *b), y);
    *d = _mm512_ror_epi64(_mm512_xor_si512(*d, *a), 16);
    *c = _mm512_add_epi64(*c, *d);
    *b = _mm512_ror_epi64(_mm512_xor_si512(*b, *c), 63);
}

/* Section 3.2: `v` of every lane, with the words of its block. */
VTR_TARGET_AVX512
static inline void mix_rounds(__m512i v[2 * VTR_BLAKE2B_WORDS],
                              const __m512i m[BLOCK_WORDS])
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        const uint8_t *s = SIGMA[round];

        mix(&v[0], &v[4], &v[8], &v[12], m[s[0]], m[s[1]]);
        mix(&v[1], &v[5], &v[9], &v[13], m[s[2]], m[s[3]]);
        mix(&v[2], &v[6], &v[10], &v[14], m[s[4]], m[s[5]]);
        mix(&v[3], &v[7], &v[11], &v[15], m[s[6]], m[s[7]]);
        mix(&v[0], &v[5], &v[10], &v[15], m[s[8]], m[s[9]]);
        mix(&v[1], &v[6], &v[11], &v[12], m[s[10]], m[s[11]]);
        mix(&v[2], &v[7], &v[8], &v[13], m[s[12]], m[s[13]]);
        mix(&v[3], &v[4], &v[9], &v[14], m[s[14]], m[s[15]]);
    }
}

VTR_TARGET_AVX512
void vtr_blake2b_compress_avx512(struct vtr_blake2b_block *block)
{
    const __m512i addresses = _mm512_loadu_si512(block->at);
    __m512i v[2 * VTR_BLAKE2B_WORDS];
    __m512i m[BLOCK_WORDS];

    for (size_t word = 0; word < BLOCK_WORDS; word++) {
        const __m512i at =
            _mm512_add_epi64(addresses, _mm512_set1_epi64((int64_t)word * 8));
        m[word] = _mm512_i64gather_epi64(at, NULL, 1);
    }
    for (unsigned word = 0; word < VTR_BLAKE2B_WORDS; word++) {
        v[word] = _mm512_loadu_si512(block->state[word]);
        v[VTR_BLAKE2B_WORDS + word] =
            _mm512_set1_epi64((int64_t)VTR_BLAKE2B_INITIAL[word]);
    }
    v[12] = _mm512_xor_si512(v[12], _mm512_loadu_si512(block->counter));
    v[14] = _mm512_xor_si512(v[14], _mm512_loadu_si512(block->is_last));
    mix_rounds(v, m);
    for (unsigned word = 0; word < VTR_BLAKE2B_WORDS; word++) {
        const __m512i mixed = _mm512_xor_si512(v[word], v[VTR_BLAKE2B_WORDS + word]);
        const __m512i old = _mm512_loadu_si512(block->state[word]);
        _mm512_storeu_si512(block->state[word], _mm512_xor_si512(old, mixed));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Lines of slots with AVX2: the eight fingerprints of a window are one vector, out of
 * which each slot takes its own.
 */
#include "scan/kernel/line_match.h"

#include <immintrin.h>

VTR_TARGET_AVX2
static inline __m256i load_256(const uint8_t *bytes)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)bytes);
}

/* A bit for each of eight slots whose fingerprint is the one of its kin. */
VTR_TARGET_AVX2
static inline uint32_t match_half(__m256i slots, __m256i prints, __m256i mask)
{
    const __m256i wanted = _mm256_permutevar8x32_epi32(prints, slots);
    const __m256i differs = _mm256_and_si256(_mm256_xor_si256(slots, wanted), mask);
    const __m256i is_equal = _mm256_cmpeq_epi32(differs, _mm256_setzero_si256());

    return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(is_equal));
}

VTR_TARGET_AVX2
size_t vtr_match_lines_avx2(const struct vtr_line_matcher *matcher,
                            const uint8_t *bytes,
                            const struct vtr_line_question *questions, size_t count,
                            struct vtr_line_answer *out)
{
    const __m256i kins = load_256(matcher->kins);
    const __m256i factor = _mm256_set1_epi32((int)VTR_ATOM_KIN_FACTOR);
    const __m256i mask = _mm256_set1_epi32((int)~matcher->place_mask);
    const uint8_t *lines = matcher->slots;
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        const uint8_t *line = lines + (size_t)questions[i].line * VTR_ATOM_LINE_LEN;
        const uint8_t *around = bytes + questions[i].at - VTR_ATOM_KIN_REACH;
        const __m256i beside =
            _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)around));
        const __m256i prints =
            _mm256_add_epi32(_mm256_mullo_epi32(_mm256_shuffle_epi8(beside, kins),
                                                factor),
                             _mm256_set1_epi32((int)questions[i].key));
        const uint32_t slots = match_half(load_256(line), prints, mask) |
                               match_half(load_256(line + 32), prints, mask) << 8;
        const uint32_t last = vtr_load_u32(line + VTR_ATOM_LINE_LEN - 4);

        out[found].question = (uint32_t)i;
        out[found].slots = slots | (uint32_t)(last != 0) << VTR_ATOM_LINE_SLOTS;
        found += out[found].slots != 0;
    }
    return found;
}

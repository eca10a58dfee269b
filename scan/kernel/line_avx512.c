/* SPDX-License-Identifier: Apache-2.0 */

/* Lines of slots with AVX-512: as scan/kernel/line_avx2.c, a line at once. */
#include "scan/kernel/line_match.h"

#include <immintrin.h>

VTR_TARGET_AVX512
static inline __m512i broadcast(const uint8_t *bytes)
{
    const __m256i half = _mm256_loadu_si256((const __m256i *)(const void *)bytes);

    return _mm512_broadcast_i64x4(half);
}

VTR_TARGET_AVX512
size_t vtr_match_lines_avx512(const struct vtr_line_matcher *matcher,
                              const uint8_t *bytes,
                              const struct vtr_line_question *questions, size_t count,
                              struct vtr_line_answer *out)
{
    /* Slots choose by four bits, of which the fourth says nothing: both halves have the
     * same fingerprints. */
    const __m512i kins = broadcast(matcher->kins);
    const __m512i factor = _mm512_set1_epi32((int)VTR_ATOM_KIN_FACTOR);
    const __m512i mask = _mm512_set1_epi32((int)~matcher->place_mask);
    const uint8_t *lines = matcher->slots;
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        const uint8_t *line = lines + (size_t)questions[i].line * VTR_ATOM_LINE_LEN;
        const uint8_t *around = bytes + questions[i].at - VTR_ATOM_KIN_REACH;
        const __m512i beside = _mm512_broadcast_i32x4(
            _mm_loadu_si128((const __m128i *)(const void *)around));
        const __m512i prints =
            _mm512_add_epi32(_mm512_mullo_epi32(_mm512_shuffle_epi8(beside, kins),
                                                factor),
                             _mm512_set1_epi32((int)questions[i].key));
        const __m512i slots = _mm512_loadu_si512(line);
        const __m512i wanted = _mm512_permutexvar_epi32(slots, prints);
        const uint32_t matches =
            _mm512_testn_epi32_mask(_mm512_xor_si512(slots, wanted), mask);
        const uint32_t last = vtr_load_u32(line + VTR_ATOM_LINE_LEN - 4);

        out[found].question = (uint32_t)i;
        out[found].slots = matches | (uint32_t)(last != 0) << VTR_ATOM_LINE_SLOTS;
        found += out[found].slots != 0;
    }
    return found;
}

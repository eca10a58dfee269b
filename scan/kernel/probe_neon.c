/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The first stage with NEON: four positions at a time, whose grams are shuffled out of
 * 16 bytes.  There is no gather: the words of the filter are loaded one by one.
 */
#include "scan/kernel/atom_probe.h"

#include <arm_neon.h>

#include "base/reader.h"

/* Positions that are looked at between two tests whether any passes. */
#define BLOCK 16u

void vtr_fold_bytes_neon(uint8_t *out, const uint8_t *in, size_t len)
{
    const uint8x16_t first = vdupq_n_u8('A');
    const uint8x16_t count = vdupq_n_u8(26);
    const uint8x16_t case_bit = vdupq_n_u8(32);
    size_t at = 0;

    for (; len - at >= 16; at += 16) {
        const uint8x16_t bytes = vld1q_u8(in + at);
        const uint8x16_t is_capital = vcltq_u8(vsubq_u8(bytes, first), count);

        vst1q_u8(out + at, vaddq_u8(bytes, vandq_u8(is_capital, case_bit)));
    }
    for (; at < len; at++) {
        out[at] = vtr_fold(in[at]);
    }
}

/* What does not change from block to block. */
struct constants {
    const uint8_t *filter;
    int32x4_t word_shift; /* to the right: negative */
    uint8x16_t low;
    uint8x16_t high;
};

static inline uint32_t word_at(const uint8_t *filter, uint32_t word)
{
    return vtr_load_u32(filter + (size_t)word * 4);
}

/* The highest bit of each 32 says whether that position passes. */
static inline uint32x4_t look_up(const struct constants *c, const uint8_t *at)
{
    const uint8x16_t bytes = vld1q_u8(at);
    const uint32x4_t low = vreinterpretq_u32_u8(vqtbl1q_u8(bytes, c->low));
    const uint32x4_t high = vreinterpretq_u32_u8(vqtbl1q_u8(bytes, c->high));
    const uint32x4_t hash = vmlaq_u32(vmulq_u32(low, vdupq_n_u32(VTR_GRAM_LOW_FACTOR)),
                                      high, vdupq_n_u32(VTR_GRAM_HIGH_FACTOR));
    const uint32x4_t index = vshlq_u32(hash, c->word_shift);
    uint32x4_t word = vdupq_n_u32(word_at(c->filter, vgetq_lane_u32(index, 0)));

    word = vsetq_lane_u32(word_at(c->filter, vgetq_lane_u32(index, 1)), word, 1);
    word = vsetq_lane_u32(word_at(c->filter, vgetq_lane_u32(index, 2)), word, 2);
    word = vsetq_lane_u32(word_at(c->filter, vgetq_lane_u32(index, 3)), word, 3);
    const uint32x4_t mixed = veorq_u32(hash, vshrq_n_u32(hash, 16));
    const uint32x4_t mask = vdupq_n_u32(31);
    const int32x4_t right = vreinterpretq_s32_u32(vandq_u32(mixed, mask));
    const int32x4_t left =
        vreinterpretq_s32_u32(vandq_u32(vshrq_n_u32(mixed, 5), mask));
    const int32x4_t further =
        vreinterpretq_s32_u32(vandq_u32(vshrq_n_u32(mixed, 10), mask));
    const uint32x4_t first = vshlq_u32(word, vnegq_s32(right));
    const uint32x4_t second = vshlq_u32(word, left);
    const uint32x4_t third = vshlq_u32(word, further);

    return vandq_u32(vshlq_n_u32(first, 31), vandq_u32(second, third));
}

/* All bits of each 16 that belongs to one of eight positions, of those that pass. */
static inline uint16x8_t narrow(uint32x4_t first, uint32x4_t second)
{
    const uint16x8_t high =
        vcombine_u16(vshrn_n_u32(first, 16), vshrn_n_u32(second, 16));

    return vreinterpretq_u16_s16(vshrq_n_s16(vreinterpretq_s16_u16(high), 15));
}

/* A bit for each byte of which all bits are set; the others have none. */
static inline uint32_t bits_of(uint8x16_t bytes)
{
    static const uint8_t BITS[16] = {1, 2, 4, 8, 16, 32, 64, 128,
                                     1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t bits = vandq_u8(bytes, vld1q_u8(BITS));

    return (uint32_t)vaddv_u8(vget_low_u8(bits)) |
           (uint32_t)vaddv_u8(vget_high_u8(bits)) << 8;
}

static inline bool has_text(const struct vtr_atom_probe *probe, const uint8_t *bytes)
{
    uint64_t text = 0;
    uint64_t zeros = 0;

    for (unsigned i = 0; i < VTR_PROBE_REACH; i += 16) {
        const uint8x16_t block = vld1q_u8(bytes + i);
        const int8x16_t values = vreinterpretq_s8_u8(block);

        text |= (uint64_t)bits_of(vcgtq_s8(values, vdupq_n_s8(' ' - 1))) << i;
        zeros |= (uint64_t)bits_of(vceqzq_u8(block)) << i;
    }
    return vtr_probe_has_text(probe, text, zeros);
}

size_t vtr_probe_neon(const struct vtr_atom_probe *probe, const uint8_t *tile,
                      size_t count, uint16_t *out)
{
    const size_t stride = probe->stride;
    const size_t quarter = 4 * stride;
    const struct constants c = {
        probe->filter,
        vdupq_n_s32((int)probe->filter_bits - 37),
        vld1q_u8(probe->low),
        vld1q_u8(probe->high),
    };
    size_t found = 0;

    for (size_t at = 0; at < count; at += BLOCK * stride) {
        const uint8_t *bytes = tile + at;

        if (probe->is_text && !has_text(probe, bytes)) {
            continue;
        }
        const uint16x8_t low = narrow(look_up(&c, bytes), look_up(&c, bytes + quarter));
        const uint16x8_t high =
            narrow(look_up(&c, bytes + 2 * quarter), look_up(&c, bytes + 3 * quarter));
        const uint8x16_t passes = vcombine_u8(vmovn_u16(low), vmovn_u16(high));

        if (vmaxvq_u8(passes) == 0) {
            continue;
        }
        for (uint32_t bits = bits_of(passes); bits != 0; bits &= bits - 1) {
            out[found++] = (uint16_t)(at + (size_t)VTR_LOWEST_BIT(bits) * stride);
        }
    }
    while (found > 0 && out[found - 1] >= count) {
        found--; /* the last block went past the end */
    }
    return found;
}

size_t vtr_probe_buckets_neon(const struct vtr_atom_probe *probe, const uint8_t *tile,
                              size_t count, uint16_t *out)
{
    return vtr_probe_keep_bucketed(probe, tile, out,
                                   vtr_probe_neon(probe, tile, count, out));
}

/* SPDX-License-Identifier: Apache-2.0 */

/* SHA-1 (RFC 3174).  Broken as a proof of anything; hash signatures still use it. */
#include "base/digest.h"

#include "base/digest_block.h"

static uint32_t load_big_endian(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The function and constant of step `i` (RFC 3174 section 5). */
static uint32_t mix_step(unsigned i, uint32_t b, uint32_t c, uint32_t d)
{
    if (i < 20) {
        return ((b & c) | (~b & d)) + 0x5A827999;
    }
    if (i < 40) {
        return (b ^ c ^ d) + 0x6ED9EBA1;
    }
    if (i < 60) {
        return ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC;
    }
    return (b ^ c ^ d) + 0xCA62C1D6;
}

static void fold_block(uint32_t *state, const uint8_t *block)
{
    uint32_t words[80];
    uint32_t a = state[0];
    uint32_t b = state[1];
    uint32_t c = state[2];
    uint32_t d = state[3];
    uint32_t e = state[4];

    for (unsigned i = 0; i < 16; i++) {
        words[i] = load_big_endian(block + 4 * i);
    }
    for (unsigned i = 16; i < 80; i++) {
        words[i] =
            vtr_rotate_left(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16],
                            1);
    }
    for (unsigned i = 0; i < 80; i++) {
        const uint32_t sum =
            vtr_rotate_left(a, 5) + mix_step(i, b, c, d) + e + words[i];
        e = d;
        d = c;
        c = vtr_rotate_left(b, 30);
        b = a;
        a = sum;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

void vtr_digest_sha1(struct vtr_bytes bytes, uint8_t *out)
{
    uint32_t state[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};

    vtr_digest_blocks(bytes, fold_block, state, 1);
    for (unsigned i = 0; i < 20; i++) {
        out[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
    }
}

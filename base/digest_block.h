/* SPDX-License-Identifier: Apache-2.0 */

/* The frame that MD5 and SHA-1 share: 64-byte blocks, a 0x80 byte, zeros, and the
 * message's length in bits in the last eight bytes (RFC 1321 section 3, RFC 3174
 * section 4). */
#ifndef VTR_BASE_DIGEST_BLOCK_H
#define VTR_BASE_DIGEST_BLOCK_H

#include "base/compiler.h"

#define VTR_DIGEST_BLOCK_LEN 64u

/* Folds one block into the words of a digest's state. */
typedef void (*vtr_block_fn)(uint32_t *state, const uint8_t *block);

/* Runs `fold` over the padded message.  `is_big_endian`: the order of the length. */
void vtr_digest_blocks(struct vtr_bytes bytes, vtr_block_fn fold, uint32_t *state,
                       int is_big_endian);

static inline uint32_t vtr_rotate_left(uint32_t value, unsigned bits)
{
    return value << bits | value >> (32 - bits);
}

#endif

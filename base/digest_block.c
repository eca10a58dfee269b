/* SPDX-License-Identifier: Apache-2.0 */

#include "base/digest_block.h"

#include <string.h>

void vtr_digest_blocks(struct vtr_bytes bytes, vtr_block_fn fold, uint32_t *state,
                       int is_big_endian)
{
    const size_t whole = bytes.len / VTR_DIGEST_BLOCK_LEN * VTR_DIGEST_BLOCK_LEN;
    const size_t rest = bytes.len - whole;
    uint8_t tail[2 * VTR_DIGEST_BLOCK_LEN] = {0};

    for (size_t at = 0; at < whole; at += VTR_DIGEST_BLOCK_LEN) {
        fold(state, bytes.ptr + at);
    }
    if (rest > 0) {
        memcpy(tail, bytes.ptr + whole, rest);
    }
    tail[rest] = 0x80;
    const size_t tail_len =
        rest + 9 > VTR_DIGEST_BLOCK_LEN ? sizeof(tail) : sizeof(tail) / 2;
    const uint64_t bit_len = (uint64_t)bytes.len * 8;
    for (unsigned i = 0; i < 8; i++) {
        const unsigned shift = is_big_endian ? 56 - 8 * i : 8 * i;
        tail[tail_len - 8 + i] = (uint8_t)(bit_len >> shift);
    }
    for (size_t at = 0; at < tail_len; at += VTR_DIGEST_BLOCK_LEN) {
        fold(state, tail + at);
    }
}

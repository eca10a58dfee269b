/* SPDX-License-Identifier: Apache-2.0 */

/* One block of each of eight messages for BLAKE2b (RFC 7693), a message a lane. */
#ifndef VTR_BASE_BLAKE2B_BLOCK_H
#define VTR_BASE_BLAKE2B_BLOCK_H

#include "base/compiler.h"

#define VTR_BLAKE2B_LANES     8u
#define VTR_BLAKE2B_WORDS     8u /* of a state */
#define VTR_BLAKE2B_BLOCK_LEN 128u

/* Section 2.6. */
static const uint64_t VTR_BLAKE2B_INITIAL[VTR_BLAKE2B_WORDS] = {
    UINT64_C(0x6a09e667f3bcc908), UINT64_C(0xbb67ae8584caa73b),
    UINT64_C(0x3c6ef372fe94f82b), UINT64_C(0xa54ff53a5f1d36f1),
    UINT64_C(0x510e527fade682d1), UINT64_C(0x9b05688c2b3e6c1f),
    UINT64_C(0x1f83d9abfb41bd6b), UINT64_C(0x5be0cd19137e2179)};

/* What the next blocks are hashed with. */
struct vtr_blake2b_block {
    uint64_t state[VTR_BLAKE2B_WORDS][VTR_BLAKE2B_LANES];
    uint64_t at[VTR_BLAKE2B_LANES];      /* the block's address */
    uint64_t counter[VTR_BLAKE2B_LANES]; /* of the message's bytes, to its end */
    uint64_t is_last[VTR_BLAKE2B_LANES]; /* all bits, or none */
};

/* Hashes the blocks into the states (section 3.2). */
typedef void (*vtr_blake2b_compress_fn)(struct vtr_blake2b_block *block);

/* NULL where the compiler's target has no such vectors. */
#if VTR_HAS_X86_VECTORS
void vtr_blake2b_compress_avx512(struct vtr_blake2b_block *block);
# define VTR_BLAKE2B_COMPRESS_AVX512 vtr_blake2b_compress_avx512
#else
# define VTR_BLAKE2B_COMPRESS_AVX512 NULL
#endif

#endif

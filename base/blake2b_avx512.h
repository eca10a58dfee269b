/* SPDX-License-Identifier: Apache-2.0 */

/* BLAKE2b (RFC 7693) of many messages at a time, each in a lane of AVX-512's vectors:
 * what vtr_digest_blake2b_each calls where the processor has them. */
#ifndef VTR_BASE_BLAKE2B_AVX512_H
#define VTR_BASE_BLAKE2B_AVX512_H

#include "base/digest.h"

/* Messages that are worked on at the same time. */
#define VTR_BLAKE2B_LANES 8u

/* The digests of `count` messages.  One that is much longer than the others had better
 * be hashed alone: it would keep a single lane busy. */
#if VTR_HAS_X86_VECTORS
void vtr_blake2b_avx512(const struct vtr_digest_job *jobs, size_t count);
#else
static inline void vtr_blake2b_avx512(const struct vtr_digest_job *jobs, size_t count)
{
    (void)jobs; /* is not called: there are no such vectors */
    (void)count;
}
#endif

#endif

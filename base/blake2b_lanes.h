/* SPDX-License-Identifier: Apache-2.0 */

/* BLAKE2b (RFC 7693) with a 32-byte output of many messages at a time, each in a lane
 * of AVX-512's vectors.  The digests are libsodium's, which tests compare them with. */
#ifndef VTR_BASE_BLAKE2B_LANES_H
#define VTR_BASE_BLAKE2B_LANES_H

#include <stdbool.h>

#include "base/compiler.h"

/* The digests of those of `count` messages that have at most `len_max` bytes: of
 * message i at `out` + 32 * i.  `out` overlaps none of them.  False, with nothing done,
 * where the processor has no such vectors: in narrower ones it is no faster than one
 * message after the other. */
VTR_MUST_CHECK bool vtr_blake2b_lanes(const struct vtr_bytes *runs, size_t count,
                                      size_t len_max, uint8_t *out);

#endif

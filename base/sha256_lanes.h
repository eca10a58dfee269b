/* SPDX-License-Identifier: Apache-2.0 */

/* SHA-256 (FIPS 180-4) of many messages at a time, each in a lane of the processor's
 * vectors: trees of hashes are made of many short ones. */
#ifndef VTR_BASE_SHA256_LANES_H
#define VTR_BASE_SHA256_LANES_H

#include "base/compiler.h"

/* The digests of `count` messages, each `prefix` (1 to 63 bytes) and one of `runs`, one
 * behind the other in `out`, which overlaps none of them. */
void vtr_sha256_lanes(struct vtr_bytes prefix, const struct vtr_bytes *runs,
                      size_t count, uint8_t *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The order of a hex string's alternatives.
 *
 * Of alternatives that match at one offset with different lengths the first in the
 * payload counts.  YARA takes the one whose atom it has met first, when it takes its
 * atoms from them: so those are brought into that order, whatever the source's was.
 */
#ifndef VTR_COMPILER_PATTERN_HEX_ORDER_H
#define VTR_COMPILER_PATTERN_HEX_ORDER_H

#include "base/arena.h"
#include "base/writer.h"

/* Orders the alternatives in the payload of a hex string that `out` has from `start`
 * on; its length stays.  False when memory is out. */
VTR_MUST_CHECK bool vtr_hex_order(struct vtr_arena *arena, struct vtr_writer *out,
                                  size_t start);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The runs of a hex string: plain bytes, bytes of any value and the blanks between
 * them, which are nearly all of it.  They are written as they are read, without a call
 * for each.
 */
#ifndef VTR_COMPILER_PATTERN_HEX_RUNS_H
#define VTR_COMPILER_PATTERN_HEX_RUNS_H

#include "compiler/pattern/hex_tokens.h"

/* Reads the runs from `at` on, which is no blank, up to `stop`, behind which are two
 * bytes more: each may look at the character that follows.  Where they end, or NULL
 * when memory is out; what was written last stays open. */
const uint8_t *vtr_hex_put_runs(struct vtr_hex_tokens *t, struct vtr_hex_sequence *s,
                                const uint8_t *at, const uint8_t *stop);

#endif

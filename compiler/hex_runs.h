/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The runs of a hex string: plain bytes, bytes of any value and the blanks between
 * them, which are nearly all of it.  They are written as they are read, without a call
 * for each.
 */
#ifndef VTR_COMPILER_HEX_RUNS_H
#define VTR_COMPILER_HEX_RUNS_H

#include "compiler/hex_tokens.h"

/* Classes of source bytes: digits are their value. */
enum vtr_hex_class {
    VTR_HEX_WILD = 16,
    VTR_HEX_SPACE = 17,
    VTR_HEX_OTHER = 18
};

extern const uint8_t vtr_hex_classes[256];

static inline unsigned vtr_hex_class_of(uint8_t c)
{
    return vtr_hex_classes[c];
}

/* Past the blanks at `at`. */
const uint8_t *vtr_hex_skip_blanks(const uint8_t *at, const uint8_t *end);

/* Reads the runs from `at` on, which is no blank, up to `stop`, behind which are two
 * bytes more: each may look at the character that follows.  Where they end, or NULL
 * when memory is out; what was written last stays open. */
const uint8_t *vtr_hex_put_runs(struct vtr_hex_tokens *t, struct vtr_hex_sequence *s,
                                const uint8_t *at, const uint8_t *stop);

#endif

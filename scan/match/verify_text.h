/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Text strings: whether one of a pattern's alternatives stands at an offset, in its
 * plain or wide form, with any case, under an xor key or as a whole word.
 */
#ifndef VTR_SCAN_MATCH_VERIFY_TEXT_H
#define VTR_SCAN_MATCH_VERIFY_TEXT_H

#include <stdbool.h>

#include "base/compiler.h"

struct vtr_pattern_view;

/* Whether alternative `masked` of `pattern` (flags and xor range count) begins at
 * `start` of `data`; its length in the data goes to `out_len`.  An empty one never
 * does. */
VTR_MUST_CHECK bool vtr_verify_text(const struct vtr_pattern_view *pattern,
                                    struct vtr_bytes masked, bool is_wide,
                                    struct vtr_bytes data, size_t start,
                                    size_t *out_len);

/* Whether the match at start..start+len is not part of a longer word: letters and
 * digits of ASCII, each followed by a zero in wide text. */
bool vtr_verify_word(struct vtr_bytes data, size_t start, size_t len, bool is_wide);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Hex strings: matches the token stream of one fragment at one offset.
 *
 * All ends that the tokens so far can reach are followed at once, in the order in which
 * a backtracking matcher that prefers short jumps and early alternatives would try
 * them; the first of them that survives is the match.  So the cost is bounded by the
 * tokens times the ends, whatever the tokens are.
 */
#ifndef VTR_SCAN_MATCH_VERIFY_HEX_H
#define VTR_SCAN_MATCH_VERIFY_HEX_H

#include <stdbool.h>

#include "base/compiler.h"
#include "format/record/rule.h"

/* Ends may lie this far apart; tokens that spread them further do not match. */
#define VTR_HEX_SPREAD_LIMIT 65536u

/* Ends, distinct, by priority. */
struct vtr_hex_ends {
    uint32_t *items; /* bytes from the start of the match; owned */
    size_t count;
    size_t cap;
};

/* One stream, or one nested in it. */
struct vtr_hex_level {
    struct vtr_hex_ends ends;
    struct vtr_hex_ends next;
    uint8_t *seen; /* VTR_HEX_SPREAD_LIMIT bits; owned, allocated when first needed */
};

/* Working memory; {0} is valid.  One at a time may use it. */
struct vtr_hex_matcher {
    struct vtr_hex_level levels[VTR_ALT_DEPTH_LIMIT + 1];
    uint64_t step_limit; /* of one match at most; 0: the usual */
    uint64_t steps;      /* left for this match */
    uint64_t used;       /* by the last match */
    bool has_failed;     /* memory was out: the answers are not to be trusted */
    bool has_hit_limit;
};

void vtr_hex_matcher_deinit(struct vtr_hex_matcher *matcher);

/* Whether `tokens` match at `start` of `data`; their length there goes to `out_len`.
 * Any tokens are safe. */
VTR_MUST_CHECK bool vtr_hex_match(struct vtr_hex_matcher *matcher,
                                  struct vtr_bytes tokens, struct vtr_bytes data,
                                  size_t start, size_t *out_len);

#endif

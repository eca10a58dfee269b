/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Views over the payloads of patterns: alternatives of a text, fragments and tokens of
 * a hex string, programs and atoms of a regular expression.  Each function reads one
 * thing from its reader; false at malformed bytes, which any bytes may be.
 */
#ifndef VTR_FORMAT_RECORD_PATTERN_READ_H
#define VTR_FORMAT_RECORD_PATTERN_READ_H

#include <stdbool.h>

#include "base/reader.h"
#include "format/record/rule.h"

/* No upper bound of a gap or a distance. */
#define VTR_UNBOUNDED UINT64_MAX

/* A fragment; of the first, both gaps are 0. */
struct vtr_hex_fragment {
    uint64_t gap_min;
    uint64_t gap_max; /* VTR_UNBOUNDED: none */
    struct vtr_reader tokens;
};

/* What belongs to another type than the token's is not set. */
struct vtr_hex_token {
    enum vtr_token type;
    uint8_t value; /* MASKED, NOT */
    uint8_t mask;
    uint64_t min; /* lengths in bytes; 0 for ALT, see vtr_hex_measure */
    uint64_t max;
    struct vtr_bytes masked; /* BYTES */
    uint64_t branch_count;   /* ALT */
    struct vtr_reader branches;
};

struct vtr_regex_program {
    uint8_t flags;
    struct vtr_bytes masked_text;
    uint64_t atom_count;
    struct vtr_reader atoms;
};

struct vtr_regex_atom {
    struct vtr_bytes masked; /* as the data holds it: interleaved in a wide program */
    uint64_t back_min;
    uint64_t back_max; /* VTR_UNBOUNDED: none */
};

/* The number of alternatives, fragments or programs that a payload begins with: at
 * least one. */
VTR_MUST_CHECK bool vtr_payload_count(struct vtr_reader *payload, uint64_t *out);

VTR_MUST_CHECK bool vtr_hex_next_fragment(struct vtr_reader *payload, bool is_first,
                                          struct vtr_hex_fragment *out);
/* A token that is neither BYTES nor ANY, for vtr_hex_next_token. */
VTR_MUST_CHECK bool vtr_hex_next_rare_token(struct vtr_reader *tokens,
                                            struct vtr_hex_token *out);

VTR_MUST_CHECK static inline bool vtr_hex_next_token(struct vtr_reader *tokens,
                                                     struct vtr_hex_token *out)
{
    const size_t start = tokens->pos;
    uint8_t type;
    bool is_read = false;

    if (!vtr_reader_u8(tokens, &type)) {
        return false;
    }
    if (type == VTR_TOKEN_BYTES) {
        is_read = vtr_reader_string(tokens, &out->masked) && out->masked.len > 0;
        out->min = is_read ? out->masked.len : 0;
    } else if (type == VTR_TOKEN_ANY) {
        is_read = vtr_reader_varint(tokens, &out->min) && out->min > 0 &&
                  out->min <= UINT32_MAX;
    } else {
        tokens->pos = start;
        return vtr_hex_next_rare_token(tokens, out);
    }
    if (!is_read) {
        tokens->pos = start;
        return false;
    }
    out->type = (enum vtr_token)type;
    out->max = out->min;
    return true;
}

VTR_MUST_CHECK bool vtr_hex_next_branch(struct vtr_reader *branches,
                                        struct vtr_reader *out_tokens);

/* vtr_hex_measure of an alternation. */
VTR_MUST_CHECK bool vtr_hex_measure_branches(const struct vtr_hex_token *token,
                                             uint64_t *out_min, uint64_t *out_max);

/* Least and greatest length in bytes of what a token matches.  False at malformed bytes
 * and past VTR_ALT_DEPTH_LIMIT alternations inside each other, so that this is also the
 * syntax check of a token. */
VTR_MUST_CHECK static inline bool vtr_hex_measure(const struct vtr_hex_token *token,
                                                  uint64_t *out_min, uint64_t *out_max)
{
    if (token->type == VTR_TOKEN_ALT) {
        return vtr_hex_measure_branches(token, out_min, out_max);
    }
    *out_min = token->min;
    *out_max = token->max;
    return true;
}

VTR_MUST_CHECK bool vtr_regex_next_program(struct vtr_reader *payload,
                                           struct vtr_regex_program *out);
VTR_MUST_CHECK bool vtr_regex_next_atom(struct vtr_reader *atoms,
                                        struct vtr_regex_atom *out);

#endif

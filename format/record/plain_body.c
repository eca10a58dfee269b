/* SPDX-License-Identifier: Apache-2.0 */

#include "format/record/plain_body.h"

#include "format/record/pattern_read.h"
#include "format/record/rule.h"

/* The body that is changed while it is read: no mask covers a length. */
struct body {
    uint8_t *ptr;
    size_t len;
};

/* `run` is a part of the body. */
static void flip(const struct body *body, struct vtr_bytes run)
{
    if (run.len > 0) {
        vtr_unmask(run, body->ptr + (run.ptr - body->ptr));
    }
}

static bool flip_tokens(const struct body *body, struct vtr_reader *tokens,
                        unsigned depth);

static bool flip_branches(const struct body *body, struct vtr_hex_token *token,
                          unsigned depth)
{
    struct vtr_reader branch;

    for (uint64_t i = 0; i < token->branch_count; i++) {
        if (!vtr_hex_next_branch(&token->branches, &branch) ||
            !flip_tokens(body, &branch, depth + 1)) {
            return false;
        }
    }
    return true;
}

/* No deeper than VTR_ALT_DEPTH_LIMIT. */
static bool flip_tokens(const struct body *body, struct vtr_reader *tokens,
                        unsigned depth)
{
    struct vtr_hex_token token;

    while (vtr_reader_left(tokens) > 0) {
        if (!vtr_hex_next_token(tokens, &token)) {
            return false;
        }
        if (token.type == VTR_TOKEN_BYTES) {
            flip(body, token.masked);
        } else if (token.type == VTR_TOKEN_ALT &&
                   (depth == VTR_ALT_DEPTH_LIMIT ||
                    !flip_branches(body, &token, depth))) {
            return false;
        }
    }
    return true;
}

static bool flip_program(const struct body *body, struct vtr_reader *payload)
{
    struct vtr_regex_program program;
    struct vtr_regex_atom atom;

    if (!vtr_regex_next_program(payload, &program)) {
        return false;
    }
    flip(body, program.masked_text);
    for (uint64_t i = 0; i < program.atom_count; i++) {
        if (!vtr_regex_next_atom(&program.atoms, &atom)) {
            return false;
        }
        flip(body, atom.masked);
    }
    return true;
}

/* One alternative, fragment or program of a pattern. */
static bool flip_part(const struct body *body, enum vtr_pattern_type type,
                      struct vtr_reader *payload, bool is_first)
{
    struct vtr_hex_fragment fragment;
    struct vtr_bytes text;

    switch (type) {
    case VTR_PATTERN_TEXT:
        if (!vtr_reader_masked(payload, &text)) {
            return false;
        }
        flip(body, text);
        return true;
    case VTR_PATTERN_HEX:
        return vtr_hex_next_fragment(payload, is_first, &fragment) &&
               flip_tokens(body, &fragment.tokens, 0);
    case VTR_PATTERN_REGEX:
        return flip_program(body, payload);
    }
    return false;
}

static bool flip_patterns(const struct body *body, struct vtr_rule_view *rule)
{
    struct vtr_pattern_view pattern;
    uint64_t count;

    for (uint64_t i = 0; i < rule->pattern_count; i++) {
        if (!vtr_rule_next_pattern(&rule->patterns, &pattern) ||
            !vtr_payload_count(&pattern.payload, &count)) {
            return false;
        }
        for (uint64_t part = 0; part < count; part++) {
            if (!flip_part(body, pattern.type, &pattern.payload, part == 0)) {
                return false;
            }
        }
    }
    return true;
}

bool vtr_rule_flip_masks(uint8_t *body, size_t len)
{
    const struct body whole = {body, len};
    struct vtr_rule_view rule;
    struct vtr_meta_view meta;

    if (!vtr_rule_read((struct vtr_bytes){body, len}, &rule)) {
        return false;
    }
    for (uint64_t i = 0; i < rule.meta_count; i++) {
        if (!vtr_rule_next_meta(&rule.metas, &meta)) {
            return false;
        }
        if (meta.type == VTR_META_TEXT) {
            flip(&whole, meta.masked_text);
        }
    }
    return flip_patterns(&whole, &rule);
}

bool vtr_external_flip_masks(uint8_t *body, size_t len)
{
    const struct body whole = {body, len};
    struct vtr_external_view external;

    if (!vtr_external_read((struct vtr_bytes){body, len}, &external)) {
        return false;
    }
    if (external.type == VTR_EXTERNAL_TEXT) {
        flip(&whole, external.masked_text);
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */

/* Reads payloads as format/record/rule.h spells them.  Recursion over alternations is
 * bounded by VTR_ALT_DEPTH_LIMIT. */
#include "format/record/pattern_read.h"

#define PROGRAM_FLAGS \
 (VTR_PROGRAM_WIDE | VTR_PROGRAM_NOCASE | VTR_PROGRAM_DOTALL | VTR_PROGRAM_END_ANCHOR)

bool vtr_payload_count(struct vtr_reader *payload, uint64_t *out)
{
    struct vtr_reader attempt = *payload;
    uint64_t count;

    if (!vtr_reader_varint(&attempt, &count) || count == 0) {
        return false;
    }
    *payload = attempt;
    *out = count;
    return true;
}

/* A bound that is stored plus one, 0 for none. */
static bool read_bound(struct vtr_reader *r, uint64_t *out)
{
    uint64_t code;

    if (!vtr_reader_varint(r, &code)) {
        return false;
    }
    *out = code == 0 ? VTR_UNBOUNDED : code - 1;
    return true;
}

/* A varint length and a reader confined to that many bytes. */
static bool read_part(struct vtr_reader *r, struct vtr_reader *out)
{
    const size_t start = r->pos;
    uint64_t len;

    if (vtr_reader_varint(r, &len) && len <= vtr_reader_left(r) &&
        vtr_reader_sub(r, out, (size_t)len)) {
        return true;
    }
    r->pos = start;
    return false;
}

bool vtr_hex_next_fragment(struct vtr_reader *payload, bool is_first,
                           struct vtr_hex_fragment *out)
{
    struct vtr_reader attempt = *payload;
    struct vtr_hex_fragment fragment = {0};

    if (!is_first && (!vtr_reader_varint(&attempt, &fragment.gap_min) ||
                      !read_bound(&attempt, &fragment.gap_max) ||
                      fragment.gap_min > fragment.gap_max)) {
        return false;
    }
    if (!read_part(&attempt, &fragment.tokens) ||
        vtr_reader_left(&fragment.tokens) == 0) {
        return false;
    }
    *payload = attempt;
    *out = fragment;
    return true;
}

static bool read_value_token(struct vtr_reader *r, enum vtr_token type,
                             struct vtr_hex_token *out)
{
    uint8_t value;
    uint8_t mask;

    if (!vtr_reader_u8(r, &value) || !vtr_reader_u8(r, &mask) || (value & ~mask) != 0) {
        return false;
    }
    out->type = type;
    out->value = value;
    out->mask = mask;
    out->min = 1;
    out->max = 1;
    return true;
}

static bool read_jump_token(struct vtr_reader *r, struct vtr_hex_token *out)
{
    uint64_t min;
    uint64_t max;

    if (!vtr_reader_varint(r, &min) || !vtr_reader_varint(r, &max) || min > max ||
        max > VTR_JUMP_LIMIT) {
        return false;
    }
    out->type = VTR_TOKEN_JUMP;
    out->min = min;
    out->max = max;
    return true;
}

static bool read_alt_token(struct vtr_reader *r, struct vtr_hex_token *out)
{
    struct vtr_bytes branch;
    uint64_t count;

    if (!vtr_reader_varint(r, &count) || count == 0) {
        return false;
    }
    struct vtr_reader begin = *r;
    for (uint64_t i = 0; i < count; i++) {
        if (!vtr_reader_string(r, &branch)) {
            return false;
        }
    }
    if (!vtr_reader_sub(&begin, &out->branches, r->pos - begin.pos)) {
        return false;
    }
    out->type = VTR_TOKEN_ALT;
    out->branch_count = count;
    out->min = 0;
    out->max = 0;
    return true;
}

static bool read_token(struct vtr_reader *r, uint8_t type, struct vtr_hex_token *out)
{
    switch (type) {
    case VTR_TOKEN_MASKED:
        return read_value_token(r, VTR_TOKEN_MASKED, out);
    case VTR_TOKEN_NOT:
        return read_value_token(r, VTR_TOKEN_NOT, out);
    case VTR_TOKEN_JUMP:
        return read_jump_token(r, out);
    case VTR_TOKEN_ALT:
        return read_alt_token(r, out);
    default:
        return false;
    }
}

bool vtr_hex_next_rare_token(struct vtr_reader *tokens, struct vtr_hex_token *out)
{
    const size_t start = tokens->pos;
    uint8_t type;

    if (vtr_reader_u8(tokens, &type) && read_token(tokens, type, out)) {
        return true;
    }
    tokens->pos = start;
    return false;
}

bool vtr_hex_next_branch(struct vtr_reader *branches, struct vtr_reader *out_tokens)
{
    return read_part(branches, out_tokens);
}

static uint64_t add_saturated(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static bool measure_branches(const struct vtr_hex_token *token, unsigned depth,
                             uint64_t *out_min, uint64_t *out_max);

/* Least and greatest length of a token that stands in `depth` alternations. */
static bool measure(const struct vtr_hex_token *token, unsigned depth,
                    uint64_t *out_min, uint64_t *out_max)
{
    if (token->type == VTR_TOKEN_ALT) {
        return measure_branches(token, depth, out_min, out_max);
    }
    *out_min = token->min;
    *out_max = token->max;
    return true;
}

static bool measure_run(struct vtr_reader tokens, unsigned depth, uint64_t *out_min,
                        uint64_t *out_max)
{
    uint64_t min = 0;
    uint64_t max = 0;

    while (vtr_reader_left(&tokens) > 0) {
        struct vtr_hex_token token;
        uint64_t token_min;
        uint64_t token_max;

        if (!vtr_hex_next_token(&tokens, &token) ||
            !measure(&token, depth, &token_min, &token_max)) {
            return false;
        }
        min = add_saturated(min, token_min);
        max = add_saturated(max, token_max);
    }
    *out_min = min;
    *out_max = max;
    return true;
}

static bool measure_branches(const struct vtr_hex_token *token, unsigned depth,
                             uint64_t *out_min, uint64_t *out_max)
{
    struct vtr_reader branches = token->branches;
    uint64_t min = UINT64_MAX;
    uint64_t max = 0;

    if (depth >= VTR_ALT_DEPTH_LIMIT) {
        return false;
    }
    for (uint64_t i = 0; i < token->branch_count; i++) {
        struct vtr_reader tokens;
        uint64_t branch_min;
        uint64_t branch_max;

        if (!vtr_hex_next_branch(&branches, &tokens) ||
            !measure_run(tokens, depth + 1, &branch_min, &branch_max)) {
            return false;
        }
        min = branch_min < min ? branch_min : min;
        max = branch_max > max ? branch_max : max;
    }
    *out_min = min;
    *out_max = max;
    return true;
}

bool vtr_hex_measure_branches(const struct vtr_hex_token *token, uint64_t *out_min,
                              uint64_t *out_max)
{
    return measure_branches(token, 0, out_min, out_max);
}

bool vtr_regex_next_program(struct vtr_reader *payload, struct vtr_regex_program *out)
{
    struct vtr_reader attempt = *payload;
    struct vtr_regex_program program = {0};
    struct vtr_regex_atom atom;

    if (!vtr_reader_u8(&attempt, &program.flags) ||
        (program.flags & ~PROGRAM_FLAGS) != 0 ||
        !vtr_reader_masked(&attempt, &program.masked_text) ||
        !vtr_reader_varint(&attempt, &program.atom_count)) {
        return false;
    }
    struct vtr_reader begin = attempt;
    for (uint64_t i = 0; i < program.atom_count; i++) {
        if (!vtr_regex_next_atom(&attempt, &atom)) {
            return false;
        }
    }
    if (!vtr_reader_sub(&begin, &program.atoms, attempt.pos - begin.pos)) {
        return false;
    }
    *payload = attempt;
    *out = program;
    return true;
}

bool vtr_regex_next_atom(struct vtr_reader *atoms, struct vtr_regex_atom *out)
{
    struct vtr_reader attempt = *atoms;
    struct vtr_regex_atom atom = {0};

    if (!vtr_reader_masked(&attempt, &atom.masked) || atom.masked.len == 0 ||
        !vtr_reader_varint(&attempt, &atom.back_min) ||
        !read_bound(&attempt, &atom.back_max) || atom.back_min > atom.back_max) {
        return false;
    }
    *atoms = attempt;
    *out = atom;
    return true;
}

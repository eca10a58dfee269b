/* SPDX-License-Identifier: Apache-2.0 */

/* Strings of which a scan can look for nothing that is rare. */
#include "compiler/lint/lint.h"

#include "compiler/syntax/literal.h"
#include "compiler/syntax/source.h"
#include "format/atom/atom_weight.h"
#include "format/record/pattern_read.h"

/* Quarter bits: bytes that chance brings more often than once in 4,096 places. */
#define COMMON_SCORE 48

static struct vtr_reader payload_of(const struct vtr_ast_string *s)
{
    struct vtr_reader reader;

    vtr_reader_init(&reader, s->payload, 0);
    return reader;
}

/* Whether a run has three different bytes beside each other that are not zero: each of
 * these scores a third of COMMON_SCORE at least, so most strings need no closer look.
 */
static bool has_three(struct vtr_bytes masked)
{
    unsigned a = 0x20;
    unsigned b = 0x20;

    for (size_t i = 0; i < masked.len; i++) {
        /* with the bit of lower case a zero looks like a blank */
        const unsigned c = (unsigned)(masked.ptr[i] ^ vtr_mask(i)) | 0x20u;

        if (a != b && b != c && a != c && a != 0x20 && b != 0x20 && c != 0x20) {
            return true;
        }
        a = b;
        b = c;
    }
    return false;
}

/* Whether the bytes as they are have a few beside each other that are rare. */
static bool has_rare_plain(struct vtr_bytes masked)
{
    const unsigned window =
        masked.len < VTR_ATOM_SCORE_LEN ? (unsigned)masked.len : VTR_ATOM_SCORE_LEN;
    uint8_t bytes[VTR_ATOM_SCORE_LEN];

    if (has_three(masked)) {
        return true;
    }
    for (size_t at = 0; at + window <= masked.len; at++) {
        for (unsigned i = 0; i < window; i++) {
            bytes[i] = (uint8_t)(masked.ptr[at + i] ^ vtr_mask(at + i));
        }
        if (vtr_atom_score(bytes, window) >= COMMON_SCORE) {
            return true;
        }
    }
    return false;
}

/* The same with a zero behind each byte. */
static bool has_rare_wide(struct vtr_bytes masked)
{
    uint8_t bytes[VTR_ATOM_SCORE_LEN] = {0};
    const size_t pairs = VTR_ATOM_SCORE_LEN / 2;
    const size_t window = masked.len < pairs ? masked.len : pairs;

    for (size_t at = 0; at + window <= masked.len; at++) {
        for (size_t i = 0; i < window; i++) {
            bytes[2 * i] = (uint8_t)(masked.ptr[at + i] ^ vtr_mask(at + i));
        }
        if (vtr_atom_score(bytes, (unsigned)(2 * window)) >= COMMON_SCORE) {
            return true;
        }
    }
    return false;
}

static bool is_text_rare(const struct vtr_ast_string *s)
{
    struct vtr_reader payload = payload_of(s);
    struct vtr_bytes masked;
    uint64_t count;

    if (!vtr_payload_count(&payload, &count)) {
        return true;
    }
    for (uint64_t i = 0; i < count; i++) {
        if (!vtr_reader_masked(&payload, &masked)) {
            return true;
        }
        if (((s->flags & VTR_PATTERN_ASCII) != 0 && !has_rare_plain(masked)) ||
            ((s->flags & VTR_PATTERN_WIDE) != 0 && !has_rare_wide(masked))) {
            return false;
        }
    }
    return true;
}

static bool are_branches_rare(const struct vtr_hex_token *alternation)
{
    struct vtr_reader branches = alternation->branches;

    for (uint64_t i = 0; i < alternation->branch_count; i++) {
        struct vtr_reader tokens;
        struct vtr_hex_token token;
        bool is_rare = false;
        if (!vtr_hex_next_branch(&branches, &tokens)) {
            return true;
        }
        while (!is_rare && vtr_reader_left(&tokens) > 0) {
            if (!vtr_hex_next_token(&tokens, &token)) {
                return true;
            }
            is_rare = token.type == VTR_TOKEN_BYTES && has_rare_plain(token.masked);
        }
        if (!is_rare) {
            return false;
        }
    }
    return true;
}

static bool is_fragment_rare(struct vtr_reader tokens)
{
    struct vtr_hex_token token;

    while (vtr_reader_left(&tokens) > 0) {
        if (!vtr_hex_next_token(&tokens, &token) ||
            (token.type == VTR_TOKEN_BYTES && has_rare_plain(token.masked)) ||
            (token.type == VTR_TOKEN_ALT && are_branches_rare(&token))) {
            return true;
        }
    }
    return false;
}

static bool is_hex_rare(const struct vtr_ast_string *s)
{
    struct vtr_reader payload = payload_of(s);
    struct vtr_hex_fragment fragment;
    uint64_t count;

    if (!vtr_payload_count(&payload, &count)) {
        return true;
    }
    for (uint64_t i = 0; i < count; i++) {
        if (!vtr_hex_next_fragment(&payload, i == 0, &fragment)) {
            return true;
        }
        if (!is_fragment_rare(fragment.tokens)) {
            return false;
        }
    }
    return true;
}

static bool is_regex_rare(const struct vtr_ast_string *s)
{
    struct vtr_reader payload = payload_of(s);
    struct vtr_regex_program program;
    struct vtr_regex_atom atom;
    uint64_t count;

    if (!vtr_payload_count(&payload, &count)) {
        return true;
    }
    for (uint64_t i = 0; i < count; i++) {
        if (!vtr_regex_next_program(&payload, &program)) {
            return true;
        }
        if (program.atom_count == 0) {
            return false;
        }
        for (uint64_t n = 0; n < program.atom_count; n++) {
            if (!vtr_regex_next_atom(&program.atoms, &atom)) {
                return true;
            }
            if (!has_rare_plain(atom.masked)) {
                return false;
            }
        }
    }
    return true;
}

void vtr_lint_speed(struct vtr_linter *l, const struct vtr_ast_string *s)
{
    const enum vtr_pattern_type type = vtr_pattern_record_type(&s->modifiers, s->type);
    const bool is_rare = vtr_string_is_fixed(s)     ? true
                         : type == VTR_PATTERN_TEXT ? is_text_rare(s)
                         : type == VTR_PATTERN_HEX  ? is_hex_rare(s)
                                                    : is_regex_rare(s);

    if (is_rare) {
        return;
    }
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics, VTR_CODE_SLOW_PATTERN,
                            (struct vtr_place){l->source, s->literal_offset,
                                               s->literal_length},
                            "string '$%.*s' slows down every scan", (int)s->id.len,
                            (const char *)s->id.ptr);
    problem->label = "no bytes in it are rare";
    problem->note = "a scan looks for four bytes of each string that are seldom met; "
                    "here any choice is met everywhere";
    problem->help = "add bytes that are always there, or ask for it at one offset";
}

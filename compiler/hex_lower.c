/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The tree of a hex string as fragments of tokens (format/rule.h).
 *
 * Where the source has a jump that is longer than VTR_JUMP_LIMIT, the string is cut:
 * the wildcards and jumps around it are added to the gap between two fragments.
 * Wildcards and jumps that follow each other without such a jump stay inside the
 * fragment: as ANY when their length is fixed, else as jumps of at most VTR_JUMP_LIMIT
 * bytes.
 */
#include "base/arena.h"
#include "compiler/hex_parser.h"
#include "compiler/pattern_problem.h"

/* Fragments of a string are numbered by 16 bits in the index. */
#define FRAGMENT_LIMIT 0xffffu

struct lowering {
    struct vtr_writer *out;
    struct vtr_writer scratch[VTR_ALT_DEPTH_LIMIT + 1]; /* tokens by nesting */
    unsigned depth;                                     /* the deepest so far */
    struct vtr_pattern_problem *problem;
};

static void write_gap(struct vtr_writer *w, uint64_t min, uint64_t max)
{
    if (max == min) {
        if (max > 0) {
            vtr_writer_u8(w, VTR_TOKEN_ANY);
            vtr_writer_varint(w, max);
        }
        return;
    }
    while (max > 0) {
        const uint64_t high = max < VTR_JUMP_LIMIT ? max : VTR_JUMP_LIMIT;
        const uint64_t low = min < high ? min : high;
        vtr_writer_u8(w, VTR_TOKEN_JUMP);
        vtr_writer_varint(w, low);
        vtr_writer_varint(w, high);
        max -= high;
        min -= low;
    }
}

static bool write_tokens(struct lowering *l, const struct vtr_hex_node *node,
                         unsigned depth);

static bool write_alternation(struct lowering *l, const struct vtr_hex_node *node,
                              unsigned depth)
{
    struct vtr_writer *w = &l->scratch[depth];

    if (depth == VTR_ALT_DEPTH_LIMIT) {
        return vtr_problem_set(l->problem, "E113", 0, 0,
                               "more than %u alternations inside each other",
                               VTR_ALT_DEPTH_LIMIT);
    }
    vtr_writer_u8(w, VTR_TOKEN_ALT);
    vtr_writer_varint(w, node->branch_count);
    for (const struct vtr_hex_branch *b = node->branches; b != NULL; b = b->next) {
        vtr_writer_clear(&l->scratch[depth + 1]);
        l->depth = l->depth > depth ? l->depth : depth + 1;
        if (!write_tokens(l, b->sequence.first, depth + 1)) {
            return false;
        }
        vtr_writer_string(w, vtr_writer_bytes(&l->scratch[depth + 1]));
    }
    return true;
}

/* Writes tokens up to a gap that cuts the string, which inside an alternation there is
 * none of.  Recursion ends at VTR_ALT_DEPTH_LIMIT. */
static bool write_tokens(struct lowering *l, const struct vtr_hex_node *node,
                         unsigned depth)
{
    struct vtr_writer *w = &l->scratch[depth];

    for (; node != NULL && !(node->kind == VTR_HEX_GAP && node->is_chain);
         node = node->next) {
        switch (node->kind) {
        case VTR_HEX_BYTES:
            vtr_writer_u8(w, VTR_TOKEN_BYTES);
            vtr_writer_masked(w, node->bytes);
            break;
        case VTR_HEX_MASKED:
        case VTR_HEX_NOT:
            vtr_writer_u8(w,
                          node->kind == VTR_HEX_NOT ? VTR_TOKEN_NOT : VTR_TOKEN_MASKED);
            vtr_writer_u8(w, node->value);
            vtr_writer_u8(w, node->mask);
            break;
        case VTR_HEX_GAP:
            write_gap(w, node->min, node->max);
            break;
        case VTR_HEX_ALT:
            if (!write_alternation(l, node, depth)) {
                return false;
            }
            break;
        }
    }
    return true;
}

/* The gap that cuts the string after `node`, or NULL. */
static const struct vtr_hex_node *find_cut(const struct vtr_hex_node *node)
{
    while (node != NULL && !(node->kind == VTR_HEX_GAP && node->is_chain)) {
        node = node->next;
    }
    return node;
}

/* The gap between two fragments.  A string that begins or ends with wildcards beside a
 * long jump lends one of them to the fragment that would be empty. */
static void write_cut(struct vtr_writer *w, const struct vtr_hex_node *cut,
                      uint64_t borrowed)
{
    const uint64_t lent = borrowed + (cut->next == NULL ? 1 : 0);

    vtr_writer_varint(w, cut->min - lent);
    vtr_writer_varint(w, cut->max == UINT64_MAX ? 0 : cut->max - lent + 1);
}

static bool write_fragments(struct lowering *l, const struct vtr_hex_node *first)
{
    size_t count = 1;

    for (const struct vtr_hex_node *cut = find_cut(first); cut != NULL;
         cut = find_cut(cut->next)) {
        count++;
    }
    if (count > FRAGMENT_LIMIT) {
        return vtr_problem_set(l->problem, "E116", 0, 0,
                               "more than %u long jumps in a hex string",
                               FRAGMENT_LIMIT - 1);
    }
    vtr_writer_varint(l->out, count);
    while (true) {
        const struct vtr_hex_node *cut = find_cut(first);
        uint64_t borrowed = 0;
        vtr_writer_clear(&l->scratch[0]);
        if (first == NULL || first == cut) {
            write_gap(&l->scratch[0], 1, 1);
            borrowed = first != NULL ? 1 : 0;
        } else if (!write_tokens(l, first, 0)) {
            return false;
        }
        vtr_writer_string(l->out, vtr_writer_bytes(&l->scratch[0]));
        if (cut == NULL) {
            return true;
        }
        write_cut(l->out, cut, borrowed);
        first = cut->next;
    }
}

bool vtr_pattern_hex(struct vtr_arena *arena, const struct vtr_pattern_modifiers *mods,
                     struct vtr_bytes source, struct vtr_writer *out_payload,
                     uint32_t *out_flags, struct vtr_pattern_problem *problem)
{
    struct lowering l = {.out = out_payload, .problem = problem};
    struct vtr_hex_sequence sequence;

    vtr_problem_clear(problem);
    if (!vtr_hex_parse(arena, source, mods->dialect, &sequence, problem)) {
        return false;
    }
    bool ok = write_fragments(&l, sequence.first);
    for (size_t i = 0; i <= l.depth; i++) {
        if (ok && (!vtr_writer_ok(&l.scratch[i]) || !vtr_writer_ok(out_payload))) {
            ok = vtr_problem_set_memory(problem);
        }
        vtr_writer_deinit(&l.scratch[i]);
    }
    if (ok) {
        *out_flags = (mods->set & VTR_MODIFIER_PRIVATE) != 0 ? VTR_PATTERN_PRIVATE : 0;
    }
    return ok;
}

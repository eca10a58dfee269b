/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/pattern/regex_size.h"

/* Compiled bytes of what is emitted, rounded up. */
#define COST_LITERAL       2u
#define COST_CLASS         33u
#define COST_GROUP         8u /* and per alternative of it */
#define COST_REPEAT        9u /* of a single byte */
#define COST_LINE_END      60u
#define COST_BOUNDARY      180u
#define COST_BOUNDARY_WIDE 340u
#define COST_POWER         18u /* of one that is defined or called */
#define COST_CALL          9u  /* of a group; twice that where it is optional */

/* Wide characters that repeat more often are defined as powers. */
#define COPY_LIMIT 32u

/* A match ends at most so far from where its atom begins, and begins as near to it:
 * what is longer than both never matches. */
#define MATCH_LIMIT 8192u

bool vtr_regex_is_single(const struct vtr_regex_node *node)
{
    return node->kind == VTR_REGEX_LITERAL || node->kind == VTR_REGEX_CLASS ||
           node->kind == VTR_REGEX_ANY;
}

bool vtr_regex_has_powers(const struct vtr_regex_form *form,
                          const struct vtr_regex_node *node)
{
    return form->is_wide && node->kind == VTR_REGEX_REPEAT &&
           vtr_regex_is_single(node->first) &&
           (node->max == VTR_REGEX_UNBOUNDED ? node->min : node->max) > COPY_LIMIT;
}

static uint64_t saturate(uint64_t cost)
{
    return cost < UINT32_MAX ? cost : UINT32_MAX;
}

/* The fewest bytes that a tree matches; recursion as in vtr_regex_estimate. */
static uint64_t least_len(const struct vtr_regex_node *node, bool is_wide)
{
    uint64_t sum = node->kind == VTR_REGEX_ALT ? UINT32_MAX : 0;

    if (vtr_regex_is_single(node)) {
        return is_wide ? 2 : 1;
    }
    for (const struct vtr_regex_node *n = node->first; n != NULL; n = n->next) {
        const uint64_t len = least_len(n, is_wide);
        if (node->kind == VTR_REGEX_ALT) {
            sum = len < sum ? len : sum;
        } else {
            sum = saturate(sum + len);
        }
    }
    return node->kind == VTR_REGEX_REPEAT ? saturate(sum * node->min) : sum;
}

struct vtr_regex_node vtr_regex_shorten(const struct vtr_regex_node *node, bool is_wide)
{
    const uint64_t once = least_len(node->first, is_wide);
    struct vtr_regex_node repeat = *node;

    if (once > 0 && repeat.max != VTR_REGEX_UNBOUNDED &&
        repeat.max > MATCH_LIMIT / once) {
        repeat.max = (uint32_t)(MATCH_LIMIT / once);
    }
    return repeat;
}

bool vtr_regex_is_called(const struct vtr_regex_form *form,
                         const struct vtr_regex_node *node)
{
    return form->has_calls && !(vtr_regex_is_single(node->first) && !form->is_wide) &&
           (node->max == VTR_REGEX_UNBOUNDED ? node->min : node->max) > 1;
}

/* Powers that a repeat defines and calls, at most: each bit of the number of counts
 * that varies stands for as many calls as its place says, and for an alternative. */
static uint64_t count_powers(const struct vtr_regex_node *node)
{
    const bool is_open = node->max == VTR_REGEX_UNBOUNDED;
    const uint32_t counts = is_open ? 1 : node->max - node->min + 1;
    uint64_t sum = 2 * 16 + 1;

    for (unsigned k = 0; k < 16; k++) {
        sum += (counts >> k & 1u) != 0 ? k + 2 : 0;
    }
    return sum;
}

static uint64_t estimate_called(const struct vtr_regex_form *form,
                                const struct vtr_regex_node *node, uint64_t once)
{
    const struct vtr_regex_node repeat = vtr_regex_shorten(node, form->is_wide);
    const bool is_open = repeat.max == VTR_REGEX_UNBOUNDED;

    if (repeat.max < repeat.min) {
        return COST_GROUP;
    }
    return saturate(once + 3 * COST_GROUP + (uint64_t)repeat.min * COST_CALL +
                    (is_open ? 1 : repeat.max - repeat.min) * 2 * COST_CALL);
}

static uint64_t estimate_repeat(const struct vtr_regex_form *form,
                                const struct vtr_regex_node *node)
{
    const struct vtr_regex_node *what = node->first;
    const uint64_t once = vtr_regex_estimate(form, what);
    const bool is_open = node->max == VTR_REGEX_UNBOUNDED;

    if (vtr_regex_is_single(what) && !form->is_wide) {
        return 2 * once + COST_REPEAT;
    }
    if (vtr_regex_has_powers(form, node)) {
        return once + COST_POWER * count_powers(node);
    }
    if (vtr_regex_is_called(form, node)) {
        return estimate_called(form, node, once);
    }
    const uint64_t fixed = node->min > 0 ? node->min : is_open ? 1 : 0;
    const uint64_t optional = is_open ? 0 : node->max - node->min;
    return saturate(fixed * (once + COST_GROUP) + optional * (once + 2 * COST_GROUP) +
                    4);
}

/* Recursion ends with the tree's depth, which the parser limits. */
uint64_t vtr_regex_estimate(const struct vtr_regex_form *form,
                            const struct vtr_regex_node *node)
{
    const uint64_t wide = form->is_wide ? COST_LITERAL : 0;
    uint64_t sum = 0;

    switch (node->kind) {
    case VTR_REGEX_EMPTY:
    case VTR_REGEX_START:
    case VTR_REGEX_END:
        return 1;
    case VTR_REGEX_LITERAL:
    case VTR_REGEX_ANY:
        return COST_LITERAL + wide;
    case VTR_REGEX_LINE_START:
    case VTR_REGEX_LINE_END:
        return COST_LINE_END;
    case VTR_REGEX_CLASS:
        return COST_CLASS + wide;
    case VTR_REGEX_BOUNDARY:
    case VTR_REGEX_NO_BOUNDARY:
        return form->is_wide ? COST_BOUNDARY_WIDE : COST_BOUNDARY;
    case VTR_REGEX_REPEAT:
        return estimate_repeat(form, node);
    case VTR_REGEX_CONCAT:
    case VTR_REGEX_ALT:
        sum = COST_GROUP;
        for (const struct vtr_regex_node *n = node->first; n != NULL; n = n->next) {
            sum += vtr_regex_estimate(form, n) +
                   (node->kind == VTR_REGEX_ALT ? COST_GROUP : 0);
        }
        return saturate(sum);
    }
    return sum;
}

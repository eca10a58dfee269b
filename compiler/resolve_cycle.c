/* SPDX-License-Identifier: Apache-2.0 */

/* Circles of rules, and rules that fall with those that they refer to. */
#include "compiler/resolve.h"

enum visit {
    VISIT_NEW = 0,
    VISIT_OPEN,
    VISIT_DONE
};

/* A depth-first walk over references, with its own stack. */
struct walk {
    struct vtr_resolution *r;
    uint8_t *visits;
    uint32_t *stack; /* entries that are open */
    size_t *next;    /* how many edges of each were followed */
    size_t *low;     /* the lowest place in the stack that a circle leads back to */
    size_t *places;  /* of each entry that is open, its place in the stack */
    size_t depth;
};

static void push(struct walk *walk, uint32_t entry)
{
    walk->visits[entry] = VISIT_OPEN;
    walk->places[entry] = walk->depth;
    walk->stack[walk->depth] = entry;
    walk->next[walk->depth] = 0;
    walk->low[walk->depth] = SIZE_MAX;
    walk->depth++;
}

static void report_bad(struct vtr_resolution *r, struct vtr_rule_entry *from,
                       const struct vtr_edge *edge, bool is_cycle)
{
    const struct vtr_rule_entry *to = &r->entries[edge->target];

    if (from->is_bad && !is_cycle) {
        return; /* what is wrong with it has been said */
    }
    struct vtr_problem *problem = vtr_diagnostics_add(
        r->diagnostics, is_cycle ? VTR_CODE_RULE_CYCLE : VTR_CODE_BAD_REFERENCE,
        vtr_entry_reference_place(from, edge->reference),
        is_cycle ? "rule '%.*s' refers to this rule in turn"
                 : "rule '%.*s' has errors, so this rule cannot be used either",
        (int)to->rule->name.len, (const char *)to->rule->name.ptr);
    problem->other = vtr_entry_place(to);
    problem->other_label = is_cycle ? "refers back" : "this rule";
    from->is_bad = true;
}

/* Closes the entry on top.  Of a circle one rule is reported; the others are as bad,
 * and nothing more has to be said of them. */
static void close_top(struct walk *walk)
{
    struct vtr_resolution *r = walk->r;
    const size_t at = --walk->depth;
    struct vtr_rule_entry *entry = &r->entries[walk->stack[at]];
    const struct vtr_edge *edges = r->edges.items;

    walk->visits[walk->stack[at]] = VISIT_DONE;
    if (walk->low[at] <= at) {
        entry->is_bad = true;
    }
    if (walk->low[at] < at && walk->low[at] < walk->low[at - 1]) {
        walk->low[at - 1] = walk->low[at];
    }
    for (size_t i = 0; i < entry->edge_count; i++) {
        const struct vtr_edge *edge = &edges[entry->first_edge + i];
        if (r->entries[edge->target].is_bad) {
            report_bad(r, entry, edge, false);
        }
    }
}

/* Follows one edge of the entry on top, or closes it. */
static void step(struct walk *walk)
{
    struct vtr_resolution *r = walk->r;
    const uint32_t top = walk->stack[walk->depth - 1];
    struct vtr_rule_entry *entry = &r->entries[top];
    const struct vtr_edge *edges = r->edges.items;

    if (walk->next[walk->depth - 1] == entry->edge_count) {
        close_top(walk);
        return;
    }
    const struct vtr_edge *edge =
        &edges[entry->first_edge + walk->next[walk->depth - 1]++];
    if (walk->visits[edge->target] == VISIT_OPEN) {
        const size_t place = walk->places[edge->target];
        size_t *low = &walk->low[walk->depth - 1];
        *low = *low < place ? *low : place;
        report_bad(r, entry, edge, true);
    } else if (walk->visits[edge->target] == VISIT_NEW) {
        push(walk, edge->target);
    }
}

enum vtr_status vtr_resolution_spread(struct vtr_resolution *r)
{
    struct walk walk = {.r = r};

    walk.visits = vtr_arena_array(r->arena, r->count + 1, sizeof(*walk.visits));
    walk.stack = vtr_arena_array(r->arena, r->count + 1, sizeof(*walk.stack));
    walk.next = vtr_arena_array(r->arena, r->count + 1, sizeof(*walk.next));
    walk.low = vtr_arena_array(r->arena, r->count + 1, sizeof(*walk.low));
    walk.places = vtr_arena_array(r->arena, r->count + 1, sizeof(*walk.places));
    if (walk.visits == NULL || walk.stack == NULL || walk.next == NULL ||
        walk.low == NULL || walk.places == NULL) {
        return VTR_ERROR_MEMORY;
    }
    for (size_t i = 0; i < r->count; i++) {
        if (walk.visits[i] != VISIT_NEW || r->entries[i].edge_count == 0) {
            continue;
        }
        push(&walk, (uint32_t)i);
        while (walk.depth > 0) {
            step(&walk);
        }
    }
    return VTR_OK;
}

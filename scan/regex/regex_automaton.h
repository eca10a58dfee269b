/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What an expression that began somewhere may still match, as one number: a state is
 * the steps that wait for a byte, in the order in which PCRE2 would come to them.
 * Where a match ends, what would have been tried after it is left out, so that of the
 * states one comes through the last that accepts tells the match of PCRE2.
 */
#ifndef VTR_SCAN_REGEX_REGEX_AUTOMATON_H
#define VTR_SCAN_REGEX_REGEX_AUTOMATON_H

#include "base/compiler.h"
#include "scan/regex/regex_program.h"
#include "scan/regex/regex_table.h"

/* The state from which nothing can match. */
#define VTR_REGEX_DEAD_STATE 0u

struct vtr_regex_automaton {
    const struct vtr_regex_program_code *program; /* borrowed, has an order */
    struct vtr_regex_table table;                 /* its marked states accept */
    uint32_t first;                       /* the state in which a match begins */
    uint32_t marks[VTR_REGEX_STEP_LIMIT]; /* number of the state that last had it */
    uint32_t mark;
    uint16_t work[2 * VTR_REGEX_STEP_LIMIT + 1]; /* steps to follow */
    uint16_t list[VTR_REGEX_STEP_LIMIT];         /* of the state that is made */
    size_t list_count;
    uint64_t cost; /* steps that were looked at so far to make states */
};

/* False when memory is out; deinit is to be called all the same. */
VTR_MUST_CHECK bool vtr_regex_automaton_init(
    struct vtr_regex_automaton *automaton,
    const struct vtr_regex_program_code *program);
void vtr_regex_automaton_deinit(struct vtr_regex_automaton *automaton);

/* Forgets the states when there is little room left: none may be held.  False when
 * memory is out. */
VTR_MUST_CHECK bool vtr_regex_automaton_begin(struct vtr_regex_automaton *automaton);

/* Where a byte of class `c` leads; VTR_REGEX_NO_STATE when there is no room. */
uint32_t vtr_regex_automaton_make(struct vtr_regex_automaton *automaton, uint32_t state,
                                  unsigned c);

static inline uint32_t vtr_regex_automaton_pass(struct vtr_regex_automaton *automaton,
                                                uint32_t state, unsigned c)
{
    const struct vtr_regex_table *table = &automaton->table;
    const uint32_t next = table->entries[(size_t)state * table->class_count + c];

    return VTR_LIKELY(next != VTR_REGEX_NO_STATE)
               ? next
               : vtr_regex_automaton_make(automaton, state, c);
}

static inline bool vtr_regex_automaton_accepts(
    const struct vtr_regex_automaton *automaton, uint32_t state)
{
    return vtr_regex_table_get(&automaton->table, state)->is_marked;
}

#endif

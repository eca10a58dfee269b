/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A table of the states of a program (scan/regex/regex_program.h) that is filled while
 * it is needed: a state is the steps that wait for a byte, in an order that is the
 * maker's, and a mark that is the maker's.
 */
#ifndef VTR_SCAN_REGEX_REGEX_TABLE_H
#define VTR_SCAN_REGEX_REGEX_TABLE_H

#include <stdbool.h>

#include "base/number_map.h"
#include "base/vector.h"

#define VTR_REGEX_STATE_LIMIT 2048u

/* No state; what an entry holds that is not known so far. */
#define VTR_REGEX_NO_STATE UINT32_MAX

struct vtr_regex_program_code;

struct vtr_regex_state {
    uint32_t first; /* of its steps, in `items` */
    uint32_t count;
    bool is_marked;
};

struct vtr_regex_table {
    uint8_t classes[256];  /* bytes that no set tells apart share one */
    uint8_t examples[256]; /* a byte of each class */
    unsigned class_count;
    uint32_t *entries;           /* owned: a row of class_count for each state */
    struct vtr_vector states;    /* struct vtr_regex_state */
    struct vtr_vector items;     /* uint16_t: steps */
    struct vtr_number_map known; /* digest of the steps -> state */
};

/* False when memory is out; deinit is to be called all the same. */
VTR_MUST_CHECK bool vtr_regex_table_init(struct vtr_regex_table *table,
                                         const struct vtr_regex_program_code *program);
void vtr_regex_table_deinit(struct vtr_regex_table *table);

/* Forgets all states. */
void vtr_regex_table_clear(struct vtr_regex_table *table);

/* The number of the state of these steps, which is made when there is none, with a row
 * of VTR_REGEX_NO_STATE.  VTR_REGEX_NO_STATE when there is no room for it. */
uint32_t vtr_regex_table_state(struct vtr_regex_table *table, const uint16_t *steps,
                               size_t count, bool is_marked);

/* A state, valid until another is made; its steps likewise. */
static inline const struct vtr_regex_state *vtr_regex_table_get(
    const struct vtr_regex_table *table, uint32_t number)
{
    return &((const struct vtr_regex_state *)table->states.items)[number];
}

static inline const uint16_t *vtr_regex_table_steps(const struct vtr_regex_table *table,
                                                    const struct vtr_regex_state *state)
{
    return (const uint16_t *)table->items.items + state->first;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/regex/regex_automaton.h"

#include <stddef.h>
#include <string.h>

/* States that one use of the automaton has room for, at the least. */
#define ROOM (VTR_REGEX_STATE_LIMIT / 2)

/* From here on the list is that of another state. */
static void begin_list(struct vtr_regex_automaton *a)
{
    if (a->mark == UINT32_MAX) {
        memset(a->marks, 0, sizeof(a->marks));
        a->mark = 0;
    }
    a->mark++;
    a->list_count = 0;
}

/* Appends what waits for a byte and can be reached from `first` without one, each step
 * the first time that it is met.  True when the end is met, behind which nothing is
 * tried. */
static bool follow(struct vtr_regex_automaton *a, size_t first)
{
    size_t count = 0;

    a->work[count++] = (uint16_t)first;
    while (count > 0) {
        const size_t at = a->work[--count];
        const struct vtr_regex_step *step = &a->program->steps[at];

        a->cost++;
        if (a->marks[at] == a->mark) {
            continue;
        }
        a->marks[at] = a->mark;
        if (step->kind == VTR_REGEX_STEP_END) {
            return true;
        }
        if (step->kind == VTR_REGEX_STEP_BYTE) {
            a->list[a->list_count++] = (uint16_t)at;
            continue;
        }
        if (step->kind == VTR_REGEX_STEP_SPLIT) {
            a->work[count++] = (uint16_t)((ptrdiff_t)at + step->y);
        }
        a->work[count++] = (uint16_t)((ptrdiff_t)at + step->x);
    }
    return false;
}

static uint32_t state_of_list(struct vtr_regex_automaton *a, bool accepts)
{
    return vtr_regex_table_state(&a->table, a->list, a->list_count, accepts);
}

/* Makes the states that are always there. */
static bool begin_states(struct vtr_regex_automaton *a)
{
    vtr_regex_table_clear(&a->table);
    begin_list(a);
    if (state_of_list(a, false) != VTR_REGEX_DEAD_STATE) {
        return false;
    }
    const bool accepts = follow(a, 0);
    a->first = state_of_list(a, accepts);
    return a->first != VTR_REGEX_NO_STATE;
}

bool vtr_regex_automaton_init(struct vtr_regex_automaton *automaton,
                              const struct vtr_regex_program_code *program)
{
    memset(automaton, 0, sizeof(*automaton));
    automaton->program = program;
    return vtr_regex_table_init(&automaton->table, program) && begin_states(automaton);
}

void vtr_regex_automaton_deinit(struct vtr_regex_automaton *automaton)
{
    vtr_regex_table_deinit(&automaton->table);
}

bool vtr_regex_automaton_begin(struct vtr_regex_automaton *automaton)
{
    return automaton->table.states.count <= VTR_REGEX_STATE_LIMIT - ROOM ||
           begin_states(automaton);
}

uint32_t vtr_regex_automaton_make(struct vtr_regex_automaton *automaton, uint32_t state,
                                  unsigned c)
{
    struct vtr_regex_table *table = &automaton->table;
    const struct vtr_regex_program_code *program = automaton->program;
    const struct vtr_regex_state *from = vtr_regex_table_get(table, state);
    const uint16_t *steps = vtr_regex_table_steps(table, from);
    bool accepts = false;

    automaton->cost += from->count + 1;
    begin_list(automaton);
    for (uint32_t i = 0; i < from->count && !accepts; i++) {
        const struct vtr_regex_set *set = &program->sets[program->steps[steps[i]].x];

        if (vtr_regex_set_has(set, table->examples[c])) {
            accepts = follow(automaton, (size_t)steps[i] + 1);
        }
    }
    const uint32_t next = state_of_list(automaton, accepts);
    if (next != VTR_REGEX_NO_STATE) {
        table->entries[(size_t)state * table->class_count + c] = next;
    }
    return next;
}

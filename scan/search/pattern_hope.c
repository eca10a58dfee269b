/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/search/pattern_hope.h"

#include "format/bytecode/condition_possible.h"
#include "format/record/rule.h"
#include "scan/condition/rule_facts.h"

struct question {
    const struct vtr_scan_run *run;
    uint32_t first; /* pattern of the rule */
    uint32_t next;
};

/* Whether the image has no atoms for the pattern. */
static bool is_unindexed(const struct vtr_scan_run *run, uint32_t pattern)
{
    const struct vtr_bytes table = run->image->sections[VTR_SECTION_UNINDEXED].bytes;
    size_t low = 0;
    size_t high = table.len / 4;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (vtr_table_u32(table, middle) < pattern) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < table.len / 4 && vtr_table_u32(table, low) == pattern;
}

/* Whether something was found of a pattern, or may be among its candidates. */
static bool has_finds(const struct vtr_pattern_state *state)
{
    bool has_any = state->matches.count > 0;

    for (size_t i = 0; i < state->part_count && !has_any; i++) {
        has_any =
            state->parts[i].candidates.count > 0 || state->parts[i].found.count > 0;
    }
    return has_any;
}

static bool may_occur(void *context, uint64_t pattern)
{
    const struct question *question = context;
    const struct vtr_scan_run *run = question->run;

    if (pattern > UINT32_MAX - question->first) {
        return true; /* there is none: who evaluates the condition refuses it */
    }
    const uint32_t number = question->first + (uint32_t)pattern;
    const uint32_t *place = vtr_pattern_states_place(&run->patterns, number);
    const struct vtr_pattern_state *state =
        place == NULL || *place == 0 ? NULL : run->patterns.items[*place - 1];

    return (state != NULL && state->is_touched && has_finds(state)) ||
           (number >= question->next && is_unindexed(run, number));
}

bool vtr_pattern_has_hope(const struct vtr_scan_run *run,
                          const struct vtr_pattern_state *state, uint32_t next)
{
    if (!run->is_lean || state->fact == UINT32_MAX) {
        return true;
    }
    const struct vtr_rule_essence *essence =
        vtr_rule_facts_essence(run->facts, state->fact);
    struct question question = {run, essence->first_pattern, next};

    return vtr_condition_is_possible(essence->condition, may_occur, &question);
}

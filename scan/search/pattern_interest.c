/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/search/pattern_interest.h"

/* What the condition asks of a pattern.  A hex string of several fragments is put
 * together from all matches of each. */
static void find_need(struct vtr_scan_run *run, struct vtr_pattern_state *state)
{
    struct vtr_pattern_need need = {VTR_NEED_ALL, 0};

    state->fact = vtr_rule_facts_get(run->facts, run, state->rule);
    if (state->fact != UINT32_MAX && run->options.is_brief &&
        (state->view.type != VTR_PATTERN_HEX || state->part_count == 1)) {
        const uint32_t first =
            vtr_rule_facts_essence(run->facts, state->fact)->first_pattern;
        need = vtr_rule_facts_need(run->facts, state->fact, state->pattern - first);
    }
    state->need = need.need == VTR_NEED_NOTHING ? VTR_NEED_ONE : need.need;
    state->place = need.place;
    state->has_fact = true;
}

void vtr_pattern_ask(struct vtr_scan_run *run, struct vtr_pattern_state *state)
{
    state->asked_file = run->file_number;
    state->is_off = false;
    state->has_only_offset = false;
    if (!run->is_lean) {
        state->need = VTR_NEED_ALL;
        state->has_fact = false;
        return;
    }
    if (!state->has_fact) {
        find_need(run, state);
    }
    if (state->fact != UINT32_MAX &&
        !vtr_rule_facts_is_possible(run->facts, run, state->fact)) {
        state->is_off = true;
    } else if (state->need == VTR_NEED_PLACE) {
        state->has_only_offset = true;
        state->is_off =
            !vtr_rule_facts_place(run->facts, run, state->place, &state->only_offset);
    }
}

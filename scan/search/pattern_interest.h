/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Whether a match of a pattern can still change what is said of a file: not when its
 * rule cannot be true, when it stands where no condition looks, or when one was found
 * and no more are wanted.
 */
#ifndef VTR_SCAN_SEARCH_PATTERN_INTEREST_H
#define VTR_SCAN_SEARCH_PATTERN_INTEREST_H

#include "scan/condition/rule_facts.h"
#include "scan/run/scan_run.h"

/* Works out what the functions below say, once a file. */
void vtr_pattern_ask(struct vtr_scan_run *run, struct vtr_pattern_state *state);

/* Whether matches of the pattern are wanted at all. */
static inline bool vtr_pattern_is_wanted(struct vtr_scan_run *run,
                                         struct vtr_pattern_state *state)
{
    if (VTR_UNLIKELY(state->asked_file != run->file_number)) {
        vtr_pattern_ask(run, state);
    }
    return !state->is_off;
}

/* Whether one that begins at `start` is; vtr_pattern_is_wanted has been asked. */
static inline bool vtr_pattern_is_wanted_at(const struct vtr_pattern_state *state,
                                            uint64_t start)
{
    return !state->has_only_offset || state->only_offset == start;
}

/* A match was found. */
static inline void vtr_pattern_note_match(struct vtr_pattern_state *state)
{
    state->is_off = state->is_off || state->need == VTR_NEED_ONE;
}

#endif

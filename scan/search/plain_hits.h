/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Hits of plain patterns: those that match some bytes alone, wherever they stand, and
 * of which all matches are wanted.
 *
 * A file may consist of them.  So that one costs little, all that it reads is in one
 * line of memory, the pattern's slot, and what it writes is the end of the pattern's
 * list of matches: where that is, the slot says.  Both can be fetched before they are
 * needed.  While a slot is open, the list's own count is behind.
 */
#ifndef VTR_SCAN_SEARCH_PLAIN_HITS_H
#define VTR_SCAN_SEARCH_PLAIN_HITS_H

#include <stdbool.h>

#include "scan/match/plain_slot.h"

struct vtr_pattern_state;
struct vtr_scan_run;

/* From now on hits of this pattern are taken, where it is a plain one and all of its
 * matches in the file are wanted. */
void vtr_plain_hits_open(struct vtr_scan_run *run, struct vtr_pattern_state *state);

/* Tells the pattern's list of matches what was added to it.  Before anything else looks
 * at the list; until the pattern is opened again, no hits of it are taken. */
void vtr_plain_hits_close(struct vtr_scan_run *run, struct vtr_pattern_state *state);

/* Takes what may be a hit, beginning at `start`, of the pattern whose state has this
 * number; false, with nothing done, when hits of that pattern are not taken. */
VTR_MUST_CHECK bool vtr_plain_hits_take(struct vtr_scan_run *run, uint32_t number,
                                        size_t start);

#endif

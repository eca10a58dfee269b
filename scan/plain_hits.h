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
#ifndef VTR_SCAN_PLAIN_HITS_H
#define VTR_SCAN_PLAIN_HITS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct vtr_match;
struct vtr_pattern_state;
struct vtr_scan_run;

/* Longer patterns are not taken for plain ones. */
#define VTR_PLAIN_LEN_MAX 32u

/* What is known of a pattern, beside its state. */
struct vtr_plain_slot {
    uint8_t bytes[VTR_PLAIN_LEN_MAX];
    uint64_t wanted;       /* number of the file in which hits of it are taken, times
                              256, and its length; 0: none */
    uint64_t next;         /* offset behind that of its last hit in the file; 0: none */
    struct vtr_match *end; /* where its next match goes, */
    struct vtr_match *limit; /* unless it is here */
};

/* Lines of memory have so many bytes, which a slot fits into; none lies in two. */
#define VTR_PLAIN_SLOT_ALIGN 64u

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

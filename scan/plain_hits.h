/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Hits of plain patterns: those that match some bytes alone, wherever they stand, and
 * of which all matches are wanted.
 *
 * A file may consist of them.  So that one costs little, all that it reads is in one
 * line of memory, its slot, and what it writes is the end of a log; the log is handed
 * over pattern by pattern when it is full and when the search is over, which gives each
 * pattern the matches that it would have got one by one, in their order.
 */
#ifndef VTR_SCAN_PLAIN_HITS_H
#define VTR_SCAN_PLAIN_HITS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct vtr_pattern_state;
struct vtr_scan_run;

/* First bytes of a plain pattern that are at hand. */
#define VTR_PLAIN_HEAD_LEN 16u

/* What is known of a pattern, beside its state. */
struct vtr_plain_slot {
    uint8_t head[VTR_PLAIN_HEAD_LEN];
    uint64_t next;   /* offset behind that of its last hit in the file; 0: none */
    uint64_t wanted; /* number of the file in which hits of it are taken, times 256,
                        and its length; 0: none */
};

struct vtr_plain_hit {
    uint32_t offset; /* from the log's base on */
    uint32_t state;  /* its number among the states */
};

/* {0} is empty. */
struct vtr_plain_hits {
    struct vtr_plain_hit *items; /* owned */
    struct vtr_plain_hit *other; /* owned, as long: room to sort them */
    size_t count;
    size_t cap;
    uint64_t base;
};

void vtr_plain_hits_deinit(struct vtr_plain_hits *hits);

/* From now on hits of this pattern are taken, where it is a plain one and all of its
 * matches in the file are wanted. */
void vtr_plain_hits_open(struct vtr_scan_run *run, struct vtr_pattern_state *state);

/* Takes what may be a hit of a pattern that begins at `start`; false, with nothing
 * done, when hits of that pattern are not taken. */
VTR_MUST_CHECK bool vtr_plain_hits_take(struct vtr_scan_run *run, uint32_t pattern,
                                        size_t start);

/* Adds the hits to the matches of their patterns. */
void vtr_plain_hits_settle(struct vtr_scan_run *run);

#endif

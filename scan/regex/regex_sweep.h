/* SPDX-License-Identifier: Apache-2.0 */

/*
 * All matches of an expression in one pass over the data, however many lie over each
 * other: matches that began at different places and have come to the same state of the
 * automaton go on as one.
 */
#ifndef VTR_SCAN_REGEX_REGEX_SWEEP_H
#define VTR_SCAN_REGEX_REGEX_SWEEP_H

#include <stdbool.h>

#include "base/compiler.h"

/* No match is longer, in bytes: the best that is not is taken instead. */
#define VTR_REGEX_SWEEP_REACH 4096u

struct vtr_regex_program_code;
struct vtr_regex_sweep; /* opaque, heap; one thread at a time */

/* Borrows the program.  NULL when it has no order, or memory is out. */
struct vtr_regex_sweep *vtr_regex_sweep_new(
    const struct vtr_regex_program_code *program);
void vtr_regex_sweep_free(struct vtr_regex_sweep *sweep);

/* Begins at `start`, where nothing is open.  False: it does better without. */
bool vtr_regex_sweep_begin(struct vtr_regex_sweep *sweep, size_t start);

enum vtr_sweep_answer {
    VTR_SWEEP_MATCH,
    VTR_SWEEP_PAUSE, /* `steps` are used up: to be gone on with */
    VTR_SWEEP_OVER   /* nothing is open any more, or there is no room to go on */
};

/* The next match of `data`, in the order of their starts, of those that begin up to
 * `last`; all calls of a sweep are given the same two.  Without a match all that begin
 * before `out_start` are known.  What was taken is subtracted from `steps`. */
enum vtr_sweep_answer vtr_regex_sweep_next(struct vtr_regex_sweep *sweep,
                                           struct vtr_bytes data, size_t last,
                                           uint64_t *steps, size_t *out_start,
                                           size_t *out_end);

#endif

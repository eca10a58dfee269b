/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Where a match of an expression may begin, by following all ways to match at once:
 * what that takes is bounded by the data and the length of the expression, where going
 * back from each way (scan/regex/regex.h) may take for ever.
 */
#ifndef VTR_SCAN_REGEX_REGEX_WAYS_H
#define VTR_SCAN_REGEX_REGEX_WAYS_H

#include <stdbool.h>

#include "base/compiler.h"

struct vtr_regex_program_code;
struct vtr_regex_ways; /* opaque, heap; one thread at a time */

/* Borrows the program.  NULL when memory is out: a scan goes on without. */
struct vtr_regex_ways *vtr_regex_ways_new(const struct vtr_regex_program_code *program);
void vtr_regex_ways_free(struct vtr_regex_ways *ways);

/* Looks for the first place in start..last where a match begins; the bytes before it
 * are not looked at.  False: there is none, that is certain.  True: none begins before
 * `out_place`; one may begin there, or `*steps`, from which those that were taken are
 * subtracted, were too few to say. */
bool vtr_regex_ways_find(struct vtr_regex_ways *ways, struct vtr_bytes data,
                         size_t start, size_t last, uint64_t *steps, size_t *out_place);

#endif

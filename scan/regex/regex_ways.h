/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Whether a match of an expression may begin at one place, by following all ways to
 * match at once: what that takes is bounded by the data and the length of the
 * expression, where going back from each way (scan/regex/regex.h) may take for ever.
 */
#ifndef VTR_SCAN_REGEX_REGEX_WAYS_H
#define VTR_SCAN_REGEX_REGEX_WAYS_H

#include <stdbool.h>

#include "base/compiler.h"

struct vtr_regex_ways; /* opaque, heap; one thread at a time */

/* NULL when the expression (unmasked) cannot be followed like this, or memory is out: a
 * scan goes on without. */
struct vtr_regex_ways *vtr_regex_ways_new(struct vtr_bytes text, uint8_t program_flags);
void vtr_regex_ways_free(struct vtr_regex_ways *ways);

/* False: no match begins at `start`, that is certain.  True: one may, or `*steps`, from
 * which those that were taken are subtracted, were too few to say. */
bool vtr_regex_ways_may_begin(struct vtr_regex_ways *ways, struct vtr_bytes data,
                              size_t start, uint64_t *steps);

#endif

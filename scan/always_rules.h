/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rules that may be true without a match of any pattern, by the guard that must hold of
 * a file first: most of them ask for the same few things, and none of those rules costs
 * a file anything where its guard does not hold.
 */
#ifndef VTR_SCAN_ALWAYS_RULES_H
#define VTR_SCAN_ALWAYS_RULES_H

#include <stdbool.h>

#include "base/vector.h"

struct vtr_scan_run;

struct vtr_always_rules {
    struct vtr_vector items; /* struct item: by guard, then rule */
    bool is_made;
    uint32_t generation; /* of the facts that `items` is of */
};

void vtr_always_rules_init(struct vtr_always_rules *always);
void vtr_always_rules_deinit(struct vtr_always_rules *always);

/* Adds to `out` (uint32_t) those that can be true of the run's file.  False when memory
 * is out. */
VTR_MUST_CHECK bool vtr_always_rules_add(struct vtr_always_rules *always,
                                         struct vtr_scan_run *run,
                                         struct vtr_vector *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rules that may be true without a match of any pattern.  The database has them in
 * groups (format/image/always_table.h): here is what a scanner makes of the groups,
 * once, and which rules of them can be true of a file.
 */
#ifndef VTR_SCAN_CONDITION_ALWAYS_RULES_H
#define VTR_SCAN_CONDITION_ALWAYS_RULES_H

#include <stdbool.h>

#include "base/vector.h"

struct vtr_scan_run;

struct vtr_always_rules {
    struct vtr_vector groups; /* struct group */
    struct vtr_vector guards; /* uint32_t, of the groups: numbers in the run's facts */
    bool is_made;
    bool is_bad;         /* not all of the groups could be made: bytes that are none */
    uint32_t generation; /* of the facts that `guards` are of */
};

void vtr_always_rules_init(struct vtr_always_rules *always);
void vtr_always_rules_deinit(struct vtr_always_rules *always);

/* Adds to `out` (uint32_t) those that can be true of the run's file, some of them
 * perhaps twice.  False when memory is out. */
VTR_MUST_CHECK bool vtr_always_rules_add(struct vtr_always_rules *always,
                                         struct vtr_scan_run *run,
                                         struct vtr_vector *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rules that may be true without a match of any pattern, by what must hold of a file
 * first: most of them ask for the same few things.  None of those rules costs a file
 * anything where its guards do not hold; and those that compare the same text of the
 * file with a text of their own (a digest, the serial number of a certificate) are one
 * sorted table in which that text is looked up.
 */
#ifndef VTR_SCAN_ALWAYS_RULES_H
#define VTR_SCAN_ALWAYS_RULES_H

#include <stdbool.h>

#include "base/vector.h"
#include "scan/number_map.h"

struct vtr_scan_run;

struct vtr_always_rules {
    struct vtr_vector items;          /* struct item: by guards, subject and text */
    struct vtr_vector subjects;       /* struct subject: what texts are compared with */
    struct vtr_number_map by_subject; /* digest of a subject -> place in `subjects` */
    bool is_made;
    uint32_t generation; /* of the facts that `items` is of */
};

void vtr_always_rules_init(struct vtr_always_rules *always);
void vtr_always_rules_deinit(struct vtr_always_rules *always);

/* Adds to `out` (uint32_t) those that can be true of the run's file, some of them
 * perhaps twice.  False when memory is out. */
VTR_MUST_CHECK bool vtr_always_rules_add(struct vtr_always_rules *always,
                                         struct vtr_scan_run *run,
                                         struct vtr_vector *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* Regular expressions of `matches`, compiled once for a scanner. */
#ifndef VTR_SCAN_CONDITION_CONDITION_REGEX_H
#define VTR_SCAN_CONDITION_CONDITION_REGEX_H

#include <stdbool.h>

#include "base/number_map.h"
#include "base/vector.h"
#include "scan/condition/scan_text.h"

struct vtr_scan_run;

struct vtr_condition_regexes {
    struct vtr_number_map index; /* offset of the text in RULE_DATA -> place */
    struct vtr_vector items;     /* struct vtr_expression *, owned */
};

void vtr_condition_regexes_init(struct vtr_condition_regexes *regexes);
void vtr_condition_regexes_deinit(struct vtr_condition_regexes *regexes);

/* Whether the expression whose masked text is `masked` (a part of the image) matches
 * anywhere in `subject`; with `is_inside` as YARA's modules ask: not if all that it
 * matches is nothing at its begin or its end.  `out_end` (may be NULL) is where the
 * first match ends.  What it costs is taken from `budget`, that of all conditions. */
bool vtr_condition_regex_matches(struct vtr_condition_regexes *regexes,
                                 struct vtr_scan_run *run, uint64_t *budget,
                                 uint8_t flags, struct vtr_bytes masked,
                                 struct vtr_scan_text subject, bool is_inside,
                                 size_t *out_end);

#endif

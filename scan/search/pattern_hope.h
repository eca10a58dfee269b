/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Whether a pattern's rule can still be true, by what was found of the rule's other
 * patterns: what is dear to look for is looked for last, and then often not at all.
 */
#ifndef VTR_SCAN_SEARCH_PATTERN_HOPE_H
#define VTR_SCAN_SEARCH_PATTERN_HOPE_H

#include "scan/run/scan_run.h"

/* Once all atoms have been looked for, whether the pattern may matter; of patterns
 * without atoms, those from the number `next` on may still be found.  Asked of a
 * pattern for which vtr_pattern_is_wanted was. */
bool vtr_pattern_has_hope(const struct vtr_scan_run *run,
                          const struct vtr_pattern_state *state, uint32_t next);

#endif

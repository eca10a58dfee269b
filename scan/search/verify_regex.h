/* SPDX-License-Identifier: Apache-2.0 */

/* Regular expressions as patterns: one program at one offset, or everywhere. */
#ifndef VTR_SCAN_SEARCH_VERIFY_REGEX_H
#define VTR_SCAN_SEARCH_VERIFY_REGEX_H

#include "scan/run/scan_run.h"

/* How far an expression is followed from its atom, in bytes: YARA's limit. */
#define VTR_REGEX_REACH 4096u

/* Adds the match of a program that begins at `start`, if any; `atom` is where its atom
 * stands. */
void vtr_verify_regex_at(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                         struct vtr_pattern_part *part, size_t start, size_t atom);

/* Adds every match of a program. */
void vtr_verify_regex_everywhere(struct vtr_scan_run *run,
                                 struct vtr_pattern_state *state,
                                 struct vtr_pattern_part *part);

#endif

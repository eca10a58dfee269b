/* SPDX-License-Identifier: Apache-2.0 */

/* Regular expressions as patterns: one program at one offset, or everywhere. */
#ifndef VTR_SCAN_VERIFY_REGEX_H
#define VTR_SCAN_VERIFY_REGEX_H

#include "scan/regex.h"
#include "scan/scan_run.h"

/* How far an expression is followed from its atom, in bytes: YARA's limit. */
#define VTR_REGEX_REACH 4096u

/* vtr_regex_run under the limit of the scan, with its cost counted; `part` NULL: for a
 * condition. */
enum vtr_regex_answer vtr_verify_regex_run(struct vtr_scan_run *run,
                                           struct vtr_pattern_part *part,
                                           const struct vtr_regex *regex,
                                           struct vtr_bytes data, size_t start,
                                           bool is_anchored, struct vtr_match *out);

/* Adds the match of a program that begins at `start`, if any; `atom` is where its atom
 * stands. */
void vtr_verify_regex_at(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                         struct vtr_pattern_part *part, size_t start, size_t atom);

/* Adds every match of a program. */
void vtr_verify_regex_everywhere(struct vtr_scan_run *run,
                                 struct vtr_pattern_state *state,
                                 struct vtr_pattern_part *part);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* Regular expressions within what a scan may cost. */
#ifndef VTR_SCAN_RUN_RUN_REGEX_H
#define VTR_SCAN_RUN_RUN_REGEX_H

#include "scan/regex/regex.h"
#include "scan/run/scan_run.h"

struct vtr_expression;

/* Where a match is looked for: one that begins in start..last, which are one place for
 * VTR_REGEX_AT. */
struct vtr_regex_subject {
    struct vtr_bytes data;
    size_t start;
    size_t last; /* VTR_REGEX_ANYWHERE: no bound */
    enum vtr_regex_use use;
    size_t end_limit; /* as of vtr_regex_machine_set_end; 0: no bound */
};

/* Whether PCRE2 compiles the expression.  Where not, the run is told why. */
bool vtr_run_has_regex(struct vtr_scan_run *run, struct vtr_expression *expression,
                       enum vtr_regex_use use);

/* vtr_regex_run under the limits of the scan, with its cost counted; `part` NULL: for a
 * condition.  On VTR_REGEX_LIMIT no match begins before out->offset. */
enum vtr_regex_answer vtr_run_regex(struct vtr_scan_run *run,
                                    struct vtr_pattern_part *part,
                                    struct vtr_expression *expression,
                                    const struct vtr_regex_subject *subject,
                                    struct vtr_match *out);

#endif

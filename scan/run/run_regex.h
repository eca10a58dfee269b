/* SPDX-License-Identifier: Apache-2.0 */

/* Regular expressions within what a scan may cost. */
#ifndef VTR_SCAN_RUN_RUN_REGEX_H
#define VTR_SCAN_RUN_RUN_REGEX_H

#include "scan/regex/regex.h"
#include "scan/run/scan_run.h"

/* vtr_regex_run under the limit of the scan, with its cost counted; `part` NULL: for a
 * condition. */
enum vtr_regex_answer vtr_run_regex(struct vtr_scan_run *run,
                                    struct vtr_pattern_part *part,
                                    const struct vtr_regex *regex,
                                    struct vtr_bytes data, size_t start,
                                    bool is_anchored, struct vtr_match *out);

#endif

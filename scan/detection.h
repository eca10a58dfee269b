/* SPDX-License-Identifier: Apache-2.0 */

/* Rules and hash records that hold of a file, as the caller is told of them. */
#ifndef VTR_SCAN_DETECTION_H
#define VTR_SCAN_DETECTION_H

#include <stdbool.h>

#include "scan/run/scan_run.h"

struct vtr_report {
    vtr_detection_fn found;
    void *context;
    bool is_over; /* the caller wants no more */
};

/* Tells of a rule, which is not private when it is not satisfied.  VTR_ERROR_MEMORY
 * when memory is out. */
VTR_MUST_CHECK enum vtr_status vtr_detection_report_rule(struct vtr_scan_run *run,
                                                         uint32_t rule,
                                                         bool is_satisfied,
                                                         struct vtr_report *report);

/* Looks the file's digests up and tells of the records that name one of them. */
VTR_MUST_CHECK enum vtr_status vtr_detection_report_hashes(struct vtr_scan_run *run,
                                                           struct vtr_report *report);

#endif

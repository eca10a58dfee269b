/* SPDX-License-Identifier: Apache-2.0 */

/* The scan itself: files on as many threads as there are workers, answers in order. */
#ifndef VTR_CLI_SCAN_SCAN_JOB_H
#define VTR_CLI_SCAN_SCAN_JOB_H

#include "cli/scan/scan_arguments.h"
#include "cli/scan/scan_rules.h"
#include "cli/scan/scan_targets.h"

/* Scans the targets and says what is found.  The program's exit code. */
int vtr_scan_job_run(const struct vtr_scan_arguments *arguments,
                     const struct vtr_scan_rules *rules,
                     const struct vtr_scan_targets *targets);

#endif

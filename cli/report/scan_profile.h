/* SPDX-License-Identifier: Apache-2.0 */

/* What `vitrine scan --profile` says: where the time went, most of it first. */
#ifndef VTR_CLI_REPORT_SCAN_PROFILE_H
#define VTR_CLI_REPORT_SCAN_PROFILE_H

#include "cli/report/text.h"
#include "vitrine/scan.h"

/* Says what scanners of one database spent time on: tables of the costliest rules and
 * strings, and of all the rest; with JSON an object a line for everything.
 * VTR_ERROR_MEMORY: nothing is said. */
VTR_MUST_CHECK enum vtr_status vtr_scan_profile_print(
    struct vtr_text *out, const struct vtr_scanner *const *scanners, size_t count,
    bool is_json, struct vtr_error *err);

#endif

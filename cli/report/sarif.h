/* SPDX-License-Identifier: Apache-2.0 */

/* Diagnostics as a SARIF 2.1.0 log, which code hosts and editors read: one document,
 * the same bytes for the same diagnostics. */
#ifndef VTR_CLI_REPORT_SARIF_H
#define VTR_CLI_REPORT_SARIF_H

#include "cli/report/text.h"
#include "vitrine/compile.h"

/* Puts down the whole document; `omitted` diagnostics are said to be missing, and the
 * run to have failed where it is not `is_whole`: a source could not be read. */
void vtr_sarif_log(struct vtr_text *out, const struct vtr_diagnostic *diagnostics,
                   size_t count, bool is_whole, uint64_t omitted);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* JUnit's XML, which build servers read: test cases and what failed. */
#ifndef VTR_CLI_REPORT_JUNIT_H
#define VTR_CLI_REPORT_JUNIT_H

#include "cli/report/text.h"
#include "vitrine/compile.h"
#include "vitrine/test.h"

/* Adds one <testcase>. */
void vtr_junit_add(struct vtr_text *cases, const struct vtr_test_check *check,
                   const char *title);

/* Adds a <testcase> for each error of rules or of test files, and counts them: what
 * could not be tried is not passed.  Warnings are none. */
void vtr_junit_add_errors(struct vtr_text *cases, uint64_t *count,
                          const struct vtr_diagnostic *diagnostics,
                          size_t diagnostic_count);

/* The document around the cases, `error_count` of them errors. */
void vtr_junit_finish(struct vtr_text *out, const struct vtr_text *cases,
                      const struct vtr_test_summary *summary, uint64_t error_count);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* JUnit's XML, which build servers read: test cases and what failed. */
#ifndef VTR_CLI_REPORT_JUNIT_H
#define VTR_CLI_REPORT_JUNIT_H

#include "cli/report/text.h"
#include "vitrine/test.h"

/* Adds one <testcase>. */
void vtr_junit_add(struct vtr_text *cases, const struct vtr_test_check *check,
                   const char *title);

/* The document around the cases. */
void vtr_junit_finish(struct vtr_text *out, const struct vtr_text *cases,
                      const struct vtr_test_summary *summary);

#endif

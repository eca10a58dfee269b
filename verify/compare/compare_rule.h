/* SPDX-License-Identifier: Apache-2.0 */

/* What is different between two bodies of one rule, in words. */
#ifndef VTR_VERIFY_COMPARE_COMPARE_RULE_H
#define VTR_VERIFY_COMPARE_COMPARE_RULE_H

#include "base/writer.h"

/* Appends for example "meta author, string $a, condition" to `w`; nothing when a body
 * is not a rule.  VTR_ERROR_MEMORY alone. */
VTR_MUST_CHECK enum vtr_status vtr_rule_describe_change(struct vtr_writer *w,
                                                        struct vtr_bytes a,
                                                        struct vtr_bytes b,
                                                        struct vtr_error *err);

#endif

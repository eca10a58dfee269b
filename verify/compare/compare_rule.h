/* SPDX-License-Identifier: Apache-2.0 */

/* What is different between two bodies of one rule, in words. */
#ifndef VTR_VERIFY_COMPARE_COMPARE_RULE_H
#define VTR_VERIFY_COMPARE_COMPARE_RULE_H

#include "base/writer.h"

/* What is said of a part that B alone has, and of one that A alone has. */
struct vtr_compare_words {
    const char *added;
    const char *removed;
};

/* Appends for example "meta author changed, string $a added, condition" to `w`; nothing
 * when a body is not a rule.  VTR_ERROR_MEMORY alone. */
VTR_MUST_CHECK enum vtr_status vtr_rule_describe_change(
    struct vtr_writer *w, const struct vtr_compare_words *words, struct vtr_bytes a,
    struct vtr_bytes b, struct vtr_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* Comparing databases in other words than vtr_compare's. */
#ifndef VTR_VERIFY_COMPARE_COMPARE_H
#define VTR_VERIFY_COMPARE_COMPARE_H

#include "verify/compare/compare_rule.h"
#include "vitrine/verify.h"

/* As vtr_compare; of the parts of a changed rule `words` say which side has them. */
VTR_MUST_CHECK enum vtr_status vtr_compare_in_words(
    struct vtr_bytes a, struct vtr_bytes b, const struct vtr_compare_words *words,
    vtr_change_fn changed, void *context, struct vtr_error *err);

#endif

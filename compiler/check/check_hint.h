/* SPDX-License-Identifier: Apache-2.0 */

/* What was probably meant where two operands do not go together. */
#ifndef VTR_COMPILER_CHECK_CHECK_HINT_H
#define VTR_COMPILER_CHECK_CHECK_HINT_H

#include "compiler/check/check.h"

/* Adds help to the report that `left` and `right` do not. */
void vtr_check_hint(struct vtr_checker *c, struct vtr_problem *problem,
                    const struct vtr_node *left, const struct vtr_node *right);

#endif

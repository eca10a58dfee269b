/* SPDX-License-Identifier: Apache-2.0 */

/* Checked rules to record bodies (format/rule.h). */
#ifndef VTR_COMPILER_LOWER_RULE_H
#define VTR_COMPILER_LOWER_RULE_H

#include "compiler/ast.h"
#include "compiler/lower_condition.h"

/*
 * Lowers what of a good rule does not depend on its namespace: flags, `head`, and
 * `code` unless the condition has wildcards over rules.  Marks the rule bad when
 * lowering finds an error.  `l` is cleared before and after.
 */
VTR_MUST_CHECK enum vtr_status vtr_lower_rule(struct vtr_lowering *l,
                                              struct vtr_ast_rule *rule);

/* Appends the body of a lowered rule in a namespace.  `code` is its condition. */
void vtr_write_rule_body(struct vtr_writer *w, const struct vtr_ast_rule *rule,
                         struct vtr_bytes space, struct vtr_bytes code);

#endif

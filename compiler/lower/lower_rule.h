/* SPDX-License-Identifier: Apache-2.0 */

/* Checked rules to record bodies (format/record/rule.h). */
#ifndef VTR_COMPILER_LOWER_LOWER_RULE_H
#define VTR_COMPILER_LOWER_LOWER_RULE_H

#include "compiler/lower/lower_condition.h"
#include "compiler/syntax/ast.h"

/*
 * Lowers a good rule: its flags, and its record in a namespace, whose condition is
 * good unless it has wildcards over rules.  Marks the rule bad when lowering finds an
 * error.  `l` is cleared before.
 */
VTR_MUST_CHECK enum vtr_status vtr_lower_rule(struct vtr_lowering *l,
                                              struct vtr_ast_rule *rule,
                                              struct vtr_bytes space);

/* Writes the body of a lowered rule in another namespace, or with another condition, to
 * the empty `w`; returns where its patterns begin. */
size_t vtr_write_rule_body(struct vtr_writer *w, const struct vtr_ast_rule *rule,
                           struct vtr_bytes space, struct vtr_bytes code);

#endif

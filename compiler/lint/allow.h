/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Comments that allow warnings: "// vitrine: allow(slow_pattern)", and
 * "// suppress: slow_pattern" as YARA-X has it.
 *
 * At the end of a line the comment is for that line; on the line of a rule's name, and
 * behind its '{' or '}' on a line of its own, for the rule.  On a line of its own it is
 * for what follows: before a rule the rule, among strings the next string, elsewhere in
 * a rule the whole rule.  What it does not find to allow is no mistake.
 */
#ifndef VTR_COMPILER_LINT_ALLOW_H
#define VTR_COMPILER_LINT_ALLOW_H

#include "compiler/syntax/ast.h"

/* Takes the warnings that comments of the source allow out of `diagnostics`.  A source
 * without warnings is not looked at.  VTR_ERROR_MEMORY is the only failure. */
VTR_MUST_CHECK enum vtr_status vtr_allow_apply(const struct vtr_source *source,
                                               const struct vtr_ast *ast,
                                               struct vtr_diagnostics *diagnostics);

#endif

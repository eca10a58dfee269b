/* SPDX-License-Identifier: Apache-2.0 */

/* Whether a rule can be left out of a scan in which none of its strings is found. */
#ifndef VTR_COMPILER_LOWER_NEEDS_PATTERN_H
#define VTR_COMPILER_LOWER_NEEDS_PATTERN_H

#include "compiler/syntax/ast.h"

/*
 * True when the checked condition is certainly not true of a file in which no string of
 * the rule matches, and writes nothing (console.log).  Works it out with three kinds of
 * value: known, undefined, and anything.
 */
bool vtr_rule_needs_pattern(const struct vtr_ast_rule *rule);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Whether a string is nothing but fixed bytes, up to its first long jump.
 *
 * YARA finds such strings by comparing bytes, and of one that a condition asks for at
 * one offset only it then reports that match alone (VTR_PATTERN_FIXED_OFFSET); of other
 * strings it reports every match.  Which strings these are is YARA's internal affair,
 * found out by asking it; what is visible of it is kept.
 */
#ifndef VTR_COMPILER_SYNTAX_LITERAL_H
#define VTR_COMPILER_SYNTAX_LITERAL_H

#include "compiler/syntax/ast.h"

/* Whether it is; `source` is the text between the quotes, braces or slashes. */
bool vtr_string_is_literal(const struct vtr_ast_string *string,
                           struct vtr_bytes source);

/* Whether a checked string is one of these, and asked for at one offset alone. */
static inline bool vtr_string_is_fixed(const struct vtr_ast_string *string)
{
    return string->is_literal && string->use.is_fixed && !string->use.is_free;
}

#endif

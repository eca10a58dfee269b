/* SPDX-License-Identifier: Apache-2.0 */

/* The operators of conditions: what a lexeme stands for, and how tightly it binds. */
#ifndef VTR_COMPILER_SYNTAX_PARSER_OPERATORS_H
#define VTR_COMPILER_SYNTAX_PARSER_OPERATORS_H

#include "format/bytecode/bytecode.h"

/* Levels of arithmetic; higher binds tighter. */
enum vtr_level {
    VTR_LEVEL_BIT_OR = 1,
    VTR_LEVEL_BIT_XOR,
    VTR_LEVEL_BIT_AND,
    VTR_LEVEL_SHIFT,
    VTR_LEVEL_ADD,
    VTR_LEVEL_MUL
};

struct vtr_operator {
    enum vtr_op op;
    unsigned level; /* enum vtr_level; 0: no operator */
};

/* The arithmetic operator that a lexeme stands for; level 0 when it is none. */
struct vtr_operator vtr_parser_arithmetic(int kind);

/* The comparison that a lexeme stands for, or 0. */
unsigned vtr_parser_comparison(int kind);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/syntax/parser_operators.h"

#include "compiler/syntax/lexer.h"

struct vtr_operator vtr_parser_arithmetic(int kind)
{
    switch (kind) {
    case '|':
        return (struct vtr_operator){VTR_OP_BIT_OR, VTR_LEVEL_BIT_OR};
    case '^':
        return (struct vtr_operator){VTR_OP_BIT_XOR, VTR_LEVEL_BIT_XOR};
    case '&':
        return (struct vtr_operator){VTR_OP_BIT_AND, VTR_LEVEL_BIT_AND};
    case VTR_LEX_SHIFT_LEFT:
        return (struct vtr_operator){VTR_OP_SHIFT_LEFT, VTR_LEVEL_SHIFT};
    case VTR_LEX_SHIFT_RIGHT:
        return (struct vtr_operator){VTR_OP_SHIFT_RIGHT, VTR_LEVEL_SHIFT};
    case '+':
        return (struct vtr_operator){VTR_OP_ADD, VTR_LEVEL_ADD};
    case '-':
        return (struct vtr_operator){VTR_OP_SUB, VTR_LEVEL_ADD};
    case '*':
        return (struct vtr_operator){VTR_OP_MUL, VTR_LEVEL_MUL};
    case '\\':
        return (struct vtr_operator){VTR_OP_DIV, VTR_LEVEL_MUL};
    case '%':
        return (struct vtr_operator){VTR_OP_MOD, VTR_LEVEL_MUL};
    default:
        return (struct vtr_operator){0};
    }
}

unsigned vtr_parser_comparison(int kind)
{
    switch (kind) {
    case VTR_LEX_EQ:
        return VTR_OP_EQ;
    case VTR_LEX_NE:
        return VTR_OP_NE;
    case '<':
        return VTR_OP_LT;
    case VTR_LEX_LE:
        return VTR_OP_LE;
    case '>':
        return VTR_OP_GT;
    case VTR_LEX_GE:
        return VTR_OP_GE;
    case VTR_LEX_CONTAINS:
        return VTR_OP_CONTAINS;
    case VTR_LEX_ICONTAINS:
        return VTR_OP_ICONTAINS;
    case VTR_LEX_STARTSWITH:
        return VTR_OP_STARTSWITH;
    case VTR_LEX_ISTARTSWITH:
        return VTR_OP_ISTARTSWITH;
    case VTR_LEX_ENDSWITH:
        return VTR_OP_ENDSWITH;
    case VTR_LEX_IENDSWITH:
        return VTR_OP_IENDSWITH;
    case VTR_LEX_IEQUALS:
        return VTR_OP_IEQUALS;
    case VTR_LEX_MATCHES:
        return VTR_OP_MATCHES;
    default:
        return 0;
    }
}

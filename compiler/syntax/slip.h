/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The usual slips of the pen: what an author probably meant where the parser expected
 * something else.
 *
 * Looks at the lexeme that is wrong and at the bytes beside it, at no more than a line,
 * and only after an error.
 */
#ifndef VTR_COMPILER_SYNTAX_SLIP_H
#define VTR_COMPILER_SYNTAX_SLIP_H

#include "compiler/syntax/parser.h"

/* Adds help to a report that the current lexeme stands where one of the kind `wanted`
 * was expected (see vtr_parser_report), if it knows any. */
void vtr_slip_explain(struct vtr_parser *p, struct vtr_problem *problem, int wanted);

/* The same for "&&" and "||", of which `lexeme` is the first half; false: it is not. */
bool vtr_slip_explain_pair(struct vtr_parser *p, struct vtr_problem *problem,
                           const struct vtr_lexeme *lexeme);

/* The word of the language that `name`, which stands where a value does, was probably
 * meant to be, or NULL. */
const char *vtr_slip_value(struct vtr_bytes name);

#endif

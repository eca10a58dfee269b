/* SPDX-License-Identifier: Apache-2.0 */

/* Characters that an editor has put where others were typed: quotes, dashes and blanks
 * of fine print. */
#ifndef VTR_COMPILER_SYNTAX_FOREIGN_H
#define VTR_COMPILER_SYNTAX_FOREIGN_H

#include "compiler/syntax/lexer.h"

/* Names the character that begins at the problem's place, and what to write instead. */
void vtr_foreign_explain(struct vtr_lexer *lexer, struct vtr_problem *problem);

#endif

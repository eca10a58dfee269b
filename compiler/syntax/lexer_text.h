/* SPDX-License-Identifier: Apache-2.0 */

/* Texts and regular expressions of rule sources. */
#ifndef VTR_COMPILER_SYNTAX_LEXER_TEXT_H
#define VTR_COMPILER_SYNTAX_LEXER_TEXT_H

#include "compiler/syntax/lexer.h"

/* Reads from the delimiter at the lexer's place up to the next one on the line; a
 * backslash takes the next character with it. */
void vtr_lexer_read_delimited(struct vtr_lexer *lexer, struct vtr_lexeme *out,
                              uint8_t delimiter);

/* A text in quotes, one of YARA-X's in three quotes too. */
void vtr_lexer_read_text(struct vtr_lexer *lexer, struct vtr_lexeme *out);

#endif

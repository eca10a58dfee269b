/* SPDX-License-Identifier: Apache-2.0 */

/* The words of the language: which of them are keywords and reading functions. */
#ifndef VTR_COMPILER_SYNTAX_LEXER_WORDS_H
#define VTR_COMPILER_SYNTAX_LEXER_WORDS_H

#include <stdbool.h>

#include "base/compiler.h"

/* The keyword's kind, or VTR_LEX_NAME. */
int vtr_lexer_find_keyword(struct vtr_bytes word);

/* Whether it is "uint16be" or its like; `out_kind` receives the VTR_READ kind. */
bool vtr_lexer_find_reader(struct vtr_bytes word, int64_t *out_kind);

#endif

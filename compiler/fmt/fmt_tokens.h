/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the formatter works on: the words of a source in their order, comments among
 * them, each with the line ends before it.
 *
 * Words are those of compiler/syntax/lexer.h, but for hex strings, which are taken
 * apart.
 */
#ifndef VTR_COMPILER_FMT_FMT_TOKENS_H
#define VTR_COMPILER_FMT_FMT_TOKENS_H

#include <stdbool.h>

#include "base/vector.h"
#include "compiler/syntax/lexer.h"

/* Kinds beside those of enum vtr_lexeme_kind. */
enum vtr_fmt_kind {
    VTR_FMT_COMMENT_LINE = 1000,
    VTR_FMT_COMMENT_BLOCK,
    VTR_FMT_HEX_OPEN,  /* the '{' */
    VTR_FMT_HEX_CLOSE, /* the '}' */
    VTR_FMT_HEX_GROUP, /* digits, '?' and '~' without blanks between them */
    VTR_FMT_HEX_BAR,
    VTR_FMT_HEX_DASH, /* inside a jump */
    VTR_FMT_HEX_PAREN_OPEN,
    VTR_FMT_HEX_PAREN_CLOSE,
    VTR_FMT_HEX_JUMP_OPEN,
    VTR_FMT_HEX_JUMP_CLOSE
};

struct vtr_fmt_token {
    int kind;
    uint32_t offset;
    uint32_t length; /* of a comment: without blanks at its end */
    uint32_t indent; /* columns that its line is indented by */
    uint8_t breaks;  /* line ends before it: 0, 1, or 2 for more */
};

static inline bool vtr_fmt_is_comment(const struct vtr_fmt_token *token)
{
    return token->kind == VTR_FMT_COMMENT_LINE || token->kind == VTR_FMT_COMMENT_BLOCK;
}

/* Adds the tokens of a source to `out` (struct vtr_fmt_token), the last a VTR_LEX_END.
 * VTR_ERROR_FORMAT: the source has lexical errors.  VTR_ERROR_MEMORY. */
VTR_MUST_CHECK enum vtr_status vtr_fmt_tokens_read(struct vtr_vector *out,
                                                   const struct vtr_source *source);

/* Whether two sources are the same but for blanks and line ends: token by token, those
 * in comments too. */
bool vtr_fmt_tokens_equal(const struct vtr_vector *a, const uint8_t *a_text,
                          const struct vtr_vector *b, const uint8_t *b_text);

#endif

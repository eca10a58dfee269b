/* SPDX-License-Identifier: Apache-2.0 */

/*
 * YARA's words: cuts a source into lexemes, on demand.
 *
 * The lexical rules are YARA 4's: '/' always begins a regular expression (division is
 * '\'), '{' begins a hex string when nothing but hex string characters follow up to a
 * '}', comments and white space separate.  A lexical error is reported, and the lexeme
 * is handed out all the same, so that parsing goes on: `error_count` tells.
 */
#ifndef VTR_COMPILER_SYNTAX_LEXER_H
#define VTR_COMPILER_SYNTAX_LEXER_H

#include <stdbool.h>

#include "compiler/diagnostic/diagnose.h"

#define VTR_NAME_LENGTH_LIMIT       4096u
#define VTR_NAME_LENGTH_LIMIT_YARA4 128u

/* Words that cannot be names. */
#define VTR_KEYWORDS(X)        \
 X(ALL, "all")                 \
 X(AND, "and")                 \
 X(ANY, "any")                 \
 X(ASCII, "ascii")             \
 X(AT, "at")                   \
 X(BASE64, "base64")           \
 X(BASE64WIDE, "base64wide")   \
 X(CONDITION, "condition")     \
 X(CONTAINS, "contains")       \
 X(DEFINED, "defined")         \
 X(ENDSWITH, "endswith")       \
 X(ENTRYPOINT, "entrypoint")   \
 X(FALSE, "false")             \
 X(FILESIZE, "filesize")       \
 X(FOR, "for")                 \
 X(FULLWORD, "fullword")       \
 X(GLOBAL, "global")           \
 X(ICONTAINS, "icontains")     \
 X(IENDSWITH, "iendswith")     \
 X(IEQUALS, "iequals")         \
 X(IMPORT, "import")           \
 X(IN, "in")                   \
 X(ISTARTSWITH, "istartswith") \
 X(MATCHES, "matches")         \
 X(META, "meta")               \
 X(NOCASE, "nocase")           \
 X(NONE, "none")               \
 X(NOT, "not")                 \
 X(OF, "of")                   \
 X(OR, "or")                   \
 X(PRIVATE, "private")         \
 X(RULE, "rule")               \
 X(STARTSWITH, "startswith")   \
 X(STRINGS, "strings")         \
 X(THEM, "them")               \
 X(TRUE, "true")               \
 X(WIDE, "wide")               \
 X(XOR, "xor")

/* A character that stands for itself is its own code, below 128. */
enum vtr_lexeme_kind {
    VTR_LEX_END = 0,
    VTR_LEX_RANGE = 256, /* .. */
    VTR_LEX_LE,
    VTR_LEX_GE,
    VTR_LEX_EQ,
    VTR_LEX_NE,
    VTR_LEX_SHIFT_LEFT,
    VTR_LEX_SHIFT_RIGHT,
    VTR_LEX_NAME,
    VTR_LEX_STRING,      /* $name: `text` is the name without its mark */
    VTR_LEX_STRING_WILD, /* $name*: `text` is what precedes the star */
    VTR_LEX_COUNT,       /* #name */
    VTR_LEX_OFFSET,      /* @name */
    VTR_LEX_LENGTH,      /* !name */
    VTR_LEX_INT,         /* `number` */
    VTR_LEX_FLOAT,       /* `text` is as written */
    VTR_LEX_TEXT,        /* `text` is what stands between the quotes */
    VTR_LEX_REGEX,       /* `text` is what stands between the slashes */
    VTR_LEX_HEX,         /* `text` is what stands between the braces */
    VTR_LEX_READ,        /* uint16be...: `number` is the VTR_READ kind */
    VTR_LEX_INCLUDE,     /* the word, where a text follows */
#define VTR_KEYWORD(name, text) VTR_LEX_##name,
    VTR_KEYWORDS(VTR_KEYWORD)
#undef VTR_KEYWORD
};

struct vtr_lexeme {
    int kind; /* enum vtr_lexeme_kind, or a character */
    uint32_t offset;
    uint32_t length;
    struct vtr_bytes text;
    int64_t number;
    bool is_unsigned; /* INT: past int64, `number` has its 64 bits */
    bool is_nocase;   /* REGEX: /i */
    bool is_dotall;   /* REGEX: /s */
};

struct vtr_lexer {
    const struct vtr_source *source;
    const uint8_t *ptr; /* a NUL follows the last byte */
    uint32_t len;
    uint32_t pos;
    struct vtr_diagnostics *diagnostics; /* NULL: errors are not reported */
    uint64_t error_count;
};

void vtr_lexer_init(struct vtr_lexer *lexer, const struct vtr_source *source,
                    struct vtr_diagnostics *diagnostics);

/* The next lexeme; VTR_LEX_END at the end, for ever.  Texts borrow from the source. */
void vtr_lexer_next(struct vtr_lexer *lexer, struct vtr_lexeme *out);

/* Reports an integer that is too large where it stands. */
void vtr_lexer_report_integer(struct vtr_lexer *lexer, const struct vtr_lexeme *lexeme);

/* The kind of the next lexeme, without moving and without reports. */
int vtr_lexer_peek_kind(const struct vtr_lexer *lexer);

/* The end of the comment at `pos`, or `pos` when none begins there. */
uint32_t vtr_lexer_skip_comment(const struct vtr_lexer *lexer, uint32_t pos);

/* How a kind is called in a message: "'='", "a name". */
const char *vtr_lexeme_kind_text(int kind);

#endif

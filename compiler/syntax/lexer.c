/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/syntax/lexer.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "compiler/syntax/foreign.h"
#include "compiler/syntax/lexer_scan.h"
#include "compiler/syntax/lexer_text.h"
#include "compiler/syntax/lexer_words.h"
#include "compiler/syntax/source.h"

void vtr_lexer_init(struct vtr_lexer *lexer, const struct vtr_source *source,
                    struct vtr_diagnostics *diagnostics)
{
    const struct vtr_bytes bytes = source->bytes;

    *lexer = (struct vtr_lexer){
        .source = source,
        .ptr = bytes.ptr != NULL ? bytes.ptr : (const uint8_t *)"",
        .len = (uint32_t)bytes.len,
        .diagnostics = diagnostics,
    };
    assert(lexer->ptr[lexer->len] == 0);
    lexer->pos = vtr_source_text_begin(source);
}

static struct vtr_place place_of(const struct vtr_lexer *lexer, uint32_t offset,
                                 uint32_t length)
{
    return (struct vtr_place){lexer->source, offset, length};
}

/* The byte at `pos`, 0 past the end. */
static uint8_t byte_at(const struct vtr_lexer *lexer, uint32_t pos)
{
    return pos < lexer->len ? lexer->ptr[pos] : 0;
}

/* The zero byte behind the source ends every run. */
static uint32_t skip_class(const struct vtr_lexer *lexer, uint32_t pos,
                           unsigned classes)
{
    const uint8_t *ptr = lexer->ptr;

    while (vtr_char_is(ptr[pos], classes)) {
        pos++;
    }
    return pos;
}

/* Lines are indented with many spaces: eight at a time. */
static uint32_t skip_spaces(const struct vtr_lexer *lexer, uint32_t pos)
{
    static const char SPACES[] = "        ";
    const uint32_t width = sizeof(SPACES) - 1;
    const uint8_t *ptr = lexer->ptr;

    for (;;) {
        while (lexer->len - pos >= width && memcmp(ptr + pos, SPACES, width) == 0) {
            pos += width;
        }
        while (ptr[pos] != '\n' && vtr_char_is(ptr[pos], VTR_CHAR_SPACE)) {
            pos++;
        }
        if (ptr[pos] != '\n') {
            return pos;
        }
        pos++;
    }
}

/* What a hex string may hold. */
static uint32_t skip_hex(const struct vtr_lexer *lexer, uint32_t pos)
{
    pos += (uint32_t)vtr_scan_hex(lexer->ptr + pos, lexer->len - pos);
    return skip_class(lexer, pos, VTR_CHAR_IN_HEX);
}

/* End of the line comment or block comment at `pos`, or `pos` when there is none.  A
 * block comment without an end reaches to the end of the source, as in YARA. */
uint32_t vtr_lexer_skip_comment(const struct vtr_lexer *lexer, uint32_t pos)
{
    if (byte_at(lexer, pos) != '/') {
        return pos;
    }
    const uint8_t second = byte_at(lexer, pos + 1);
    if (second != '/' && second != '*') {
        return pos;
    }
    if (second == '/') {
        const uint8_t *end = memchr(lexer->ptr + pos, '\n', lexer->len - pos);
        return end == NULL ? lexer->len : (uint32_t)(end - lexer->ptr);
    }
    for (pos += 2; pos < lexer->len; pos++) {
        const uint8_t *star = memchr(lexer->ptr + pos, '*', lexer->len - pos);
        if (star == NULL) {
            return lexer->len;
        }
        pos = (uint32_t)(star - lexer->ptr);
        if (byte_at(lexer, pos + 1) == '/') {
            return pos + 2;
        }
    }
    return lexer->len;
}

static uint32_t skip_blanks(const struct vtr_lexer *lexer, uint32_t pos)
{
    for (;;) {
        if (vtr_char_is(lexer->ptr[pos], VTR_CHAR_SPACE)) {
            pos++; /* between words there is but one */
            if (vtr_char_is(lexer->ptr[pos], VTR_CHAR_SPACE)) {
                pos = skip_spaces(lexer, pos);
            }
        }
        if (lexer->ptr[pos] != '/') {
            return pos;
        }
        const uint32_t after = vtr_lexer_skip_comment(lexer, pos);
        if (after == pos) {
            return pos;
        }
        pos = after;
    }
}

/* End of a hex string whose '{' is at `pos`, or 0 when something else is in the braces.
 */
static uint32_t find_hex_end(const struct vtr_lexer *lexer, uint32_t pos)
{
    const uint32_t start = ++pos;

    for (;;) {
        pos = skip_hex(lexer, pos);
        const uint32_t after = vtr_lexer_skip_comment(lexer, pos);
        if (after == pos) {
            break;
        }
        pos = after;
    }
    return byte_at(lexer, pos) == '}' && pos > start && pos < lexer->len ? pos + 1 : 0;
}

/* Two flags; in the dialect of YARA 4 an i and then an s. */
static void lex_regex(struct vtr_lexer *lexer, struct vtr_lexeme *out)
{
    const bool is_ordered = lexer->source->dialect == VTR_DIALECT_YARA4;

    out->kind = VTR_LEX_REGEX;
    vtr_lexer_read_delimited(lexer, out, '/');
    for (unsigned i = 0; i < 2; i++) {
        const uint8_t flag = byte_at(lexer, lexer->pos);
        if (flag == 'i' && !(is_ordered && i > 0)) {
            out->is_nocase = true;
        } else if (flag == 's' && !(is_ordered && out->is_dotall)) {
            out->is_dotall = true;
        } else {
            return;
        }
        out->length++;
        lexer->pos++;
    }
}

/* End of a run of digits of a class; YARA-X also has single '_' between them. */
static uint32_t skip_digits(const struct vtr_lexer *lexer, uint32_t pos, unsigned class)
{
    const bool has_separators = lexer->source->dialect != VTR_DIALECT_YARA4;

    for (;;) {
        const uint32_t end = skip_class(lexer, pos, class);
        if (!has_separators || end == pos || byte_at(lexer, end) != '_' ||
            !vtr_char_is(byte_at(lexer, end + 1), class)) {
            return end;
        }
        pos = end + 1;
    }
}

/* The largest integer: YARA-X has some without a sign, which are mistakes elsewhere. */
static uint64_t integer_limit(const struct vtr_lexer *lexer)
{
    return lexer->source->dialect == VTR_DIALECT_YARA_X ? UINT64_MAX
                                                        : (uint64_t)INT64_MAX;
}

/* Digits of `base` from `pos`, and '_' between them; false when the number does not
 * fit. */
static bool read_digits(const struct vtr_lexer *lexer, uint32_t pos, uint32_t end,
                        unsigned base, uint64_t *out)
{
    const uint64_t limit = integer_limit(lexer);
    uint64_t value = 0;

    for (; pos < end; pos++) {
        const uint8_t byte = lexer->ptr[pos];
        if (byte == '_') {
            continue;
        }
        const unsigned digit =
            byte <= '9' ? byte - (unsigned)'0' : (byte | 0x20u) - (unsigned)'a' + 10u;
        if (value > (limit - digit) / base) {
            return false;
        }
        value = value * base + digit;
    }
    *out = value;
    return true;
}

void vtr_lexer_report_integer(struct vtr_lexer *lexer, const struct vtr_lexeme *lexeme)
{
    lexer->error_count++;
    if (lexer->diagnostics != NULL) {
        struct vtr_problem *problem =
            vtr_diagnostics_add(lexer->diagnostics, VTR_CODE_INTEGER_RANGE,
                                place_of(lexer, lexeme->offset, lexeme->length),
                                "this number is too large");
        problem->note = integer_limit(lexer) == UINT64_MAX && !lexeme->is_unsigned
                            ? "integers go up to 18446744073709551615 "
                              "(0xffffffffffffffff)"
                            : "integers go up to 9223372036854775807 "
                              "(0x7fffffffffffffff)";
    }
}

/* The suffix KB or MB at `pos` as a factor: 1 when there is none. */
static uint64_t size_suffix(const struct vtr_lexer *lexer, uint32_t pos)
{
    if (byte_at(lexer, pos + 1) != 'B') {
        return 1;
    }
    switch (byte_at(lexer, pos)) {
    case 'K':
        return 1024;
    case 'M':
        return 1024u * 1024u;
    default:
        return 1;
    }
}

static uint32_t skip_octal(const struct vtr_lexer *lexer, uint32_t pos)
{
    while (byte_at(lexer, pos) >= '0' && byte_at(lexer, pos) <= '7') {
        pos++;
    }
    return pos;
}

static void lex_number(struct vtr_lexer *lexer, struct vtr_lexeme *out)
{
    const uint32_t start = lexer->pos;
    const uint8_t mark = byte_at(lexer, start) == '0' ? byte_at(lexer, start + 1) : 0;
    uint32_t first = start;
    uint32_t end = skip_digits(lexer, start, VTR_CHAR_DIGIT);
    unsigned base = 10;
    uint64_t factor = 1;
    uint64_t value = 0;

    out->kind = VTR_LEX_INT;
    if (mark == 'x' && vtr_char_is(byte_at(lexer, start + 2), VTR_CHAR_HEX_DIGIT)) {
        base = 16;
        first = start + 2;
        end = skip_digits(lexer, first, VTR_CHAR_HEX_DIGIT);
    } else if (mark == 'o' && skip_octal(lexer, start + 2) > start + 2) {
        base = 8;
        first = start + 2;
        end = skip_octal(lexer, first);
    } else if (byte_at(lexer, end) == '.' &&
               vtr_char_is(byte_at(lexer, end + 1), VTR_CHAR_DIGIT)) {
        out->kind = VTR_LEX_FLOAT;
        end = skip_digits(lexer, end + 1, VTR_CHAR_DIGIT);
        out->text = (struct vtr_bytes){lexer->ptr + start, end - start};
    } else {
        factor = size_suffix(lexer, end);
    }
    lexer->pos = end + (factor > 1 ? 2 : 0);
    out->length = lexer->pos - start;
    if (out->kind == VTR_LEX_FLOAT) {
        return;
    }
    if (!read_digits(lexer, first, end, base, &value) ||
        value > integer_limit(lexer) / factor) {
        vtr_lexer_report_integer(lexer, out);
        value = 0;
        factor = 1;
    }
    out->number = (int64_t)(value * factor);
    out->is_unsigned = out->number < 0;
}

static void check_name_length(struct vtr_lexer *lexer, const struct vtr_lexeme *lexeme)
{
    const unsigned limit = lexer->source->dialect == VTR_DIALECT_YARA4
                               ? VTR_NAME_LENGTH_LIMIT_YARA4
                               : VTR_NAME_LENGTH_LIMIT;

    if (lexeme->text.len <= limit) {
        return;
    }
    lexer->error_count++;
    if (lexer->diagnostics != NULL) {
        (void)vtr_diagnostics_add(lexer->diagnostics, VTR_CODE_NAME_LENGTH,
                                  place_of(lexer, lexeme->offset, lexeme->length),
                                  "a name of %zu characters, %u are allowed",
                                  lexeme->text.len, limit);
    }
}

/* Whether a text begins after blanks on the same line: what makes "include" special. */
static bool is_before_text(const struct vtr_lexer *lexer, uint32_t pos)
{
    const uint32_t start = pos;

    while (byte_at(lexer, pos) == ' ' || byte_at(lexer, pos) == '\t') {
        pos++;
    }
    return pos > start && byte_at(lexer, pos) == '"';
}

static void lex_word(struct vtr_lexer *lexer, struct vtr_lexeme *out)
{
    static const char INCLUDE[] = "include";
    const uint32_t end =
        skip_class(lexer, lexer->pos, VTR_CHAR_LETTER | VTR_CHAR_DIGIT);

    out->text = (struct vtr_bytes){lexer->ptr + lexer->pos, end - lexer->pos};
    out->length = end - lexer->pos;
    out->kind = vtr_lexer_find_keyword(out->text);
    if (out->kind == VTR_LEX_NAME) {
        if (vtr_lexer_find_reader(out->text, &out->number)) {
            out->kind = VTR_LEX_READ;
        } else if (out->text.len == sizeof(INCLUDE) - 1 &&
                   memcmp(out->text.ptr, INCLUDE, sizeof(INCLUDE) - 1) == 0 &&
                   is_before_text(lexer, end)) {
            out->kind = VTR_LEX_INCLUDE;
        }
        check_name_length(lexer, out);
    }
    lexer->pos = end;
}

/* $name, $name*, #name, @name, !name. */
static void lex_string_name(struct vtr_lexer *lexer, struct vtr_lexeme *out, int kind)
{
    const uint32_t end =
        skip_class(lexer, lexer->pos + 1, VTR_CHAR_LETTER | VTR_CHAR_DIGIT);

    out->kind = kind;
    out->text = (struct vtr_bytes){lexer->ptr + lexer->pos + 1, end - lexer->pos - 1};
    out->length = end - lexer->pos;
    lexer->pos = end;
    if (kind == VTR_LEX_STRING && byte_at(lexer, end) == '*') {
        out->kind = VTR_LEX_STRING_WILD;
        out->length++;
        lexer->pos++;
    }
}

static void lex_hex(struct vtr_lexer *lexer, struct vtr_lexeme *out)
{
    const uint32_t end = find_hex_end(lexer, lexer->pos);

    if (end == 0) {
        out->kind = '{';
        lexer->pos++;
        return;
    }
    out->kind = VTR_LEX_HEX;
    out->length = end - lexer->pos;
    out->text = (struct vtr_bytes){lexer->ptr + lexer->pos + 1, out->length - 2};
    lexer->pos = end;
}

/* Operators of two characters, or the one character. */
static void lex_operator(struct vtr_lexer *lexer, struct vtr_lexeme *out)
{
    static const struct {
        char text[2];
        int kind;
    } PAIRS[] = {
        {{'.', '.'}, VTR_LEX_RANGE},       {{'<', '='}, VTR_LEX_LE},
        {{'>', '='}, VTR_LEX_GE},          {{'=', '='}, VTR_LEX_EQ},
        {{'!', '='}, VTR_LEX_NE},          {{'<', '<'}, VTR_LEX_SHIFT_LEFT},
        {{'>', '>'}, VTR_LEX_SHIFT_RIGHT},
    };
    const uint8_t first = lexer->ptr[lexer->pos];
    const uint8_t second = lexer->ptr[lexer->pos + 1];
    const bool may_be_pair =
        second == '.' || second == '=' || second == '<' || second == '>';

    for (size_t i = 0; may_be_pair && i < sizeof(PAIRS) / sizeof(PAIRS[0]); i++) {
        if ((uint8_t)PAIRS[i].text[0] == first && (uint8_t)PAIRS[i].text[1] == second) {
            out->kind = PAIRS[i].kind;
            out->length = 2;
            lexer->pos += 2;
            return;
        }
    }
    out->kind = first;
    lexer->pos++;
}

/* A byte that is no part of the language is reported and skipped, with its like. */
static void skip_foreign(struct vtr_lexer *lexer)
{
    const uint32_t start = lexer->pos;
    const uint8_t byte = lexer->ptr[start];

    while (lexer->pos < lexer->len &&
           vtr_char_is(lexer->ptr[lexer->pos], VTR_CHAR_FOREIGN)) {
        lexer->pos++;
    }
    lexer->error_count++;
    if (lexer->diagnostics == NULL) {
        return;
    }
    struct vtr_problem *problem =
        vtr_diagnostics_add(lexer->diagnostics, VTR_CODE_CHARACTER,
                            place_of(lexer, start, lexer->pos - start),
                            "byte 0x%02x outside texts and comments", (unsigned)byte);
    vtr_foreign_explain(lexer, problem);
}

/* What begins with `byte`, at the lexer's place. */
static void lex_at(struct vtr_lexer *lexer, struct vtr_lexeme *out, uint8_t byte)
{
    switch (byte) {
    case '"':
        vtr_lexer_read_text(lexer, out);
        break;
    case '$':
        lex_string_name(lexer, out, VTR_LEX_STRING);
        break;
    case '#':
        lex_string_name(lexer, out, VTR_LEX_COUNT);
        break;
    case '@':
        lex_string_name(lexer, out, VTR_LEX_OFFSET);
        break;
    case '/':
        lex_regex(lexer, out);
        break;
    case '{':
        lex_hex(lexer, out);
        break;
    default:
        if (byte == '!' && byte_at(lexer, lexer->pos + 1) != '=') {
            lex_string_name(lexer, out, VTR_LEX_LENGTH);
        } else {
            lex_operator(lexer, out);
        }
        break;
    }
}

/* Reports a block comment that begins after `pos`, between blanks and other comments,
 * and has no end: YARA takes it, YARA-X does not. */
static void check_last_comment(struct vtr_lexer *lexer, uint32_t pos)
{
    uint32_t start = lexer->len;

    while (pos < lexer->len) {
        const uint32_t after = vtr_lexer_skip_comment(lexer, pos);
        start = after > pos ? pos : start;
        pos = after > pos ? after : pos + 1;
    }
    if (start == lexer->len || lexer->ptr[start + 1] != '*' ||
        (lexer->len - start >= 4 &&
         memcmp(lexer->ptr + lexer->len - 2, "*/", 2) == 0)) {
        return;
    }
    lexer->error_count++;
    if (lexer->diagnostics != NULL) {
        (void)vtr_diagnostics_add(lexer->diagnostics, VTR_CODE_DIALECT,
                                  place_of(lexer, start, 2),
                                  "YARA-X does not have comments without an end");
    }
}

void vtr_lexer_next(struct vtr_lexer *lexer, struct vtr_lexeme *out)
{
    const uint32_t start = lexer->pos;

    for (;;) {
        lexer->pos = skip_blanks(lexer, lexer->pos);
        if (lexer->pos >= lexer->len ||
            !vtr_char_is(lexer->ptr[lexer->pos], VTR_CHAR_FOREIGN)) {
            break;
        }
        skip_foreign(lexer);
    }
    *out = (struct vtr_lexeme){.kind = VTR_LEX_END, .offset = lexer->pos, .length = 1};
    if (lexer->pos >= lexer->len) {
        if (lexer->source->dialect == VTR_DIALECT_YARA_X) {
            check_last_comment(lexer, start);
        }
        return;
    }
    const uint8_t byte = lexer->ptr[lexer->pos];
    if (vtr_char_is(byte, VTR_CHAR_LETTER)) {
        lex_word(lexer, out);
    } else if (vtr_char_is(byte, VTR_CHAR_DIGIT)) {
        lex_number(lexer, out);
    } else {
        lex_at(lexer, out, byte);
    }
}

int vtr_lexer_peek_kind(const struct vtr_lexer *lexer)
{
    struct vtr_lexer copy = *lexer;
    struct vtr_lexeme lexeme;

    copy.diagnostics = NULL;
    vtr_lexer_next(&copy, &lexeme);
    return lexeme.kind;
}

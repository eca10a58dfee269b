/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/syntax/lexer_text.h"

#include "compiler/syntax/lexer_scan.h"
#include "compiler/syntax/source.h"

/* The byte at `pos`, 0 past the end. */
static uint8_t byte_at(const struct vtr_lexer *lexer, uint32_t pos)
{
    return pos < lexer->len ? lexer->ptr[pos] : 0;
}

/* Why there is no end: a quote that a backslash has taken, or no beginning at all. */
static const char *unterminated_help(const struct vtr_lexeme *lexeme)
{
    const struct vtr_bytes text = lexeme->text;

    if (lexeme->kind == VTR_LEX_REGEX && text.len > 0 && text.ptr[0] == ' ') {
        return "division is written '\\'; '/' begins a regular expression";
    }
    for (size_t i = text.len; i > 1; i--) {
        if (lexeme->kind == VTR_LEX_TEXT && text.ptr[i - 1] == '"') {
            return text.ptr[i - 2] == '\\'
                       ? "a backslash takes the quote along: write '\\\\' for one"
                       : "";
        }
    }
    return "";
}

static void report_unterminated(struct vtr_lexer *lexer,
                                const struct vtr_lexeme *lexeme, const char *what,
                                const char *delimiter, bool is_of_lines)
{
    lexer->error_count++;
    if (lexer->diagnostics != NULL) {
        struct vtr_problem *problem =
            vtr_diagnostics_add(lexer->diagnostics, VTR_CODE_UNTERMINATED,
                                (struct vtr_place){lexer->source, lexeme->offset,
                                                   lexeme->length},
                                "%s without an end", what);
        problem->label =
            vtr_diagnostics_text(lexer->diagnostics, "begins here, no %s %s", delimiter,
                                 is_of_lines ? "follows" : "on this line");
        problem->help = unterminated_help(lexeme);
    }
}

void vtr_lexer_read_delimited(struct vtr_lexer *lexer, struct vtr_lexeme *out,
                              uint8_t delimiter)
{
    const uint8_t *ptr = lexer->ptr;
    uint32_t pos = lexer->pos + 1;

    for (;;) {
        if (pos < lexer->len) {
            pos += (uint32_t)vtr_scan_text(ptr + pos, lexer->len - pos, delimiter);
        }
        if (pos >= lexer->len || ptr[pos] != '\\') {
            break;
        }
        pos += byte_at(lexer, pos + 1) != '\n' ? 2 : 1;
    }
    if (pos > lexer->len) {
        pos = lexer->len;
    }
    out->text = (struct vtr_bytes){lexer->ptr + lexer->pos + 1, pos - lexer->pos - 1};
    out->length = pos - lexer->pos;
    if (pos < lexer->len && lexer->ptr[pos] == delimiter) {
        lexer->pos = pos + 1;
        out->length++;
        return;
    }
    lexer->pos = pos;
    report_unterminated(lexer, out,
                        delimiter == '"' ? "a text" : "a regular expression",
                        delimiter == '"' ? "'\"'" : "'/'", false);
}

/* Whether three quotes stand at `pos`. */
static bool is_triple(const struct vtr_lexer *lexer, uint32_t pos)
{
    return byte_at(lexer, pos) == '"' && byte_at(lexer, pos + 1) == '"' &&
           byte_at(lexer, pos + 2) == '"';
}

/* YARA-X's text of several lines, in which a quote stands behind a backslash alone. */
static void read_lines(struct vtr_lexer *lexer, struct vtr_lexeme *out)
{
    const uint32_t start = lexer->pos;
    uint32_t pos = start + 3;

    while (pos < lexer->len && lexer->ptr[pos] != '"') {
        pos += lexer->ptr[pos] == '\\' && pos + 1 < lexer->len ? 2 : 1;
    }
    const bool is_closed = is_triple(lexer, pos);
    out->text = (struct vtr_bytes){lexer->ptr + start + 3, pos - start - 3};
    lexer->pos = is_closed ? pos + 3 : pos;
    out->length = lexer->pos - start;
    if (!is_closed) {
        report_unterminated(lexer, out, "a text", "'\"\"\"'", true);
    }
}

void vtr_lexer_read_text(struct vtr_lexer *lexer, struct vtr_lexeme *out)
{
    out->kind = VTR_LEX_TEXT;
    if (is_triple(lexer, lexer->pos) && lexer->source->dialect != VTR_DIALECT_YARA4) {
        read_lines(lexer, out);
    } else {
        vtr_lexer_read_delimited(lexer, out, '"');
    }
}

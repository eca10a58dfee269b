/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/syntax/foreign.h"

#include <string.h>

#include "compiler/syntax/lexer_scan.h"

/* A text between typographic quotes that is offered anew is not longer. */
#define QUOTED_LEN_MAX 120u

static const struct {
    const char *bytes;
    const char *name;
    const char *plain;
} CHARACTERS[] = {
    {"\xe2\x80\x9c", "a typographic quote", "\""},
    {"\xe2\x80\x9d", "a typographic quote", "\""},
    {"\xe2\x80\x9e", "a typographic quote", "\""},
    {"\xc2\xab", "a typographic quote", "\""},
    {"\xc2\xbb", "a typographic quote", "\""},
    {"\xe2\x80\x98", "a typographic quote", "\""},
    {"\xe2\x80\x99", "a typographic quote", "\""},
    {"\xe2\x80\x93", "a dash", "-"},
    {"\xe2\x80\x94", "a dash", "-"},
    {"\xe2\x88\x92", "a minus of mathematics", "-"},
    {"\xe2\x80\xa6", "dots in one character", ".."},
    {"\xc2\xa0", "a hard space", " "},
    {"\xe2\x80\x8b", "a space of no width", ""},
    {"\xef\xbb\xbf", "a byte order mark", ""},
    {"\xe2\x89\xa0", "a sign of mathematics", "!="},
    {"\xe2\x89\xa4", "a sign of mathematics", "<="},
    {"\xe2\x89\xa5", "a sign of mathematics", ">="},
};
#define CHARACTER_COUNT (sizeof(CHARACTERS) / sizeof(CHARACTERS[0]))

/* The row of the character at `offset`, or CHARACTER_COUNT. */
static size_t find(const struct vtr_lexer *lexer, uint32_t offset)
{
    size_t i = 0;

    for (; i < CHARACTER_COUNT; i++) {
        const size_t len = strlen(CHARACTERS[i].bytes);
        if (lexer->len - offset >= len &&
            memcmp(lexer->ptr + offset, CHARACTERS[i].bytes, len) == 0) {
            break;
        }
    }
    return i;
}

static bool is_quote(size_t row)
{
    return row < CHARACTER_COUNT && CHARACTERS[row].plain[0] == '"';
}

/* Both quotes and what is between them, when they stand on one line. */
static bool replace_both(struct vtr_lexer *lexer, struct vtr_problem *problem,
                         uint32_t begin)
{
    const uint32_t text = begin + problem->place.length;
    uint32_t end = text;

    while (end < lexer->len && end - text < QUOTED_LEN_MAX &&
           (lexer->ptr[end] < 0x80 || !is_quote(find(lexer, end)))) {
        if (lexer->ptr[end] == '\n' || lexer->ptr[end] == '"') {
            return false;
        }
        end++;
    }
    if (end >= lexer->len || end - text >= QUOTED_LEN_MAX) {
        return false;
    }
    const uint32_t after = end + (uint32_t)strlen(CHARACTERS[find(lexer, end)].bytes);
    const struct vtr_place place = {problem->place.source, begin, after - begin};
    vtr_problem_replace(problem, "write plain quotes", place,
                        vtr_diagnostics_text(lexer->diagnostics, "\"%.*s\"",
                                             (int)(end - text),
                                             (const char *)lexer->ptr + text));
    if (lexer->pos < after) {
        lexer->pos = after; /* the whole text was foreign: one report is enough */
    }
    return true;
}

/* Letters of another alphabet are part of a name, with what is plain of it. */
static void take_letters(struct vtr_lexer *lexer, struct vtr_problem *problem)
{
    while (
        lexer->pos < lexer->len &&
        (lexer->ptr[lexer->pos] >= 0x80
             ? find(lexer, lexer->pos) == CHARACTER_COUNT
             : vtr_char_is(lexer->ptr[lexer->pos], VTR_CHAR_LETTER | VTR_CHAR_DIGIT))) {
        lexer->pos++;
    }
    problem->place.length = lexer->pos - problem->place.offset;
}

void vtr_foreign_explain(struct vtr_lexer *lexer, struct vtr_problem *problem)
{
    const uint32_t offset = problem->place.offset;
    const size_t row = find(lexer, offset);

    if (row == CHARACTER_COUNT) {
        if (lexer->ptr[offset] >= 0x80) {
            take_letters(lexer, problem);
            problem->help =
                "only ASCII is allowed outside texts and comments: look for "
                "quotes, dashes and spaces that an editor has changed";
        }
        return;
    }
    const uint32_t len = (uint32_t)strlen(CHARACTERS[row].bytes);
    problem->message =
        vtr_diagnostics_text(lexer->diagnostics, "%s outside texts and comments",
                             CHARACTERS[row].name);
    problem->place.length = len;
    if (is_quote(row) && replace_both(lexer, problem, offset)) {
        return;
    }
    vtr_problem_replace(problem, "write the plain character", problem->place,
                        CHARACTERS[row].plain);
}

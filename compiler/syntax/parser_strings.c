/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The strings section: names, modifiers, and the bytes that compiler/pattern/pattern.h
 * makes of what stands in the quotes, braces and slashes.
 *
 * An error inside one string is reported and the next one read; only what is no string
 * at all ends the section.
 */
#include "compiler/syntax/parser.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "compiler/pattern/pattern_problem.h"
#include "compiler/syntax/literal.h"

/* "(n)" or "(n-m)" after xor. */
static bool parse_xor_range(struct vtr_parser *p, struct vtr_pattern_modifiers *mods)
{
    vtr_parser_advance(p);
    mods->xor_min = p->current.number;
    if (!vtr_parser_expect(p, VTR_LEX_INT, "'xor('")) {
        return false;
    }
    mods->xor_max = mods->xor_min;
    if (vtr_parser_accept(p, '-')) {
        mods->xor_max = p->current.number;
        if (!vtr_parser_expect(p, VTR_LEX_INT, "'-'")) {
            return false;
        }
    }
    return vtr_parser_expect(p, ')', "the range of 'xor'");
}

/* "("alphabet")" after base64 or base64wide. */
static bool parse_alphabet(struct vtr_parser *p, struct vtr_bytes *out)
{
    vtr_parser_advance(p);
    const struct vtr_lexeme text = p->current;
    if (!vtr_parser_expect(p, VTR_LEX_TEXT, "'base64('")) {
        return false;
    }
    *out = vtr_parser_unescape(p, &text);
    return vtr_parser_expect(p, ')', "the alphabet");
}

static void report_pattern(struct vtr_parser *p,
                           const struct vtr_pattern_problem *problem, uint32_t offset,
                           uint32_t length)
{
    if (problem->is_memory) {
        p->has_no_memory = true;
        return;
    }
    (void)vtr_diagnostics_add_pattern(p->diagnostics, problem,
                                      vtr_parser_place(p, offset, length));
}

/* One modifier with its argument; `out_is_bad` when it may not be there. */
static bool parse_modifier(struct vtr_parser *p, struct vtr_pattern_modifiers *mods,
                           unsigned modifier, bool *out_is_bad)
{
    struct vtr_pattern_problem problem;
    const uint32_t offset = p->current.offset;
    const uint32_t length = p->current.length;

    if (!vtr_modifier_add(mods, (enum vtr_modifier)modifier, &problem)) {
        report_pattern(p, &problem, offset, length);
        *out_is_bad = true;
    }
    vtr_parser_advance(p);
    if (p->current.kind != '(') {
        return true;
    }
    switch (modifier) {
    case VTR_MODIFIER_XOR:
        return parse_xor_range(p, mods);
    case VTR_MODIFIER_BASE64:
        return parse_alphabet(p, &mods->base64_alphabet);
    case VTR_MODIFIER_BASE64WIDE:
        return parse_alphabet(p, &mods->base64wide_alphabet);
    default:
        return true;
    }
}

static bool is_word(const struct vtr_lexeme *lexeme)
{
    return lexeme->kind == VTR_LEX_NAME || lexeme->kind > VTR_LEX_INCLUDE;
}

/* All modifiers, and whether they go together. */
static bool parse_modifiers(struct vtr_parser *p, struct vtr_ast_string *string,
                            bool *out_is_bad)
{
    struct vtr_pattern_problem problem;
    const uint32_t offset = p->current.offset;

    string->modifiers.dialect = p->source->dialect;
    while (is_word(&p->current)) {
        const unsigned modifier = vtr_modifier_find(p->current.text);
        if (modifier == 0 ||
            (modifier == VTR_MODIFIER_PRIVATE && vtr_parser_is_at_rule(p))) {
            break; /* the rule may be unfinished, and "private" that of the next */
        }
        if (!parse_modifier(p, &string->modifiers, modifier, out_is_bad)) {
            return false;
        }
    }
    if (!*out_is_bad &&
        !vtr_modifier_check(&string->modifiers, string->type, &problem)) {
        report_pattern(p, &problem, offset,
                       p->last_end > offset ? p->last_end - offset : 0);
        *out_is_bad = true;
    }
    return true;
}

/* Makes the payload of what `literal` holds. */
static bool make_payload(struct vtr_parser *p, struct vtr_ast_string *string,
                         const struct vtr_lexeme *literal,
                         struct vtr_pattern_problem *problem)
{
    const struct vtr_regex_source regex = {literal->text, literal->is_nocase,
                                           literal->is_dotall, p->source->dialect};
    struct vtr_bytes text;

    vtr_writer_clear(&p->scratch);
    switch (string->type) {
    case VTR_PATTERN_TEXT:
        text = (struct vtr_bytes){(const uint8_t *)"", 0};
        return (literal->text.len == 0 ||
                vtr_text_unescape(p->string_arena, literal->text, p->source->dialect,
                                  &text, problem)) &&
               vtr_pattern_text(p->string_arena, &string->modifiers, text, &p->scratch,
                                &string->flags, problem);
    case VTR_PATTERN_HEX:
        return vtr_pattern_hex(p->string_arena, &string->modifiers, literal->text,
                               &p->scratch, &string->flags, problem);
    case VTR_PATTERN_REGEX:
        return vtr_pattern_regex(p->string_arena, &string->modifiers, &regex,
                                 &p->scratch, &string->flags, problem);
    }
    return false;
}

static void finish_string(struct vtr_parser *p, struct vtr_ast_string *string,
                          const struct vtr_lexeme *literal)
{
    struct vtr_pattern_problem problem;

    vtr_problem_clear(&problem);
    const bool is_made = make_payload(p, string, literal, &problem);
    vtr_arena_clear(p->string_arena);
    if (problem.code != NULL || problem.is_memory) {
        report_pattern(p, &problem, (uint32_t)(literal->text.ptr - p->lexer.ptr),
                       (uint32_t)literal->text.len);
    }
    if (!is_made) {
        return;
    }
    string->payload = vtr_arena_dup(p->arena, vtr_writer_bytes(&p->scratch));
    if (string->payload.ptr == NULL || !vtr_writer_ok(&p->scratch)) {
        p->has_no_memory = true;
        return;
    }
    string->is_literal = vtr_string_is_literal(string, literal->text);
}

/* Where a line comment begins in `text`, or its end. */
static size_t find_line_comment(struct vtr_bytes text)
{
    size_t pos = 0;

    while (pos + 1 < text.len && (text.ptr[pos] != '/' || text.ptr[pos + 1] != '/')) {
        pos++;
    }
    return pos + 1 < text.len ? pos : text.len;
}

/* A '{' that does not begin a hex string, where one must be: takes what stands up to
 * the '}' of the same line for it, so that the character that is wrong gets named. */
static void widen_hex(struct vtr_parser *p)
{
    const uint8_t *start = p->lexer.ptr + p->current.offset;
    const size_t left = p->lexer.len - p->current.offset;
    const uint8_t *line_end = memchr(start, '\n', left);
    const size_t line_len = line_end == NULL ? left : (size_t)(line_end - start);
    const uint8_t *end =
        memchr(start, '}', find_line_comment((struct vtr_bytes){start, line_len}));

    if (end == NULL || memchr(start, ':', (size_t)(end - start)) != NULL) {
        return; /* the '}' is that of the rule: "condition:" is before it */
    }
    p->current.kind = VTR_LEX_HEX;
    p->current.length = (uint32_t)(end - start) + 1;
    p->current.text = (struct vtr_bytes){start + 1, (size_t)(end - start) - 1};
    p->lexer.pos = p->current.offset + p->current.length;
}

/* A '{' whose '}' is not on its line. */
static void report_open_hex(struct vtr_parser *p)
{
    struct vtr_problem *problem =
        vtr_diagnostics_add(p->diagnostics, VTR_CODE_UNTERMINATED,
                            vtr_parser_place(p, p->current.offset, p->current.length),
                            "a hex string without an end");

    problem->label = "begins here";
    problem->help = "write '}' behind its last byte; it has digits, '?', '~', jumps in "
                    "brackets and alternatives in parentheses";
}

static bool parse_literal(struct vtr_parser *p, struct vtr_ast_string *string)
{
    if (p->current.kind == '{') {
        widen_hex(p);
    }
    const struct vtr_lexeme literal = p->current;
    string->literal_offset = literal.offset;
    const uint64_t lexical_errors = p->lexer.error_count;
    bool is_bad = false;

    switch (literal.kind) {
    case VTR_LEX_TEXT:
        string->type = VTR_PATTERN_TEXT;
        break;
    case VTR_LEX_HEX:
        string->type = VTR_PATTERN_HEX;
        break;
    case VTR_LEX_REGEX:
        string->type = VTR_PATTERN_REGEX;
        break;
    case '{':
        report_open_hex(p);
        return false;
    default:
        (void)vtr_parser_report(p, VTR_LEX_TEXT,
                                "a text in quotes, a hex string in braces or a "
                                "regular expression in slashes");
        return false;
    }
    vtr_parser_advance(p);
    string->literal_length = p->last_end - literal.offset;
    if (!parse_modifiers(p, string, &is_bad)) {
        return false;
    }
    string->end = p->last_end;
    if (!is_bad && p->lexer.error_count == lexical_errors) {
        finish_string(p, string, &literal);
    }
    return !p->has_no_memory;
}

bool vtr_parse_strings(struct vtr_parser *p, struct vtr_ast_rule *rule)
{
    struct vtr_ast_string **last = &rule->strings;

    do {
        if (p->current.kind != VTR_LEX_STRING) {
            (void)vtr_parser_report(p, VTR_LEX_STRING,
                                    "a string such as $a = \"text\"");
            return false;
        }
        struct vtr_ast_string *string = vtr_parser_alloc(p, sizeof(*string));
        if (string == NULL) {
            return false;
        }
        string->id = p->current.text;
        string->offset = p->current.offset;
        string->length = p->current.length;
        *last = string;
        last = &string->next;
        rule->string_count++;
        vtr_parser_advance(p);
        if (!vtr_parser_expect(p, '=', "the name of a string") ||
            !parse_literal(p, string)) {
            return false;
        }
    } while (p->current.kind == VTR_LEX_STRING);
    return true;
}

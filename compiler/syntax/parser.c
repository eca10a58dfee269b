/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/syntax/parser.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/decimal.h"
#include "compiler/diagnostic/suggest.h"
#include "compiler/syntax/lexer_scan.h"
#include "compiler/syntax/slip.h"
#include "format/modules/module_table.h"
#include "format/record/layout.h"

void vtr_parser_advance(struct vtr_parser *p)
{
    p->last_end = p->current.offset + p->current.length;
    vtr_lexer_next(&p->lexer, &p->current);
}

bool vtr_parser_accept(struct vtr_parser *p, int kind)
{
    if (p->current.kind != kind) {
        return false;
    }
    vtr_parser_advance(p);
    return true;
}

struct vtr_place vtr_parser_place(const struct vtr_parser *p, uint32_t offset,
                                  uint32_t length)
{
    return (struct vtr_place){p->source, offset, length};
}

/* What stands at a place, short enough for a message. */
static const char *describe(const struct vtr_parser *p, const struct vtr_lexeme *lexeme,
                            char *room, size_t room_len)
{
    const uint8_t *text = p->lexer.ptr + lexeme->offset;
    const int shown = lexeme->length > 40 ? 40 : (int)lexeme->length;

    if (lexeme->kind == VTR_LEX_END || lexeme->kind == VTR_LEX_HEX ||
        lexeme->kind == VTR_LEX_TEXT || lexeme->kind == VTR_LEX_REGEX) {
        return vtr_lexeme_kind_text(lexeme->kind);
    }
    (void)snprintf(room, room_len, "'%.*s'%s", shown, (const char *)text,
                   lexeme->length > 40 ? "..." : "");
    return room;
}

struct vtr_problem *vtr_parser_report(struct vtr_parser *p, int kind, const char *what)
{
    char room[64];
    const char *found = describe(p, &p->current, room, sizeof(room));

    if (p->lexer.error_count != p->lexical_errors) {
        return &p->diagnostics->spare;
    }
    struct vtr_problem *problem =
        vtr_diagnostics_add(p->diagnostics, VTR_CODE_SYNTAX,
                            vtr_parser_place(p, p->current.offset, p->current.length),
                            "expected %s, found %s", what, found);
    vtr_slip_explain(p, problem, kind);
    return problem;
}

static void report_missing(struct vtr_parser *p, int kind, const char *after)
{
    const char *quote = kind > VTR_LEX_INCLUDE ? "'" : "";
    char what[128];

    (void)snprintf(what, sizeof(what), "%s%s%s%s%s", quote, vtr_lexeme_kind_text(kind),
                   quote, after[0] == 0 ? "" : " after ", after);
    (void)vtr_parser_report(p, kind, what);
}

bool vtr_parser_expect(struct vtr_parser *p, int kind, const char *after)
{
    if (vtr_parser_accept(p, kind)) {
        return true;
    }
    report_missing(p, kind, after);
    return false;
}

bool vtr_parser_expect_list_end(struct vtr_parser *p, const char *after)
{
    char what[64];

    if (vtr_parser_accept(p, ')')) {
        return true;
    }
    (void)snprintf(what, sizeof(what), "')' after %s", after);
    (void)vtr_parser_report(p, ',', what);
    return false;
}

void *vtr_parser_alloc(struct vtr_parser *p, size_t len)
{
    void *memory = vtr_arena_alloc(p->arena, len);

    if (memory == NULL) {
        p->has_no_memory = true;
    }
    return memory;
}

struct vtr_bytes vtr_parser_unescape(struct vtr_parser *p,
                                     const struct vtr_lexeme *text)
{
    struct vtr_pattern_problem problem;
    struct vtr_bytes out = {0};

    if (text->text.len == 0) {
        return (struct vtr_bytes){(const uint8_t *)"", 0};
    }
    if (vtr_text_unescape(p->arena, text->text, p->source->dialect, &out, &problem)) {
        return out;
    }
    if (problem.is_memory) {
        p->has_no_memory = true;
    } else {
        (void)vtr_diagnostics_add_pattern(
            p->diagnostics, &problem,
            vtr_parser_place(p, (uint32_t)(text->text.ptr - p->lexer.ptr),
                             (uint32_t)text->text.len));
    }
    return (struct vtr_bytes){0};
}

bool vtr_parser_enter(struct vtr_parser *p)
{
    if (p->depth < VTR_NESTING_LIMIT) {
        p->depth++;
        return true;
    }
    (void)vtr_diagnostics_add(p->diagnostics, VTR_CODE_DEPTH,
                              vtr_parser_place(p, p->current.offset, p->current.length),
                              "the condition is nested more than %u levels deep",
                              VTR_NESTING_LIMIT);
    return false;
}

void vtr_parser_leave(struct vtr_parser *p)
{
    p->depth--;
}

bool vtr_parser_is_at_rule(const struct vtr_parser *p)
{
    struct vtr_lexer ahead = p->lexer;
    struct vtr_lexeme lexeme = p->current;

    ahead.diagnostics = NULL;
    for (unsigned i = 0; i < VTR_MODIFIERS_AHEAD && (lexeme.kind == VTR_LEX_PRIVATE ||
                                                     lexeme.kind == VTR_LEX_GLOBAL);
         i++) {
        vtr_lexer_next(&ahead, &lexeme);
    }
    if (lexeme.kind != VTR_LEX_RULE) {
        return false;
    }
    vtr_lexer_next(&ahead, &lexeme);
    if (lexeme.kind != VTR_LEX_NAME) {
        return false;
    }
    vtr_lexer_next(&ahead, &lexeme);
    return lexeme.kind == '{' || lexeme.kind == ':' || lexeme.kind == VTR_LEX_HEX;
}

/* Whether a line begins with what may be meant for the head of a rule, wrong as it is:
 * "rule", and a brace on this line or as the first of the next. */
static bool is_at_line_of_rule(const struct vtr_parser *p)
{
    const uint8_t *text = p->lexer.ptr;
    const uint32_t len = p->lexer.len;
    uint32_t at = p->current.offset;

    while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) {
        at--;
    }
    if (at > 0 && text[at - 1] != '\n') {
        return false;
    }
    for (at = p->current.offset; at < len && text[at] != '\n'; at++) {
        if (text[at] == '{') {
            return true;
        }
    }
    while (at < len && vtr_char_is(text[at], VTR_CHAR_SPACE)) {
        at++;
    }
    return at < len && text[at] == '{';
}

/* Moves to what can begin a statement of the file after an error. */
static void recover(struct vtr_parser *p)
{
    struct vtr_diagnostics *diagnostics = p->lexer.diagnostics;

    p->lexer.diagnostics = NULL; /* of a rule that has an error, one is enough */
    for (;;) {
        const int kind = p->current.kind;
        if (kind == VTR_LEX_END || kind == VTR_LEX_INCLUDE) {
            break;
        }
        if (kind == VTR_LEX_IMPORT && vtr_lexer_peek_kind(&p->lexer) == VTR_LEX_TEXT) {
            break;
        }
        if ((kind == VTR_LEX_RULE || kind == VTR_LEX_PRIVATE ||
             kind == VTR_LEX_GLOBAL) &&
            (vtr_parser_is_at_rule(p) || is_at_line_of_rule(p))) {
            break;
        }
        vtr_parser_advance(p);
    }
    p->lexer.diagnostics = diagnostics;
}

static bool parse_tags(struct vtr_parser *p, struct vtr_ast_rule *rule)
{
    struct vtr_ast_tag **last = &rule->tags;

    do {
        if (p->current.kind != VTR_LEX_NAME) {
            (void)vtr_parser_report(p, VTR_LEX_NAME, "a tag");
            return false;
        }
        struct vtr_ast_tag *tag = vtr_parser_alloc(p, sizeof(*tag));
        if (tag == NULL) {
            return false;
        }
        tag->name = p->current.text;
        tag->offset = p->current.offset;
        *last = tag;
        last = &tag->next;
        rule->tag_count++;
        vtr_parser_advance(p);
    } while (p->current.kind == VTR_LEX_NAME);
    return true;
}

/* The value of "key = value" in a meta section. */
static bool parse_meta_value(struct vtr_parser *p, struct vtr_ast_meta *meta)
{
    const bool is_negative = vtr_parser_accept(p, '-');
    const struct vtr_lexeme value = p->current;

    meta->number = is_negative && !value.is_unsigned ? -value.number : value.number;
    if (value.kind == VTR_LEX_INT) {
        if (value.is_unsigned) {
            vtr_lexer_report_integer(&p->lexer, &value);
        }
        meta->type = VTR_META_INT;
    } else if (value.kind == VTR_LEX_FLOAT && p->source->dialect != VTR_DIALECT_YARA4) {
        const struct vtr_decimal decimal = vtr_decimal_parse(value.text);
        meta->type = VTR_META_FLOAT;
        meta->number = is_negative ? -decimal.digits : decimal.digits;
        meta->exponent = decimal.exponent;
    } else if (value.kind == VTR_LEX_TEXT && !is_negative) {
        meta->type = VTR_META_TEXT;
        meta->text = vtr_parser_unescape(p, &value);
    } else if (value.kind == VTR_LEX_TRUE && !is_negative) {
        meta->type = VTR_META_BOOL;
        meta->number = 1;
    } else if (value.kind == VTR_LEX_FALSE && !is_negative) {
        meta->type = VTR_META_BOOL;
        meta->number = 0;
    } else {
        (void)vtr_parser_report(p, is_negative ? VTR_LEX_INT : VTR_LEX_TEXT,
                                is_negative ? "a number"
                                            : "a text, a whole number, true or false");
        return false;
    }
    vtr_parser_advance(p);
    return true;
}

static bool parse_metas(struct vtr_parser *p, struct vtr_ast_rule *rule)
{
    struct vtr_ast_meta **last = &rule->metas;

    if (!vtr_parser_expect(p, ':', "'meta'")) {
        return false;
    }
    do {
        if (p->current.kind != VTR_LEX_NAME) {
            (void)vtr_parser_report(p, VTR_LEX_NAME, "a name of metadata");
            return false;
        }
        struct vtr_ast_meta *meta = vtr_parser_alloc(p, sizeof(*meta));
        if (meta == NULL) {
            return false;
        }
        meta->key = p->current.text;
        vtr_parser_advance(p);
        if (!vtr_parser_expect(p, '=', "the name of metadata") ||
            !parse_meta_value(p, meta)) {
            return false;
        }
        meta->end = p->last_end;
        *last = meta;
        last = &meta->next;
        rule->meta_count++;
    } while (p->current.kind == VTR_LEX_NAME);
    return true;
}

/* What follows a condition is not the end of the rule. */
static void report_end(struct vtr_parser *p, const struct vtr_ast_rule *rule)
{
    struct vtr_problem *problem =
        vtr_parser_report(p, VTR_LEX_AND, "'and', 'or', another operator, or '}'");

    if (p->current.kind == VTR_LEX_END || vtr_parser_is_at_rule(p)) {
        problem->other = vtr_parser_place(p, rule->offset, (uint32_t)rule->name.len);
        problem->other_label = "this rule has no '}'";
        problem->help = "write '}' behind its condition";
    } else if (p->current.kind == ')') {
        problem->help = "no '(' is open here";
    }
}

/* What stands between the braces of a rule. */
static bool parse_sections(struct vtr_parser *p, struct vtr_ast_rule *rule)
{
    if (vtr_parser_accept(p, VTR_LEX_META) && !parse_metas(p, rule)) {
        return false;
    }
    rule->strings_offset = p->current.offset;
    if (vtr_parser_accept(p, VTR_LEX_STRINGS) &&
        (!vtr_parser_expect(p, ':', "'strings'") || !vtr_parse_strings(p, rule))) {
        return false;
    }
    if (p->current.kind != VTR_LEX_CONDITION) {
        struct vtr_problem *problem =
            rule->strings != NULL
                ? vtr_parser_report(p, VTR_LEX_STRING, "another string or 'condition:'")
                : vtr_parser_report(p, VTR_LEX_CONDITION, "'condition:'");
        problem->note =
            "a rule has 'meta:', 'strings:' and 'condition:', in this order";
        return false;
    }
    vtr_parser_advance(p);
    if (!vtr_parser_expect(p, ':', "'condition'")) {
        return false;
    }
    rule->condition = vtr_parse_condition(p);
    if (rule->condition == NULL) {
        return false;
    }
    if (!vtr_parser_accept(p, '}')) {
        rule->condition = NULL;
        report_end(p, rule);
        return false;
    }
    return true;
}

/* The rest of a rule after "rule".  False: the parser must recover. */
static bool parse_rule_body(struct vtr_parser *p, struct vtr_ast_rule *rule)
{
    vtr_parser_advance(p);
    if (vtr_parser_accept(p, ':') && !parse_tags(p, rule)) {
        return false;
    }
    if (p->current.kind == VTR_LEX_HEX) {
        struct vtr_problem *problem = vtr_parser_report(p, '{', "'{' and 'condition:'");
        problem->help = "a rule needs a condition: { condition: true }";
        return false;
    }
    return vtr_parser_expect(p, '{', "the name of the rule") && parse_sections(p, rule);
}

static bool parse_rule(struct vtr_parser *p, struct vtr_ast *ast,
                       struct vtr_ast_rule ***last)
{
    const uint64_t errors = p->diagnostics->errors;
    const uint32_t begin = p->current.offset;
    uint8_t flags = 0;

    p->lexical_errors = p->lexer.error_count;
    while (p->current.kind == VTR_LEX_PRIVATE || p->current.kind == VTR_LEX_GLOBAL) {
        const uint8_t flag =
            p->current.kind == VTR_LEX_PRIVATE ? VTR_RULE_PRIVATE : VTR_RULE_GLOBAL;
        if ((flags & flag) != 0 && p->source->dialect == VTR_DIALECT_YARA_X) {
            (void)vtr_diagnostics_add(p->diagnostics, VTR_CODE_DIALECT,
                                      vtr_parser_place(p, p->current.offset,
                                                       p->current.length),
                                      "YARA-X does not take a rule's modifier twice");
        }
        flags |= flag;
        vtr_parser_advance(p);
    }
    if (!vtr_parser_expect(p, VTR_LEX_RULE,
                           flags == 0 ? "" : "'private' or 'global'")) {
        return false;
    }
    if (p->current.kind != VTR_LEX_NAME) {
        (void)vtr_parser_report(p, VTR_LEX_NAME, "the name of a rule");
        return false;
    }
    struct vtr_ast_rule *rule = vtr_parser_alloc(p, sizeof(*rule));
    if (rule == NULL) {
        return false;
    }
    rule->name = p->current.text;
    rule->begin = begin;
    rule->offset = p->current.offset;
    rule->flags = flags;
    vtr_line_cursor_to(&p->lines, rule->offset, &rule->line, &rule->column);
    **last = rule;
    *last = &rule->next;
    ast->rule_count++;
    p->depth = 0;
    const bool is_parsed = parse_rule_body(p, rule);
    rule->end = p->last_end;
    rule->is_bad = !is_parsed || p->diagnostics->errors != errors;
    return is_parsed;
}

/* What a misspelt module is called. */
static void suggest_module(struct vtr_parser *p, struct vtr_problem *problem,
                           const struct vtr_ast_import *import)
{
    for (uint32_t i = 0; i < VTR_MODULE_COUNT && !vtr_is_module_name(import->name);
         i++) {
        const char *name = vtr_module_get(i)->name;
        if (vtr_names_are_close(import->name, vtr_bytes_from_text(name))) {
            problem->help =
                vtr_diagnostics_text(p->diagnostics, "did you mean \"%s\"?", name);
            return;
        }
    }
}

static bool parse_import(struct vtr_parser *p, struct vtr_ast_import ***last)
{
    const uint32_t offset = p->current.offset;

    vtr_parser_advance(p);
    if (p->current.kind != VTR_LEX_TEXT) {
        (void)vtr_parser_report(p, VTR_LEX_TEXT, "the name of a module in quotes");
        return false;
    }
    struct vtr_ast_import *import = vtr_parser_alloc(p, sizeof(*import));
    if (import == NULL) {
        return false;
    }
    const struct vtr_bytes written = p->current.text;
    import->name = vtr_parser_unescape(p, &p->current);
    import->offset = offset;
    vtr_parser_advance(p);
    import->length = p->last_end - offset;
    if (import->name.ptr == NULL) {
        return true; /* its escapes mean nothing: it is an import of nothing */
    }
    **last = import;
    *last = &import->next;
    if (vtr_module_find(import->name) != VTR_MODULE_COUNT) {
        return true;
    }
    struct vtr_problem *problem =
        vtr_diagnostics_add(p->diagnostics, VTR_CODE_MODULE,
                            vtr_parser_place(p, offset, p->last_end - offset),
                            "there is no module '%.*s' in this version",
                            (int)written.len, (const char *)written.ptr);
    problem->note = "rules of this file that do not use the module are compiled";
    suggest_module(p, problem, import);
    return true;
}

static bool parse_include(struct vtr_parser *p, struct vtr_ast_include ***last)
{
    const uint32_t offset = p->current.offset;

    vtr_parser_advance(p);
    struct vtr_ast_include *include = vtr_parser_alloc(p, sizeof(*include));
    if (include == NULL) {
        return false;
    }
    include->name = p->current.text;
    include->offset = offset;
    include->length = p->current.offset + p->current.length - offset;
    include->file = SIZE_MAX;
    **last = include;
    *last = &include->next;
    vtr_parser_advance(p);
    return true;
}

/* One import, include or rule. */
static bool parse_statement(struct vtr_parser *p, struct vtr_ast *ast,
                            struct vtr_ast_rule ***last_rule,
                            struct vtr_ast_include ***last_include,
                            struct vtr_ast_import ***last_import)
{
    switch (p->current.kind) {
    case VTR_LEX_IMPORT:
        return parse_import(p, last_import);
    case VTR_LEX_INCLUDE:
        return parse_include(p, last_include);
    case VTR_LEX_RULE:
    case VTR_LEX_PRIVATE:
    case VTR_LEX_GLOBAL:
        return parse_rule(p, ast, last_rule);
    default:
        (void)vtr_parser_report(p, VTR_LEX_RULE, "'rule', 'import' or 'include'");
        return false;
    }
}

/* Bytes that no text has: reported once, instead of a thousand strange words. */
static bool is_binary(struct vtr_parser *p)
{
    const struct vtr_bytes bytes = p->source->bytes;
    const uint8_t *nul = bytes.len == 0 ? NULL : memchr(bytes.ptr, 0, bytes.len);

    if (nul == NULL) {
        return false;
    }
    struct vtr_problem *problem =
        vtr_diagnostics_add(p->diagnostics, VTR_CODE_BINARY, vtr_parser_place(p, 0, 0),
                            "not a text file: a zero byte at offset %zu",
                            (size_t)(nul - bytes.ptr));
    /* A byte order mark, or half of the first character. */
    if (bytes.len >= 2 && ((bytes.ptr[0] ^ bytes.ptr[1]) == (0xFF ^ 0xFE) ||
                           (bytes.ptr[0] == 0) != (bytes.ptr[1] == 0))) {
        problem->help = "it may be UTF-16 text: save it as UTF-8";
    }
    if (bytes.len >= VTR_MAGIC_LEN &&
        memcmp(bytes.ptr, VTR_MAGIC, VTR_MAGIC_LEN) == 0) {
        problem->help =
            "it is a database, not rules: 'vitrine scan DB.vdb PATH' scans with it";
    }
    return true;
}

/* A block comment without an end takes the rest of the source along, as in YARA. */
static void check_open_comment(struct vtr_parser *p)
{
    const uint8_t *text = p->lexer.ptr;
    const uint32_t len = p->lexer.len;
    uint32_t at = p->last_end;

    while (at + 1 < len) {
        if (text[at] != '/' || (text[at + 1] != '/' && text[at + 1] != '*')) {
            at++;
            continue;
        }
        const uint32_t end = vtr_lexer_skip_comment(&p->lexer, at);
        if (text[at + 1] == '*' && end == len &&
            (end - at < 4 || text[end - 1] != '/' || text[end - 2] != '*')) {
            struct vtr_problem *problem =
                vtr_diagnostics_add(p->diagnostics, VTR_CODE_OPEN_COMMENT,
                                    vtr_parser_place(p, at, 2),
                                    "a comment without an end");
            problem->note = "the rest of the source is in it";
            return;
        }
        at = end;
    }
}

enum vtr_status vtr_parse(struct vtr_ast *out, const struct vtr_source *source,
                          struct vtr_arena *arena, struct vtr_arena *scratch,
                          struct vtr_diagnostics *diagnostics)
{
    struct vtr_parser p = {
        .source = source,
        .arena = arena,
        .string_arena = scratch,
        .diagnostics = diagnostics,
        .lines = {.source = source},
    };
    struct vtr_ast_rule **last_rule = &out->rules;
    struct vtr_ast_include **last_include = &out->includes;
    struct vtr_ast_import **last_import = &out->imports;

    *out = (struct vtr_ast){0};
    if (is_binary(&p)) {
        return VTR_OK;
    }
    vtr_lexer_init(&p.lexer, source, diagnostics);
    vtr_parser_advance(&p);
    while (p.current.kind != VTR_LEX_END && !p.has_no_memory) {
        if (!parse_statement(&p, out, &last_rule, &last_include, &last_import)) {
            recover(&p);
        }
    }
    check_open_comment(&p);
    if (out->rules == NULL && out->includes == NULL && diagnostics->errors == 0) {
        (void)vtr_diagnostics_add(diagnostics, VTR_CODE_EMPTY_SOURCE,
                                  vtr_parser_place(&p, 0, 0), "no rules in this file");
    }
    vtr_writer_deinit(&p.scratch);
    return p.has_no_memory ? VTR_ERROR_MEMORY : VTR_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/lint/allow.h"

#include <string.h>

#include "base/bytes.h"
#include "base/sort.h"
#include "compiler/diagnostic/warning.h"
#include "compiler/syntax/lexer.h"
#include "compiler/syntax/lexer_scan.h"
#include "compiler/syntax/source.h"

/* The bytes from `begin` to `end` may have these warnings. */
struct allowance {
    uint32_t begin;
    uint32_t end;
    uint64_t warnings;
};

/* Goes through the comments of a source, and its rules with them. */
struct reader {
    const struct vtr_source *source;
    const struct vtr_ast_rule *before; /* the last that ends before the comment */
    const struct vtr_ast_rule *rule;   /* the one after it */
    const struct vtr_ast_string *string;
    struct vtr_diagnostics *diagnostics;
    struct vtr_vector allowances; /* struct allowance */
    uint32_t line_begin;          /* the line that the comment begins on */
    uint32_t line_text;           /* its first byte that is no blank */
    uint32_t line_end;
    bool has_no_memory;
};

static bool ends_with(const uint8_t *end, size_t left, const char *text)
{
    const size_t len = strlen(text);

    return left >= len && memcmp(end - len, text, len) == 0;
}

/* Whether "vitrine:" or "suppress:" is anywhere: where not, no comment is looked at. */
static bool has_marks(struct vtr_bytes bytes)
{
    const uint8_t *at = bytes.ptr;
    const uint8_t *end = bytes.ptr + bytes.len;

    while (at < end) {
        const uint8_t *colon = memchr(at, ':', (size_t)(end - at));
        if (colon == NULL) {
            return false;
        }
        const size_t left = (size_t)(colon - bytes.ptr);
        if (ends_with(colon, left, "vitrine") || ends_with(colon, left, "suppress")) {
            return true;
        }
        at = colon + 1;
    }
    return false;
}

static uint32_t skip_spaces(struct vtr_bytes text, uint32_t at, uint32_t end)
{
    while (at < end && (text.ptr[at] == ' ' || text.ptr[at] == '\t')) {
        at++;
    }
    return at;
}

/* Moves past `word` and the blanks after it. */
static bool take_word(struct vtr_bytes text, uint32_t *at, uint32_t end,
                      const char *word)
{
    const uint32_t len = (uint32_t)strlen(word);

    if (end - *at < len || memcmp(text.ptr + *at, word, len) != 0) {
        return false;
    }
    *at = skip_spaces(text, *at + len, end);
    return true;
}

static void report_unknown(struct reader *r, struct vtr_bytes name, uint32_t offset)
{
    struct vtr_problem *problem =
        vtr_diagnostics_add(r->diagnostics, VTR_CODE_UNKNOWN_WARNING,
                            (struct vtr_place){r->source, offset, (uint32_t)name.len},
                            "no warning is called '%.*s'",
                            name.len > 64 ? 64 : (int)name.len, (const char *)name.ptr);
    const char *nearest = vtr_warning_nearest(name);

    if (nearest != NULL) {
        vtr_problem_replace(problem,
                            vtr_diagnostics_text(r->diagnostics, "did you mean '%s'?",
                                                 nearest),
                            problem->place, nearest);
    }
}

static void report_malformed(struct reader *r, uint32_t offset, uint32_t end)
{
    struct vtr_problem *problem =
        vtr_diagnostics_add(r->diagnostics, VTR_CODE_UNKNOWN_WARNING,
                            (struct vtr_place){r->source, offset, end - offset},
                            "this comment allows nothing");

    problem->help = "names stand in parentheses: // vitrine: allow(slow_pattern)";
}

/* Names between commas from `at` on. */
static uint64_t read_names(struct reader *r, uint32_t at, uint32_t end, bool is_strict)
{
    const struct vtr_bytes text = r->source->bytes;
    uint64_t warnings = 0;

    for (;;) {
        const uint32_t start = at;
        while (at < end &&
               vtr_char_is(text.ptr[at], VTR_CHAR_LETTER | VTR_CHAR_DIGIT)) {
            at++;
        }
        if (at == start) {
            return warnings;
        }
        const struct vtr_bytes name = {text.ptr + start, at - start};
        const uint64_t found = vtr_warning_find(name);
        if (found == 0 && is_strict) {
            report_unknown(r, name, start);
        }
        warnings |= found;
        at = skip_spaces(text, at, end);
        if (at < end && text.ptr[at] == ',') {
            at = skip_spaces(text, at + 1, end);
        }
    }
}

/* What the comment between `at`, behind its mark, and `end` allows. */
static uint64_t read_comment(struct reader *r, uint32_t at, uint32_t end)
{
    const struct vtr_bytes text = r->source->bytes;

    at = skip_spaces(text, at, end);
    if (take_word(text, &at, end, "suppress:")) {
        return read_names(r, at, end, false);
    }
    const uint32_t begin = at;
    if (!take_word(text, &at, end, "vitrine:") || !take_word(text, &at, end, "allow")) {
        return 0;
    }
    if (!take_word(text, &at, end, "(")) {
        report_malformed(r, begin, end);
        return 0;
    }
    return read_names(r, at, end, true);
}

static uint32_t line_end(struct vtr_bytes text, uint32_t at)
{
    const uint8_t *end = memchr(text.ptr + at, '\n', text.len - at);

    return end == NULL ? (uint32_t)text.len : (uint32_t)(end - text.ptr);
}

static void move_to(struct reader *r, uint32_t offset)
{
    while (r->rule != NULL && r->rule->end <= offset) {
        r->before = r->rule;
        r->rule = r->rule->next;
        r->string = r->rule == NULL ? NULL : r->rule->strings;
    }
    while (r->string != NULL && r->string->offset < offset) {
        r->string = r->string->next;
    }
}

/* Finds the line of `offset`; offsets ascend. */
static void find_line(struct reader *r, uint32_t offset)
{
    const struct vtr_bytes text = r->source->bytes;

    while (r->line_end < offset) {
        r->line_begin = r->line_end + 1;
        r->line_end = line_end(text, r->line_begin);
        r->line_text = skip_spaces(text, r->line_begin, r->line_end);
    }
}

/* The rule whose name, '{' or '}' stands before the comment at `offset` on its line:
 * the brackets at the line's beginning, where `vitrine fmt` puts them.  NULL: none. */
static const struct vtr_ast_rule *rule_of_line(const struct reader *r, uint32_t offset)
{
    const struct vtr_ast_rule *rule = r->rule;
    const uint8_t first = r->source->bytes.ptr[r->line_text];

    if (first == '}' && r->before != NULL && r->before->end == r->line_text + 1) {
        return r->before;
    }
    if (rule == NULL || rule->offset >= offset) {
        return NULL;
    }
    return rule->offset >= r->line_begin ||
                   (first == '{' && offset < rule->strings_offset)
               ? rule
               : NULL;
}

/* What a comment between `offset` and `end` is for. */
static struct allowance scope_of(struct reader *r, uint32_t offset, uint32_t end)
{
    const struct vtr_ast_rule *rule = r->rule;
    const struct vtr_ast_string *string = r->string;

    find_line(r, offset);
    if (rule == NULL || r->line_text < offset) {
        const struct vtr_ast_rule *whole =
            r->line_text < offset ? rule_of_line(r, offset) : NULL;
        return whole != NULL
                   ? (struct allowance){whole->begin, whole->end, 0}
                   : (struct allowance){r->line_begin,
                                        end > r->line_end ? end : r->line_end, 0};
    }
    if (string != NULL && offset > rule->strings_offset) {
        return (struct allowance){string->offset, string->end, 0};
    }
    /* from here, so that imports before the rule are meant too */
    return (struct allowance){offset < rule->begin ? offset : rule->begin, rule->end,
                              0};
}

/* The comments of what lies between two lexemes. */
static void read_gap(struct reader *r, uint32_t at, uint32_t end)
{
    const struct vtr_bytes text = r->source->bytes;

    while (at + 1 < end) {
        if (text.ptr[at] != '/') {
            at++;
            continue;
        }
        const bool is_block = text.ptr[at + 1] == '*';
        uint32_t stop = is_block ? at + 2 : line_end(text, at);
        while (
            is_block && stop < end &&
            !(text.ptr[stop] == '*' && stop + 1 < end && text.ptr[stop + 1] == '/')) {
            stop++;
        }
        stop = stop > end ? end : stop;
        const uint64_t warnings = read_comment(r, at + 2, stop);
        if (warnings != 0) {
            move_to(r, at);
            struct allowance *slot = vtr_vector_push(&r->allowances);
            if (slot == NULL) {
                r->has_no_memory = true;
                return;
            }
            *slot = scope_of(r, at, stop);
            slot->warnings = warnings;
        }
        at = stop + (is_block ? 2 : 0);
    }
}

/* The comments are what the lexer skips: texts and expressions may hold their likes. */
static void read_comments(struct reader *r)
{
    struct vtr_lexer lexer;
    struct vtr_lexeme lexeme;
    uint32_t end = 0;

    vtr_lexer_init(&lexer, r->source, NULL);
    do {
        vtr_lexer_next(&lexer, &lexeme);
        read_gap(r, end, lexeme.offset);
        end = lexeme.offset + lexeme.length;
    } while (lexeme.kind != VTR_LEX_END && !r->has_no_memory);
}

static int compare_offsets(const void *a, const void *b, void *context)
{
    const struct vtr_problem *left = a;
    const struct vtr_problem *right = b;

    (void)context;
    return (left->place.offset > right->place.offset) -
           (left->place.offset < right->place.offset);
}

static int compare_begins(const void *a, const void *b, void *context)
{
    const struct allowance *left = a;
    const struct allowance *right = b;

    (void)context;
    return (left->begin > right->begin) - (left->begin < right->begin);
}

/* Removes the problems that an allowance covers; both lists are sorted. */
static void remove_allowed(struct vtr_diagnostics *d,
                           const struct allowance *allowances, size_t count)
{
    uint32_t ends[VTR_WARNING_COUNT] = {0}; /* how far each warning is allowed */
    struct vtr_problem *items = d->problems.items;
    size_t kept = 0;
    size_t next = 0;

    for (size_t i = 0; i < d->problems.count; i++) {
        const uint32_t offset = items[i].place.offset;
        for (; next < count && allowances[next].begin <= offset; next++) {
            for (unsigned w = 0; w < VTR_WARNING_COUNT; w++) {
                if ((allowances[next].warnings >> w & 1) != 0 &&
                    allowances[next].end > ends[w]) {
                    ends[w] = allowances[next].end;
                }
            }
        }
        const enum vtr_warning warning = vtr_warning_of_code(items[i].code);
        if (warning != VTR_WARNING_COUNT && offset < ends[warning]) {
            d->warnings--;
            d->kept_warnings--;
        } else {
            items[kept++] = items[i];
        }
    }
    d->problems.count = kept;
}

enum vtr_status vtr_allow_apply(const struct vtr_source *source,
                                const struct vtr_ast *ast,
                                struct vtr_diagnostics *diagnostics)
{
    struct reader reader = {
        .source = source,
        .rule = ast->rules,
        .string = ast->rules == NULL ? NULL : ast->rules->strings,
        .diagnostics = diagnostics,
    };
    enum vtr_status status = VTR_OK;

    if (diagnostics->kept_warnings == 0 || !has_marks(source->bytes)) {
        return VTR_OK;
    }
    vtr_vector_init(&reader.allowances, sizeof(struct allowance));
    reader.line_end = line_end(source->bytes, 0);
    reader.line_text = skip_spaces(source->bytes, 0, reader.line_end);
    read_comments(&reader);
    if (reader.has_no_memory ||
        vtr_sort(reader.allowances.items, reader.allowances.count,
                 sizeof(struct allowance), compare_begins, NULL) != VTR_OK ||
        vtr_sort(diagnostics->problems.items, diagnostics->problems.count,
                 sizeof(struct vtr_problem), compare_offsets, NULL) != VTR_OK) {
        status = VTR_ERROR_MEMORY;
    } else {
        remove_allowed(diagnostics, reader.allowances.items, reader.allowances.count);
    }
    vtr_vector_deinit(&reader.allowances);
    return status;
}

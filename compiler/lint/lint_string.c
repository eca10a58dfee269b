/* SPDX-License-Identifier: Apache-2.0 */

/* Strings that are written as something else, or twice. */
#include "compiler/lint/lint.h"

#include <string.h>

#include "base/bytes.h"
#include "compiler/syntax/lexer.h"
#include "compiler/syntax/source.h"

/* Shorter hex strings are numbers and signatures, however printable. */
#define TEXT_LEN_MIN 4u

/* A text that is offered instead of a hex string is not longer. */
#define TEXT_LEN_MAX 200u

static struct vtr_place name_place(const struct vtr_linter *l,
                                   const struct vtr_ast_string *s)
{
    return (struct vtr_place){l->source, s->offset, s->length};
}

static struct vtr_place value_place(const struct vtr_linter *l,
                                    const struct vtr_ast_string *s)
{
    return (struct vtr_place){l->source, s->literal_offset, s->literal_length};
}

static struct vtr_bytes value_text(const struct vtr_linter *l,
                                   const struct vtr_ast_string *s)
{
    return (struct vtr_bytes){l->source->bytes.ptr + s->literal_offset,
                              s->literal_length};
}

/* The word `nocase` behind a value; length 0: not there. */
static struct vtr_place find_word(const struct vtr_linter *l,
                                  const struct vtr_ast_string *s, const char *word)
{
    const uint8_t *text = l->source->bytes.ptr;
    const uint32_t len = (uint32_t)strlen(word);

    for (uint32_t at = s->literal_offset + s->literal_length; at + len <= s->end;
         at++) {
        if (memcmp(text + at, word, len) == 0) {
            return (struct vtr_place){l->source, at, len};
        }
    }
    return (struct vtr_place){l->source, s->offset, 0};
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The word and the blank before it, if there is one. */
static void offer_removal(struct vtr_problem *problem, const char *help)
{
    struct vtr_place edit = problem->place;

    if (is_blank(edit.source->bytes.ptr[edit.offset - 1])) {
        edit.offset--;
        edit.length++;
    }
    vtr_problem_replace(problem, help, edit, "");
}

static bool has_letters(struct vtr_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((text.ptr[i] | 0x20u) - (unsigned)'a' < 26) {
            return true;
        }
    }
    return false;
}

static void lint_nocase(struct vtr_linter *l, const struct vtr_ast_string *s)
{
    const struct vtr_bytes value = value_text(l, s);

    if (s->type == VTR_PATTERN_TEXT && !has_letters(value)) {
        struct vtr_problem *problem =
            vtr_diagnostics_add(l->diagnostics, VTR_CODE_REDUNDANT_MODIFIER,
                                find_word(l, s, "nocase"),
                                "'nocase' changes nothing: the text has no letters");
        problem->other = value_place(l, s);
        problem->other_label = "no letters";
        offer_removal(problem, "leave it out");
    } else if (s->type == VTR_PATTERN_REGEX && value.ptr[value.len - 1] != '/' &&
               memchr(value.ptr + value.len - 2, 'i', 2) != NULL) {
        const uint32_t at = value.ptr[value.len - 1] == 'i' ? 1 : 2;
        struct vtr_problem *problem =
            vtr_diagnostics_add(l->diagnostics, VTR_CODE_REDUNDANT_MODIFIER,
                                find_word(l, s, "nocase"),
                                "'nocase' says what '/i' says already");
        problem->other =
            (struct vtr_place){l->source, s->literal_offset + s->literal_length - at,
                               1};
        problem->other_label = "no case here";
        offer_removal(problem, "leave one of them out");
    }
}

static bool is_printable(unsigned byte)
{
    return byte >= 0x20 && byte < 0x7f;
}

/* Decodes a hex string of printable characters, each with a zero behind it when
 * `out_is_wide`; 0: it is not one. */
static size_t decode_text(struct vtr_bytes hex, uint8_t *out, bool *out_is_wide)
{
    size_t count = 0;
    size_t len = 0;

    *out_is_wide = false;
    for (size_t at = 1; at + 1 < hex.len; at++) {
        if (is_blank(hex.ptr[at])) {
            continue;
        }
        const unsigned high = vtr_hex_value(hex.ptr[at]);
        const unsigned low = vtr_hex_value(hex.ptr[at + 1]);
        if (high == VTR_HEX_NONE || low == VTR_HEX_NONE) {
            return 0;
        }
        const unsigned byte = high << 4 | low;
        *out_is_wide = count == 1 ? byte == 0 : *out_is_wide;
        const bool is_pad = *out_is_wide && count % 2 == 1;
        if ((is_pad ? byte != 0 : !is_printable(byte)) || len == TEXT_LEN_MAX) {
            return 0;
        }
        if (!is_pad) {
            out[len++] = (uint8_t)byte;
        }
        count++;
        at++;
    }
    return *out_is_wide && count % 2 != 0 ? 0 : len;
}

/* Whether somebody would have typed it: code and numbers come out as odd signs. */
static bool looks_like_text(const uint8_t *text, size_t len)
{
    size_t words = 0;

    for (size_t i = 0; i < len; i++) {
        words += (text[i] | 0x20u) - (unsigned)'a' < 26 || text[i] == ' ' ? 1 : 0;
    }
    return len >= TEXT_LEN_MIN && words * 4 >= len * 3;
}

static void lint_hex_text(struct vtr_linter *l, const struct vtr_ast_string *s)
{
    uint8_t text[TEXT_LEN_MAX];
    char quoted[2 * TEXT_LEN_MAX + 16];
    bool is_wide;
    size_t n = 0;
    const size_t len = decode_text(value_text(l, s), text, &is_wide);

    if (!looks_like_text(text, len)) {
        return;
    }
    quoted[n++] = '"';
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"' || text[i] == '\\') {
            quoted[n++] = '\\';
        }
        quoted[n++] = (char)text[i];
    }
    quoted[n++] = '"';
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics, VTR_CODE_TEXT_AS_HEX, value_place(l, s),
                            "hex string '$%.*s' is a text", (int)s->id.len,
                            (const char *)s->id.ptr);
    vtr_problem_replace(problem, "write it as one", problem->place,
                        vtr_diagnostics_text(l->diagnostics, "%.*s%s", (int)n, quoted,
                                             is_wide ? " wide" : ""));
}

/* One jump, "[n]", "[n-m]", "[n-]", "[-]" or YARA-X's "[0x10]", at `*at`; moves past
 * it. */
static bool read_jump(struct vtr_bytes text, size_t *at, uint64_t *low, uint64_t *high)
{
    uint64_t bounds[2] = {0, 0};
    bool has[2] = {false, false};
    unsigned radix = 10;
    unsigned side = 0;
    size_t i = *at;

    if (i >= text.len || text.ptr[i] != '[') {
        return false;
    }
    for (i++; i < text.len && text.ptr[i] != ']'; i++) {
        const uint8_t c = text.ptr[i];
        const unsigned digit = vtr_hex_value(c);
        if (digit < radix) {
            bounds[side] = bounds[side] * radix + digit;
            has[side] = true;
        } else if (c == 'x' || c == 'o') {
            radix = c == 'x' ? 16 : 8;
        } else if (c == '-') {
            radix = 10;
            side = 1;
        }
    }
    *at = i + 1;
    *low += bounds[0];
    if (*high == UINT64_MAX || (side == 1 && !has[1])) {
        *high = UINT64_MAX;
    } else {
        *high += bounds[side];
    }
    return true;
}

static void report_jumps(struct vtr_linter *l, const struct vtr_ast_string *s,
                         struct vtr_place place, uint64_t low, uint64_t high)
{
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics, VTR_CODE_CONSECUTIVE_JUMPS, place,
                            "jumps of '$%.*s' follow each other", (int)s->id.len,
                            (const char *)s->id.ptr);
    const char *jump =
        high == UINT64_MAX
            ? vtr_diagnostics_text(l->diagnostics, "[%llu-]", (unsigned long long)low)
        : low == high
            ? vtr_diagnostics_text(l->diagnostics, "[%llu]", (unsigned long long)low)
            : vtr_diagnostics_text(l->diagnostics, "[%llu-%llu]",
                                   (unsigned long long)low, (unsigned long long)high);

    vtr_problem_replace(problem, "write one jump", place, jump);
}

/* Where the next jump begins from `at` on, past comments; the end of the text when
 * there is none. */
static size_t find_jump(const struct vtr_linter *l, struct vtr_bytes text, size_t at)
{
    const uint8_t *open =
        at < text.len ? memchr(text.ptr + at, '[', text.len - at) : NULL;
    struct vtr_lexer lexer;

    if (open == NULL ||
        memchr(text.ptr + at, '/', (size_t)(open - text.ptr) - at) == NULL) {
        return open == NULL ? text.len : (size_t)(open - text.ptr);
    }
    vtr_lexer_init(&lexer, l->source, NULL);
    const uint32_t start = (uint32_t)(text.ptr - lexer.ptr);
    while (at < text.len && text.ptr[at] != '[') {
        const uint32_t pos = start + (uint32_t)at;
        const uint32_t after = vtr_lexer_skip_comment(&lexer, pos);
        at = after > pos ? after - start : at + 1;
    }
    return at;
}

static void lint_jumps(struct vtr_linter *l, const struct vtr_ast_string *s)
{
    const struct vtr_bytes text = value_text(l, s);

    if (memchr(text.ptr, '[', text.len) == NULL) {
        return; /* as most strings */
    }
    for (size_t begin = find_jump(l, text, 0); begin < text.len;) {
        size_t at = begin;
        size_t end = begin;
        uint64_t low = 0;
        uint64_t high = 0;
        unsigned count = 0;
        while (read_jump(text, &at, &low, &high)) {
            count++;
            end = at;
            while (at < text.len && is_blank(text.ptr[at])) {
                at++;
            }
        }
        if (count > 1) {
            const struct vtr_place place = {l->source,
                                            s->literal_offset + (uint32_t)begin,
                                            (uint32_t)(end - begin)};
            report_jumps(l, s, place, low, high);
        }
        begin = find_jump(l, text, end);
    }
}

static void report_twin(struct vtr_linter *l, void *context, size_t first, size_t again)
{
    const struct vtr_ast_string *a = l->strings[first];
    const struct vtr_ast_string *b = l->strings[again];
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics, VTR_CODE_DUPLICATE_PATTERN,
                            name_place(l, b), "string '$%.*s' is the same as '$%.*s'",
                            (int)b->id.len, (const char *)b->id.ptr, (int)a->id.len,
                            (const char *)a->id.ptr);

    (void)context;
    problem->other = name_place(l, a);
    problem->other_label = "first here";
    problem->note = "each counts in conditions such as '2 of them'";
}

static void lint_twins(struct vtr_linter *l)
{
    vtr_lint_begin_twins(l);
    for (uint32_t i = 0; i < l->rule->string_count; i++) {
        const struct vtr_ast_string *s = l->strings[i];
        const uint64_t keys =
            (uint64_t)s->modifiers.xor_min << 8 | (uint64_t)s->modifiers.xor_max;
        vtr_lint_add_twin(l, s->payload,
                          (uint64_t)(s->flags & ~(uint32_t)VTR_PATTERN_PRIVATE) << 32 |
                              (uint64_t)s->type << 24 |
                              ((s->flags & VTR_PATTERN_XOR) != 0 ? keys : 0));
    }
    vtr_lint_find_twins(l, report_twin, NULL);
}

void vtr_lint_strings(struct vtr_linter *l)
{
    for (uint32_t i = 0; i < l->rule->string_count; i++) {
        const struct vtr_ast_string *s = l->strings[i];
        vtr_lint_speed(l, s);
        if (s->type == VTR_PATTERN_HEX) {
            lint_hex_text(l, s);
            lint_jumps(l, s);
        } else if ((s->modifiers.set & VTR_MODIFIER_NOCASE) != 0) {
            lint_nocase(l, s);
        }
        if (s->type == VTR_PATTERN_REGEX) {
            vtr_lint_regex(l, s->literal_offset, s->literal_length);
        }
    }
    if (l->rule->string_count > 1) {
        lint_twins(l);
    }
}

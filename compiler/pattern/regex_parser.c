/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The grammar, read by recursive descent; a group is one level, and their number is
 * limited:
 *
 *   alternatives = sequence { "|" [ sequence ] }
 *   sequence     = item { item }
 *   item         = "^" | "$" | "\b" | "\B" | single { repeat [ "?" ] }
 *   single       = "(" alternatives ")" | "." | class | character | escape
 *   repeat       = "*" | "+" | "?" | "{" n "}" | "{" [ n ] "," [ m ] "}"
 *
 * An alternative may be empty after a '|', never before one, and one repeat follows an
 * item at most: so YARA 4 has it.  YARA-X has empty groups and repeats of repeats.
 */
#include "compiler/pattern/regex_parser.h"

#include <string.h>

#include "base/bytes.h"
#include "compiler/pattern/pattern_problem.h"
#include "compiler/pattern/regex_braces.h"
#include "compiler/pattern/regex_build.h"
#include "compiler/pattern/regex_class.h"
#include "compiler/pattern/regex_set.h"
#include "compiler/pattern/regex_unicode.h"

#define ASCII_LIMIT 128u

struct parser {
    struct vtr_regex_builder builder;
    struct vtr_pattern_problem *problem;
    struct vtr_bytes text;
    size_t pos;
    unsigned depth;
    unsigned chained; /* repeats of what is a repeat itself, in all */
    struct vtr_regex_tree *tree;
    enum vtr_dialect dialect;
};

/* Moves past blanks, and comments up to the end of the line, with (?x). */
static void skip_blanks(struct parser *p)
{
    bool is_comment = false;

    for (; p->builder.flags.is_extended && p->pos < p->text.len; p->pos++) {
        const uint8_t c = p->text.ptr[p->pos];
        is_comment = c != '\n' && (is_comment || c == '#');
        if (!is_comment && c != ' ' && c - (unsigned)'\t' >= 5) {
            break;
        }
    }
}

static int peek(struct parser *p)
{
    skip_blanks(p);
    return p->pos < p->text.len ? p->text.ptr[p->pos] : -1;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool check_braces(struct parser *p, const struct vtr_regex_braces *braces)
{
    const bool is_open = braces->max == VTR_REGEX_UNBOUNDED;

    if (braces->min > VTR_REGEX_REPEAT_MAX ||
        (braces->max > VTR_REGEX_REPEAT_MAX && !is_open)) {
        return vtr_problem_set(p->problem, "E206", p->pos, braces->len,
                               "repeat of more than %u times", VTR_REGEX_REPEAT_MAX);
    }
    if (braces->max < braces->min) {
        return vtr_problem_set(p->problem, "E207", p->pos, braces->len,
                               "repeat's lower bound exceeds its upper bound");
    }
    return true;
}

/* Reads a repeat if there is one: `out->len` says so. */
static bool read_repeat(struct parser *p, struct vtr_regex_braces *out)
{
    const int c = peek(p);

    *out = (struct vtr_regex_braces){.min = c == '+' ? 1 : 0,
                                     .max = c == '?' ? 1 : VTR_REGEX_UNBOUNDED};
    if (c == '{') {
        *out = vtr_regex_read_braces(p->text, p->pos, p->dialect);
        if (out->len > 0 && !check_braces(p, out)) {
            return false;
        }
    } else if (c == '*' || c == '+' || c == '?') {
        out->len = 1;
    }
    p->pos += out->len;
    return true;
}

/* Puts the repeat that follows `single`, if any, round it. */
static struct vtr_regex_node *parse_repeat(struct parser *p,
                                           struct vtr_regex_node *single)
{
    struct vtr_regex_braces repeat;

    if (!read_repeat(p, &repeat)) {
        return NULL;
    }
    if (repeat.len == 0) {
        return single;
    }
    const uint32_t min = repeat.min;
    const uint32_t max = repeat.max;
    const bool has_mark = peek(p) == '?';
    const bool is_lazy = has_mark != p->builder.flags.is_swapped;
    p->pos += has_mark ? 1 : 0;
    if (is_lazy) {
        p->tree->has_lazy = true;
    } else {
        p->tree->has_greedy = true;
        p->tree->has_varying = p->tree->has_varying || min != max;
    }
    if ((min == 1 && max == 1) || single->kind == VTR_REGEX_EMPTY) {
        return single;
    }
    if (max == 0) {
        return vtr_regex_new_node(&p->builder, VTR_REGEX_EMPTY);
    }
    struct vtr_regex_node *node = vtr_regex_new_node(&p->builder, VTR_REGEX_REPEAT);
    if (node != NULL) {
        node->first = single;
        node->min = min;
        node->max = max;
        node->is_lazy = is_lazy && min != max; /* {n}? is {n} */
    }
    return node;
}

/* What would ask for the tables of Unicode. */
static struct vtr_regex_node *fail_unicode(struct parser *p)
{
    (void)vtr_problem_set(p->problem, "E219", p->pos, 2,
                          "words and classes of Unicode are not known");
    (void)vtr_problem_help(p->problem, "write (?-u) before it");
    return NULL;
}

/* A class under the flag u: what has bytes past ASCII was inverted. */
static struct vtr_regex_node *new_character_class(struct parser *p,
                                                  struct vtr_byte_set *set)
{
    const bool is_inverted = vtr_byte_set_has(set, 0xff);

    for (unsigned byte = ASCII_LIMIT; byte <= 0xff; byte++) {
        if (vtr_byte_set_has(set, byte) != is_inverted) {
            return fail_unicode(p);
        }
    }
    if (!is_inverted) {
        return vtr_regex_new_class(&p->builder, set);
    }
    memset(set->bits + ASCII_LIMIT / 8, 0, sizeof set->bits - ASCII_LIMIT / 8);
    return vtr_regex_new_any_character(&p->builder, set);
}

static struct vtr_regex_node *parse_class(struct parser *p)
{
    const struct vtr_regex_set_rules rules = {p->builder.flags.is_nocase,
                                              p->builder.flags.is_extended};
    struct vtr_byte_set set;
    const bool is_yara_x = p->dialect == VTR_DIALECT_YARA_X || rules.is_extended;
    const bool is_read =
        is_yara_x
            ? vtr_regex_read_set(p->text, &p->pos, &rules, &set, p->problem)
            : vtr_regex_read_class(p->text, &p->pos, rules.is_nocase, &set, p->problem);

    if (!is_read) {
        return NULL;
    }
    p->builder.has_cased = p->builder.has_cased || !rules.is_nocase;
    return p->builder.flags.is_unicode ? new_character_class(p, &set)
                                       : vtr_regex_new_class(&p->builder, &set);
}

/* To YARA-X a repeat is of the character before it, however many bytes that has. */
static struct vtr_regex_node *parse_literal(struct parser *p)
{
    const size_t len = p->dialect == VTR_DIALECT_YARA_X || p->builder.flags.is_unicode
                           ? vtr_regex_character_len(p->text, p->pos)
                           : 1;
    const size_t end = p->pos + len;
    struct vtr_regex_list list = {0};

    if (len <= 1 || end >= p->text.len || memchr("*+?{", p->text.ptr[end], 4) == NULL) {
        p->pos++;
        return vtr_regex_new_literal(&p->builder, p->text.ptr[p->pos - 1]);
    }
    for (; p->pos < end; p->pos++) {
        struct vtr_regex_node *node =
            vtr_regex_new_literal(&p->builder, p->text.ptr[p->pos]);
        if (node == NULL) {
            return NULL;
        }
        vtr_regex_list_add(&list, node);
    }
    return vtr_regex_list_node(&p->builder, &list, VTR_REGEX_CONCAT);
}

/* "." under the flags. */
static struct vtr_regex_node *parse_any(struct parser *p)
{
    struct vtr_byte_set ascii = {{0}};

    p->pos++;
    if (!p->builder.flags.is_unicode) {
        return vtr_regex_new_any(&p->builder);
    }
    for (unsigned byte = 0; byte < ASCII_LIMIT; byte++) {
        if (p->builder.flags.is_dotall ||
            (byte != '\n' && !(byte == '\r' && p->builder.flags.has_returns))) {
            vtr_byte_set_add(&ascii, byte);
        }
    }
    return vtr_regex_new_any_character(&p->builder, &ascii);
}

static struct vtr_regex_node *parse_shorthand(struct parser *p, uint8_t letter)
{
    struct vtr_byte_set set = {{0}};

    if (p->builder.flags.is_unicode) {
        return fail_unicode(p);
    }
    (void)vtr_regex_add_shorthand(&set, letter);
    p->pos += 2;
    return vtr_regex_new_class(&p->builder, &set);
}

/* A letter that YARA 4 takes for itself behind a backslash. */
static bool is_unknown_escape(int c)
{
    return c >= 0 && vtr_is_word_byte((unsigned)c) && c != '_' && c != 'x' &&
           c != 'n' && c != 't' && c != 'r' && c != 'f' && c != 'a';
}

/* What `letter` behind a backslash asserts: \b \B, and YARA-X's \A \z, which are
 * letters for YARA 4. */
static bool find_assertion(const struct parser *p, int letter, enum vtr_regex_kind *out)
{
    const bool is_anchor = p->dialect == VTR_DIALECT_YARA_X;

    switch (letter) {
    case 'b':
        *out = VTR_REGEX_BOUNDARY;
        return true;
    case 'B':
        *out = VTR_REGEX_NO_BOUNDARY;
        return true;
    case 'A':
        *out = VTR_REGEX_START;
        return is_anchor;
    case 'z':
        *out = VTR_REGEX_END;
        return is_anchor;
    default:
        return false;
    }
}

/* What takes nothing, at the current position for `len` bytes.  YARA-X lets it
 * repeat. */
static struct vtr_regex_node *parse_assertion(struct parser *p,
                                              enum vtr_regex_kind kind, size_t len)
{
    struct vtr_regex_braces repeat = {.len = 1, .min = 1};
    bool is_optional = false;

    p->pos += len;
    const unsigned edge = kind == VTR_REGEX_BOUNDARY && p->dialect == VTR_DIALECT_YARA_X
                              ? vtr_regex_read_edge(p->text, &p->pos)
                              : VTR_REGEX_EDGE_ANY;
    while (p->dialect == VTR_DIALECT_YARA_X && repeat.len > 0) {
        if (!read_repeat(p, &repeat)) {
            return NULL;
        }
        is_optional = is_optional || (repeat.len > 0 && repeat.min == 0);
    }
    struct vtr_regex_node *node =
        vtr_regex_new_node(&p->builder, is_optional ? VTR_REGEX_EMPTY : kind);
    if (node != NULL) {
        node->edge = (uint8_t)edge;
        node->has_returns = p->builder.flags.has_returns;
    }
    return node;
}

/* Whether the escape of `letter` stands for nothing, in a dialect that asks. */
static bool is_refused_escape(const struct parser *p, int letter)
{
    return p->dialect == VTR_DIALECT_YARA_X && is_unknown_escape(letter) &&
           letter != 'v';
}

/* A backslash and what follows.  `*is_assertion`: it takes no repeat. */
static struct vtr_regex_node *parse_escape(struct parser *p, bool *is_assertion)
{
    const int c = p->pos + 1 < p->text.len ? p->text.ptr[p->pos + 1] : -1;
    struct vtr_byte_set unused = {{0}};
    enum vtr_regex_kind kind;
    uint32_t value;
    uint8_t byte;

    if (is_digit(c)) {
        (void)vtr_problem_set(p->problem, "E208", p->pos, 2,
                              "backreference in a regular expression");
        return NULL;
    }
    if (find_assertion(p, c, &kind)) {
        *is_assertion = true;
        if (p->builder.flags.is_unicode &&
            (kind == VTR_REGEX_BOUNDARY || kind == VTR_REGEX_NO_BOUNDARY)) {
            return fail_unicode(p);
        }
        return parse_assertion(p, kind, 2);
    }
    if (c >= 0 && vtr_regex_add_shorthand(&unused, (uint8_t)c)) {
        return parse_shorthand(p, (uint8_t)c);
    }
    if ((p->dialect == VTR_DIALECT_YARA_X ||
         (p->dialect == VTR_DIALECT_ANY && c == 'x')) &&
        vtr_regex_read_code_point(p->text, &p->pos, &value)) {
        return vtr_regex_new_character(&p->builder, value);
    }
    if (is_refused_escape(p, c)) {
        (void)vtr_problem_set(p->problem, "E217", p->pos, 2,
                              "an escape sequence without a meaning");
        (void)vtr_problem_help(p->problem, "write \\\\ for a backslash");
        return NULL;
    }
    if (!vtr_regex_read_escape(p->text, &p->pos, &byte, p->problem)) {
        return NULL;
    }
    return vtr_regex_new_literal(&p->builder,
                                 c == 'v' && p->dialect == VTR_DIALECT_YARA_X ? '\v'
                                                                              : byte);
}

static struct vtr_regex_node *parse_alternatives(struct parser *p);

/* What stands between '(' and a group's items.  `*is_flags`: it is a "(?i)", which no
 * items follow. */
static bool skip_group_kind(struct parser *p, bool *is_flags)
{
    const size_t open = p->pos - 1;

    *is_flags = false;
    if (peek(p) != '?') {
        return true;
    }
    p->pos++;
    if (p->dialect != VTR_DIALECT_YARA4) {
        if (peek(p) == ':') {
            p->pos++;
            return true;
        }
        if (vtr_regex_skip_group_name(p->text, &p->pos)) {
            return true;
        }
        if (vtr_regex_read_flags(p->text, &p->pos, &p->builder.flags)) {
            *is_flags = p->text.ptr[p->pos] == ')';
            p->pos += *is_flags ? 0 : 1;
            return true;
        }
    }
    (void)vtr_problem_set(p->problem, "E210", open, 2, "unknown kind of group");
    return vtr_problem_help(
        p->problem,
        p->dialect == VTR_DIALECT_YARA4
            ? "YARA has plain groups only: ( ... )"
            : "there are ( ... ), (?: ... ) and the flags i, m, s, u, x, R, U");
}

static struct vtr_regex_node *parse_group(struct parser *p)
{
    const size_t open = p->pos;
    const struct vtr_regex_flags flags = p->builder.flags;
    bool is_flags;

    if (p->depth == VTR_REGEX_DEPTH_LIMIT) {
        (void)vtr_problem_set(p->problem, "E209", open, 1,
                              "more than %u groups inside each other",
                              VTR_REGEX_DEPTH_LIMIT);
        return NULL;
    }
    p->depth++;
    p->pos++;
    if (!skip_group_kind(p, &is_flags)) {
        return NULL;
    }
    struct vtr_regex_node *node = is_flags
                                      ? vtr_regex_new_node(&p->builder, VTR_REGEX_EMPTY)
                                      : parse_alternatives(p);
    if (node == NULL) {
        return NULL;
    }
    if (peek(p) != ')') {
        (void)vtr_problem_set(p->problem, "E211", open, 1, "'(' without ')'");
        return NULL;
    }
    p->depth--;
    p->pos++;
    p->builder.flags = is_flags ? p->builder.flags : flags;
    return node;
}

static struct vtr_regex_node *fail_repeat(struct parser *p)
{
    (void)vtr_problem_set(p->problem, "E212", p->pos, 1, "nothing to repeat");
    (void)vtr_problem_help(p->problem, "write \\%c for the character itself", peek(p));
    return NULL;
}

/* Puts all the repeats that follow `single` round it: for YARA 4 there is one at most,
 * for YARA-X a{2}{3} is (a{2}){3}. */
static struct vtr_regex_node *parse_repeats(struct parser *p,
                                            struct vtr_regex_node *single)
{
    struct vtr_regex_node *node = single;
    size_t before = p->pos;

    node = parse_repeat(p, node);
    while (p->dialect != VTR_DIALECT_YARA4 && node != NULL && p->pos > before &&
           p->chained < VTR_REGEX_CHAINED_LIMIT) {
        before = p->pos;
        node = parse_repeat(p, node);
        p->chained += p->pos > before ? 1 : 0;
    }
    return node;
}

/* Whether these two characters stand before the current position. */
static bool is_behind(const struct parser *p, const char *pair)
{
    return p->pos >= 2 && memcmp(p->text.ptr + p->pos - 2, pair, 2) == 0;
}

/* One item of a sequence; the caller has seen that there is one. */
static struct vtr_regex_node *parse_item(struct parser *p)
{
    const bool has_lines = p->builder.flags.has_lines;
    struct vtr_regex_node *node;
    bool is_assertion = false;

    switch (peek(p)) {
    case '^':
        return parse_assertion(p, has_lines ? VTR_REGEX_LINE_START : VTR_REGEX_START,
                               1);
    case '$':
        return parse_assertion(p, has_lines ? VTR_REGEX_LINE_END : VTR_REGEX_END, 1);
    case '*':
    case '+':
    case '?':
        return fail_repeat(p);
    case '{':
        if (vtr_regex_read_braces(p->text, p->pos, p->dialect).len > 0) {
            return fail_repeat(p);
        }
        if (p->dialect == VTR_DIALECT_YARA_X) {
            (void)vtr_problem_set(p->problem, "E216", p->pos, 1,
                                  "'{' that begins no repeat");
            (void)vtr_problem_help(
                p->problem, is_behind(p, "\\b")
                                ? "there are \\b{start} and \\b{end}, and with -half"
                                : "write \\{ for the character itself");
            return NULL;
        }
        node = parse_literal(p);
        break;
    case '(':
        node = parse_group(p);
        break;
    case '[':
        node = parse_class(p);
        break;
    case '\\':
        node = parse_escape(p, &is_assertion);
        break;
    case '.':
        node = parse_any(p);
        break;
    default:
        node = parse_literal(p);
        break;
    }
    return node == NULL || is_assertion ? node : parse_repeats(p, node);
}

/* A group's node is a sibling nowhere yet, or it would bring its own along. */
static struct vtr_regex_node *parse_sequence(struct parser *p)
{
    struct vtr_regex_list list = {0};

    while (peek(p) >= 0 && peek(p) != '|' && peek(p) != ')') {
        struct vtr_regex_node *node = parse_item(p);
        if (node == NULL) {
            return NULL;
        }
        vtr_regex_list_add(&list, node);
    }
    return vtr_regex_list_node(&p->builder, &list, VTR_REGEX_CONCAT);
}

static struct vtr_regex_node *parse_alternatives(struct parser *p)
{
    struct vtr_regex_list list = {0};

    for (;;) {
        const int c = peek(p);
        struct vtr_regex_node *node;
        if (c >= 0 && c != '|' && c != ')') {
            node = parse_sequence(p);
        } else if (list.first != NULL ||
                   (c >= 0 && p->depth > 0 && p->dialect != VTR_DIALECT_YARA4)) {
            node = vtr_regex_new_node(&p->builder, VTR_REGEX_EMPTY);
        } else {
            (void)vtr_problem_set(p->problem, "E213", p->pos, c < 0 ? 0 : 1, "%s",
                                  p->text.len == 0 ? "empty regular expression"
                                                   : "empty alternative");
            return NULL;
        }
        if (node == NULL) {
            return NULL;
        }
        vtr_regex_list_add(&list, node);
        if (peek(p) != '|') {
            return vtr_regex_list_node(&p->builder, &list, VTR_REGEX_ALT);
        }
        p->pos++;
    }
}

/* "(?i)" at the beginning, which is /i; and other flags there. */
static void read_leading_flags(struct parser *p)
{
    struct vtr_regex_flags flags = p->builder.flags;
    size_t pos = 2;

    if (p->dialect == VTR_DIALECT_YARA4 || p->text.len < 4 || p->text.ptr[0] != '(' ||
        p->text.ptr[1] != '?') {
        return;
    }
    if (vtr_regex_read_flags(p->text, &pos, &flags) && p->text.ptr[pos] == ')') {
        p->builder.flags = flags;
        p->pos = pos + 1;
    }
}

/* Parses all of it.  `has_case`: the tree has, whatever the flags at the beginning. */
static bool parse_tree(struct parser *p, const struct vtr_regex_source *source,
                       bool has_case)
{
    p->builder.flags = (struct vtr_regex_flags){.is_nocase = source->is_nocase,
                                                .is_dotall = source->is_dotall};
    p->pos = 0;
    p->chained = 0;
    p->builder.has_cased = false;
    p->builder.node_count = 0;
    read_leading_flags(p);
    *p->tree =
        (struct vtr_regex_tree){.dialect = source->dialect,
                                .is_nocase = p->builder.flags.is_nocase && !has_case,
                                .is_dotall = p->builder.flags.is_dotall};
    p->tree->root = parse_alternatives(p);
    if (p->tree->root == NULL) {
        return false;
    }
    return p->pos >= p->text.len ||
           vtr_problem_set(p->problem, "E211", p->pos, 1, "')' without '('");
}

bool vtr_regex_parse(struct vtr_arena *arena, const struct vtr_regex_source *source,
                     struct vtr_regex_tree *out, struct vtr_pattern_problem *problem)
{
    struct vtr_regex_tree tree;
    struct parser p = {.builder = {.arena = arena, .problem = problem, .tree = &tree},
                       .problem = problem,
                       .text = source->text,
                       .tree = &tree,
                       .dialect = source->dialect};

    if (!parse_tree(&p, source, false) ||
        (tree.is_nocase && p.builder.has_cased && !parse_tree(&p, source, true))) {
        return false;
    }
    *out = tree;
    return true;
}

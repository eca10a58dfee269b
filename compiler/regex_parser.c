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
#include "compiler/regex_parser.h"

#include "base/arena.h"
#include "compiler/pattern_problem.h"
#include "compiler/regex_class.h"

/* Repeats of repeats in an expression: trees are that much deeper than groups go. */
#define CHAINED_LIMIT 8u

struct parser {
    struct vtr_arena *arena;
    struct vtr_pattern_problem *problem;
    struct vtr_bytes text;
    size_t pos;
    unsigned depth;
    unsigned chained; /* repeats of what is a repeat itself, in all */
    struct vtr_regex_tree *tree;
    enum vtr_dialect dialect;
};

/* Siblings while they are collected. */
struct list {
    struct vtr_regex_node *first;
    struct vtr_regex_node *last;
};

static struct vtr_regex_node *new_node(struct parser *p, enum vtr_regex_kind kind)
{
    struct vtr_regex_node *node = vtr_arena_alloc(p->arena, sizeof *node);

    if (node == NULL) {
        (void)vtr_problem_set_memory(p->problem);
    } else {
        node->kind = kind;
    }
    return node;
}

static void list_add(struct list *list, struct vtr_regex_node *node)
{
    if (list->last == NULL) {
        list->first = node;
    } else {
        list->last->next = node;
    }
    list->last = node;
}

/* The only element, or a node of `kind` over several. */
static struct vtr_regex_node *list_node(struct parser *p, const struct list *list,
                                        enum vtr_regex_kind kind)
{
    if (list->first == list->last) {
        return list->first;
    }
    struct vtr_regex_node *node = new_node(p, kind);
    if (node != NULL) {
        node->first = list->first;
    }
    return node;
}

static int peek(const struct parser *p)
{
    return p->pos < p->text.len ? p->text.ptr[p->pos] : -1;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

/* Digits from `*at`, saturated past every limit; moves past them. */
static uint32_t read_number(const struct parser *p, size_t *at)
{
    uint32_t value = 0;

    while (*at < p->text.len && is_digit(p->text.ptr[*at])) {
        const uint32_t digit = p->text.ptr[*at] - (uint32_t)'0';
        value = value > VTR_REGEX_REPEAT_MAX ? value : value * 10 + digit;
        (*at)++;
    }
    return value;
}

/* Blanks are allowed round the comma alone, and only where there is one. */
static size_t skip_blanks(const struct parser *p, size_t at)
{
    while (at < p->text.len && p->text.ptr[at] == ' ') {
        at++;
    }
    return at;
}

/* The length of the {...} at the current position, 0 when it is not a repeat.  `*min`
 * and `*max` are what it says, unchecked. */
static size_t scan_braces(const struct parser *p, uint32_t *min, uint32_t *max)
{
    size_t at = p->pos + 1;
    const size_t first = at;

    *min = read_number(p, &at);
    *max = *min;
    const size_t comma = skip_blanks(p, at);
    if (comma < p->text.len && p->text.ptr[comma] == ',') {
        at = skip_blanks(p, comma + 1);
        const size_t second = at;
        *max = read_number(p, &at);
        if (at == second) {
            *max = VTR_REGEX_UNBOUNDED;
        }
    } else if (at == first) {
        return 0;
    }
    return at < p->text.len && p->text.ptr[at] == '}' ? at + 1 - p->pos : 0;
}

static bool check_braces(struct parser *p, size_t len, uint32_t min, uint32_t max)
{
    const bool is_too_large =
        min > VTR_REGEX_REPEAT_MAX ||
        (max > VTR_REGEX_REPEAT_MAX && max != VTR_REGEX_UNBOUNDED);

    if (is_too_large) {
        return vtr_problem_set(p->problem, "E206", p->pos, len,
                               "repeat of more than %u times", VTR_REGEX_REPEAT_MAX);
    }
    if (max < min) {
        return vtr_problem_set(p->problem, "E207", p->pos, len,
                               "repeat's lower bound exceeds its upper bound");
    }
    return true;
}

/* Reads a repeat if there is one: `*has` says so. */
static bool read_repeat(struct parser *p, uint32_t *min, uint32_t *max, bool *has)
{
    const int c = peek(p);
    size_t len = 1;

    *has = true;
    *min = c == '+' ? 1 : 0;
    *max = c == '?' ? 1 : VTR_REGEX_UNBOUNDED;
    if (c == '{') {
        len = scan_braces(p, min, max);
        if (len > 0 && !check_braces(p, len, *min, *max)) {
            return false;
        }
        *has = len > 0;
    } else if (c != '*' && c != '+' && c != '?') {
        *has = false;
    }
    if (*has) {
        p->pos += len;
    }
    return true;
}

/* Puts the repeat that follows `single`, if any, round it. */
static struct vtr_regex_node *parse_repeat(struct parser *p,
                                           struct vtr_regex_node *single)
{
    uint32_t min;
    uint32_t max;
    bool has;

    if (!read_repeat(p, &min, &max, &has)) {
        return NULL;
    }
    if (!has) {
        return single;
    }
    const bool is_lazy = peek(p) == '?';
    if (is_lazy) {
        p->pos++;
        p->tree->has_lazy = true;
    } else {
        p->tree->has_greedy = true;
        p->tree->has_varying = p->tree->has_varying || min != max;
    }
    if ((min == 1 && max == 1) || single->kind == VTR_REGEX_EMPTY) {
        return single;
    }
    if (max == 0) {
        return new_node(p, VTR_REGEX_EMPTY);
    }
    struct vtr_regex_node *node = new_node(p, VTR_REGEX_REPEAT);
    if (node != NULL) {
        node->first = single;
        node->min = min;
        node->max = max;
        node->is_lazy = is_lazy && min != max; /* {n}? is {n} */
    }
    return node;
}

static struct vtr_regex_node *parse_class(struct parser *p)
{
    struct vtr_byte_set *set = vtr_arena_alloc(p->arena, sizeof *set);
    struct vtr_regex_node *node = new_node(p, VTR_REGEX_CLASS);

    if (set == NULL || node == NULL) {
        (void)vtr_problem_set_memory(p->problem);
        return NULL;
    }
    const struct vtr_regex_class_rules rules = {p->tree->is_nocase,
                                                p->dialect == VTR_DIALECT_YARA_X};
    if (!vtr_regex_read_class(p->text, &p->pos, &rules, set, p->problem)) {
        return NULL;
    }
    node->set = set;
    return node;
}

static struct vtr_regex_node *parse_literal(struct parser *p)
{
    struct vtr_regex_node *node = new_node(p, VTR_REGEX_LITERAL);

    if (node != NULL) {
        node->byte = p->text.ptr[p->pos];
        p->pos++;
    }
    return node;
}

static struct vtr_regex_node *parse_shorthand(struct parser *p, uint8_t letter)
{
    struct vtr_byte_set *set = vtr_arena_alloc(p->arena, sizeof *set);
    struct vtr_regex_node *node = new_node(p, VTR_REGEX_CLASS);

    if (set == NULL || node == NULL) {
        (void)vtr_problem_set_memory(p->problem);
        return NULL;
    }
    (void)vtr_regex_add_shorthand(set, letter);
    node->set = set;
    p->pos += 2;
    return node;
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

/* A backslash and what follows.  `*is_assertion`: it takes no repeat. */
static struct vtr_regex_node *parse_escape(struct parser *p, bool *is_assertion)
{
    const int c = p->pos + 1 < p->text.len ? p->text.ptr[p->pos + 1] : -1;
    struct vtr_byte_set unused = {{0}};
    struct vtr_regex_node *node;
    enum vtr_regex_kind kind;

    if (is_digit(c)) {
        (void)vtr_problem_set(p->problem, "E208", p->pos, 2,
                              "backreference in a regular expression");
        return NULL;
    }
    if (find_assertion(p, c, &kind)) {
        *is_assertion = true;
        p->pos += 2;
        return new_node(p, kind);
    }
    if (c >= 0 && vtr_regex_add_shorthand(&unused, (uint8_t)c)) {
        return parse_shorthand(p, (uint8_t)c);
    }
    if (p->dialect == VTR_DIALECT_YARA_X && is_unknown_escape(c)) {
        (void)vtr_problem_set(p->problem, "E217", p->pos, 2,
                              "an escape sequence without a meaning");
        (void)vtr_problem_help(p->problem, "write \\\\ for a backslash");
        return NULL;
    }
    node = new_node(p, VTR_REGEX_LITERAL);
    if (node == NULL ||
        !vtr_regex_read_escape(p->text, &p->pos, &node->byte, p->problem)) {
        return NULL;
    }
    return node;
}

static struct vtr_regex_node *parse_alternatives(struct parser *p);

/* "?:" and "?P<name>" or "?<name>" behind a parenthesis: groups like any other here,
 * since nothing asks for what a group has taken. */
static bool skip_group_kind(struct parser *p)
{
    size_t pos = p->pos + 1;

    if (p->dialect == VTR_DIALECT_YARA4 || pos >= p->text.len) {
        return false;
    }
    if (p->text.ptr[pos] == ':') {
        p->pos = pos + 1;
        return true;
    }
    pos += p->text.ptr[pos] == 'P' ? 1 : 0;
    if (pos >= p->text.len || p->text.ptr[pos] != '<') {
        return false;
    }
    const size_t start = ++pos;
    while (pos < p->text.len && vtr_is_word_byte(p->text.ptr[pos])) {
        pos++;
    }
    if (pos == start || pos >= p->text.len || p->text.ptr[pos] != '>') {
        return false;
    }
    p->pos = pos + 1;
    return true;
}

static struct vtr_regex_node *parse_group(struct parser *p)
{
    const size_t open = p->pos;

    if (p->depth == VTR_REGEX_DEPTH_LIMIT) {
        (void)vtr_problem_set(p->problem, "E209", open, 1,
                              "more than %u groups inside each other",
                              VTR_REGEX_DEPTH_LIMIT);
        return NULL;
    }
    p->depth++;
    p->pos++;
    if (peek(p) == '?' && !skip_group_kind(p)) {
        (void)vtr_problem_set(p->problem, "E210", open, 2, "unknown kind of group");
        (void)vtr_problem_help(p->problem, p->dialect == VTR_DIALECT_YARA4
                                               ? "YARA has plain groups only: ( ... )"
                                               : "there are ( ... ) and (?: ... )");
        return NULL;
    }
    struct vtr_regex_node *node = parse_alternatives(p);
    if (node == NULL) {
        return NULL;
    }
    if (peek(p) != ')') {
        (void)vtr_problem_set(p->problem, "E211", open, 1, "'(' without ')'");
        return NULL;
    }
    p->depth--;
    p->pos++;
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
           p->chained < CHAINED_LIMIT) {
        before = p->pos;
        node = parse_repeat(p, node);
        p->chained += p->pos > before ? 1 : 0;
    }
    return node;
}

/* One item of a sequence; the caller has seen that there is one. */
static struct vtr_regex_node *parse_item(struct parser *p)
{
    struct vtr_regex_node *node;
    bool is_assertion = false;
    uint32_t min;
    uint32_t max;

    switch (peek(p)) {
    case '^':
    case '$':
        node = new_node(p, peek(p) == '^' ? VTR_REGEX_START : VTR_REGEX_END);
        p->pos++;
        return node;
    case '*':
    case '+':
    case '?':
        return fail_repeat(p);
    case '{':
        if (scan_braces(p, &min, &max) > 0) {
            return fail_repeat(p);
        }
        if (p->dialect == VTR_DIALECT_YARA_X) {
            (void)vtr_problem_set(p->problem, "E216", p->pos, 1,
                                  "'{' that begins no repeat");
            (void)vtr_problem_help(p->problem, "write \\{ for the character itself");
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
        node = new_node(p, VTR_REGEX_ANY);
        p->pos++;
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
    struct list list = {0};

    while (peek(p) >= 0 && peek(p) != '|' && peek(p) != ')') {
        struct vtr_regex_node *node = parse_item(p);
        if (node == NULL) {
            return NULL;
        }
        list_add(&list, node);
    }
    return list_node(p, &list, VTR_REGEX_CONCAT);
}

static struct vtr_regex_node *parse_alternatives(struct parser *p)
{
    struct list list = {0};

    for (;;) {
        const int c = peek(p);
        struct vtr_regex_node *node;
        if (c >= 0 && c != '|' && c != ')') {
            node = parse_sequence(p);
        } else if (list.first != NULL ||
                   (c >= 0 && p->depth > 0 && p->dialect != VTR_DIALECT_YARA4)) {
            node = new_node(p, VTR_REGEX_EMPTY);
        } else {
            (void)vtr_problem_set(p->problem, "E213", p->pos, c < 0 ? 0 : 1, "%s",
                                  p->text.len == 0 ? "empty regular expression"
                                                   : "empty alternative");
            return NULL;
        }
        if (node == NULL) {
            return NULL;
        }
        list_add(&list, node);
        if (peek(p) != '|') {
            return list_node(p, &list, VTR_REGEX_ALT);
        }
        p->pos++;
    }
}

/* "(?i)", "(?s)" and "(?is)" at the beginning, which are /i and /s. */
static void skip_flags(struct parser *p)
{
    const struct vtr_bytes text = p->text;
    struct vtr_regex_tree flags = *p->tree;
    size_t pos = 2;

    if (p->dialect == VTR_DIALECT_YARA4 || text.len < 4 || text.ptr[0] != '(' ||
        text.ptr[1] != '?') {
        return;
    }
    for (; pos < text.len && (text.ptr[pos] == 'i' || text.ptr[pos] == 's'); pos++) {
        flags.is_nocase = flags.is_nocase || text.ptr[pos] == 'i';
        flags.is_dotall = flags.is_dotall || text.ptr[pos] == 's';
    }
    if (pos > 2 && pos + 1 < text.len && text.ptr[pos] == ')') {
        *p->tree = flags;
        p->pos = pos + 1;
    }
}

bool vtr_regex_parse(struct vtr_arena *arena, const struct vtr_regex_source *source,
                     struct vtr_regex_tree *out, struct vtr_pattern_problem *problem)
{
    struct vtr_regex_tree tree = {.dialect = source->dialect,
                                  .is_nocase = source->is_nocase,
                                  .is_dotall = source->is_dotall};
    struct parser p = {.arena = arena,
                       .problem = problem,
                       .text = source->text,
                       .tree = &tree,
                       .dialect = source->dialect};

    skip_flags(&p);
    tree.root = parse_alternatives(&p);
    if (tree.root == NULL) {
        return false;
    }
    if (p.pos < p.text.len) {
        return vtr_problem_set(problem, "E211", p.pos, 1, "')' without '('");
    }
    *out = tree;
    return true;
}

/* Recurses no deeper than groups do. */
bool vtr_regex_matches_empty(const struct vtr_regex_node *root)
{
    const bool is_alternatives = root->kind == VTR_REGEX_ALT;
    bool is_empty = !is_alternatives;

    switch (root->kind) {
    case VTR_REGEX_LITERAL:
    case VTR_REGEX_ANY:
    case VTR_REGEX_CLASS:
        return false;
    case VTR_REGEX_REPEAT:
        return root->min == 0 || vtr_regex_matches_empty(root->first);
    case VTR_REGEX_CONCAT:
    case VTR_REGEX_ALT:
        for (const struct vtr_regex_node *n = root->first;
             n != NULL && is_empty != is_alternatives; n = n->next) {
            is_empty = vtr_regex_matches_empty(n);
        }
        return is_empty;
    case VTR_REGEX_EMPTY:
    case VTR_REGEX_START:
    case VTR_REGEX_END:
    case VTR_REGEX_BOUNDARY:
    case VTR_REGEX_NO_BOUNDARY:
        break;
    }
    return true;
}

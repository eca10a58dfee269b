/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Conditions: operators by precedence, and operands.
 *
 *   condition  = and-chain ("or" and-chain)...
 *   and-chain  = negated ("and" negated)...
 *   negated    = ("not" | "defined")... comparison
 *   comparison = primary [(== != < <= > >= contains matches ...) primary]
 *              | quantifier "of" ... | "for" ...
 *   primary    = operands joined by | ^ & << >> + - * \ %
 *
 * A run of operators of one precedence is one node with many children, so that ten
 * thousand "or"s nest no deeper than one.
 */
#include "compiler/syntax/parser.h"

#include <string.h>

#include "compiler/syntax/parser_operators.h"
#include "compiler/syntax/slip.h"

struct vtr_node *vtr_parser_new_node(struct vtr_parser *p, enum vtr_node_kind kind,
                                     uint32_t offset)
{
    struct vtr_node *node = vtr_parser_alloc(p, sizeof(*node));

    if (node != NULL) {
        node->kind = kind;
        node->offset = offset;
        node->is_primary = true;
    }
    return node;
}

void vtr_parser_close_node(const struct vtr_parser *p, struct vtr_node *node)
{
    node->length = p->last_end - node->offset;
}

/* A node that is its lexeme alone. */
static struct vtr_node *take_leaf(struct vtr_parser *p, enum vtr_node_kind kind)
{
    struct vtr_node *node = vtr_parser_new_node(p, kind, p->current.offset);

    if (node == NULL) {
        return NULL;
    }
    node->text = p->current.text;
    node->number = p->current.number;
    node->is_unsigned = p->current.is_unsigned;
    node->is_nocase = p->current.is_nocase;
    node->is_dotall = p->current.is_dotall;
    vtr_parser_advance(p);
    vtr_parser_close_node(p, node);
    return node;
}

bool vtr_parser_expect_range(struct vtr_parser *p)
{
    if (vtr_parser_accept(p, '(')) {
        return true;
    }
    struct vtr_problem *problem = vtr_parser_report(p, '(', "'(' after 'in'");
    if (p->current.kind == VTR_LEX_INT) {
        problem->help = "a range stands in parentheses: (0..100)";
    }
    return false;
}

bool vtr_parse_range(struct vtr_parser *p, struct vtr_node *parent)
{
    if (!vtr_parser_expect_range(p)) {
        return false;
    }
    struct vtr_node *low = vtr_parse_primary(p);
    if (low == NULL || !vtr_parser_expect(p, VTR_LEX_RANGE, "the start of a range")) {
        return false;
    }
    low->next = vtr_parse_primary(p);
    parent->children = low;
    return low->next != NULL && vtr_parser_expect(p, ')', "the end of a range");
}

/* $a, $a at X, $a in (X..Y). */
static struct vtr_node *parse_string_use(struct vtr_parser *p)
{
    struct vtr_node *node = take_leaf(p, VTR_NODE_STRING);

    if (node == NULL) {
        return NULL;
    }
    node->is_primary = false;
    if (vtr_parser_accept(p, VTR_LEX_AT)) {
        node->kind = VTR_NODE_STRING_AT;
        node->children = vtr_parse_primary(p);
        if (node->children == NULL) {
            return NULL;
        }
    } else if (vtr_parser_accept(p, VTR_LEX_IN)) {
        node->kind = VTR_NODE_STRING_IN;
        if (!vtr_parse_range(p, node)) {
            return NULL;
        }
    }
    vtr_parser_close_node(p, node);
    return node;
}

/* #a, #a in (X..Y). */
static struct vtr_node *parse_count(struct vtr_parser *p)
{
    struct vtr_node *node = take_leaf(p, VTR_NODE_COUNT);

    if (node != NULL && vtr_parser_accept(p, VTR_LEX_IN)) {
        node->kind = VTR_NODE_COUNT_IN;
        if (!vtr_parse_range(p, node)) {
            return NULL;
        }
        vtr_parser_close_node(p, node);
    }
    return node;
}

/* @a, @a[X], !a, !a[X]. */
static struct vtr_node *parse_indexed(struct vtr_parser *p, enum vtr_node_kind kind)
{
    struct vtr_node *node = take_leaf(p, kind);

    if (node != NULL && vtr_parser_accept(p, '[')) {
        node->children = vtr_parse_primary(p);
        if (node->children == NULL || !vtr_parser_expect(p, ']', "the index")) {
            return NULL;
        }
        vtr_parser_close_node(p, node);
    }
    return node;
}

/* uint16(X). */
static struct vtr_node *parse_read(struct vtr_parser *p)
{
    struct vtr_node *node = take_leaf(p, VTR_NODE_READ);

    if (node == NULL || !vtr_parser_expect(p, '(', "the name of a reading function")) {
        return NULL;
    }
    node->children = vtr_parse_primary(p);
    if (node->children == NULL || !vtr_parser_expect(p, ')', "the offset")) {
        return NULL;
    }
    vtr_parser_close_node(p, node);
    return node;
}

/* float32(X): a name that is a reader only in front of a parenthesis. */
static struct vtr_node *parse_added_reader(struct vtr_parser *p)
{
    if (!vtr_parser_allow(p, p->current.offset, p->current.length,
                          "functions that read floats or 8 bytes")) {
        return NULL;
    }
    p->current.number = vtr_parser_added_reader(p);
    return parse_read(p);
}

/* "(a, b...)" of a function of a module. */
static bool parse_arguments(struct vtr_parser *p, struct vtr_node *call)
{
    struct vtr_node **last = &call->children;

    if (vtr_parser_accept(p, ')')) {
        return true;
    }
    do {
        *last = vtr_parse_condition(p);
        if (*last == NULL) {
            return false;
        }
        last = &(*last)->next;
    } while (vtr_parser_accept(p, ','));
    return vtr_parser_expect_list_end(p, "the arguments");
}

/* ".field", "[index]" or "(arguments)", the current lexeme being its first. */
static struct vtr_node *parse_part(struct vtr_parser *p)
{
    struct vtr_node *part =
        vtr_parser_new_node(p, VTR_NODE_PART_FIELD, p->current.offset);
    bool is_parsed;

    if (part == NULL) {
        return NULL;
    }
    if (vtr_parser_accept(p, '.')) {
        part->offset = p->current.offset;
        part->text = p->current.text;
        is_parsed = vtr_parser_expect(p, VTR_LEX_NAME, "'.'");
    } else if (vtr_parser_accept(p, '[')) {
        part->kind = VTR_NODE_PART_INDEX;
        part->children = vtr_parse_primary(p);
        is_parsed = part->children != NULL && vtr_parser_expect(p, ']', "an index");
    } else {
        part->kind = VTR_NODE_PART_CALL;
        vtr_parser_advance(p);
        is_parsed = parse_arguments(p, part);
    }
    vtr_parser_close_node(p, part);
    return is_parsed ? part : NULL;
}

/* name, name.field, name[index], name(arguments), and any run of these. */
static struct vtr_node *parse_name(struct vtr_parser *p)
{
    struct vtr_node *node = take_leaf(p, VTR_NODE_NAME);
    struct vtr_node **last = node == NULL ? NULL : &node->children;

    while (node != NULL && (p->current.kind == '.' || p->current.kind == '[' ||
                            p->current.kind == '(')) {
        *last = parse_part(p);
        if (*last == NULL) {
            return NULL;
        }
        last = &(*last)->next;
        node->kind = VTR_NODE_MEMBER;
        vtr_parser_close_node(p, node);
    }
    return node;
}

static struct vtr_node *parse_text(struct vtr_parser *p)
{
    const struct vtr_lexeme lexeme = p->current;
    struct vtr_node *node = take_leaf(p, VTR_NODE_TEXT);

    if (node != NULL) {
        node->text = vtr_parser_unescape(p, &lexeme);
    }
    return node;
}

void vtr_parser_report_open(struct vtr_parser *p, uint32_t open)
{
    struct vtr_problem *problem =
        vtr_parser_report(p, VTR_LEX_AND, "an operator or ')'");

    problem->other = vtr_parser_place(p, open, 1);
    problem->other_label = "opened here";
}

static struct vtr_node *parse_or(struct vtr_parser *p);

/* A condition in parentheses keeps what it is: "(1) + 1" is fine, "($a) + 1" is not. */
static struct vtr_node *parse_parenthesis(struct vtr_parser *p)
{
    const uint32_t open = p->current.offset;

    vtr_parser_advance(p);
    struct vtr_node *node = parse_or(p);
    if (node == NULL) {
        return NULL;
    }
    if (!vtr_parser_accept(p, ')')) {
        vtr_parser_report_open(p, open);
        return NULL;
    }
    return node;
}

static struct vtr_node *parse_operand(struct vtr_parser *p);

/* -X, ~X. */
static struct vtr_node *parse_unary(struct vtr_parser *p, enum vtr_op op)
{
    struct vtr_node *node = vtr_parser_new_node(p, VTR_NODE_UNARY, p->current.offset);

    if (node == NULL) {
        return NULL;
    }
    node->op = op;
    vtr_parser_advance(p);
    node->children = parse_operand(p);
    if (node->children == NULL) {
        return NULL;
    }
    if (!node->children->is_primary) {
        (void)vtr_diagnostics_add(
            p->diagnostics, VTR_CODE_SYNTAX,
            vtr_parser_place(p, node->children->offset, node->children->length),
            "expected a number after '%s', found a yes-or-no expression",
            op == VTR_OP_NEG ? "-" : "~");
        return NULL;
    }
    vtr_parser_close_node(p, node);
    return node;
}

static struct vtr_node *parse_boolean(struct vtr_parser *p, bool value)
{
    struct vtr_node *node = take_leaf(p, VTR_NODE_BOOL);

    if (node != NULL) {
        node->number = value ? 1 : 0;
        node->is_primary = false;
    }
    return node;
}

/* What does not begin an operand: says so, with the usual slip of the pen. */
static struct vtr_node *report_operand(struct vtr_parser *p)
{
    const int kind = p->current.kind;
    struct vtr_problem *problem = vtr_parser_report(p, VTR_LEX_END, "an expression");

    if (kind == VTR_LEX_STRING_WILD) {
        problem->help = "a wildcard needs a quantifier: any of ($a*)";
    } else if (kind == VTR_LEX_THEM || kind == VTR_LEX_OF) {
        problem->help = "write how many: any of them, all of them, 2 of them";
    }
    return NULL;
}

static struct vtr_node *parse_operand_inside(struct vtr_parser *p)
{
    switch (p->current.kind) {
    case '(':
        return parse_parenthesis(p);
    case '-':
        return parse_unary(p, VTR_OP_NEG);
    case '~':
        return parse_unary(p, VTR_OP_BIT_NOT);
    case VTR_LEX_TRUE:
        return parse_boolean(p, true);
    case VTR_LEX_FALSE:
        return parse_boolean(p, false);
    case VTR_LEX_INT:
        return take_leaf(p, VTR_NODE_INT);
    case VTR_LEX_FLOAT:
        return take_leaf(p, VTR_NODE_FLOAT);
    case VTR_LEX_TEXT:
        return parse_text(p);
    case VTR_LEX_REGEX:
        return take_leaf(p, VTR_NODE_REGEX);
    case VTR_LEX_FILESIZE:
        return take_leaf(p, VTR_NODE_FILESIZE);
    case VTR_LEX_ENTRYPOINT:
        return take_leaf(p, VTR_NODE_ENTRYPOINT);
    case VTR_LEX_READ:
        return parse_read(p);
    case VTR_LEX_STRING:
        return parse_string_use(p);
    case VTR_LEX_COUNT:
        return parse_count(p);
    case VTR_LEX_OFFSET:
        return parse_indexed(p, VTR_NODE_OFFSET);
    case VTR_LEX_LENGTH:
        return parse_indexed(p, VTR_NODE_LENGTH);
    case VTR_LEX_NAME:
        return vtr_parser_added_reader(p) != 0 ? parse_added_reader(p) : parse_name(p);
    default:
        return report_operand(p);
    }
}

static struct vtr_node *parse_operand(struct vtr_parser *p)
{
    if (!vtr_parser_enter(p)) {
        return NULL;
    }
    struct vtr_node *node = parse_operand_inside(p);
    vtr_parser_leave(p);
    return node;
}

/* Makes a chain that begins with `first`, which is closed by add_link. */
static struct vtr_node *new_chain(struct vtr_parser *p, struct vtr_node *first)
{
    struct vtr_node *chain = vtr_parser_new_node(p, VTR_NODE_CHAIN, first->offset);

    if (chain != NULL) {
        chain->children = first;
    }
    return chain;
}

static bool is_arithmetic_operand(struct vtr_parser *p, const struct vtr_node *node,
                                  const struct vtr_lexeme *lexeme)
{
    struct vtr_problem *problem;

    if (node->is_primary) {
        return true;
    }
    problem = vtr_diagnostics_add(p->diagnostics, VTR_CODE_SYNTAX,
                                  vtr_parser_place(p, lexeme->offset, lexeme->length),
                                  "a yes-or-no expression cannot stand beside '%.*s'",
                                  (int)lexeme->length,
                                  (const char *)p->lexer.ptr + lexeme->offset);
    problem->other = vtr_parser_place(p, node->offset, node->length);
    problem->other_label = "this is true or false";
    if (vtr_slip_explain_pair(p, problem, lexeme)) {
        return false;
    }
    if (node->kind == VTR_NODE_STRING) {
        problem->help = vtr_diagnostics_text(
            p->diagnostics,
            "the number of its matches is #%.*s, its first offset @%.*s",
            (int)node->text.len, (const char *)node->text.ptr, (int)node->text.len,
            (const char *)node->text.ptr);
    }
    return false;
}

/* Operators of at least `level`; every level deeper in the code binds tighter, so that
 * the code nests six deep at most. */
static struct vtr_node *parse_arithmetic(struct vtr_parser *p, unsigned level)
{
    struct vtr_node *left = parse_operand(p);
    struct vtr_node *last = left;
    unsigned chain_level = 0;

    while (left != NULL) {
        const struct vtr_lexeme lexeme = p->current;
        const struct vtr_operator info = vtr_parser_arithmetic(lexeme.kind);
        if (info.level == 0 || info.level < level || vtr_parser_is_at_percent(p)) {
            break;
        }
        if (!is_arithmetic_operand(p, left, &lexeme)) {
            return NULL;
        }
        vtr_parser_advance(p);
        struct vtr_node *right = parse_arithmetic(p, info.level + 1);
        if (right == NULL || !is_arithmetic_operand(p, right, &lexeme)) {
            return NULL;
        }
        if (chain_level != info.level) {
            last = left;
            left = new_chain(p, left);
            chain_level = info.level;
        }
        if (left != NULL) {
            right->joint = info.op;
            last->next = right;
            last = right;
            vtr_parser_close_node(p, left);
        }
    }
    return left;
}

struct vtr_node *vtr_parse_primary(struct vtr_parser *p)
{
    const struct vtr_lexeme first = p->current;
    struct vtr_node *node = parse_arithmetic(p, VTR_LEVEL_BIT_OR);

    if (node == NULL || node->is_primary) {
        return node;
    }
    (void)vtr_diagnostics_add(p->diagnostics, VTR_CODE_SYNTAX,
                              vtr_parser_place(p, first.offset,
                                               p->last_end - first.offset),
                              "expected a value, found a yes-or-no expression");
    return NULL;
}

/* left OP right, where `left` has been read. */
static struct vtr_node *parse_comparison_of(struct vtr_parser *p, struct vtr_node *left)
{
    const struct vtr_lexeme lexeme = p->current;
    const enum vtr_op op = (enum vtr_op)vtr_parser_comparison(lexeme.kind);

    if (!is_arithmetic_operand(p, left, &lexeme)) {
        return NULL;
    }
    vtr_parser_advance(p);
    if (op == VTR_OP_MATCHES && p->current.kind != VTR_LEX_REGEX) {
        struct vtr_problem *problem =
            vtr_parser_report(p, VTR_LEX_REGEX, "a regular expression after 'matches'");
        if (p->current.kind == VTR_LEX_TEXT) {
            problem->help = "a regular expression stands in slashes: /.../";
        }
        return NULL;
    }
    struct vtr_node *right = op == VTR_OP_MATCHES
                                 ? take_leaf(p, VTR_NODE_REGEX)
                                 : parse_arithmetic(p, VTR_LEVEL_BIT_OR);
    if (right == NULL || !is_arithmetic_operand(p, right, &lexeme)) {
        return NULL;
    }
    struct vtr_node *node = new_chain(p, left);
    if (node == NULL) {
        return NULL;
    }
    right->joint = op;
    left->next = right;
    node->is_primary = false;
    vtr_parser_close_node(p, node);
    return node;
}

static struct vtr_node *parse_comparison(struct vtr_parser *p)
{
    switch (p->current.kind) {
    case VTR_LEX_ALL:
    case VTR_LEX_ANY:
    case VTR_LEX_NONE:
        return vtr_parse_of(p, NULL);
    case VTR_LEX_FOR:
        return vtr_parse_for(p);
    default:
        break;
    }
    if (vtr_parser_is_at_with(p)) {
        return vtr_parse_with(p);
    }
    struct vtr_node *left = parse_arithmetic(p, VTR_LEVEL_BIT_OR);
    if (left != NULL &&
        (p->current.kind == VTR_LEX_OF || vtr_parser_is_at_percent(p))) {
        return left->is_primary ? vtr_parse_of(p, left) : report_operand(p);
    }
    while (left != NULL && vtr_parser_comparison(p->current.kind) != 0) {
        left = parse_comparison_of(p, left);
    }
    return left;
}

/* "not" and "defined", any number of them, bind less than comparisons. */
static struct vtr_node *parse_negated(struct vtr_parser *p)
{
    const uint32_t offset = p->current.offset;
    struct vtr_node *node;

    if (p->current.kind != VTR_LEX_NOT && p->current.kind != VTR_LEX_DEFINED) {
        return parse_comparison(p);
    }
    if (!vtr_parser_enter(p)) {
        return NULL;
    }
    node = vtr_parser_new_node(p, VTR_NODE_UNARY, offset);
    if (node != NULL) {
        node->op = p->current.kind == VTR_LEX_NOT ? VTR_OP_NOT : VTR_OP_DEFINED;
        node->is_primary = false;
        vtr_parser_advance(p);
        node->children = parse_negated(p);
        node = node->children == NULL ? NULL : node;
    }
    vtr_parser_leave(p);
    if (node != NULL) {
        vtr_parser_close_node(p, node);
    }
    return node;
}

/* A run of `kind`, "and" or "or", of what `parse` reads. */
static struct vtr_node *parse_logic(struct vtr_parser *p, int kind, enum vtr_op op,
                                    struct vtr_node *(*parse)(struct vtr_parser *))
{
    struct vtr_node *first = parse(p);
    struct vtr_node *chain = NULL;
    struct vtr_node *last = first;

    while (last != NULL && p->current.kind == kind) {
        if (chain == NULL) {
            chain = new_chain(p, first);
            if (chain == NULL) {
                return NULL;
            }
            chain->is_primary = false;
        }
        vtr_parser_advance(p);
        last->next = parse(p);
        last = last->next;
        if (last != NULL) {
            last->joint = op;
            vtr_parser_close_node(p, chain);
        }
    }
    return last == NULL ? NULL : chain != NULL ? chain : first;
}

static struct vtr_node *parse_and(struct vtr_parser *p)
{
    return parse_logic(p, VTR_LEX_AND, VTR_OP_AND, parse_negated);
}

static struct vtr_node *parse_or(struct vtr_parser *p)
{
    return parse_logic(p, VTR_LEX_OR, VTR_OP_OR, parse_and);
}

struct vtr_node *vtr_parse_condition(struct vtr_parser *p)
{
    struct vtr_node *node = NULL;

    if (vtr_parser_enter(p)) {
        node = parse_or(p);
        vtr_parser_leave(p);
    }
    return node;
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/lower/needs_pattern.h"

/* FALSY is false or undefined: not true in either case, but "not" tells them apart. */
enum value_kind {
    ANYTHING,
    UNDEFINED,
    FALSY,
    KNOWN
};

struct value {
    enum value_kind kind;
    int64_t number;
};

static const struct value VALUE_ANYTHING = {ANYTHING, 0};
static const struct value VALUE_UNDEFINED = {UNDEFINED, 0};
static const struct value VALUE_FALSY = {FALSY, 0};
static const struct value VALUE_FALSE = {KNOWN, 0};
static const struct value VALUE_TRUE = {KNOWN, 1};

static struct value evaluate(const struct vtr_node *node);

static bool is_false(struct value value)
{
    return value.kind == KNOWN && value.number == 0;
}

/* Certainly not true. */
static bool is_never(struct value value)
{
    return is_false(value) || value.kind == UNDEFINED || value.kind == FALSY;
}

static bool is_true(struct value value)
{
    return value.kind == KNOWN && value.number != 0;
}

/* An undefined operand makes "and" false ... */
static struct value join_and(struct value a, struct value b)
{
    if (is_true(a) && is_true(b)) {
        return VALUE_TRUE;
    }
    return is_never(a) || is_never(b) ? VALUE_FALSE : VALUE_ANYTHING;
}

/* ... and leaves "or" to the other one: two of them are false, and their "not" true. */
static struct value join_or(struct value a, struct value b)
{
    if (is_true(a) || is_true(b)) {
        return VALUE_TRUE;
    }
    return is_never(a) && is_never(b) ? VALUE_FALSE : VALUE_ANYTHING;
}

static struct value evaluate_logic(const struct vtr_node *chain)
{
    const bool is_and = chain->children->next->joint == VTR_OP_AND;
    struct value sum = evaluate(chain->children);

    for (const struct vtr_node *n = chain->children->next; n != NULL; n = n->next) {
        const struct value side = evaluate(n);
        sum = is_and ? join_and(sum, side) : join_or(sum, side);
    }
    return sum;
}

/* Two known integers: compared, or put together where a 0 decides, since a count of 0
 * is what is known here and not to the checker. */
static struct value combine(enum vtr_op op, int64_t a, int64_t b)
{
    bool holds;

    switch ((unsigned)op) {
    case VTR_OP_EQ:
        holds = a == b;
        break;
    case VTR_OP_NE:
        holds = a != b;
        break;
    case VTR_OP_LT:
        holds = a < b;
        break;
    case VTR_OP_LE:
        holds = a <= b;
        break;
    case VTR_OP_GT:
        holds = a > b;
        break;
    case VTR_OP_GE:
        holds = a >= b;
        break;
    case VTR_OP_MUL:
    case VTR_OP_BIT_AND:
        return a == 0 || b == 0 ? VALUE_FALSE : VALUE_ANYTHING;
    case VTR_OP_ADD:
        if (a == 0 || b == 0) {
            return (struct value){KNOWN, a == 0 ? b : a};
        }
        return VALUE_ANYTHING;
    default:
        return VALUE_ANYTHING;
    }
    return holds ? VALUE_TRUE : VALUE_FALSE;
}

/* YARA's `<` of floats is false where an operand is undefined, and all others are
 * undefined; to YARA-X it is as the others. */
static struct value join_undefined(enum vtr_type left, const struct vtr_node *right)
{
    const bool is_of_floats = left == VTR_TYPE_FLOAT || right->type == VTR_TYPE_FLOAT;

    return right->joint == VTR_OP_LT && is_of_floats ? VALUE_FALSY : VALUE_UNDEFINED;
}

static struct value evaluate_chain(const struct vtr_node *chain)
{
    const struct vtr_node *first = chain->children;

    if (chain->is_known) {
        return (struct value){KNOWN, chain->number};
    }
    if (first->next->joint == VTR_OP_AND || first->next->joint == VTR_OP_OR) {
        return evaluate_logic(chain);
    }
    struct value sum = evaluate(first);
    for (const struct vtr_node *n = first->next; n != NULL; n = n->next) {
        const struct value side = evaluate(n);
        if (sum.kind == UNDEFINED || side.kind == UNDEFINED) {
            sum = join_undefined(first->type, n);
        } else if (sum.kind == KNOWN && side.kind == KNOWN) {
            sum = combine(n->joint, sum.number, side.number);
        } else {
            sum = VALUE_ANYTHING;
        }
    }
    return sum;
}

static struct value evaluate_unary(const struct vtr_node *node)
{
    const struct value child = evaluate(node->children);

    if (node->op == VTR_OP_DEFINED) {
        return child.kind == UNDEFINED ? VALUE_FALSE
               : child.kind == KNOWN   ? VALUE_TRUE
                                       : VALUE_ANYTHING;
    }
    if (child.kind == UNDEFINED) {
        return VALUE_UNDEFINED;
    }
    if (node->op == VTR_OP_NOT && child.kind == KNOWN) {
        return child.number == 0 ? VALUE_TRUE : VALUE_FALSE;
    }
    return node->is_known ? (struct value){KNOWN, node->number} : VALUE_ANYTHING;
}

/* Whether at least one of the set is asked for, so that none is not enough. */
static bool asks_for_one(const struct vtr_loop *loop, bool has_members)
{
    struct value count;

    switch (loop->quantifier) {
    case VTR_QUANTIFIER_ANY:
        return true;
    case VTR_QUANTIFIER_ALL:
        return has_members;
    case VTR_QUANTIFIER_NONE:
        return false;
    case VTR_QUANTIFIER_N:
        count = evaluate(loop->count);
        return count.kind == KNOWN && count.number > 0;
    case VTR_QUANTIFIER_PERCENT:
        count = evaluate(loop->count);
        return count.kind == KNOWN && count.number > 0 && has_members;
    }
    return false;
}

/* A loop whose body is never true, over members that are there or may not be. */
static struct value evaluate_loop(const struct vtr_loop *loop, bool has_members)
{
    const struct value body = evaluate(loop->body);

    if (is_never(body)) {
        return asks_for_one(loop, has_members) ? VALUE_FALSY : VALUE_ANYTHING;
    }
    return VALUE_ANYTHING;
}

static struct value evaluate(const struct vtr_node *node)
{
    switch ((unsigned)node->kind) {
    case VTR_NODE_BOOL:
        return node->number != 0 ? VALUE_TRUE : VALUE_FALSE;
    case VTR_NODE_INT:
        return node->is_unsigned ? VALUE_ANYTHING : (struct value){KNOWN, node->number};
    case VTR_NODE_STRING:
        return VALUE_FALSE;
    case VTR_NODE_STRING_AT:
    case VTR_NODE_STRING_IN:
        return VALUE_FALSY; /* an undefined offset may make it undefined */
    case VTR_NODE_COUNT:
        return (struct value){KNOWN, 0};
    case VTR_NODE_OFFSET:
    case VTR_NODE_LENGTH:
        return VALUE_UNDEFINED;
    case VTR_NODE_READ:
        return evaluate(node->children).kind == UNDEFINED ? VALUE_UNDEFINED
                                                          : VALUE_ANYTHING;
    case VTR_NODE_CHAIN:
        return evaluate_chain(node);
    case VTR_NODE_UNARY:
        return evaluate_unary(node);
    case VTR_NODE_OF:
        return (node->loop->set == VTR_SET_THEM ||
                node->loop->set == VTR_SET_STRINGS) &&
                       asks_for_one(node->loop, node->loop->pattern_count > 0)
                   ? VALUE_FALSY
                   : VALUE_ANYTHING;
    case VTR_NODE_FOR_OF:
        return evaluate_loop(node->loop, node->loop->pattern_count > 0);
    case VTR_NODE_FOR_IN:
        return evaluate_loop(node->loop, !node->loop->is_range);
    default:
        return VALUE_ANYTHING;
    }
}

bool vtr_rule_needs_pattern(const struct vtr_ast_rule *rule)
{
    /* What is not true may have written before it comes to nothing. */
    return !rule->may_log && is_never(evaluate(rule->condition));
}

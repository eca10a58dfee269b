/* SPDX-License-Identifier: Apache-2.0 */

/* Quantifiers and loops. */
#include "compiler/lower/lower_condition.h"

#include "compiler/syntax/source.h"

/* Lists are on the stack while it holds no more than this.  The rest is for what
 * conditions calculate, which are nested 200 deep. */
#define LIST_STACK_LIMIT 48u

/* The number of "N of", which comes before all else; how many values that is. */
static unsigned lower_count(struct vtr_lowering *l, const struct vtr_loop *loop)
{
    if (loop->count == NULL) {
        return 0;
    }
    vtr_lower_node(l, loop->count);
    return 1;
}

static void put_patterns(struct vtr_lowering *l, const struct vtr_loop *loop)
{
    vtr_writer_varint(&l->out, loop->pattern_count);
    for (size_t i = 0; i < loop->pattern_count; i++) {
        vtr_writer_varint(&l->out, loop->patterns[i]);
    }
}

static void lower_of_rules(struct vtr_lowering *l, const struct vtr_loop *loop)
{
    const unsigned pops = lower_count(l, loop);
    size_t count = 0;
    size_t start;

    vtr_lower_op(l, VTR_OP_OF_RULES, pops);
    vtr_writer_u8(&l->out, (uint8_t)loop->quantifier);
    start = l->out.len;
    for (const struct vtr_set_item *i = loop->items; i != NULL; i = i->next) {
        if (!i->is_wildcard) {
            vtr_writer_string(&l->out, i->name);
            count++;
        } else if (l->list_rules != NULL) {
            count += l->list_rules(l->list_context, i->name, &l->out);
        }
    }
    vtr_lower_put_before(l, start, 0, count);
}

/* The body of a loop, as a string of the format. */
static void put_body(struct vtr_lowering *l, const struct vtr_node *body)
{
    const size_t start = l->out.len;

    vtr_lower_truth(l, body);
    l->stack--;
    vtr_lower_put_before(l, start, 0, l->out.len - start);
}

/* The values of a list, each a program of its own. */
static void put_programs(struct vtr_lowering *l, const struct vtr_node *first,
                         vtr_lower_fn lower)
{
    const size_t start = l->out.len;

    for (const struct vtr_node *n = first; n != NULL; n = n->next) {
        const size_t program = l->out.len;
        lower(l, n);
        l->stack--;
        vtr_lower_put_before(l, program, 0, l->out.len - program);
    }
    vtr_lower_put_before(l, start, 0, l->out.len - start);
}

/* A loop over the values that `lower` makes of the node's children: on the stack when
 * they are few, found one by one when they are many. */
static void lower_list(struct vtr_lowering *l, const struct vtr_node *node,
                       vtr_lower_fn lower, const struct vtr_node *body)
{
    const struct vtr_loop *loop = node->loop;
    unsigned pops = lower_count(l, loop);
    unsigned values = 0;

    for (const struct vtr_node *n = node->children; n != NULL; n = n->next) {
        values++;
    }
    const bool is_long =
        values > LIST_STACK_LIMIT || l->stack > LIST_STACK_LIMIT - values;
    for (const struct vtr_node *n = node->children; n != NULL && !is_long;
         n = n->next) {
        lower(l, n);
        pops++;
    }
    vtr_writer_u8(&l->out, is_long ? VTR_OP_FOR_PROGRAMS : VTR_OP_FOR_LIST);
    vtr_writer_u8(&l->out, (uint8_t)loop->quantifier);
    vtr_writer_varint(&l->out, loop->slot);
    if (is_long) {
        put_programs(l, node->children, lower);
    } else {
        vtr_writer_varint(&l->out, values);
    }
    put_body(l, body); /* its values come on top of the list, which stays meanwhile */
    l->stack -= pops;
    vtr_lower_push(l);
}

/* A condition as 0 or 1, or undefined. */
static void lower_bit(struct vtr_lowering *l, const struct vtr_node *node)
{
    vtr_lower_truth(l, node);
    if (node->type == VTR_TYPE_INT) {
        vtr_lower_op(l, VTR_OP_NOT, 1);
        vtr_lower_op(l, VTR_OP_NOT, 1);
    }
}

/* "any of (condition, condition...)" as YARA-X has it: one that is undefined makes the
 * whole undefined, unless one before it decides. */
static void lower_tuple(struct vtr_lowering *l, const struct vtr_node *node)
{
    const struct vtr_loop *loop = node->loop;
    const int64_t number =
        loop->quantifier == VTR_QUANTIFIER_ANY    ? 1
        : loop->quantifier == VTR_QUANTIFIER_NONE ? 0
        : loop->quantifier == VTR_QUANTIFIER_N && loop->count->is_known
            ? loop->count->number
            : -1;

    if (loop->quantifier == VTR_QUANTIFIER_ALL) {
        vtr_lower_joined(l, node->children, lower_bit, VTR_OP_BIT_AND);
    } else if (number == 0 || number == 1) {
        vtr_lower_joined(l, node->children, lower_bit, VTR_OP_BIT_OR);
        if (number == 0) {
            vtr_lower_op(l, VTR_OP_NOT, 1);
        }
    } else { /* a loop whose body is its variable */
        const struct vtr_node variable = {.kind = VTR_NODE_NAME,
                                          .type = VTR_TYPE_BOOL,
                                          .name_kind = VTR_NAME_VARIABLE,
                                          .slot = loop->slot};
        lower_list(l, node, vtr_lower_truth, &variable);
    }
}

/* To YARA-X 0 of strings that may be anywhere are found in every file; "0 of them at 0"
 * and "for 0 of them" are none of them, as elsewhere. */
static bool is_of_any_number(const struct vtr_lowering *l, const struct vtr_loop *loop)
{
    return l->source->dialect == VTR_DIALECT_YARA_X &&
           loop->quantifier == VTR_QUANTIFIER_N && !loop->is_range && !loop->is_at;
}

/* The strings of "any of them". */
static void lower_of_strings(struct vtr_lowering *l, const struct vtr_node *node)
{
    const struct vtr_loop *loop = node->loop;
    const unsigned pops = lower_count(l, loop);

    if (loop->is_range) {
        vtr_lower_range(l, node);
        vtr_lower_op(l, VTR_OP_OF_IN, pops + 2);
    } else if (loop->is_at) {
        vtr_lower_node(l, node->children);
        vtr_lower_op(l, VTR_OP_OF_AT, pops + 1);
    } else {
        vtr_lower_op(l, VTR_OP_OF, pops);
    }
    vtr_writer_u8(&l->out, (uint8_t)loop->quantifier);
    put_patterns(l, loop);
}

static void lower_of(struct vtr_lowering *l, const struct vtr_node *node)
{
    const struct vtr_loop *loop = node->loop;

    if (loop->set == VTR_SET_CONDITIONS) {
        lower_tuple(l, node);
    } else if (loop->set == VTR_SET_RULES) {
        lower_of_rules(l, loop);
    } else if (!is_of_any_number(l, loop) ||
               (loop->count->is_known && loop->count->number != 0)) {
        lower_of_strings(l, node);
    } else if (loop->count->is_known) {
        vtr_lower_int(l, 1);
    } else {
        vtr_lower_node(l, loop->count);
        vtr_lower_int(l, 0);
        vtr_lower_op(l, VTR_OP_EQ, 2);
        const size_t start = l->out.len;
        lower_of_strings(l, node);
        vtr_lower_join(l, start, VTR_OP_OR);
    }
}

static void lower_for_of(struct vtr_lowering *l, const struct vtr_node *node)
{
    const unsigned pops = lower_count(l, node->loop);

    vtr_lower_op(l, VTR_OP_FOR_PATTERNS, pops);
    vtr_writer_u8(&l->out, (uint8_t)node->loop->quantifier);
    put_patterns(l, node->loop);
    put_body(l, node->loop->body);
}

static void lower_for_in(struct vtr_lowering *l, const struct vtr_node *node)
{
    const struct vtr_loop *loop = node->loop;

    if (loop->is_with && node->children->type >= VTR_TYPE_STRUCT) {
        vtr_lower_truth(l, loop->body); /* the name is read where it stands */
        return;
    }
    if (!loop->is_range && !loop->is_over_items) {
        lower_list(l, node, vtr_lower_node, loop->body);
        return;
    }
    const unsigned pops = lower_count(l, loop) + 2;

    if (loop->is_over_items) {
        vtr_lower_item_range(l, node->children->access);
    } else {
        vtr_lower_range(l, node);
    }
    vtr_writer_u8(&l->out, VTR_OP_FOR_RANGE);
    vtr_writer_u8(&l->out, (uint8_t)loop->quantifier);
    vtr_writer_varint(&l->out, loop->slot);
    put_body(l, loop->body);
    l->stack -= pops;
    vtr_lower_push(l);
}

/* Whether a quantifier is YARA-X's, be it for its dialect or since YARA 4 has none
 * such. */
static bool is_of_yara_x(const struct vtr_lowering *l, const struct vtr_node *node)
{
    return l->source->dialect == VTR_DIALECT_YARA_X ||
           node->loop->set == VTR_SET_CONDITIONS ||
           (node->kind == VTR_NODE_FOR_IN &&
            node->loop->quantifier == VTR_QUANTIFIER_PERCENT);
}

/* A quantifier.  To YARA-X one whose number is negative or not defined never holds:
 * that is asked first. */
void vtr_lower_quantified(struct vtr_lowering *l, const struct vtr_node *node)
{
    const struct vtr_node *count = node->loop->count;
    const vtr_lower_fn lower = node->kind == VTR_NODE_OF       ? lower_of
                               : node->kind == VTR_NODE_FOR_OF ? lower_for_of
                                                               : lower_for_in;

    if (count == NULL || count->is_known || !is_of_yara_x(l, node)) {
        lower(l, node);
        return;
    }
    if (vtr_lower_is_full(l)) {
        vtr_lower_int(l, 0);
        return;
    }
    vtr_lower_node(l, count);
    vtr_lower_int(l, 0);
    vtr_lower_op(l, VTR_OP_GE, 2);
    const size_t start = l->out.len;
    lower(l, node);
    vtr_lower_join(l, start, VTR_OP_AND);
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/lower/lower_condition.h"

#include "base/bytes.h"
#include "base/decimal.h"
#include "compiler/syntax/source.h"

/* Bytes of a program to which nothing is added that it has already. */
#define REPEAT_LIMIT ((size_t)16 << 20)

void vtr_lower_push(struct vtr_lowering *l)
{
    l->stack++;
    l->is_too_deep = l->is_too_deep || l->stack > VTR_CONDITION_STACK_LIMIT;
}

void vtr_lower_op(struct vtr_lowering *l, enum vtr_op op, unsigned pops)
{
    vtr_writer_u8(&l->out, (uint8_t)op);
    l->stack -= pops;
    vtr_lower_push(l);
}

void vtr_lower_int(struct vtr_lowering *l, int64_t value)
{
    vtr_lower_op(l, VTR_OP_INT, 0);
    vtr_writer_zigzag(&l->out, value);
}

bool vtr_lower_is_full(struct vtr_lowering *l)
{
    l->is_too_long = l->is_too_long || l->out.len > REPEAT_LIMIT;
    return l->is_too_long;
}

static void put_text(struct vtr_lowering *l, struct vtr_bytes text)
{
    vtr_lower_op(l, VTR_OP_TEXT, 0);
    vtr_writer_masked(&l->out, text);
}

void vtr_lower_put_before(struct vtr_lowering *l, size_t start, unsigned op,
                          uint64_t value)
{
    uint8_t prefix[1 + VTR_VARINT_LEN_MAX] = {(uint8_t)op};
    const size_t len = 1 + vtr_store_varint(prefix + 1, value);
    const size_t skipped = op == 0 ? 1 : 0;

    vtr_writer_insert(&l->out, start,
                      (struct vtr_bytes){prefix + skipped, len - skipped});
}

void vtr_lower_truth(struct vtr_lowering *l, const struct vtr_node *node)
{
    if (node->kind == VTR_NODE_TEXT || node->kind == VTR_NODE_REGEX) {
        vtr_lower_int(l, node->kind == VTR_NODE_REGEX || node->text.len > 0 ? 1 : 0);
        return;
    }
    vtr_lower_node(l, node);
    if (node->type == VTR_TYPE_TEXT) {
        put_text(l, (struct vtr_bytes){(const uint8_t *)"", 0});
        vtr_lower_op(l, VTR_OP_NE, 2);
    } else if (node->type == VTR_TYPE_FLOAT) {
        /* Any but 0.0 is true, however near: NE would call those equal. */
        vtr_lower_op(l, VTR_OP_NOT, 1);
        vtr_lower_op(l, VTR_OP_NOT, 1);
    }
}

static void put_float(struct vtr_lowering *l, struct vtr_decimal decimal)
{
    vtr_lower_op(l, VTR_OP_FLOAT, 0);
    vtr_writer_zigzag(&l->out, decimal.digits);
    vtr_writer_zigzag(&l->out, decimal.exponent);
}

static void lower_name(struct vtr_lowering *l, const struct vtr_node *node)
{
    if (node->access != NULL) {
        vtr_lower_access(l, node->access);
        return;
    }
    switch (node->name_kind) {
    case VTR_NAME_VARIABLE:
        vtr_lower_op(l, VTR_OP_VARIABLE, 0);
        vtr_writer_varint(&l->out, node->slot);
        break;
    case VTR_NAME_EXTERNAL:
        vtr_lower_op(l, VTR_OP_EXTERNAL, 0);
        vtr_writer_string(&l->out, node->text);
        break;
    case VTR_NAME_RULE:
        vtr_lower_op(l, VTR_OP_RULE, 0);
        vtr_writer_string(&l->out, node->text);
        break;
    }
}

/* The instruction of $a, #a, @a, !a and their forms, after their operands. */
static void put_pattern_op(struct vtr_lowering *l, const struct vtr_node *node,
                           enum vtr_op op, unsigned pops)
{
    vtr_lower_op(l, op, pops);
    vtr_writer_varint(&l->out, node->pattern);
}

static void lower_indexed(struct vtr_lowering *l, const struct vtr_node *node,
                          enum vtr_op op)
{
    if (node->children == NULL) {
        vtr_lower_int(l, 1);
    } else {
        vtr_lower_node(l, node->children);
    }
    put_pattern_op(l, node, op, 1);
}

void vtr_lower_range(struct vtr_lowering *l, const struct vtr_node *node)
{
    vtr_lower_node(l, node->children);
    vtr_lower_node(l, node->children->next);
}

static void lower_string_use(struct vtr_lowering *l, const struct vtr_node *node)
{
    switch ((unsigned)node->kind) {
    case VTR_NODE_STRING:
        put_pattern_op(l, node, VTR_OP_MATCH, 0);
        break;
    case VTR_NODE_STRING_AT:
        vtr_lower_node(l, node->children);
        put_pattern_op(l, node, VTR_OP_MATCH_AT, 1);
        break;
    case VTR_NODE_STRING_IN:
        vtr_lower_range(l, node);
        put_pattern_op(l, node, VTR_OP_MATCH_IN, 2);
        break;
    case VTR_NODE_COUNT:
        put_pattern_op(l, node, VTR_OP_COUNT, 0);
        break;
    case VTR_NODE_COUNT_IN:
        vtr_lower_range(l, node);
        put_pattern_op(l, node, VTR_OP_COUNT_IN, 2);
        break;
    case VTR_NODE_OFFSET:
        lower_indexed(l, node, VTR_OP_OFFSET);
        break;
    default:
        lower_indexed(l, node, VTR_OP_LENGTH);
        break;
    }
}

void vtr_lower_join(struct vtr_lowering *l, size_t start, enum vtr_op op)
{
    const bool is_and = op == VTR_OP_AND || op == VTR_OP_BIT_AND;

    vtr_lower_op(l, op, 2);
    vtr_lower_put_before(l, start, is_and ? VTR_OP_JUMP_FALSE : VTR_OP_JUMP_TRUE,
                         l->out.len - start);
}

void vtr_lower_joined(struct vtr_lowering *l, const struct vtr_node *first,
                      vtr_lower_fn lower, enum vtr_op op)
{
    lower(l, first);
    for (const struct vtr_node *node = first->next; node != NULL; node = node->next) {
        const size_t start = l->out.len;
        lower(l, node);
        vtr_lower_join(l, start, op);
    }
}

void vtr_lower_regex(struct vtr_lowering *l, const struct vtr_node *node)
{
    const struct vtr_regex_source regex = {node->text, node->is_nocase, node->is_dotall,
                                           l->source->dialect};
    struct vtr_pattern_problem problem = {0};
    const bool is_made = vtr_condition_regex(l->arena, &regex, &l->out, &problem);

    if (problem.is_memory) {
        l->has_no_memory = true;
    } else if (!is_made || problem.code != NULL) {
        (void)vtr_diagnostics_add_pattern(l->diagnostics, &problem,
                                          (struct vtr_place){l->source,
                                                             node->offset + 1,
                                                             (uint32_t)node->text.len});
    }
}

/* The operation that joins `right` to what is left of it.  To YARA floats are equal
 * when they are nearly so, to YARA-X when they are. */
static enum vtr_op joint_of(const struct vtr_lowering *l, enum vtr_type left,
                            const struct vtr_node *right)
{
    const bool is_exact = l->source->dialect == VTR_DIALECT_YARA_X &&
                          (left == VTR_TYPE_FLOAT || right->type == VTR_TYPE_FLOAT);

    return is_exact && right->joint == VTR_OP_EQ   ? VTR_OP_EQ_EXACT
           : is_exact && right->joint == VTR_OP_NE ? VTR_OP_NE_EXACT
                                                   : right->joint;
}

static void lower_chain(struct vtr_lowering *l, const struct vtr_node *chain)
{
    const struct vtr_node *node = chain->children;
    enum vtr_type left = node->type;

    if (node->next->joint == VTR_OP_AND || node->next->joint == VTR_OP_OR) {
        vtr_lower_joined(l, node, vtr_lower_truth, node->next->joint);
        return;
    }
    if (chain->is_known && l->source->dialect == VTR_DIALECT_YARA_X) {
        vtr_lower_int(l, chain->number); /* its constants are not what a scan makes */
        return;
    }
    vtr_lower_node(l, node);
    for (node = node->next; node != NULL; node = node->next) {
        if (node->joint == VTR_OP_MATCHES) {
            vtr_lower_op(l, VTR_OP_MATCHES, 1);
            vtr_lower_regex(l, node);
        } else {
            vtr_lower_node(l, node);
            vtr_lower_op(l, joint_of(l, left, node), 2);
        }
        left = VTR_TYPE_BOOL; /* or of numbers that are not compared */
    }
}

/* Whether a comparison is YARA's `<` of floats.  Where an operand is undefined all
 * other comparisons are undefined, but this one is false. */
static bool is_less_of_floats(const struct vtr_lowering *l, const struct vtr_node *node)
{
    const struct vtr_node *left = node->children;

    return node->kind == VTR_NODE_CHAIN && left->next->joint == VTR_OP_LT &&
           left->next->next == NULL && l->source->dialect != VTR_DIALECT_YARA_X &&
           (left->type == VTR_TYPE_FLOAT || left->next->type == VTR_TYPE_FLOAT);
}

static void lower_unary(struct vtr_lowering *l, const struct vtr_node *node)
{
    if (node->op == VTR_OP_NOT) {
        vtr_lower_truth(l, node->children);
    } else if (node->op == VTR_OP_DEFINED && node->children->type == VTR_TYPE_REGEX) {
        vtr_lower_int(l, 1);
    } else {
        vtr_lower_node(l, node->children);
    }
    if ((node->op == VTR_OP_NOT || node->op == VTR_OP_DEFINED) &&
        is_less_of_floats(l, node->children)) {
        vtr_lower_int(l, 0);
        vtr_lower_op(l, VTR_OP_OR, 2);
    }
    vtr_lower_op(l, node->op, 1);
}

void vtr_lower_node(struct vtr_lowering *l, const struct vtr_node *node)
{
    if (node->is_unsigned) {
        vtr_lower_op(l, VTR_OP_UNSIGNED, 0);
        vtr_writer_varint(&l->out, (uint64_t)node->number);
        return;
    }
    switch (node->kind) {
    case VTR_NODE_BOOL:
    case VTR_NODE_INT:
        vtr_lower_int(l, node->number);
        break;
    case VTR_NODE_FLOAT:
        put_float(l, vtr_decimal_parse(node->text));
        break;
    case VTR_NODE_TEXT:
        put_text(l, node->text);
        break;
    case VTR_NODE_FILESIZE:
        vtr_lower_op(l, VTR_OP_FILESIZE, 0);
        break;
    case VTR_NODE_ENTRYPOINT:
        vtr_lower_op(l, VTR_OP_ENTRYPOINT, 0);
        break;
    case VTR_NODE_NAME:
        lower_name(l, node);
        break;
    case VTR_NODE_READ:
        vtr_lower_node(l, node->children);
        vtr_lower_op(l, VTR_OP_READ, 1);
        vtr_writer_u8(&l->out, (uint8_t)node->number);
        break;
    case VTR_NODE_STRING:
    case VTR_NODE_STRING_AT:
    case VTR_NODE_STRING_IN:
    case VTR_NODE_COUNT:
    case VTR_NODE_COUNT_IN:
    case VTR_NODE_OFFSET:
    case VTR_NODE_LENGTH:
        lower_string_use(l, node);
        break;
    case VTR_NODE_CHAIN:
        lower_chain(l, node);
        break;
    case VTR_NODE_UNARY:
        lower_unary(l, node);
        break;
    case VTR_NODE_OF:
    case VTR_NODE_FOR_OF:
    case VTR_NODE_FOR_IN:
        vtr_lower_quantified(l, node);
        break;
    case VTR_NODE_MEMBER:
        if (node->access != NULL) {
            vtr_lower_access(l, node->access);
        } else { /* of a name that turns out to be nothing: the rule is bad */
            vtr_lower_int(l, 1);
        }
        break;
    case VTR_NODE_REGEX: /* lower_truth, lower_chain, vtr_lower_access take these */
    case VTR_NODE_PART_FIELD: /* the checker has made an access of these */
    case VTR_NODE_PART_INDEX:
    case VTR_NODE_PART_CALL:
        break;
    }
}

void vtr_lower_condition(struct vtr_lowering *l, const struct vtr_ast_rule *rule)
{
    const struct vtr_node *node = rule->condition;
    const struct vtr_place place = {l->source, node->offset, node->length};

    l->stack = 0;
    l->is_too_deep = false;
    l->is_too_long = false;
    vtr_lower_truth(l, node);
    if (l->is_too_deep) {
        (void)vtr_diagnostics_add(l->diagnostics, VTR_CODE_STACK, place,
                                  "this condition needs more than %u values at a time",
                                  VTR_CONDITION_STACK_LIMIT);
    }
    if (l->is_too_long) {
        (void)vtr_diagnostics_add(l->diagnostics, VTR_CODE_STACK, place,
                                  "this condition asks for the same again and again");
    }
    l->has_no_memory = l->has_no_memory || !vtr_writer_ok(&l->out);
}

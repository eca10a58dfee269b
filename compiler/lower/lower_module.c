/* SPDX-License-Identifier: Apache-2.0 */

/* What conditions read of modules, as instructions: the indices of a path, then the
 * path. */
#include "compiler/lower/lower_condition.h"

#include "base/bytes.h"
#include "compiler/syntax/ast.h"
#include "compiler/syntax/source.h"
#include "format/modules/module_table.h"

static void put_path(struct vtr_lowering *l, enum vtr_op op, unsigned pops,
                     struct vtr_bytes path)
{
    vtr_lower_op(l, op, pops);
    vtr_writer_string(&l->out, path);
}

/* The first `count` indices.  A dictionary's key is looked for among the items that the
 * indices before it lead to. */
static void lower_indices(struct vtr_lowering *l, const struct vtr_access *access,
                          unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const struct vtr_access_index *index = &access->indices[i];

        if (index->kind == VTR_INDEX_NODE) {
            vtr_lower_node(l, index->node);
        } else if (index->kind == VTR_INDEX_SLOT) {
            vtr_lower_op(l, VTR_OP_VARIABLE, 0);
            vtr_writer_varint(&l->out, index->slot);
        } else if (vtr_lower_is_full(l)) {
            vtr_lower_int(l, 0);
        } else {
            lower_indices(l, access, i);
            vtr_lower_node(l, index->node);
            put_path(l, VTR_OP_FIND, i + 1,
                     (struct vtr_bytes){access->path.ptr, index->path_len});
        }
    }
}

/* Whether a call is of math.max or math.min, of which YARA-X's see the sign of numbers.
 */
static bool is_signed_order(const struct vtr_lowering *l,
                            const struct vtr_access *access)
{
    return l->source->dialect == VTR_DIALECT_YARA_X &&
           (access->row == VTR_MATH_MAX || access->row == VTR_MATH_MIN);
}

/* Numbers whose highest bit was turned over have as unsigned ones the order that they
 * had with a sign. */
static void turn_sign(struct vtr_lowering *l)
{
    vtr_lower_int(l, INT64_MIN);
    vtr_lower_op(l, VTR_OP_BIT_XOR, 2);
}

static unsigned lower_arguments(struct vtr_lowering *l, const struct vtr_access *access)
{
    unsigned count = 0;

    for (const struct vtr_node *a = access->arguments; a != NULL; a = a->next) {
        if (a->kind == VTR_NODE_REGEX) {
            vtr_lower_op(l, VTR_OP_REGEX, 0);
            vtr_lower_regex(l, a);
        } else if (a->type == VTR_TYPE_BOOL) {
            vtr_lower_truth(l, a);
        } else {
            vtr_lower_node(l, a);
        }
        if (is_signed_order(l, access)) {
            turn_sign(l);
        }
        count++;
    }
    return count;
}

static void lower_constant(struct vtr_lowering *l, const struct vtr_field_info *field)
{
    if (field->kind == VTR_FIELD_FLOAT) {
        vtr_lower_op(l, VTR_OP_FLOAT, 0);
        vtr_writer_zigzag(&l->out, field->value);
        vtr_writer_zigzag(&l->out, field->exponent);
    } else {
        vtr_lower_int(l, field->value);
    }
}

void vtr_lower_access(struct vtr_lowering *l, const struct vtr_access *access)
{
    unsigned pops = access->index_count;

    if (access->row != VTR_FIELD_COUNT && vtr_field_get(access->row)->is_constant) {
        lower_constant(l, vtr_field_get(access->row));
        return;
    }
    lower_indices(l, access, access->index_count);
    if (access->op == VTR_OP_CALL) {
        pops += lower_arguments(l, access);
    }
    put_path(l, access->op, pops, access->path);
    if (is_signed_order(l, access)) {
        turn_sign(l);
    }
    if (access->is_length) {
        put_path(l, VTR_OP_CALL, 1, vtr_bytes_from_text("string.length(s)"));
    }
}

void vtr_lower_item_range(struct vtr_lowering *l, const struct vtr_access *items)
{
    vtr_lower_int(l, 0);
    lower_indices(l, items, items->index_count);
    put_path(l, VTR_OP_ITEMS, items->index_count, items->path);
    vtr_lower_int(l, 1);
    vtr_lower_op(l, VTR_OP_SUB, 2);
}

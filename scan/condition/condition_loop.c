/* SPDX-License-Identifier: Apache-2.0 */

/* Loops of conditions: how they begin, turn and end. */
#include "scan/condition/condition_machine.h"

bool vtr_machine_read_quantifier(struct vtr_reader *code, uint8_t *out)
{
    uint8_t quantifier;

    if (!vtr_reader_u8(code, &quantifier) || quantifier < VTR_QUANTIFIER_ALL ||
        quantifier > VTR_QUANTIFIER_PERCENT) {
        return false;
    }
    *out = quantifier;
    return true;
}

bool vtr_machine_pop_quantity(struct vtr_condition_machine *m, uint8_t quantifier,
                              struct vtr_quantity *out)
{
    struct vtr_value number = vtr_value_int(quantifier == VTR_QUANTIFIER_ANY ? 1 : 0);
    const bool is_percent = quantifier == VTR_QUANTIFIER_PERCENT;

    if ((is_percent || quantifier == VTR_QUANTIFIER_N) &&
        !vtr_machine_pop(m, &number)) {
        return false;
    }
    const bool is_known = number.kind == VTR_VALUE_INT;
    if (vtr_value_is_huge(&number)) {
        number.number = INT64_MAX;
    }
    *out = (struct vtr_quantity){
        .is_all = quantifier == VTR_QUANTIFIER_ALL || (!is_percent && !is_known),
        .is_percent = is_percent,
        .is_undefined = is_percent && !is_known,
        .number = number.number,
    };
    return true;
}

struct vtr_value vtr_quantity_value(const struct vtr_quantity *quantity, uint64_t found,
                                    uint64_t count)
{
    if (quantity->is_undefined) {
        return (struct vtr_value){0};
    }
    if (quantity->is_all) {
        return vtr_value_bool(found == count);
    }
    if (quantity->is_percent) {
        /* What is counted was visited: it is far below 2^54, so nothing wraps. */
        const int64_t percent = quantity->number > 1000 ? 1000 : quantity->number;
        return vtr_value_bool(percent <= 0 || found * 100 >= count * (uint64_t)percent);
    }
    if (quantity->number == 0) {
        return vtr_value_bool(found == 0);
    }
    return vtr_value_bool(quantity->number < 0 || found >= (uint64_t)quantity->number);
}

/* The loop's value when it has no more turns.  A loop that had none is false. */
static struct vtr_value loop_value(const struct vtr_condition_frame *f)
{
    return f->turns == 0 && !f->quantity.is_undefined
               ? vtr_value_bool(false)
               : vtr_quantity_value(&f->quantity, f->found, f->turns);
}

/* Whether more turns cannot change the value. */
static bool is_decided(const struct vtr_condition_frame *f)
{
    if (f->turns == 0 || f->quantity.is_percent) {
        return false;
    }
    if (f->quantity.is_all) {
        return f->found < f->turns;
    }
    return f->quantity.number == 0
               ? f->found > 0
               : f->quantity.number < 0 || f->found >= (uint64_t)f->quantity.number;
}

/* Begins the program of the next value; false when it is malformed. */
static bool begin_value(struct vtr_condition_frame *f)
{
    struct vtr_bytes program;

    if (!vtr_reader_string(&f->programs, &program)) {
        return false;
    }
    vtr_reader_init(&f->code, program, 0);
    f->is_value = true;
    return true;
}

/* The value's program has ended: it is what the loop's variable is in the body. */
static void bind_value(struct vtr_condition_machine *m, struct vtr_condition_frame *f,
                       struct vtr_value value)
{
    m->variables[f->slot] = value;
    vtr_reader_init(&f->code, f->body, 0);
    f->is_value = false;
}

/* Binds the variable or pattern of the next turn; `out_is_over` when there is none.
 * False when the loop is malformed. */
static bool bind(struct vtr_condition_machine *m, struct vtr_condition_frame *f,
                 bool *out_is_over)
{
    *out_is_over = true;
    if (f->op == VTR_OP_FOR_RANGE) {
        if (f->left == 0) {
            return true;
        }
        m->variables[f->slot] = vtr_value_int(f->next);
        f->left = f->next == f->last ? 0 : 1;
        f->next += f->left == 0 ? 0 : 1;
    } else if (f->op == VTR_OP_FOR_PROGRAMS) {
        if (vtr_reader_left(&f->programs) == 0) {
            return true;
        }
        if (!begin_value(f)) {
            return false;
        }
    } else {
        if (f->left == 0) {
            return true;
        }
        f->left--;
        if (f->op == VTR_OP_FOR_LIST) {
            m->variables[f->slot] = m->stack[f->item++];
        } else {
            uint64_t number;
            if (!vtr_reader_varint(&f->patterns, &number) ||
                number >= m->world->pattern_count) {
                return false;
            }
            m->pattern = (uint32_t)number;
        }
    }
    *out_is_over = false;
    return true;
}

/* The next turn, or the loop's value in place of what it took from the stack. */
static bool go_on(struct vtr_condition_machine *m)
{
    struct vtr_condition_frame *f = &m->frames[m->depth];
    bool is_over = is_decided(f);

    if (!is_over && !bind(m, f, &is_over)) {
        return false;
    }
    if (!is_over) {
        f->code.pos = 0;
        return true;
    }
    m->pattern = f->outer_pattern;
    m->count = f->keep;
    m->depth--;
    return vtr_machine_push(m, loop_value(f));
}

/* Reads what the loop runs over and pops it, but for the values of a list, which stay
 * on the stack below the body's. */
static bool read_subject(struct vtr_condition_machine *m, struct vtr_reader *code,
                         struct vtr_condition_frame *f)
{
    struct vtr_value low;
    struct vtr_value high;

    if (f->op == VTR_OP_FOR_PATTERNS) {
        if (!vtr_reader_varint(code, &f->left) || f->left > vtr_reader_left(code)) {
            return false;
        }
        f->patterns = *code;
        (void)vtr_machine_charge(m, f->left);
        for (uint64_t i = 0; i < f->left; i++) {
            uint64_t number;
            if (!vtr_reader_varint(code, &number)) {
                return false;
            }
        }
        return true;
    }
    if (!vtr_reader_varint(code, &f->slot) || f->slot >= VTR_LOOP_DEPTH_LIMIT) {
        return false;
    }
    if (f->op == VTR_OP_FOR_PROGRAMS) {
        struct vtr_bytes programs;
        if (!vtr_reader_string(code, &programs)) {
            return false;
        }
        vtr_reader_init(&f->programs, programs, 0);
        return true;
    }
    if (f->op == VTR_OP_FOR_LIST) {
        const size_t base = m->frames[m->depth].base;
        if (!vtr_reader_varint(code, &f->left) || f->left > m->count - base) {
            return false;
        }
        f->item = m->count - (size_t)f->left;
        return true;
    }
    if (!vtr_machine_pop(m, &high) || !vtr_machine_pop(m, &low)) {
        return false;
    }
    f->next = low.number;
    f->last = high.number;
    f->left = low.kind == VTR_VALUE_INT && high.kind == VTR_VALUE_INT &&
                      !vtr_value_is_huge(&low) && !vtr_value_is_huge(&high) &&
                      low.number <= high.number
                  ? 1
                  : 0;
    return true;
}

bool vtr_machine_loop(struct vtr_condition_machine *m, uint8_t op,
                      struct vtr_reader *code)
{
    struct vtr_condition_frame f = {.op = op, .outer_pattern = m->pattern};
    uint8_t quantifier;

    if (m->depth == VTR_LOOP_DEPTH_LIMIT ||
        !vtr_machine_read_quantifier(code, &quantifier) || !read_subject(m, code, &f) ||
        !vtr_reader_string(code, &f.body)) {
        return false;
    }
    const size_t list_len = op == VTR_OP_FOR_LIST ? (size_t)f.left : 0;
    const size_t count = m->count;
    /* The quantifier's number lies under the list, which stays where it is. */
    m->count -= list_len;
    if (!vtr_machine_pop_quantity(m, quantifier, &f.quantity)) {
        return false;
    }
    f.keep = m->count;
    m->count = count;
    f.base = count;
    vtr_reader_init(&f.code, f.body, 0);
    m->depth++;
    m->frames[m->depth] = f;
    return go_on(m);
}

bool vtr_machine_turn(struct vtr_condition_machine *m)
{
    struct vtr_condition_frame *f = &m->frames[m->depth];
    struct vtr_value value;

    if (m->count != f->base + 1 || !vtr_machine_pop(m, &value)) {
        return false;
    }
    if (f->is_value) {
        bind_value(m, f, value);
        return true;
    }
    f->turns++;
    f->found += vtr_value_is_true(&value) ? 1 : 0;
    return go_on(m);
}

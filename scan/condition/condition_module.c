/* SPDX-License-Identifier: Apache-2.0 */

/* What conditions ask modules for: fields, items, keys, functions. */
#include "scan/condition/condition_machine.h"
#include "scan/condition/module_host.h"
#include "scan/run/profile.h"

/* Indices and arguments of one path. */
#define OPERAND_LIMIT 16u

/* What a question counts for beside the work that the module counts itself. */
#define QUESTION_UNITS 24u

struct operands {
    uint32_t row;
    unsigned index_count;
    unsigned arg_count;
    int64_t indices[OPERAND_LIMIT];
    struct vtr_value args[OPERAND_LIMIT];
    bool are_known; /* the row is there, and nothing is undefined */
};

/* Takes the values of a path off the stack, the last one first. */
static bool pop_operands(struct vtr_condition_machine *m, struct operands *o)
{
    struct vtr_value value;

    for (unsigned i = o->arg_count; i > 0; i--) {
        if (!vtr_machine_pop(m, &o->args[i - 1])) {
            return false;
        }
        o->are_known = o->are_known && o->args[i - 1].kind != VTR_VALUE_UNDEFINED;
    }
    for (unsigned i = o->index_count; i > 0; i--) {
        if (!vtr_machine_pop(m, &value)) {
            return false;
        }
        o->indices[i - 1] = value.number;
        o->are_known = o->are_known && value.kind == VTR_VALUE_INT;
    }
    return true;
}

/* Reads the path and pops what it takes, and `extra` values more, which become the last
 * arguments. */
static bool take_operands(struct vtr_condition_machine *m, struct vtr_reader *code,
                          unsigned extra, struct operands *out)
{
    struct vtr_bytes path;

    if (!vtr_reader_string(code, &path) ||
        !vtr_field_path_counts(path, &out->index_count, &out->arg_count)) {
        return false;
    }
    out->arg_count += extra;
    if (out->index_count > OPERAND_LIMIT || out->arg_count > OPERAND_LIMIT) {
        return false;
    }
    out->row = vtr_module_host_resolve(m->world->modules, path);
    out->are_known = out->row != VTR_FIELD_COUNT;
    if (!out->are_known) {
        m->world->run->limits |= VTR_SCAN_LIMIT_MODULE;
    }
    return pop_operands(m, out);
}

static struct vtr_value run_call(struct vtr_condition_machine *m,
                                 const struct operands *o)
{
    return vtr_module_host_call(m->world->modules, o->row, o->indices, o->index_count,
                                o->args, o->arg_count);
}

static struct vtr_value run_find(struct vtr_condition_machine *m,
                                 const struct operands *o)
{
    const struct vtr_value *key = &o->args[o->arg_count - 1];

    return key->kind != VTR_VALUE_TEXT
               ? (struct vtr_value){0}
               : vtr_module_host_find(m->world->modules, o->row, o->indices,
                                      o->index_count, key);
}

static struct vtr_value run_key(struct vtr_condition_machine *m, struct operands *o)
{
    const struct vtr_value *index = &o->args[o->arg_count - 1];

    if (index->kind != VTR_VALUE_INT || o->index_count == OPERAND_LIMIT) {
        return (struct vtr_value){0};
    }
    o->indices[o->index_count] = index->number;
    return vtr_module_host_key(m->world->modules, o->row, o->indices,
                               o->index_count + 1);
}

static bool push_regex(struct vtr_condition_machine *m, struct vtr_reader *code)
{
    struct vtr_value value = {.kind = VTR_VALUE_REGEX};

    value.text.is_masked = true;
    return vtr_reader_u8(code, &value.regex_flags) &&
           vtr_reader_masked(code, &value.text.bytes) && vtr_machine_push(m, value);
}

/* What the module says; nothing in what was asked is undefined. */
static struct vtr_value ask_module(struct vtr_condition_machine *m, uint8_t op,
                                   struct operands *o)
{
    struct vtr_module_host *host = m->world->modules;

    switch (op) {
    case VTR_OP_FIELD:
        return vtr_module_host_get(host, o->row, o->indices, o->index_count);
    case VTR_OP_CALL:
        return run_call(m, o);
    case VTR_OP_ITEMS:
        return vtr_module_host_count(host, o->row, o->indices, o->index_count);
    case VTR_OP_FIND:
        return run_find(m, o);
    default:
        return run_key(m, o);
    }
}

bool vtr_machine_module(struct vtr_condition_machine *m, uint8_t op,
                        struct vtr_reader *code)
{
    struct vtr_value value = {0};
    struct operands o;

    if (op == VTR_OP_REGEX) {
        return push_regex(m, code);
    }
    if (op > VTR_OP_REGEX ||
        !take_operands(m, code, op == VTR_OP_FIND || op == VTR_OP_KEY ? 1 : 0, &o)) {
        return false;
    }
    if (o.are_known && vtr_machine_charge(m, QUESTION_UNITS)) {
        struct vtr_profile *profile = m->world->run->profile;
        const struct vtr_profile_span span = vtr_profile_begin(profile);
        value = ask_module(m, op, &o);
        vtr_profile_end(profile, &span, VTR_COST_MODULE, o.row);
    }
    return vtr_machine_push(m, value);
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/condition/condition.h"

#include <string.h>

#include "scan/condition/condition_machine.h"
#include "scan/condition/entry_point.h"
#include "scan/condition/external.h"
#include "scan/run/memory.h"

/* Units between two looks at the clock. */
#define CLOCK_STRIDE 16384u

/* What things count for, in units as those of vtr_run_spend: an instruction, and what
 * some do beside it.  A number of a memory is not at hand. */
#define STEP_UNITS     6u
#define RULE_UNITS     96u
#define MEMORY_UNITS   64u
#define BYTES_PER_UNIT 3u

bool vtr_machine_push(struct vtr_condition_machine *m, struct vtr_value value)
{
    if (m->count == VTR_CONDITION_STACK_LIMIT) {
        return false;
    }
    m->stack[m->count++] = value;
    return true;
}

/* A program takes its own values only. */
bool vtr_machine_pop(struct vtr_condition_machine *m, struct vtr_value *out)
{
    if (m->count == 0 || m->count <= m->frames[m->depth].base) {
        return false;
    }
    *out = m->stack[--m->count];
    return true;
}

bool vtr_machine_charge(struct vtr_condition_machine *m, uint64_t units)
{
    uint64_t *budget = m->world->budget;

    if (units >= *budget) {
        *budget = 0;
        return false;
    }
    *budget -= units;
    return units < CLOCK_STRIDE || !vtr_run_must_stop(m->world->run);
}

static uint64_t read_bytes(struct vtr_bytes data, size_t at, unsigned size,
                           bool is_big_endian)
{
    uint64_t number = 0;

    for (unsigned i = 0; i < size; i++) {
        const unsigned place = is_big_endian ? size - 1 - i : i;
        number |= (uint64_t)data.ptr[at + i] << (8 * place);
    }
    return number;
}

static unsigned read_size(uint8_t kind)
{
    return kind & ~(VTR_READ_SIGNED | VTR_READ_BIG_ENDIAN | VTR_READ_FLOAT);
}

/* A float of IEEE 754 from its bits; what is no number is undefined. */
static struct vtr_value float_of_bits(uint64_t bits, unsigned size)
{
    const uint32_t low = (uint32_t)bits;
    double real;
    float narrow;

    if (size == 4) {
        memcpy(&narrow, &low, sizeof(narrow));
        real = (double)narrow;
    } else {
        memcpy(&real, &bits, sizeof(real));
    }
    return real != real ? (struct vtr_value){0} : vtr_value_float(real);
}

static struct vtr_value read_data(const struct vtr_scan_run *run, uint8_t kind,
                                  const struct vtr_value *offset)
{
    const unsigned size = read_size(kind);
    struct vtr_bytes data = run->data;
    uint8_t room[8];
    size_t at = (size_t)offset->number;

    if (offset->kind != VTR_VALUE_INT || offset->number < 0) {
        return (struct vtr_value){0};
    }
    if (run->memory != NULL) {
        if (!vtr_memory_read(run->memory, (uint64_t)offset->number, room, size)) {
            return (struct vtr_value){0};
        }
        data = (struct vtr_bytes){room, size};
        at = 0;
    } else if ((uint64_t)offset->number > data.len || size > data.len - at) {
        return (struct vtr_value){0};
    }
    const uint64_t number =
        read_bytes(data, at, size, (kind & VTR_READ_BIG_ENDIAN) != 0);
    if ((kind & VTR_READ_FLOAT) != 0) {
        return float_of_bits(number, size);
    }
    if (size == 8) {
        return (kind & VTR_READ_SIGNED) != 0 ? vtr_value_int((int64_t)number)
                                             : vtr_value_unsigned(number);
    }
    const uint64_t sign = (uint64_t)1 << (8 * size - 1);
    if ((kind & VTR_READ_SIGNED) != 0 && (number & sign) != 0) {
        return vtr_value_int(-(int64_t)((sign << 1) - number));
    }
    return vtr_value_int((int64_t)number);
}

static bool run_read(struct vtr_condition_machine *m, struct vtr_reader *code)
{
    struct vtr_value offset;
    uint8_t kind;

    if (!vtr_reader_u8(code, &kind) || !vtr_machine_pop(m, &offset)) {
        return false;
    }
    const unsigned size = read_size(kind);
    if (m->world->run->memory != NULL && !vtr_machine_charge(m, MEMORY_UNITS)) {
        return vtr_machine_push(m, (struct vtr_value){0});
    }
    const bool is_float = (kind & VTR_READ_FLOAT) != 0;
    return (size == 4 || size == 8 || (!is_float && (size == 1 || size == 2))) &&
           vtr_machine_push(m, read_data(m->world->run, kind, &offset));
}

static bool run_rule(struct vtr_condition_machine *m, struct vtr_reader *code)
{
    struct vtr_bytes name;

    if (!vtr_reader_string(code, &name)) {
        return false;
    }
    (void)vtr_machine_charge(m, RULE_UNITS);
    const enum vtr_truth verdict = m->world->ask(name, m->world->context);
    if (verdict == VTR_TRUTH_PENDING) {
        m->is_pending = true;
        return false;
    }
    return vtr_machine_push(m, verdict == VTR_TRUTH_NO_RULE
                                   ? (struct vtr_value){0}
                                   : vtr_value_bool(verdict == VTR_TRUTH_TRUE));
}

static struct vtr_value entry_point(const struct vtr_scan_run *run)
{
    int64_t offset;

    if (run->memory != NULL) {
        return run->entry_point < 0 ? (struct vtr_value){0}
                                    : vtr_value_int(run->entry_point);
    }
    return vtr_entry_point_find(run->data, &offset) ? vtr_value_int(offset)
                                                    : (struct vtr_value){0};
}

/* Instructions that pop nothing but for READ. */
static bool run_constant(struct vtr_condition_machine *m, uint8_t op,
                         struct vtr_reader *code)
{
    const struct vtr_scan_run *run = m->world->run;
    struct vtr_bytes bytes;
    int64_t number;
    int64_t exponent;
    uint64_t value;
    uint64_t slot;

    switch (op) {
    case VTR_OP_INT:
        return vtr_reader_zigzag(code, &number) &&
               vtr_machine_push(m, vtr_value_int(number));
    case VTR_OP_FLOAT:
        return vtr_reader_zigzag(code, &number) && vtr_reader_zigzag(code, &exponent) &&
               vtr_machine_push(m, vtr_value_decimal(number, exponent));
    case VTR_OP_TEXT:
        return vtr_reader_masked(code, &bytes) &&
               vtr_machine_push(m, vtr_value_text((struct vtr_scan_text){bytes, true}));
    case VTR_OP_FILESIZE:
        return vtr_machine_push(m, run->memory != NULL
                                       ? (struct vtr_value){0}
                                       : vtr_value_int((int64_t)run->data.len));
    case VTR_OP_ENTRYPOINT:
        return vtr_machine_push(m, entry_point(run));
    case VTR_OP_EXTERNAL:
        return vtr_reader_string(code, &bytes) &&
               vtr_machine_push(m,
                                vtr_external_value(run->image, run->externals, bytes));
    case VTR_OP_RULE:
        return run_rule(m, code);
    case VTR_OP_VARIABLE:
        return vtr_reader_varint(code, &slot) && slot < VTR_LOOP_DEPTH_LIMIT &&
               vtr_machine_push(m, m->variables[slot]);
    case VTR_OP_READ:
        return run_read(m, code);
    case VTR_OP_UNSIGNED:
        return vtr_reader_varint(code, &value) &&
               vtr_machine_push(m, vtr_value_unsigned(value));
    default:
        return false;
    }
}

static bool run_jump(struct vtr_condition_machine *m, uint8_t op,
                     struct vtr_reader *code)
{
    uint64_t distance;

    if (!vtr_reader_varint(code, &distance) || distance > vtr_reader_left(code) ||
        m->count <= m->frames[m->depth].base) {
        return false;
    }
    const struct vtr_value *top = &m->stack[m->count - 1];
    const bool is_true = vtr_value_is_true(top);
    if (top->kind != VTR_VALUE_UNDEFINED && is_true == (op == VTR_OP_JUMP_TRUE)) {
        code->pos += (size_t)distance;
    }
    return true;
}

static bool run_matches(struct vtr_condition_machine *m, struct vtr_reader *code)
{
    struct vtr_bytes masked;
    struct vtr_value text;
    uint8_t flags;

    if (!vtr_reader_u8(code, &flags) || !vtr_reader_masked(code, &masked) ||
        !vtr_machine_pop(m, &text)) {
        return false;
    }
    if (text.kind != VTR_VALUE_TEXT ||
        !vtr_machine_charge(m, text.text.bytes.len / BYTES_PER_UNIT)) {
        return vtr_machine_push(m, (struct vtr_value){0});
    }
    return vtr_machine_push(m, vtr_value_bool(vtr_condition_regex_matches(
                                   m->world->regexes, m->world->run, m->world->budget,
                                   flags, masked, text.text, false, NULL)));
}

/* Units that an operator on two texts may cost. */
static uint64_t text_units(uint8_t op, const struct vtr_value *left,
                           const struct vtr_value *right)
{
    const uint64_t len = left->text.bytes.len;
    const uint64_t part_len = right->text.bytes.len;

    if (left->kind != VTR_VALUE_TEXT || right->kind != VTR_VALUE_TEXT) {
        return 0;
    }
    if ((op != VTR_OP_CONTAINS && op != VTR_OP_ICONTAINS) || part_len == 0) {
        return (len < part_len ? len : part_len) / BYTES_PER_UNIT;
    }
    return len > UINT64_MAX / part_len ? UINT64_MAX : len * part_len / BYTES_PER_UNIT;
}

static bool run_operator(struct vtr_condition_machine *m, uint8_t op)
{
    struct vtr_value left;
    struct vtr_value right;
    struct vtr_value result = {0};

    if (!vtr_machine_pop(m, &right)) {
        return false;
    }
    if (vtr_value_unary(op, &right, &result)) {
        return vtr_machine_push(m, result);
    }
    if (!vtr_machine_pop(m, &left)) {
        return false;
    }
    if (!vtr_machine_charge(m, text_units(op, &left, &right))) {
        return vtr_machine_push(m, result);
    }
    return vtr_value_binary(op, &left, &right, &result) && vtr_machine_push(m, result);
}

/* One instruction.  False when it is malformed or pending. */
static bool run_instruction(struct vtr_condition_machine *m)
{
    struct vtr_reader *code = &m->frames[m->depth].code;
    uint8_t op = 0;

    if (!vtr_reader_u8(code, &op)) {
        return false;
    }
    if (op <= VTR_OP_UNSIGNED) {
        return run_constant(m, op, code);
    }
    if (op <= VTR_OP_LENGTH) {
        return vtr_machine_pattern(m, op, code);
    }
    if (op <= VTR_OP_OF_RULES) {
        return vtr_machine_of(m, op, code);
    }
    if (op <= VTR_OP_FOR_PROGRAMS) {
        return op >= VTR_OP_FOR_RANGE && vtr_machine_loop(m, op, code);
    }
    if (op == VTR_OP_JUMP_FALSE || op == VTR_OP_JUMP_TRUE) {
        return run_jump(m, op, code);
    }
    if (op >= VTR_OP_FIELD) {
        return vtr_machine_module(m, op, code);
    }
    return op == VTR_OP_MATCHES ? run_matches(m, code) : run_operator(m, op);
}

/* Counts an instruction; false when the scan must end. */
static bool spend(const struct vtr_condition_world *world)
{
    const uint64_t before = *world->budget;

    if (before < STEP_UNITS) {
        world->run->limits |= VTR_SCAN_LIMIT_TIME;
        return false;
    }
    *world->budget = before - STEP_UNITS;
    return before / CLOCK_STRIDE == *world->budget / CLOCK_STRIDE ||
           !vtr_run_must_stop(world->run);
}

/* Runs a program to its end; its values are then on the stack. */
static enum vtr_truth run_program(const struct vtr_condition_world *world,
                                  struct vtr_bytes code,
                                  struct vtr_condition_machine *m)
{
    /* Only what is used is set: the stack alone is 10 KiB. */
    m->world = world;
    m->depth = 0;
    m->count = 0;
    m->pattern = UINT32_MAX;
    m->is_pending = false;
    m->frames[0] = (struct vtr_condition_frame){0};
    for (size_t i = 0; i < VTR_LOOP_DEPTH_LIMIT; i++) {
        m->variables[i] = (struct vtr_value){0};
    }
    vtr_reader_init(&m->frames[0].code, code, 0);

    for (;;) {
        const bool is_at_end = vtr_reader_left(&m->frames[m->depth].code) == 0;
        if (is_at_end && m->depth == 0) {
            return VTR_TRUTH_TRUE;
        }
        if (!spend(world)) {
            return VTR_TRUTH_FALSE;
        }
        const bool is_ok = is_at_end ? vtr_machine_turn(m) : run_instruction(m);
        if (m->is_pending) {
            return VTR_TRUTH_PENDING;
        }
        if (!is_ok) {
            world->run->limits |= VTR_SCAN_BAD_DATABASE;
            return VTR_TRUTH_FALSE;
        }
    }
}

enum vtr_truth vtr_condition_run(const struct vtr_condition_world *world,
                                 struct vtr_bytes condition)
{
    struct vtr_condition_machine m;
    const enum vtr_truth ended = run_program(world, condition, &m);

    if (ended != VTR_TRUTH_TRUE) {
        return ended;
    }
    if (m.count != 1) {
        world->run->limits |= VTR_SCAN_BAD_DATABASE;
        return VTR_TRUTH_FALSE;
    }
    return vtr_value_is_true(&m.stack[0]) ? VTR_TRUTH_TRUE : VTR_TRUTH_FALSE;
}

bool vtr_condition_values(const struct vtr_condition_world *world,
                          struct vtr_bytes code, struct vtr_value *out, size_t count)
{
    struct vtr_condition_machine m;

    if (run_program(world, code, &m) != VTR_TRUTH_TRUE || m.count != count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        out[i] = m.stack[i];
    }
    return true;
}

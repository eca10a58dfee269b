/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Follows a condition once from its first byte to its last, as docs/format.md says that
 * a condition is built.  Jumps lie inside each other like brackets, so a stack of their
 * ends is enough to hold each against the instructions and the depth that it meets.
 */
#include "format/bytecode/condition_check.h"

#include "base/reader.h"
#include "format/bytecode/bytecode.h"
#include "format/modules/module_table.h"
#include "format/record/rule.h"

/* What stands after an opcode. */
enum operands {
    OPERANDS_UNKNOWN = 0, /* no such instruction */
    OPERANDS_NONE,
    OPERANDS_INT,
    OPERANDS_FLOAT,
    OPERANDS_MASKED,
    OPERANDS_NAME,
    OPERANDS_SLOT,
    OPERANDS_UNSIGNED,
    OPERANDS_READ,
    OPERANDS_PATTERN,
    OPERANDS_OF,
    OPERANDS_OF_RULES,
    OPERANDS_FOR_RANGE,
    OPERANDS_FOR_LIST,
    OPERANDS_FOR_PATTERNS,
    OPERANDS_FOR_PROGRAMS,
    OPERANDS_JUMP,
    OPERANDS_MATCHES,
    OPERANDS_PATH
};

/* Operands and popped values, those of the quantifier and of a list not counted; every
 * instruction but a jump pushes one value. */
struct op_shape {
    uint8_t operands;
    uint8_t pops;
};

#define OP_LIMIT (VTR_OP_REGEX + 1u)
#define UNARY      \
 {                 \
  OPERANDS_NONE, 1 \
 }
#define BINARY     \
 {                 \
  OPERANDS_NONE, 2 \
 }

static const struct op_shape SHAPES[OP_LIMIT] = {
    [VTR_OP_INT] = {OPERANDS_INT, 0},
    [VTR_OP_FLOAT] = {OPERANDS_FLOAT, 0},
    [VTR_OP_TEXT] = {OPERANDS_MASKED, 0},
    [VTR_OP_FILESIZE] = {OPERANDS_NONE, 0},
    [VTR_OP_ENTRYPOINT] = {OPERANDS_NONE, 0},
    [VTR_OP_EXTERNAL] = {OPERANDS_NAME, 0},
    [VTR_OP_RULE] = {OPERANDS_NAME, 0},
    [VTR_OP_VARIABLE] = {OPERANDS_SLOT, 0},
    [VTR_OP_READ] = {OPERANDS_READ, 1},
    [VTR_OP_UNSIGNED] = {OPERANDS_UNSIGNED, 0},
    [VTR_OP_MATCH] = {OPERANDS_PATTERN, 0},
    [VTR_OP_MATCH_AT] = {OPERANDS_PATTERN, 1},
    [VTR_OP_MATCH_IN] = {OPERANDS_PATTERN, 2},
    [VTR_OP_COUNT] = {OPERANDS_PATTERN, 0},
    [VTR_OP_COUNT_IN] = {OPERANDS_PATTERN, 2},
    [VTR_OP_OFFSET] = {OPERANDS_PATTERN, 1},
    [VTR_OP_LENGTH] = {OPERANDS_PATTERN, 1},
    [VTR_OP_OF] = {OPERANDS_OF, 0},
    [VTR_OP_OF_IN] = {OPERANDS_OF, 2},
    [VTR_OP_OF_AT] = {OPERANDS_OF, 1},
    [VTR_OP_OF_RULES] = {OPERANDS_OF_RULES, 0},
    [VTR_OP_FOR_RANGE] = {OPERANDS_FOR_RANGE, 2},
    [VTR_OP_FOR_LIST] = {OPERANDS_FOR_LIST, 0},
    [VTR_OP_FOR_PATTERNS] = {OPERANDS_FOR_PATTERNS, 0},
    [VTR_OP_FOR_PROGRAMS] = {OPERANDS_FOR_PROGRAMS, 0},
    [VTR_OP_JUMP_FALSE] = {OPERANDS_JUMP, 0},
    [VTR_OP_JUMP_TRUE] = {OPERANDS_JUMP, 0},
    [VTR_OP_AND] = BINARY,
    [VTR_OP_OR] = BINARY,
    [VTR_OP_NOT] = UNARY,
    [VTR_OP_DEFINED] = UNARY,
    [VTR_OP_ADD] = BINARY,
    [VTR_OP_SUB] = BINARY,
    [VTR_OP_MUL] = BINARY,
    [VTR_OP_DIV] = BINARY,
    [VTR_OP_MOD] = BINARY,
    [VTR_OP_NEG] = UNARY,
    [VTR_OP_BIT_AND] = BINARY,
    [VTR_OP_BIT_OR] = BINARY,
    [VTR_OP_BIT_XOR] = BINARY,
    [VTR_OP_BIT_NOT] = UNARY,
    [VTR_OP_SHIFT_LEFT] = BINARY,
    [VTR_OP_SHIFT_RIGHT] = BINARY,
    [VTR_OP_EQ] = BINARY,
    [VTR_OP_NE] = BINARY,
    [VTR_OP_LT] = BINARY,
    [VTR_OP_LE] = BINARY,
    [VTR_OP_GT] = BINARY,
    [VTR_OP_GE] = BINARY,
    [VTR_OP_EQ_EXACT] = BINARY,
    [VTR_OP_NE_EXACT] = BINARY,
    [VTR_OP_CONTAINS] = BINARY,
    [VTR_OP_ICONTAINS] = BINARY,
    [VTR_OP_STARTSWITH] = BINARY,
    [VTR_OP_ISTARTSWITH] = BINARY,
    [VTR_OP_ENDSWITH] = BINARY,
    [VTR_OP_IENDSWITH] = BINARY,
    [VTR_OP_IEQUALS] = BINARY,
    [VTR_OP_MATCHES] = {OPERANDS_MATCHES, 1},
    [VTR_OP_FIELD] = {OPERANDS_PATH, 0},
    [VTR_OP_CALL] = {OPERANDS_PATH, 0},
    [VTR_OP_ITEMS] = {OPERANDS_PATH, 0},
    [VTR_OP_FIND] = {OPERANDS_PATH, 1},
    [VTR_OP_KEY] = {OPERANDS_PATH, 1},
    [VTR_OP_REGEX] = {OPERANDS_MATCHES, 0},
};

/* A jump that has not landed yet. */
struct pending {
    size_t target;
    unsigned depth;
};

/* A program: the condition itself or the body of a loop. */
struct program {
    struct vtr_reader code;
    unsigned depth; /* values on the stack, those of the enclosing programs included */
    unsigned base;  /* of them, those of the enclosing programs */
    unsigned loops; /* enclosing loops */
    bool has_pattern; /* an enclosing loop binds a pattern */
    uint64_t pattern_count;
    unsigned pending_count;
    struct pending pending[VTR_CONDITION_STACK_LIMIT];
};

static bool check_program(struct program *program);

static bool pop(struct program *p, uint64_t count)
{
    if (count > p->depth - p->base) {
        return false;
    }
    p->depth -= (unsigned)count;
    return true;
}

static bool push(struct program *p)
{
    p->depth++;
    return p->depth <= VTR_CONDITION_STACK_LIMIT;
}

static bool read_quantifier(struct program *p, bool *out_pops)
{
    uint8_t quantifier;

    if (!vtr_reader_u8(&p->code, &quantifier) || quantifier < VTR_QUANTIFIER_ALL ||
        quantifier > VTR_QUANTIFIER_PERCENT) {
        return false;
    }
    *out_pops = quantifier == VTR_QUANTIFIER_N || quantifier == VTR_QUANTIFIER_PERCENT;
    return true;
}

static bool read_pattern(struct program *p)
{
    uint64_t number;

    return vtr_reader_varint(&p->code, &number) &&
           (number == 0 ? p->has_pattern : number - 1 < p->pattern_count);
}

static bool read_pattern_list(struct program *p)
{
    uint64_t count;
    uint64_t number;

    if (!vtr_reader_varint(&p->code, &count) || count == 0) {
        return false;
    }
    for (uint64_t i = 0; i < count; i++) {
        if (!vtr_reader_varint(&p->code, &number) || number >= p->pattern_count) {
            return false;
        }
    }
    return true;
}

static bool read_name_list(struct program *p)
{
    struct vtr_bytes name;
    uint64_t count;

    if (!vtr_reader_varint(&p->code, &count) || count == 0) {
        return false;
    }
    for (uint64_t i = 0; i < count; i++) {
        if (!vtr_reader_string(&p->code, &name)) {
            return false;
        }
    }
    return true;
}

static bool read_slot(struct program *p)
{
    uint64_t slot;

    return vtr_reader_varint(&p->code, &slot) && slot < VTR_LOOP_DEPTH_LIMIT;
}

static bool read_kind(struct program *p)
{
    uint8_t kind;

    if (!vtr_reader_u8(&p->code, &kind)) {
        return false;
    }
    if ((kind & VTR_READ_FLOAT) != 0) {
        const unsigned len = kind & ~(VTR_READ_FLOAT | VTR_READ_BIG_ENDIAN);
        return len == 4 || len == 8;
    }
    const unsigned size = kind & ~(VTR_READ_SIGNED | VTR_READ_BIG_ENDIAN);
    return size == 1 || size == 2 || size == 4 || size == 8;
}

static bool read_matches(struct program *p)
{
    struct vtr_bytes masked;
    uint8_t flags;

    return vtr_reader_u8(&p->code, &flags) &&
           (flags & ~(VTR_PROGRAM_WIDE | VTR_PROGRAM_NOCASE | VTR_PROGRAM_DOTALL |
                      VTR_PROGRAM_END_ANCHOR | VTR_PROGRAM_INSIDE)) == 0 &&
           vtr_reader_masked(&p->code, &masked);
}

static bool read_jump(struct program *p)
{
    uint64_t distance;

    if (p->depth == p->base || !vtr_reader_varint(&p->code, &distance) ||
        distance > vtr_reader_left(&p->code)) {
        return false;
    }
    const size_t target = p->code.pos + (size_t)distance;
    if (p->pending_count > 0) {
        const struct pending *outer = &p->pending[p->pending_count - 1];

        if (target > outer->target ||
            (target == outer->target && p->depth != outer->depth)) {
            return false;
        }
        if (target == outer->target) {
            return true;
        }
    }
    if (p->pending_count == VTR_CONDITION_STACK_LIMIT) {
        return false;
    }
    p->pending[p->pending_count] = (struct pending){target, p->depth};
    p->pending_count++;
    return true;
}

/* Reads a program of a loop from `code` and checks it. */
static bool read_loop_program(const struct program *p, struct vtr_reader *code,
                              bool has_pattern)
{
    struct vtr_bytes body;
    struct program inner = {
        .depth = p->depth,
        .base = p->depth,
        .loops = p->loops + 1,
        .has_pattern = p->has_pattern || has_pattern,
        .pattern_count = p->pattern_count,
    };

    if (inner.loops > VTR_LOOP_DEPTH_LIMIT || !vtr_reader_string(code, &body)) {
        return false;
    }
    vtr_reader_init(&inner.code, body, 0);
    return check_program(&inner);
}

/* The programs of a list's values. */
static bool read_programs(struct program *p)
{
    struct vtr_bytes list;
    struct vtr_reader programs;

    if (!vtr_reader_string(&p->code, &list) || list.len == 0) {
        return false;
    }
    vtr_reader_init(&programs, list, 0);
    while (vtr_reader_left(&programs) > 0) {
        if (!read_loop_program(p, &programs, false)) {
            return false;
        }
    }
    return true;
}

/* Quantifier, what is looped over or counted, and the body; pops `pops` values, those
 * of the list and the quantifier's number. */
static bool read_quantified(struct program *p, uint8_t operands, uint64_t pops)
{
    bool has_number = false;
    uint64_t count = 0;
    bool is_good = read_quantifier(p, &has_number);

    switch (operands) {
    case OPERANDS_OF:
        is_good = is_good && read_pattern_list(p);
        break;
    case OPERANDS_OF_RULES:
        is_good = is_good && read_name_list(p);
        break;
    case OPERANDS_FOR_RANGE:
    case OPERANDS_FOR_PROGRAMS:
        is_good = is_good && read_slot(p);
        break;
    case OPERANDS_FOR_LIST:
        is_good = is_good && read_slot(p) && vtr_reader_varint(&p->code, &count) &&
                  count > 0 && count <= VTR_CONDITION_STACK_LIMIT;
        break;
    case OPERANDS_FOR_PATTERNS:
        is_good = is_good && read_pattern_list(p);
        break;
    default:
        return false;
    }
    if (!is_good || !pop(p, pops + count + (has_number ? 1 : 0))) {
        return false;
    }
    if (operands == OPERANDS_OF || operands == OPERANDS_OF_RULES) {
        return true;
    }
    return (operands != OPERANDS_FOR_PROGRAMS || read_programs(p)) &&
           read_loop_program(p, &p->code, operands == OPERANDS_FOR_PATTERNS);
}

/* Reads the operands of everything that is neither a jump nor quantified. */
static bool read_operands(struct program *p, uint8_t operands)
{
    struct vtr_bytes bytes;
    int64_t number;
    int64_t exponent;
    uint64_t value;

    switch (operands) {
    case OPERANDS_NONE:
        return true;
    case OPERANDS_INT:
        return vtr_reader_zigzag(&p->code, &number);
    case OPERANDS_FLOAT:
        return vtr_reader_zigzag(&p->code, &number) &&
               vtr_reader_zigzag(&p->code, &exponent);
    case OPERANDS_MASKED:
        return vtr_reader_masked(&p->code, &bytes);
    case OPERANDS_NAME:
        return vtr_reader_string(&p->code, &bytes) && bytes.len > 0;
    case OPERANDS_SLOT:
        return read_slot(p);
    case OPERANDS_UNSIGNED:
        return vtr_reader_varint(&p->code, &value);
    case OPERANDS_READ:
        return read_kind(p);
    case OPERANDS_PATTERN:
        return read_pattern(p);
    case OPERANDS_MATCHES:
        return read_matches(p);
    default:
        return false;
    }
}

/* The path of a module's field: pops its indices and arguments. */
static bool read_path(struct program *p)
{
    struct vtr_bytes path;
    unsigned indices;
    unsigned arguments;

    return vtr_reader_string(&p->code, &path) &&
           vtr_field_path_counts(path, &indices, &arguments) &&
           pop(p, (uint64_t)indices + arguments);
}

static bool check_instruction(struct program *p)
{
    uint8_t op;

    if (!vtr_reader_u8(&p->code, &op) || op >= OP_LIMIT) {
        return false;
    }
    const struct op_shape shape = SHAPES[op];
    switch (shape.operands) {
    case OPERANDS_UNKNOWN:
        return false;
    case OPERANDS_JUMP:
        return read_jump(p);
    case OPERANDS_PATH:
        return read_path(p) && pop(p, shape.pops) && push(p);
    case OPERANDS_OF:
    case OPERANDS_OF_RULES:
    case OPERANDS_FOR_RANGE:
    case OPERANDS_FOR_LIST:
    case OPERANDS_FOR_PATTERNS:
    case OPERANDS_FOR_PROGRAMS:
        return read_quantified(p, shape.operands, shape.pops) && push(p);
    default:
        return read_operands(p, shape.operands) && pop(p, shape.pops) && push(p);
    }
}

/* Takes the jumps that end here off the stack; false when one ends inside the last
 * instruction or finds another depth than it left. */
static bool land_jumps(struct program *p)
{
    while (p->pending_count > 0) {
        const struct pending *jump = &p->pending[p->pending_count - 1];

        if (jump->target > p->code.pos) {
            return true;
        }
        if (jump->target < p->code.pos || jump->depth != p->depth) {
            return false;
        }
        p->pending_count--;
    }
    return true;
}

static bool check_program(struct program *program)
{
    while (vtr_reader_left(&program->code) > 0) {
        if (!check_instruction(program) || !land_jumps(program)) {
            return false;
        }
    }
    return program->depth == program->base + 1;
}

const char *vtr_condition_check(struct vtr_bytes condition, uint64_t pattern_count)
{
    struct program program; /* what is pending is written before it is read */

    vtr_reader_init(&program.code, condition, 0);
    program.depth = 0;
    program.base = 0;
    program.loops = 0;
    program.has_pattern = false;
    program.pattern_count = pattern_count;
    program.pending_count = 0;
    return check_program(&program) ? NULL : "the condition is malformed";
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/condition/value.h"

#include <float.h>
#include <math.h>

#include "format/bytecode/bytecode.h"

#define EXPONENT_LIMIT 400
#define EXACT_POWER    22u

struct vtr_value vtr_value_int(int64_t number)
{
    return (struct vtr_value){.kind = VTR_VALUE_INT, .number = number};
}

struct vtr_value vtr_value_unsigned(uint64_t number)
{
    return (struct vtr_value){.kind = VTR_VALUE_INT,
                              .number = (int64_t)number,
                              .is_unsigned = true};
}

bool vtr_value_is_huge(const struct vtr_value *value)
{
    return value->kind == VTR_VALUE_INT && value->is_unsigned && value->number < 0;
}

struct vtr_value vtr_value_bool(bool is_true)
{
    return vtr_value_int(is_true ? 1 : 0);
}

struct vtr_value vtr_value_text(struct vtr_scan_text text)
{
    return (struct vtr_value){.kind = VTR_VALUE_TEXT, .text = text};
}

struct vtr_value vtr_value_float(double real)
{
    return (struct vtr_value){.kind = VTR_VALUE_FLOAT, .real = real};
}

struct vtr_value vtr_value_decimal(int64_t digits, int64_t exponent)
{
    /* Past 10^400 every result is 0 or infinite. */
    const bool is_small = exponent < 0;
    const int64_t limit = is_small ? -EXPONENT_LIMIT : EXPONENT_LIMIT;
    int64_t steps = is_small ? (exponent < limit ? -limit : -exponent)
                             : (exponent > limit ? limit : exponent);
    double real = (double)digits;

    /* 10^22 is the last power that a double holds exactly: up to there one rounding is
     * all, as in a decimal literal. */
    while (steps > 0) {
        double power = 1.0;
        for (unsigned i = 0; i < EXACT_POWER && steps > 0; i++, steps--) {
            power *= 10.0;
        }
        real = is_small ? real / power : real * power;
    }
    return vtr_value_float(real);
}

bool vtr_value_is_true(const struct vtr_value *value)
{
    switch (value->kind) {
    case VTR_VALUE_INT:
        return value->number != 0;
    case VTR_VALUE_FLOAT:
        /* To YARA bits are true: those of -0.0 too, and of what is no number. */
        return signbit(value->real) != 0 || !(value->real <= 0.0);
    case VTR_VALUE_TEXT:
        return value->text.bytes.len > 0;
    case VTR_VALUE_REGEX:
    case VTR_VALUE_UNDEFINED:
    default:
        return false;
    }
}

static bool is_number(const struct vtr_value *value)
{
    return value->kind == VTR_VALUE_INT || value->kind == VTR_VALUE_FLOAT;
}

static double as_float(const struct vtr_value *value)
{
    if (value->kind == VTR_VALUE_FLOAT) {
        return value->real;
    }
    return value->is_unsigned ? (double)(uint64_t)value->number : (double)value->number;
}

bool vtr_value_unary(uint8_t op, const struct vtr_value *operand, struct vtr_value *out)
{
    static const struct vtr_value undefined = {0};

    switch (op) {
    case VTR_OP_NOT:
        *out = operand->kind == VTR_VALUE_UNDEFINED
                   ? undefined
                   : vtr_value_bool(!vtr_value_is_true(operand));
        return true;
    case VTR_OP_DEFINED:
        *out = vtr_value_bool(operand->kind != VTR_VALUE_UNDEFINED);
        return true;
    case VTR_OP_NEG:
        *out = undefined;
        if (operand->kind == VTR_VALUE_INT) {
            *out = vtr_value_int((int64_t)(0 - (uint64_t)operand->number));
        } else if (operand->kind == VTR_VALUE_FLOAT) {
            *out = vtr_value_float(-operand->real);
        }
        return true;
    case VTR_OP_BIT_NOT:
        *out = undefined;
        if (operand->kind == VTR_VALUE_INT) {
            *out = *operand;
            out->number = ~operand->number;
        }
        return true;
    default:
        return false;
    }
}

/* Nothing goes into zero parts, and the least integer has no opposite. */
static bool has_quotient(int64_t a, int64_t b)
{
    return b != 0 && (a != INT64_MIN || b != -1);
}

/* Arithmetic of integers: wraps as the machine's does. */
static struct vtr_value calculate_int(uint8_t op, int64_t a, int64_t b)
{
    static const struct vtr_value undefined = {0};

    switch (op) {
    case VTR_OP_ADD:
        return vtr_value_int((int64_t)((uint64_t)a + (uint64_t)b));
    case VTR_OP_SUB:
        return vtr_value_int((int64_t)((uint64_t)a - (uint64_t)b));
    case VTR_OP_MUL:
        return vtr_value_int((int64_t)((uint64_t)a * (uint64_t)b));
    case VTR_OP_DIV:
        return has_quotient(a, b) ? vtr_value_int(a / b) : undefined;
    case VTR_OP_MOD:
        return has_quotient(a, b) ? vtr_value_int(a % b) : undefined;
    default:
        return undefined;
    }
}

/* What has no sign differs in its quotients alone. */
static struct vtr_value calculate_unsigned(uint8_t op, uint64_t a, uint64_t b)
{
    switch (op) {
    case VTR_OP_ADD:
        return vtr_value_unsigned(a + b);
    case VTR_OP_SUB:
        return vtr_value_unsigned(a - b);
    case VTR_OP_MUL:
        return vtr_value_unsigned(a * b);
    case VTR_OP_DIV:
        return b != 0 ? vtr_value_unsigned(a / b) : (struct vtr_value){0};
    case VTR_OP_MOD:
        return b != 0 ? vtr_value_unsigned(a % b) : (struct vtr_value){0};
    default:
        return (struct vtr_value){0};
    }
}

static int64_t shift_right(int64_t a, unsigned count)
{
    const uint64_t bits = (uint64_t)a >> count;

    return (int64_t)(a < 0 && count > 0 ? bits | ~(UINT64_MAX >> count) : bits);
}

static struct vtr_value calculate_bits(uint8_t op, int64_t a, int64_t b)
{
    static const struct vtr_value undefined = {0};

    switch (op) {
    case VTR_OP_BIT_AND:
        return vtr_value_int(a & b);
    case VTR_OP_BIT_OR:
        return vtr_value_int(a | b);
    case VTR_OP_BIT_XOR:
        return vtr_value_int(a ^ b);
    case VTR_OP_SHIFT_LEFT:
        if (b < 0) {
            return undefined;
        }
        return vtr_value_int(b < 64 ? (int64_t)((uint64_t)a << b) : 0);
    case VTR_OP_SHIFT_RIGHT:
        if (b < 0) {
            return undefined;
        }
        return vtr_value_int(b < 64 ? shift_right(a, (unsigned)b) : 0);
    default:
        return undefined;
    }
}

static struct vtr_value calculate_float(uint8_t op, double a, double b)
{
    switch (op) {
    case VTR_OP_ADD:
        return vtr_value_float(a + b);
    case VTR_OP_SUB:
        return vtr_value_float(a - b);
    case VTR_OP_MUL:
        return vtr_value_float(a * b);
    case VTR_OP_DIV:
        /* By zero: infinite or no number, as IEEE 754 has it. */
        return vtr_value_float(a / b);
    default:
        return (struct vtr_value){0};
    }
}

/* Bits of two integers one of which has no sign. */
static struct vtr_value calculate_unsigned_bits(uint8_t op,
                                                const struct vtr_value *left,
                                                const struct vtr_value *right)
{
    const int64_t count = vtr_value_is_huge(right) ? INT64_MAX : right->number;
    struct vtr_value value;

    if (op == VTR_OP_SHIFT_RIGHT && left->is_unsigned && count >= 0) {
        return vtr_value_unsigned(count < 64 ? (uint64_t)left->number >> count : 0);
    }
    const bool is_shift = op == VTR_OP_SHIFT_LEFT || op == VTR_OP_SHIFT_RIGHT;
    value = calculate_bits(op, left->number, is_shift ? count : right->number);
    value.is_unsigned = value.kind == VTR_VALUE_INT && (left->is_unsigned || !is_shift);
    return value;
}

static struct vtr_value calculate(uint8_t op, const struct vtr_value *left,
                                  const struct vtr_value *right)
{
    if (left->kind == VTR_VALUE_INT && right->kind == VTR_VALUE_INT &&
        (left->is_unsigned || right->is_unsigned)) {
        return op >= VTR_OP_BIT_AND ? calculate_unsigned_bits(op, left, right)
                                    : calculate_unsigned(op, (uint64_t)left->number,
                                                         (uint64_t)right->number);
    }
    if (left->kind == VTR_VALUE_INT && right->kind == VTR_VALUE_INT) {
        return op >= VTR_OP_BIT_AND ? calculate_bits(op, left->number, right->number)
                                    : calculate_int(op, left->number, right->number);
    }
    if (is_number(left) && is_number(right)) {
        return calculate_float(op, as_float(left), as_float(right));
    }
    return (struct vtr_value){0};
}

static bool holds(uint8_t op, int order)
{
    switch (op) {
    case VTR_OP_EQ:
    case VTR_OP_EQ_EXACT:
        return order == 0;
    case VTR_OP_NE:
    case VTR_OP_NE_EXACT:
        return order != 0;
    case VTR_OP_LT:
        return order < 0;
    case VTR_OP_LE:
        return order <= 0;
    case VTR_OP_GT:
        return order > 0;
    default:
        return order >= 0;
    }
}

/* Floats are EQ when they are nearly so; all else is exact.  Neither holds
 * of what is no number. */
static bool compare_floats(uint8_t op, double a, double b)
{
    const double distance = a > b ? a - b : b - a;

    switch (op) {
    case VTR_OP_EQ:
        return distance < DBL_EPSILON;
    case VTR_OP_NE:
        return distance >= DBL_EPSILON;
    case VTR_OP_EQ_EXACT:
        return a == b;
    case VTR_OP_NE_EXACT:
        return a != b;
    case VTR_OP_LT:
        return a < b;
    case VTR_OP_LE:
        return a <= b;
    case VTR_OP_GT:
        return a > b;
    default:
        return a >= b;
    }
}

/* Below 0, 0 or above: how the left number stands to the right one. */
static int compare_integers(const struct vtr_value *left, const struct vtr_value *right)
{
    const bool is_left_huge = vtr_value_is_huge(left);
    const bool is_right_huge = vtr_value_is_huge(right);

    return is_left_huge != is_right_huge
               ? is_left_huge - is_right_huge
               : (left->number > right->number) - (left->number < right->number);
}

static struct vtr_value compare(uint8_t op, const struct vtr_value *left,
                                const struct vtr_value *right)
{
    if (left->kind == VTR_VALUE_INT && right->kind == VTR_VALUE_INT) {
        return vtr_value_bool(holds(op, compare_integers(left, right)));
    }
    if (is_number(left) && is_number(right)) {
        return vtr_value_bool(compare_floats(op, as_float(left), as_float(right)));
    }
    if (left->kind == VTR_VALUE_TEXT && right->kind == VTR_VALUE_TEXT) {
        return vtr_value_bool(
            holds(op, vtr_scan_text_compare(left->text, right->text)));
    }
    return (struct vtr_value){0};
}

static struct vtr_value search(uint8_t op, const struct vtr_value *left,
                               const struct vtr_value *right)
{
    const struct vtr_scan_text text = left->text;
    const struct vtr_scan_text part = right->text;
    bool is_found;

    if (left->kind != VTR_VALUE_TEXT || right->kind != VTR_VALUE_TEXT) {
        return (struct vtr_value){0};
    }
    const bool is_folded = op == VTR_OP_ICONTAINS || op == VTR_OP_ISTARTSWITH ||
                           op == VTR_OP_IENDSWITH || op == VTR_OP_IEQUALS;
    if (op == VTR_OP_CONTAINS || op == VTR_OP_ICONTAINS) {
        is_found = vtr_scan_text_contains(text, part, is_folded);
    } else if (op == VTR_OP_STARTSWITH || op == VTR_OP_ISTARTSWITH) {
        is_found = vtr_scan_text_has_at(text, 0, part, is_folded);
    } else if (op == VTR_OP_ENDSWITH || op == VTR_OP_IENDSWITH) {
        is_found = part.bytes.len <= text.bytes.len &&
                   vtr_scan_text_has_at(text, text.bytes.len - part.bytes.len, part,
                                        is_folded);
    } else {
        is_found = part.bytes.len == text.bytes.len &&
                   vtr_scan_text_has_at(text, 0, part, is_folded);
    }
    return vtr_value_bool(is_found);
}

bool vtr_value_binary(uint8_t op, const struct vtr_value *left,
                      const struct vtr_value *right, struct vtr_value *out)
{
    /* AND and OR take what is undefined as false, so they are always defined. */
    if (op == VTR_OP_AND) {
        *out = vtr_value_bool(vtr_value_is_true(left) && vtr_value_is_true(right));
    } else if (op == VTR_OP_OR) {
        *out = vtr_value_bool(vtr_value_is_true(left) || vtr_value_is_true(right));
    } else if (op >= VTR_OP_ADD && op <= VTR_OP_SHIFT_RIGHT && op != VTR_OP_NEG &&
               op != VTR_OP_BIT_NOT) {
        *out = calculate(op, left, right);
    } else if (op >= VTR_OP_EQ && op <= VTR_OP_NE_EXACT) {
        *out = compare(op, left, right);
    } else if (op >= VTR_OP_CONTAINS && op <= VTR_OP_IEQUALS) {
        *out = search(op, left, right);
    } else {
        return false;
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */

/* Constant arithmetic: what YARA refuses at compile time is refused here, with the same
 * 64 bits. */
#include "compiler/check/check.h"

#include "compiler/syntax/source.h"

static bool add(int64_t a, int64_t b, int64_t *out)
{
    if (b > 0 ? a > INT64_MAX - b : a < INT64_MIN - b) {
        return false;
    }
    *out = a + b;
    return true;
}

static bool subtract(int64_t a, int64_t b, int64_t *out)
{
    if (b < 0 ? a > INT64_MAX + b : a < INT64_MIN + b) {
        return false;
    }
    *out = a - b;
    return true;
}

/* As YARA has it, magnitudes count: -2^63 is no product. */
static bool multiply(int64_t a, int64_t b, int64_t *out)
{
    const uint64_t left = a < 0 ? 0 - (uint64_t)a : (uint64_t)a;
    const uint64_t right = b < 0 ? 0 - (uint64_t)b : (uint64_t)b;

    if (left != 0 && right > (uint64_t)INT64_MAX / left) {
        return false;
    }
    *out = a * b;
    return true;
}

static void report(struct vtr_checker *c, const struct vtr_node *chain,
                   enum vtr_code code, const struct vtr_node *right,
                   const char *message)
{
    struct vtr_place place = {c->source, chain->offset,
                              right->offset + right->length - chain->offset};

    /* YARA-X leaves this to the scan, where it is undefined; and a quotient too large.
     */
    if (c->source->dialect == VTR_DIALECT_YARA_X && code == VTR_CODE_DIVISION) {
        return;
    }
    if (code != VTR_CODE_OVERFLOW) {
        place = vtr_check_place(c, right);
    }
    (void)vtr_diagnostics_add(c->diagnostics, code, place, "%s", message);
}

/* A shift as the scanner does it; false, reported, for a negative count. */
static bool shift(struct vtr_checker *c, const struct vtr_node *chain, enum vtr_op op,
                  const struct vtr_node *right, int64_t *out)
{
    const uint64_t bits = (uint64_t)chain->number;

    if (right->number < 0) {
        report(c, chain, VTR_CODE_SHIFT, right, "a shift by a negative number of bits");
        return false;
    }
    if (right->number >= 64) {
        *out = 0;
    } else if (op == VTR_OP_SHIFT_LEFT) {
        *out = (int64_t)(bits << right->number);
    } else {
        const uint64_t sign = chain->number < 0 ? ~(~UINT64_C(0) >> right->number) : 0;
        *out = (int64_t)(bits >> right->number | sign);
    }
    return true;
}

/* Division and remainder; false, reported, by zero and past 64 bits. */
static bool divide(struct vtr_checker *c, const struct vtr_node *chain, enum vtr_op op,
                   const struct vtr_node *right, int64_t *out)
{
    if (right->number == 0) {
        report(c, chain, VTR_CODE_DIVISION, right, "division by zero");
        return false;
    }
    if (right->number == -1) {
        if (op == VTR_OP_MOD) {
            *out = 0;
            return true;
        }
        if (chain->number == INT64_MIN && c->source->dialect == VTR_DIALECT_YARA_X) {
            return false;
        }
        if (chain->number == INT64_MIN) {
            report(c, chain, VTR_CODE_OVERFLOW, right,
                   "this quotient does not fit 64 bits");
            return false;
        }
    }
    *out = op == VTR_OP_MOD ? chain->number % right->number
                            : chain->number / right->number;
    return true;
}

/* YARA-X computes constants with floats: what is no farther outside of 64 bits than
 * these can tell is the last number within, the rest is an error. */
static bool saturate(int64_t a, int64_t b, enum vtr_op op, int64_t *out)
{
    const double left = (double)a;
    const double right = (double)b;
    const double sum = op == VTR_OP_MUL   ? left * right
                       : op == VTR_OP_ADD ? left + right
                                          : left - right;

    *out = sum > 0.0 ? INT64_MAX : INT64_MIN;
    return sum <= (double)INT64_MAX && sum >= (double)INT64_MIN;
}

static bool fold(struct vtr_checker *c, const struct vtr_node *chain, enum vtr_op op,
                 const struct vtr_node *right, int64_t *out)
{
    const int64_t a = chain->number;
    const int64_t b = right->number;
    bool fits = true;

    switch ((unsigned)op) {
    case VTR_OP_ADD:
        fits = add(a, b, out);
        break;
    case VTR_OP_SUB:
        fits = subtract(a, b, out);
        break;
    case VTR_OP_MUL:
        fits = multiply(a, b, out);
        break;
    case VTR_OP_DIV:
    case VTR_OP_MOD:
        return divide(c, chain, op, right, out);
    case VTR_OP_SHIFT_LEFT:
    case VTR_OP_SHIFT_RIGHT:
        return shift(c, chain, op, right, out);
    case VTR_OP_BIT_AND:
        *out = (int64_t)((uint64_t)a & (uint64_t)b);
        break;
    case VTR_OP_BIT_OR:
        *out = (int64_t)((uint64_t)a | (uint64_t)b);
        break;
    case VTR_OP_BIT_XOR:
        *out = (int64_t)((uint64_t)a ^ (uint64_t)b);
        break;
    default:
        return false;
    }
    if (!fits && c->source->dialect == VTR_DIALECT_YARA_X) {
        fits = saturate(a, b, op, out);
    }
    if (!fits) {
        report(c, chain, VTR_CODE_OVERFLOW, right, "this number does not fit 64 bits");
    }
    return fits;
}

/* Two constants one of which has no sign: the other's bits are taken for one without.
 * Only sums and products of what is not negative can be too large. */
static bool fold_unsigned(struct vtr_checker *c, const struct vtr_node *chain,
                          enum vtr_op op, const struct vtr_node *right, uint64_t *out)
{
    const uint64_t a = (uint64_t)chain->number;
    const uint64_t b = (uint64_t)right->number;
    const bool has_negative = (chain->is_known && chain->number < 0) ||
                              (right->is_known && right->number < 0);
    bool fits = true;

    switch ((unsigned)op) {
    case VTR_OP_ADD:
        fits = has_negative || a <= UINT64_MAX - b;
        *out = a + b;
        break;
    case VTR_OP_SUB:
        *out = a - b;
        break;
    case VTR_OP_MUL:
        fits = has_negative || a == 0 || b <= UINT64_MAX / a;
        *out = a * b;
        break;
    case VTR_OP_DIV:
    case VTR_OP_MOD:
        if (b == 0) {
            report(c, chain, VTR_CODE_DIVISION, right, "division by zero");
            return false;
        }
        *out = op == VTR_OP_DIV ? a / b : a % b;
        break;
    case VTR_OP_BIT_AND:
        *out = a & b;
        break;
    case VTR_OP_BIT_OR:
        *out = a | b;
        break;
    case VTR_OP_BIT_XOR:
        *out = a ^ b;
        break;
    default:
        return false; /* a shift is left to the scan */
    }
    if (!fits) {
        report(c, chain, VTR_CODE_OVERFLOW, right, "this number does not fit 64 bits");
    }
    return fits;
}

void vtr_check_fold_unary(struct vtr_checker *c, struct vtr_node *node)
{
    const struct vtr_node *child = node->children;
    const uint64_t bits = (uint64_t)child->number;
    const uint64_t least = (uint64_t)INT64_MAX + 1;

    if (!vtr_node_is_constant(child)) {
        return;
    }
    if (node->op == VTR_OP_BIT_NOT) {
        node->number = (int64_t)~bits;
        node->is_known = child->is_known;
        node->is_unsigned = child->is_unsigned;
        return;
    }
    const bool is_least = child->is_known && bits == least;
    if (child->is_unsigned ? bits > least
                           : is_least && c->source->dialect == VTR_DIALECT_YARA_X) {
        (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_OVERFLOW,
                                  vtr_check_place(c, node),
                                  "this number does not fit 64 bits");
        return;
    }
    node->is_known = !is_least;
    node->number = (int64_t)(0 - bits);
}

void vtr_check_fold(struct vtr_checker *c, struct vtr_node *chain, enum vtr_op op,
                    const struct vtr_node *right)
{
    const bool is_division = op == VTR_OP_DIV || op == VTR_OP_MOD;
    const bool is_shift = op == VTR_OP_SHIFT_LEFT || op == VTR_OP_SHIFT_RIGHT;
    int64_t value = 0;
    uint64_t bits = 0;

    if (vtr_node_is_constant(chain) && vtr_node_is_constant(right) &&
        (chain->is_unsigned || right->is_unsigned)) {
        chain->is_unsigned = fold_unsigned(c, chain, op, right, &bits);
        chain->is_known = false;
        chain->number = (int64_t)bits;
        return;
    }
    chain->is_unsigned = false;
    if (chain->is_known && right->is_known) {
        chain->is_known = fold(c, chain, op, right, &value);
        chain->number = value;
        return;
    }
    chain->is_known = false;
    if (right->is_known && is_division && right->number == 0) {
        report(c, chain, VTR_CODE_DIVISION, right, "division by zero");
    } else if (right->is_known && is_shift && right->number < 0) {
        report(c, chain, VTR_CODE_SHIFT, right, "a shift by a negative number of bits");
    }
}

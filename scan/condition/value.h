/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Values of conditions and what operators make of them; format/bytecode/bytecode.h
 * states the semantics.  Texts are borrowed, as the database stores them or from a
 * module: nothing is copied.
 */
#ifndef VTR_SCAN_CONDITION_VALUE_H
#define VTR_SCAN_CONDITION_VALUE_H

#include <stdbool.h>

#include "scan/condition/scan_text.h"

enum vtr_value_kind {
    VTR_VALUE_UNDEFINED = 0,
    VTR_VALUE_INT,
    VTR_VALUE_FLOAT,
    VTR_VALUE_TEXT,
    VTR_VALUE_REGEX /* an argument of a module's function */
};

struct vtr_value {
    enum vtr_value_kind kind;
    int64_t number;   /* INT */
    bool is_unsigned; /* INT: `number` has the bits of an integer without a sign */
    double real;
    struct vtr_scan_text text; /* REGEX: that of the expression */
    uint8_t regex_flags;       /* VTR_PROGRAM_* */
};

/* {0} is undefined. */
struct vtr_value vtr_value_int(int64_t number);
struct vtr_value vtr_value_unsigned(uint64_t number);
struct vtr_value vtr_value_bool(bool is_true);
struct vtr_value vtr_value_float(double real);
struct vtr_value vtr_value_text(struct vtr_scan_text text);

/* digits * 10^exponent */
struct vtr_value vtr_value_decimal(int64_t digits, int64_t exponent);

/* Whether it is an integer past the last one with a sign. */
bool vtr_value_is_huge(const struct vtr_value *value);

/* Defined and not zero; text: not empty. */
bool vtr_value_is_true(const struct vtr_value *value);

/* Applies an operator with one or two operands (enum vtr_op); one that does not go with
 * its operands gives undefined.  False when `op` is no such operator. */
VTR_MUST_CHECK bool vtr_value_unary(uint8_t op, const struct vtr_value *operand,
                                    struct vtr_value *out);
VTR_MUST_CHECK bool vtr_value_binary(uint8_t op, const struct vtr_value *left,
                                     const struct vtr_value *right,
                                     struct vtr_value *out);

#endif

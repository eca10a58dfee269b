/* SPDX-License-Identifier: Apache-2.0 */

/* Decimal numbers as written to digits and exponent, exactly and without floats: what a
 * database holds of a fraction must not depend on a machine's arithmetic. */
#ifndef VTR_COMPILER_DECIMAL_H
#define VTR_COMPILER_DECIMAL_H

#include "base/compiler.h"

/* value = digits * 10^exponent, without trailing zeros.  Digits past the 18th are
 * rounded half up. */
struct vtr_decimal {
    int64_t digits;
    int64_t exponent;
};

/* `text` is [-]digits[.digits]. */
struct vtr_decimal vtr_decimal_parse(struct vtr_bytes text);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* Decimal numbers as written to digits and exponent, exactly and without floats: what a
 * database holds of a fraction must not depend on a machine's arithmetic. */
#ifndef VTR_BASE_DECIMAL_H
#define VTR_BASE_DECIMAL_H

#include <stdbool.h>

#include "base/compiler.h"

/* value = digits * 10^exponent, without trailing zeros.  Digits past the 18th are
 * rounded half up. */
struct vtr_decimal {
    int64_t digits;
    int64_t exponent;
};

/* Whether `text` is [-]digits[.[digits]]; `out_has_point`: with a point. */
bool vtr_decimal_is_number(struct vtr_bytes text, bool *out_has_point);

/* Of such a number; a '_' between its digits means nothing. */
struct vtr_decimal vtr_decimal_parse(struct vtr_bytes text);

/* Of such a number without a point; false when it does not fit. */
VTR_MUST_CHECK bool vtr_decimal_parse_integer(struct vtr_bytes text, int64_t *out);

#endif

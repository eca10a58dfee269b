/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/decimal.h"

#include <stdbool.h>

#define DIGITS_MAX 18u

struct vtr_decimal vtr_decimal_parse(struct vtr_bytes text)
{
    struct vtr_decimal out = {0, 0};
    const bool is_negative = text.len > 0 && text.ptr[0] == '-';
    bool is_fraction = false;
    bool is_rounded = false;
    unsigned count = 0;

    for (size_t i = is_negative ? 1 : 0; i < text.len; i++) {
        if (text.ptr[i] == '.') {
            is_fraction = true;
            continue;
        }
        const unsigned digit = text.ptr[i] - (unsigned)'0';
        if (count < DIGITS_MAX) {
            out.digits = out.digits * 10 + (int64_t)digit;
            count += out.digits != 0 ? 1 : 0;
            out.exponent -= is_fraction ? 1 : 0;
        } else {
            if (!is_rounded && digit >= 5) {
                out.digits++;
            }
            is_rounded = true;
            out.exponent += is_fraction ? 0 : 1;
        }
    }
    while (out.digits != 0 && out.digits % 10 == 0) {
        out.digits /= 10;
        out.exponent++;
    }
    if (out.digits == 0) {
        out.exponent = 0;
    }
    out.digits = is_negative ? -out.digits : out.digits;
    return out;
}

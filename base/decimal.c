/* SPDX-License-Identifier: Apache-2.0 */

#include "base/decimal.h"

#define DIGITS_MAX 18u

bool vtr_decimal_is_number(struct vtr_bytes text, bool *out_has_point)
{
    const size_t first = text.len > 0 && text.ptr[0] == '-' ? 1 : 0;
    size_t points = 0;

    for (size_t i = first; i < text.len; i++) {
        if (text.ptr[i] == '.' && i > first && points == 0) {
            points++;
        } else if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
    }
    *out_has_point = points > 0;
    return text.len > first;
}

bool vtr_decimal_parse_integer(struct vtr_bytes text, int64_t *out)
{
    const bool is_negative = text.len > 0 && text.ptr[0] == '-';
    int64_t value = 0; /* below zero, where there is one number more */

    for (size_t i = is_negative ? 1 : 0; i < text.len; i++) {
        const int64_t digit = text.ptr[i] - '0';
        if (value < (INT64_MIN + digit) / 10) {
            return false;
        }
        value = value * 10 - digit;
    }
    if (!is_negative && value == INT64_MIN) {
        return false;
    }
    *out = is_negative ? value : -value;
    return true;
}

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
        if (text.ptr[i] == '_') {
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

/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/string.h"

#define NO_DIGIT 99u

static unsigned digit_of(uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    byte |= 0x20;
    return byte >= 'a' && byte <= 'z' ? byte - 'a' + 10u : NO_DIGIT;
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* The byte at `at`; 0, which ends a text, past its end. */
static uint8_t byte_at(struct vtr_bytes text, size_t at)
{
    return at < text.len ? text.ptr[at] : 0;
}

/* The base that a text's prefix names, and the place behind the prefix. */
static uint64_t skip_prefix(struct vtr_bytes text, size_t *at, uint64_t base)
{
    const bool is_zero = byte_at(text, *at) == '0';

    if ((base == 0 || base == 16) && is_zero &&
        (byte_at(text, *at + 1) | 0x20) == 'x' &&
        digit_of(byte_at(text, *at + 2)) < 16) {
        *at += 2;
        return 16;
    }
    if (base != 0) {
        return base;
    }
    return is_zero ? 8 : 10;
}

static bool parse(struct vtr_bytes text, uint64_t base, int64_t *out)
{
    size_t at = 0;
    uint64_t number = 0;

    while (is_blank(byte_at(text, at))) {
        at++;
    }
    const bool is_negative = byte_at(text, at) == '-';
    const uint64_t limit = (uint64_t)INT64_MAX + (is_negative ? 1 : 0);
    if (is_negative || byte_at(text, at) == '+') {
        at++;
    }
    base = skip_prefix(text, &at, base);
    const size_t begin = at;
    for (; digit_of(byte_at(text, at)) < base; at++) {
        const unsigned digit = digit_of(byte_at(text, at));
        if (number > (limit - digit) / base) {
            return false;
        }
        number = number * base + digit;
    }
    if (at == begin || byte_at(text, at) != 0) {
        return false;
    }
    *out = is_negative ? -(int64_t)(number - 1) - 1 : (int64_t)number;
    return true;
}

struct vtr_module_value vtr_string_length(struct vtr_module_run *run,
                                          const struct vtr_module_call *call)
{
    (void)run;
    return vtr_module_int((int64_t)call->args[0].is.text.len);
}

struct vtr_module_value vtr_string_to_int(struct vtr_module_run *run,
                                          const struct vtr_module_call *call)
{
    const struct vtr_bytes text = call->args[0].is.text;
    const int64_t base = call->arg_count > 1 ? call->args[1].is.number : 0;
    int64_t number;

    if (base < 0 || base == 1 || base > 36 || !vtr_module_spend(run, text.len)) {
        return vtr_module_undefined();
    }
    return parse(text, (uint64_t)base, &number) ? vtr_module_int(number)
                                                : vtr_module_undefined();
}

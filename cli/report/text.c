/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/report/text.h"

#include <stdlib.h>
#include <string.h>

static const char HEX_DIGITS[] = "0123456789abcdef";

void vtr_text_deinit(struct vtr_text *text)
{
    if (text != NULL) {
        free(text->ptr);
        *text = (struct vtr_text){0};
    }
}

void vtr_text_clear(struct vtr_text *text)
{
    text->len = 0;
}

/* More memory, with room for `len` more bytes. */
static bool grow(struct vtr_text *text, size_t len)
{
    size_t cap = text->cap < 256 ? 256 : text->cap * 2;
    if (cap < text->len + len) {
        cap = text->len + len;
    }
    char *grown = realloc(text->ptr, cap);
    if (grown == NULL) {
        text->has_failed = true;
        return false;
    }
    text->ptr = grown;
    text->cap = cap;
    return true;
}

static bool has_room(const struct vtr_text *text, size_t len)
{
    return len <= text->cap - text->len;
}

/* Room for `len` more bytes. */
static bool reserve(struct vtr_text *text, size_t len)
{
    if (!text->has_failed && !has_room(text, len) && text->relieve != NULL &&
        text->cap >= VTR_TEXT_KEPT) {
        text->relieve(text, text->context);
    }
    if (text->has_failed || len > SIZE_MAX / 2 - text->len) {
        text->has_failed = true;
        return false;
    }
    return has_room(text, len) || grow(text, len);
}

static void add(struct vtr_text *text, const void *bytes, size_t len)
{
    if (len > 0 && reserve(text, len)) {
        memcpy(text->ptr + text->len, bytes, len);
        text->len += len;
    }
}

void vtr_text_add(struct vtr_text *text, const char *string)
{
    add(text, string, strlen(string));
}

void vtr_text_bytes(struct vtr_text *text, struct vtr_bytes bytes)
{
    add(text, bytes.ptr, bytes.len);
}

void vtr_text_repeat(struct vtr_text *text, char c, size_t count)
{
    if (count > 0 && reserve(text, count)) {
        memset(text->ptr + text->len, c, count);
        text->len += count;
    }
}

void vtr_text_cell(struct vtr_text *text, const char *string, size_t width)
{
    const size_t len = strlen(string);

    add(text, string, len);
    vtr_text_repeat(text, ' ', len < width ? width - len : 1);
}

void vtr_text_number(struct vtr_text *text, uint64_t value)
{
    char digits[20]; /* of 2^64 - 1 */
    size_t first = sizeof(digits);

    do {
        first--;
        digits[first] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    add(text, digits + first, sizeof(digits) - first);
}

void vtr_text_signed(struct vtr_text *text, int64_t value)
{
    if (value < 0) {
        vtr_text_add(text, "-");
    }
    vtr_text_number(text, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void vtr_text_decimal(struct vtr_text *text, int64_t digits, int64_t exponent)
{
    const uint64_t whole = digits < 0 ? 0 - (uint64_t)digits : (uint64_t)digits;
    char number[24];

    (void)snprintf(number, sizeof(number), "%020llu", (unsigned long long)whole);
    vtr_text_add(text, digits < 0 ? "-" : "");
    if (exponent > 0 || exponent < -19) {
        vtr_text_number(text, whole);
        vtr_text_add(text, "e");
        vtr_text_signed(text, exponent);
        return;
    }
    const size_t point = 20 - (size_t)-exponent;
    size_t first = 0;
    while (first + 1 < point && number[first] == '0') {
        first++;
    }
    vtr_text_bytes(text,
                   (struct vtr_bytes){(const uint8_t *)number + first, point - first});
    vtr_text_add(text, ".");
    vtr_text_add(text, exponent == 0 ? "0" : number + point);
}

void vtr_text_milli(struct vtr_text *text, uint64_t value)
{
    const uint64_t part = value % 1000;

    vtr_text_number(text, value / 1000);
    vtr_text_add(text, part < 10 ? ".00" : part < 100 ? ".0" : ".");
    vtr_text_number(text, part);
}

void vtr_text_hex(struct vtr_text *text, struct vtr_bytes bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        const char pair[2] = {HEX_DIGITS[bytes.ptr[i] >> 4],
                              HEX_DIGITS[bytes.ptr[i] & 15]};
        add(text, pair, sizeof(pair));
    }
}

struct vtr_bytes vtr_text_get_bytes(const struct vtr_text *text)
{
    struct vtr_bytes bytes = {(const uint8_t *)text->ptr, text->len};
    return bytes;
}

struct vtr_bytes vtr_text_view(const char *string)
{
    struct vtr_bytes bytes = {(const uint8_t *)string,
                              string == NULL ? 0 : strlen(string)};
    return bytes;
}

bool vtr_text_is_same(struct vtr_bytes a, struct vtr_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static bool is_continuation(uint8_t byte)
{
    return (byte & 0xc0) == 0x80;
}

size_t vtr_text_utf8_len(struct vtr_bytes bytes)
{
    if (bytes.len == 0) {
        return 0;
    }
    const uint8_t first = bytes.ptr[0];
    const uint8_t second = bytes.len > 1 ? bytes.ptr[1] : 0;

    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        return is_continuation(second) ? 2 : 0;
    }
    if (first >= 0xe0 && first <= 0xef) {
        const bool is_overlong = first == 0xe0 && second < 0xa0;
        const bool is_surrogate = first == 0xed && second > 0x9f;
        return bytes.len >= 3 && is_continuation(second) && !is_overlong &&
                       !is_surrogate && is_continuation(bytes.ptr[2])
                   ? 3
                   : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool is_overlong = first == 0xf0 && second < 0x90;
        const bool is_past_end = first == 0xf4 && second > 0x8f;
        return bytes.len >= 4 && is_continuation(second) && !is_overlong &&
                       !is_past_end && is_continuation(bytes.ptr[2]) &&
                       is_continuation(bytes.ptr[3])
                   ? 4
                   : 0;
    }
    return 0;
}

/* Whether a terminal would act on a valid sequence instead of showing it: C0 and C1
 * controls, and the marks that turn the direction of writing. */
static bool is_command(const uint8_t *sequence, size_t len)
{
    if (len == 1) {
        return sequence[0] < 0x20 || sequence[0] == 0x7f;
    }
    if (len == 2) {
        return sequence[0] == 0xc2 && sequence[1] < 0xa0;
    }
    if (len == 3 && sequence[0] == 0xe2) {
        return (sequence[1] == 0x80 && sequence[2] >= 0xaa && sequence[2] <= 0xae) ||
               (sequence[1] == 0x81 && sequence[2] >= 0xa6 && sequence[2] <= 0xa9);
    }
    return false;
}

size_t vtr_text_plain_len(struct vtr_bytes bytes)
{
    size_t len = 0;

    while (len < bytes.len && bytes.ptr[len] >= 0x20 && bytes.ptr[len] < 0x7f) {
        len++;
    }
    return len;
}

void vtr_text_safe(struct vtr_text *text, struct vtr_bytes bytes)
{
    while (bytes.len > 0) {
        size_t len = vtr_text_plain_len(bytes);

        if (len == 0) {
            len = vtr_text_utf8_len(bytes);
        }
        if (len > 0 && !is_command(bytes.ptr, len)) {
            add(text, bytes.ptr, len);
        } else {
            len = len == 0 ? 1 : len;
            for (size_t i = 0; i < len; i++) {
                vtr_text_add(text, "\\x");
                vtr_text_hex(text, (struct vtr_bytes){bytes.ptr + i, 1});
            }
        }
        bytes.ptr += len;
        bytes.len -= len;
    }
}

bool vtr_text_print(struct vtr_text *text, FILE *file)
{
    const bool ok =
        !text->has_failed &&
        (text->len == 0 || fwrite(text->ptr, 1, text->len, file) == text->len);
    text->has_failed = !ok;
    text->len = 0;
    return ok;
}

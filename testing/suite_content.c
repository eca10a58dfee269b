/* SPDX-License-Identifier: Apache-2.0 */

#include "testing/suite_content.h"

#include "base/bytes.h"

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

struct vtr_suite_decoded vtr_suite_decode_hex(struct vtr_arena *arena,
                                              struct vtr_bytes text)
{
    struct vtr_suite_decoded out = {0};
    uint8_t *bytes = vtr_arena_alloc(arena, text.len / 2 + 1);
    size_t len = 0;

    if (bytes == NULL) {
        out.has_no_memory = true;
        return out;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (is_blank(text.ptr[i])) {
            continue;
        }
        const unsigned high = vtr_hex_value(text.ptr[i]);
        const unsigned low =
            i + 1 < text.len ? vtr_hex_value(text.ptr[i + 1]) : VTR_HEX_NONE;
        if (high == VTR_HEX_NONE || low == VTR_HEX_NONE) {
            out.bad_at = high == VTR_HEX_NONE ? i : i + 1;
            out.reason = "expected two hexadecimal digits a byte";
            return out;
        }
        bytes[len++] = (uint8_t)(high << 4 | low);
        i++;
    }
    out.bytes = (struct vtr_bytes){bytes, len};
    return out;
}

/* Value of a character of base64, or 64. */
static unsigned base64_value(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z'   ? (unsigned)(byte - 'A')
           : byte >= 'a' && byte <= 'z' ? (unsigned)(byte - 'a') + 26
           : byte >= '0' && byte <= '9' ? (unsigned)(byte - '0') + 52
           : byte == '+'                ? 62
           : byte == '/'                ? 63
                                        : 64;
}

/* Whether nothing but padding and blanks follows. */
static bool is_padding(struct vtr_bytes text, size_t from)
{
    for (; from < text.len; from++) {
        if (text.ptr[from] != '=' && !is_blank(text.ptr[from])) {
            return false;
        }
    }
    return true;
}

struct vtr_suite_decoded vtr_suite_decode_base64(struct vtr_arena *arena,
                                                 struct vtr_bytes text)
{
    struct vtr_suite_decoded out = {0};
    uint8_t *bytes = vtr_arena_alloc(arena, text.len / 4 * 3 + 3);
    size_t len = 0;
    uint32_t bits = 0;
    unsigned bit_count = 0;
    size_t i;

    if (bytes == NULL) {
        out.has_no_memory = true;
        return out;
    }
    for (i = 0; i < text.len && text.ptr[i] != '='; i++) {
        if (is_blank(text.ptr[i])) {
            continue;
        }
        const unsigned value = base64_value(text.ptr[i]);
        if (value > 63) {
            break;
        }
        bits = (bits << 6 | value) & 0xFFFF;
        bit_count += 6;
        if (bit_count >= 8) {
            bit_count -= 8;
            bytes[len++] = (uint8_t)(bits >> bit_count);
        }
    }
    if (!is_padding(text, i) || bit_count >= 6 ||
        (bits & ((1u << bit_count) - 1)) != 0) {
        out.bad_at = i;
        out.reason = "this is no base64";
        return out;
    }
    out.bytes = (struct vtr_bytes){bytes, len};
    return out;
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/syntax/literal.h"

#include <string.h>

#include "base/reader.h"

/* A regular expression without any operator; an escaped letter may be a class. */
static bool is_plain_regex(struct vtr_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t byte = text.ptr[i];
        if (strchr(".*+?|()[]{}^$", byte) != NULL) {
            return false;
        }
        if (byte == '\\' && i + 1 < text.len) {
            i++;
            if (strchr("wWsSdDbB", text.ptr[i]) != NULL) {
                return false;
            }
        }
    }
    return true;
}

/* The first fragment of a hex string's payload is one run of bytes. */
static bool is_plain_hex(struct vtr_bytes payload)
{
    struct vtr_reader r;
    struct vtr_reader tokens;
    struct vtr_bytes fragment;
    struct vtr_bytes bytes;
    uint64_t count;
    uint8_t token;

    vtr_reader_init(&r, payload, 0);
    if (!vtr_reader_varint(&r, &count) || !vtr_reader_string(&r, &fragment)) {
        return false;
    }
    vtr_reader_init(&tokens, fragment, 0);
    while (vtr_reader_left(&tokens) > 0) {
        if (!vtr_reader_u8(&tokens, &token) || token != VTR_TOKEN_BYTES ||
            !vtr_reader_masked(&tokens, &bytes)) {
            return false;
        }
    }
    return true;
}

bool vtr_string_is_literal(const struct vtr_ast_string *string, struct vtr_bytes source)
{
    switch (string->type) {
    case VTR_PATTERN_TEXT:
        return (string->modifiers.set &
                (VTR_MODIFIER_BASE64 | VTR_MODIFIER_BASE64WIDE)) == 0;
    case VTR_PATTERN_HEX:
        return is_plain_hex(string->payload);
    case VTR_PATTERN_REGEX:
        return is_plain_regex(source);
    }
    return false;
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/condition/scan_text.h"

#include <string.h>

#include "format/image/atom_index.h"
#include "format/record/rule.h"

static uint8_t byte_at(struct vtr_scan_text text, size_t index)
{
    return text.is_masked ? text.bytes.ptr[index] ^ vtr_mask(index)
                          : text.bytes.ptr[index];
}

int vtr_scan_text_compare(struct vtr_scan_text a, struct vtr_scan_text b)
{
    const size_t shared = a.bytes.len < b.bytes.len ? a.bytes.len : b.bytes.len;

    for (size_t i = 0; i < shared; i++) {
        if (byte_at(a, i) != byte_at(b, i)) {
            /* Turning the top bit makes the signed order the unsigned one. */
            return (byte_at(a, i) ^ 0x80) < (byte_at(b, i) ^ 0x80) ? -1 : 1;
        }
    }
    return (a.bytes.len > b.bytes.len) - (a.bytes.len < b.bytes.len);
}

bool vtr_scan_text_has_at(struct vtr_scan_text text, size_t at,
                          struct vtr_scan_text part, bool is_folded)
{
    if (at > text.bytes.len || part.bytes.len > text.bytes.len - at) {
        return false;
    }
    for (size_t i = 0; i < part.bytes.len; i++) {
        const uint8_t left = byte_at(text, at + i);
        const uint8_t right = byte_at(part, i);
        if (left != right && !(is_folded && vtr_fold(left) == vtr_fold(right))) {
            return false;
        }
    }
    return true;
}

/* The first place from `at` on where a plain text has the byte, or SIZE_MAX. */
static size_t find_byte(struct vtr_bytes plain, size_t at, uint8_t byte)
{
    const uint8_t *found = memchr(plain.ptr + at, byte, plain.len - at);

    return found == NULL ? SIZE_MAX : (size_t)(found - plain.ptr);
}

bool vtr_scan_text_contains(struct vtr_scan_text text, struct vtr_scan_text part,
                            bool is_folded)
{
    const bool can_skip = !text.is_masked && !is_folded && part.bytes.len > 0;

    for (size_t at = 0; at <= text.bytes.len && part.bytes.len <= text.bytes.len - at;
         at++) {
        if (can_skip) {
            at = find_byte(text.bytes, at, byte_at(part, 0));
            if (at == SIZE_MAX) {
                return false;
            }
        }
        if (vtr_scan_text_has_at(text, at, part, is_folded)) {
            return true;
        }
    }
    return false;
}

void vtr_scan_text_copy(struct vtr_scan_text text, uint8_t *out)
{
    if (text.is_masked) {
        vtr_unmask(text.bytes, out);
    } else if (text.bytes.len > 0) {
        memcpy(out, text.bytes.ptr, text.bytes.len);
    }
}

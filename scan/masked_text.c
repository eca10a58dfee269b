/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/masked_text.h"

#include "format/atom_index.h"
#include "format/rule.h"

static uint8_t byte_at(struct vtr_bytes masked, size_t index)
{
    return masked.ptr[index] ^ vtr_mask(index);
}

int vtr_masked_compare(struct vtr_bytes a, struct vtr_bytes b)
{
    const size_t shared = a.len < b.len ? a.len : b.len;

    for (size_t i = 0; i < shared; i++) {
        if (a.ptr[i] != b.ptr[i]) {
            /* Turning the top bit makes the signed order the unsigned one. */
            return (byte_at(a, i) ^ 0x80) < (byte_at(b, i) ^ 0x80) ? -1 : 1;
        }
    }
    return (a.len > b.len) - (a.len < b.len);
}

bool vtr_masked_has_at(struct vtr_bytes text, size_t at, struct vtr_bytes part,
                       bool is_folded)
{
    if (at > text.len || part.len > text.len - at) {
        return false;
    }
    for (size_t i = 0; i < part.len; i++) {
        const uint8_t left = byte_at(text, at + i);
        const uint8_t right = byte_at(part, i);
        if (left != right && !(is_folded && vtr_fold(left) == vtr_fold(right))) {
            return false;
        }
    }
    return true;
}

bool vtr_masked_contains(struct vtr_bytes text, struct vtr_bytes part, bool is_folded)
{
    for (size_t at = 0; at <= text.len && part.len <= text.len - at; at++) {
        if (vtr_masked_has_at(text, at, part, is_folded)) {
            return true;
        }
    }
    return false;
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/match/verify_text.h"

#include "format/image/atom_index.h"
#include "format/record/rule.h"

static bool is_alphanumeric(uint8_t byte)
{
    const uint8_t small = vtr_fold(byte);

    return (uint8_t)(byte - '0') < 10u || (uint8_t)(small - 'a') < 26u;
}

/* Whether a word under `key` ends on both sides of the match. */
static bool is_word(struct vtr_bytes data, size_t start, size_t len, bool is_wide,
                    uint8_t key)
{
    const uint8_t *p = data.ptr;
    const size_t end = start + len;

    if (is_wide) {
        if (start >= 2 && p[start - 1] == key && is_alphanumeric(p[start - 2] ^ key)) {
            return false;
        }
        return !(data.len - end > 1 && p[end + 1] == key &&
                 is_alphanumeric(p[end] ^ key));
    }
    if (start >= 1 && is_alphanumeric(p[start - 1] ^ key)) {
        return false;
    }
    return !(end < data.len && is_alphanumeric(p[end] ^ key));
}

bool vtr_verify_word(struct vtr_bytes data, size_t start, size_t len, bool is_wide)
{
    return is_word(data, start, len, is_wide, 0);
}

/* The first byte says what the key must be. */
static uint8_t key_of(const uint8_t *p, struct vtr_bytes masked)
{
    return p[0] ^ masked.ptr[0] ^ vtr_mask(0);
}

static bool equals_exactly(const uint8_t *p, struct vtr_bytes masked, size_t step)
{
    for (size_t i = 0; i < masked.len; i++) {
        if (p[i * step] != (masked.ptr[i] ^ vtr_mask(i))) {
            return false;
        }
    }
    return true;
}

static bool equals_folded(const uint8_t *p, struct vtr_bytes masked, size_t step)
{
    for (size_t i = 0; i < masked.len; i++) {
        if (vtr_fold(p[i * step]) != vtr_fold(masked.ptr[i] ^ vtr_mask(i))) {
            return false;
        }
    }
    return true;
}

static bool equals_under_key(const uint8_t *p, struct vtr_bytes masked, size_t step,
                             const struct vtr_pattern_view *pattern)
{
    const uint8_t key = key_of(p, masked);

    if (key < pattern->xor_min || key > pattern->xor_max) {
        return false;
    }
    for (size_t i = 1; i < masked.len; i++) {
        if (p[i * step] != (masked.ptr[i] ^ vtr_mask(i) ^ key)) {
            return false;
        }
    }
    /* In wide text the zeros are under the key too. */
    for (size_t i = 0; step == 2 && i < masked.len; i++) {
        if (p[i * 2 + 1] != key) {
            return false;
        }
    }
    return true;
}

static bool has_zeros_between(const uint8_t *p, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (p[i * 2 + 1] != 0) {
            return false;
        }
    }
    return true;
}

bool vtr_verify_text(const struct vtr_pattern_view *pattern, struct vtr_bytes masked,
                     bool is_wide, struct vtr_bytes data, size_t start, size_t *out_len)
{
    const size_t step = is_wide ? 2 : 1;

    if (masked.len == 0 || start > data.len || masked.len > (data.len - start) / step) {
        return false;
    }
    const uint8_t *p = data.ptr + start;
    bool is_equal;
    if ((pattern->flags & VTR_PATTERN_XOR) != 0) {
        is_equal = equals_under_key(p, masked, step, pattern);
    } else if ((pattern->flags & VTR_PATTERN_NOCASE) != 0) {
        is_equal = equals_folded(p, masked, step);
    } else {
        is_equal = equals_exactly(p, masked, step);
    }
    if (!is_equal || (is_wide && (pattern->flags & VTR_PATTERN_XOR) == 0 &&
                      !has_zeros_between(p, masked.len))) {
        return false;
    }
    const size_t len = masked.len * step;
    const bool has_key = (pattern->flags & VTR_PATTERN_WORD_KEY) != 0;
    if ((pattern->flags & VTR_PATTERN_FULLWORD) != 0 &&
        !is_word(data, start, len, is_wide, has_key ? key_of(p, masked) : 0)) {
        return false;
    }
    *out_len = len;
    return true;
}

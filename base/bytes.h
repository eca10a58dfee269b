/* SPDX-License-Identifier: Apache-2.0 */

/* Questions about borrowed bytes: equality, the one total order of the project
 * (unsigned bytes first, then length), and what a byte is in ASCII, never in the
 * locale. */
#ifndef VTR_BASE_BYTES_H
#define VTR_BASE_BYTES_H

#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"

static inline struct vtr_bytes vtr_bytes_from_text(const char *text)
{
    struct vtr_bytes bytes = {(const uint8_t *)text, strlen(text)};
    return bytes;
}

static inline bool vtr_bytes_equal(struct vtr_bytes a, struct vtr_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool vtr_bytes_begin_with(struct vtr_bytes bytes, struct vtr_bytes prefix)
{
    return bytes.len >= prefix.len &&
           (prefix.len == 0 || memcmp(bytes.ptr, prefix.ptr, prefix.len) == 0);
}

/* The value of a hexadecimal digit; VTR_HEX_NONE of another byte. */
#define VTR_HEX_NONE 16u
static inline unsigned vtr_hex_value(uint8_t c)
{
    const unsigned letter = (c | 0x20u) - (unsigned)'a';

    return c - (unsigned)'0' < 10 ? c - (unsigned)'0'
           : letter < 6           ? letter + 10
                                  : VTR_HEX_NONE;
}

/* [0-9A-Za-z_] */
static inline bool vtr_is_word_byte(unsigned byte)
{
    return byte - (unsigned)'0' < 10 || (byte | 0x20u) - (unsigned)'a' < 26 ||
           byte == (unsigned)'_';
}

/* A to Z become a to z. */
static inline uint8_t vtr_ascii_lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

/* As equal, but A to Z are a to z. */
static inline bool vtr_bytes_equal_nocase(struct vtr_bytes a, struct vtr_bytes b)
{
    size_t i = 0;

    while (i < a.len && i < b.len &&
           vtr_ascii_lower(a.ptr[i]) == vtr_ascii_lower(b.ptr[i])) {
        i++;
    }
    return i == a.len && i == b.len;
}

/* Below, equal or above zero as `a` sorts before, with or after `b`. */
static inline int vtr_bytes_compare(struct vtr_bytes a, struct vtr_bytes b)
{
    const size_t shared = a.len < b.len ? a.len : b.len;
    const int order = shared == 0 ? 0 : memcmp(a.ptr, b.ptr, shared);

    if (order != 0) {
        return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

/* The same of two struct vtr_bytes, for base/sort.h. */
static inline int vtr_bytes_compare_items(const void *a, const void *b, void *context)
{
    (void)context;
    return vtr_bytes_compare(*(const struct vtr_bytes *)a,
                             *(const struct vtr_bytes *)b);
}

#endif

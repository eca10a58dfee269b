/* SPDX-License-Identifier: Apache-2.0 */

#include "base/writer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"

#define FIRST_CAPACITY 256u

void vtr_writer_deinit(struct vtr_writer *w)
{
    if (w != NULL) {
        free(w->ptr);
        *w = (struct vtr_writer){0};
    }
}

bool vtr_writer_ok(const struct vtr_writer *w)
{
    return !w->has_failed;
}

void vtr_writer_clear(struct vtr_writer *w)
{
    w->len = 0;
}

struct vtr_bytes vtr_writer_bytes(const struct vtr_writer *w)
{
    return (struct vtr_bytes){w->ptr, w->len};
}

bool vtr_writer_grow(struct vtr_writer *w, size_t len)
{
    size_t cap = w->cap == 0 ? FIRST_CAPACITY : w->cap;

    while (cap - w->len < len) {
        if (cap > SIZE_MAX / 2) {
            w->has_failed = true;
            return false;
        }
        cap *= 2;
    }
    uint8_t *ptr = realloc(w->ptr, cap);
    if (ptr == NULL) {
        w->has_failed = true;
        return false;
    }
    w->ptr = ptr;
    w->cap = cap;
    return true;
}

void vtr_writer_u16(struct vtr_writer *w, uint16_t value)
{
    uint8_t *room = vtr_writer_reserve(w, 2);
    if (room != NULL) {
        vtr_store_u16(room, value);
    }
}

void vtr_writer_u32(struct vtr_writer *w, uint32_t value)
{
    uint8_t *room = vtr_writer_reserve(w, 4);
    if (room != NULL) {
        vtr_store_u32(room, value);
    }
}

void vtr_writer_long_varint(struct vtr_writer *w, uint64_t value)
{
    uint8_t spelled[VTR_VARINT_LEN_MAX];

    vtr_writer_raw(w, (struct vtr_bytes){spelled, vtr_store_varint(spelled, value)});
}

void vtr_writer_zigzag(struct vtr_writer *w, int64_t value)
{
    const uint64_t bits = (uint64_t)value;
    vtr_writer_varint(w, bits << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

void vtr_writer_raw(struct vtr_writer *w, struct vtr_bytes bytes)
{
    if (bytes.len == 0) {
        return;
    }
    uint8_t *room = vtr_writer_reserve(w, bytes.len);
    if (room != NULL) {
        memcpy(room, bytes.ptr, bytes.len);
    }
}

void vtr_writer_string(struct vtr_writer *w, struct vtr_bytes bytes)
{
    if (bytes.len == 0 || bytes.len >= 0x80) {
        vtr_writer_varint(w, bytes.len);
        vtr_writer_raw(w, bytes);
        return;
    }
    uint8_t *room = vtr_writer_reserve(w, bytes.len + 1);
    if (room != NULL) {
        room[0] = (uint8_t)bytes.len;
        memcpy(room + 1, bytes.ptr, bytes.len);
    }
}

void vtr_writer_zeros(struct vtr_writer *w, size_t count)
{
    uint8_t *room = count == 0 ? NULL : vtr_writer_reserve(w, count);
    if (room != NULL) {
        memset(room, 0, count);
    }
}

void vtr_writer_insert(struct vtr_writer *w, size_t at, struct vtr_bytes bytes)
{
    const size_t moved = w->len - at;

    assert(at <= w->len);
    if (bytes.len == 0 || vtr_writer_reserve(w, bytes.len) == NULL) {
        return;
    }
    memmove(w->ptr + at + bytes.len, w->ptr + at, moved);
    memcpy(w->ptr + at, bytes.ptr, bytes.len);
}

void vtr_writer_insert_varint(struct vtr_writer *w, size_t at, uint64_t value)
{
    uint8_t spelled[VTR_VARINT_LEN_MAX];
    const size_t moved = w->len - at;

    assert(at <= w->len);
    if (value < 0x80) {
        if (vtr_writer_reserve(w, 1) != NULL) {
            memmove(w->ptr + at + 1, w->ptr + at, moved);
            w->ptr[at] = (uint8_t)value;
        }
        return;
    }
    const size_t len = vtr_store_varint(spelled, value);
    vtr_writer_insert(w, at, (struct vtr_bytes){spelled, len});
}

size_t vtr_varint_len(uint64_t value)
{
    size_t len = 1;

    for (; value >= 0x80; value >>= 7) {
        len++;
    }
    return len;
}

size_t vtr_store_varint(uint8_t p[VTR_VARINT_LEN_MAX], uint64_t value)
{
    size_t len = 0;

    while (value >= 0x80) {
        p[len++] = (uint8_t)(value | 0x80u);
        value >>= 7;
    }
    p[len++] = (uint8_t)value;
    return len;
}

void vtr_store_u16(uint8_t *p, uint16_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

void vtr_store_u32(uint8_t *p, uint32_t value)
{
    vtr_store_u16(p, (uint16_t)value);
    vtr_store_u16(p + 2, (uint16_t)(value >> 16));
}

void vtr_store_u64(uint8_t *p, uint64_t value)
{
    vtr_store_u32(p, (uint32_t)value);
    vtr_store_u32(p + 4, (uint32_t)(value >> 32));
}

void vtr_store_bits(uint8_t *p, size_t len, uint64_t bit, unsigned width,
                    uint64_t value)
{
    assert(width <= 64 && bit / 8 <= len && width <= (len - bit / 8) * 8 - bit % 8);
    uint64_t at = bit / 8;
    unsigned shift = (unsigned)(bit % 8);

    if (len - at >= 8 && width > 0 && shift + width <= 64) { /* mostly: one word */
        const uint64_t low = width == 64 ? value : value & ((UINT64_C(1) << width) - 1);
        vtr_store_u64(p + at, vtr_load_u64(p + at) | low << shift);
        return;
    }
    for (unsigned left = width; left > 0;) {
        const unsigned room = 8 - shift;
        const unsigned take = left < room ? left : room;
        const unsigned part = (unsigned)(value & ((1u << take) - 1u));

        p[at] = (uint8_t)(p[at] | part << shift);
        value >>= take;
        left -= take;
        at++;
        shift = 0;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "base/reader.h"

#include <assert.h>
#include <string.h>

void vtr_reader_init(struct vtr_reader *r, struct vtr_bytes bytes, uint64_t base)
{
    static const uint8_t EMPTY[1] = {0};

    assert(bytes.ptr != NULL || bytes.len == 0);
    if (bytes.ptr == NULL) {
        bytes.ptr = EMPTY; /* NULL + 0 is undefined behaviour before C2y */
    }
    *r = (struct vtr_reader){.bytes = bytes, .pos = 0, .base = base};
}

uint64_t vtr_reader_offset(const struct vtr_reader *r)
{
    return r->base + r->pos;
}

bool vtr_reader_array(struct vtr_reader *r, struct vtr_bytes *out, uint64_t count,
                      size_t size)
{
    assert(size > 0);
    if (count > vtr_reader_left(r) / size) {
        return false;
    }
    return vtr_reader_slice(r, out, (size_t)count * size);
}

bool vtr_reader_sub(struct vtr_reader *r, struct vtr_reader *out, size_t len)
{
    const uint64_t base = vtr_reader_offset(r);
    struct vtr_bytes bytes;

    if (!vtr_reader_slice(r, &bytes, len)) {
        return false;
    }
    vtr_reader_init(out, bytes, base);
    return true;
}

bool vtr_reader_u16(struct vtr_reader *r, uint16_t *out)
{
    struct vtr_bytes bytes;

    if (!vtr_reader_slice(r, &bytes, sizeof(*out))) {
        return false;
    }
    *out = vtr_load_u16(bytes.ptr);
    return true;
}

bool vtr_reader_u32(struct vtr_reader *r, uint32_t *out)
{
    struct vtr_bytes bytes;

    if (!vtr_reader_slice(r, &bytes, sizeof(*out))) {
        return false;
    }
    *out = vtr_load_u32(bytes.ptr);
    return true;
}

bool vtr_reader_u64(struct vtr_reader *r, uint64_t *out)
{
    struct vtr_bytes bytes;

    if (!vtr_reader_slice(r, &bytes, sizeof(*out))) {
        return false;
    }
    *out = vtr_load_u64(bytes.ptr);
    return true;
}

bool vtr_reader_uint(struct vtr_reader *r, uint64_t *out, unsigned width,
                     bool is_big_endian)
{
    struct vtr_bytes bytes;
    uint64_t value = 0;

    assert(width <= 8);
    if (!vtr_reader_slice(r, &bytes, width)) {
        return false;
    }
    for (unsigned i = 0; i < width; i++) {
        const unsigned place = is_big_endian ? width - 1 - i : i;
        value |= (uint64_t)bytes.ptr[i] << (8 * place);
    }
    *out = value;
    return true;
}

bool vtr_reader_long_varint(struct vtr_reader *r, uint64_t *out)
{
    uint64_t value = 0;

    for (size_t i = 0; i < 10 && i < vtr_reader_left(r); i++) {
        const uint8_t byte = r->bytes.ptr[r->pos + i];
        const uint64_t part = byte & 0x7Fu;

        if (i == 9 && part > 1) {
            return false; /* past 64 bits */
        }
        value |= part << (7 * i);
        if ((byte & 0x80u) == 0) {
            if (part == 0 && i > 0) {
                return false; /* a longer spelling of a smaller number */
            }
            *out = value;
            r->pos += i + 1;
            return true;
        }
    }
    return false;
}

bool vtr_reader_zigzag(struct vtr_reader *r, int64_t *out)
{
    uint64_t code;

    if (!vtr_reader_varint(r, &code)) {
        return false;
    }
    const uint64_t bits = (code >> 1) ^ (0 - (code & 1));
    /* Two's complement without an implementation-defined conversion. */
    *out = bits <= INT64_MAX ? (int64_t)bits : -(int64_t)(UINT64_MAX - bits) - 1;
    return true;
}

uint64_t vtr_table_bits(struct vtr_bytes table, uint64_t bit, unsigned width)
{
    const uint64_t byte = bit / 8;
    const unsigned shift = (unsigned)(bit % 8);
    uint64_t low = 0;
    uint64_t high = 0;

    if (width == 0 || byte >= table.len) {
        return 0;
    }
    if (table.len - byte >= 9) {
        low = vtr_load_u64(table.ptr + byte);
        high = table.ptr[byte + 8];
    } else {
        for (size_t i = 0; byte + i < table.len; i++) {
            low |= (uint64_t)table.ptr[byte + i] << (8 * i);
        }
    }
    const uint64_t value = shift == 0 ? low : low >> shift | high << (64 - shift);
    return width >= 64 ? value : value & ((UINT64_C(1) << width) - 1);
}

bool vtr_peek_slice(struct vtr_bytes bytes, uint64_t offset, uint64_t len,
                    struct vtr_bytes *out)
{
    if (offset > bytes.len || len > bytes.len - offset) {
        return false;
    }
    *out = (struct vtr_bytes){
        .ptr = bytes.len == 0 ? bytes.ptr : bytes.ptr + (size_t)offset,
        .len = (size_t)len,
    };
    return true;
}

bool vtr_peek_u8(struct vtr_bytes bytes, uint64_t offset, uint8_t *out)
{
    struct vtr_bytes part;

    if (!vtr_peek_slice(bytes, offset, sizeof(*out), &part)) {
        return false;
    }
    *out = part.ptr[0];
    return true;
}

bool vtr_peek_u16(struct vtr_bytes bytes, uint64_t offset, uint16_t *out)
{
    struct vtr_bytes part;

    if (!vtr_peek_slice(bytes, offset, sizeof(*out), &part)) {
        return false;
    }
    *out = vtr_load_u16(part.ptr);
    return true;
}

bool vtr_peek_u32(struct vtr_bytes bytes, uint64_t offset, uint32_t *out)
{
    struct vtr_bytes part;

    if (!vtr_peek_slice(bytes, offset, sizeof(*out), &part)) {
        return false;
    }
    *out = vtr_load_u32(part.ptr);
    return true;
}

bool vtr_peek_u64(struct vtr_bytes bytes, uint64_t offset, uint64_t *out)
{
    struct vtr_bytes part;

    if (!vtr_peek_slice(bytes, offset, sizeof(*out), &part)) {
        return false;
    }
    *out = vtr_load_u64(part.ptr);
    return true;
}

bool vtr_peek_text(struct vtr_bytes bytes, uint64_t offset, struct vtr_bytes *out)
{
    if (offset >= bytes.len) {
        return false;
    }
    const uint8_t *begin = bytes.ptr + (size_t)offset;
    const uint8_t *end = memchr(begin, 0, bytes.len - (size_t)offset);
    if (end == NULL) {
        return false;
    }
    *out = (struct vtr_bytes){begin, (size_t)(end - begin)};
    return true;
}

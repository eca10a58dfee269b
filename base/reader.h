/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Bounds-checked cursor over bytes nobody has vouched for yet, and bounds-checked
 * access to arrays of integers inside them.
 *
 * This is the only code in the project that turns untrusted bytes into integers.
 * Everything else asks a reader; pointer arithmetic on file contents anywhere else
 * is a defect.  Integers on disk are little-endian and need no alignment.
 *
 * Every cursor function that can run out of bytes returns false, leaves the position
 * and the outputs untouched, and must be checked.  A reader owns nothing: the bytes
 * must outlive it and every slice taken from it.
 */
#ifndef VTR_BASE_READER_H
#define VTR_BASE_READER_H

#include <stdbool.h>

#include "base/compiler.h"

struct vtr_reader {
    struct vtr_bytes bytes;
    size_t pos;    /* bytes consumed; pos <= bytes.len always */
    uint64_t base; /* file offset of bytes.ptr[0], for messages only */
};

void vtr_reader_init(struct vtr_reader *r, struct vtr_bytes bytes, uint64_t base);

/* Bytes left to read. */
static inline size_t vtr_reader_left(const struct vtr_reader *r)
{
    return r->bytes.len - r->pos;
}

/* File offset of the next byte: what a "corrupt database" message should name. */
uint64_t vtr_reader_offset(const struct vtr_reader *r);

VTR_MUST_CHECK static inline bool vtr_reader_u8(struct vtr_reader *r, uint8_t *out)
{
    if (vtr_reader_left(r) == 0) {
        return false;
    }
    *out = r->bytes.ptr[r->pos++];
    return true;
}

VTR_MUST_CHECK bool vtr_reader_u16(struct vtr_reader *r, uint16_t *out);
VTR_MUST_CHECK bool vtr_reader_u32(struct vtr_reader *r, uint32_t *out);
VTR_MUST_CHECK bool vtr_reader_u64(struct vtr_reader *r, uint64_t *out);

/* A varint of more than one byte, for vtr_reader_varint. */
VTR_MUST_CHECK bool vtr_reader_long_varint(struct vtr_reader *r, uint64_t *out);

/* LEB128, seven bits a byte, least significant first, at most ten bytes, shortest form
 * only: a longer spelling of the same number is refused. */
VTR_MUST_CHECK static inline bool vtr_reader_varint(struct vtr_reader *r, uint64_t *out)
{
    if (vtr_reader_left(r) == 0 || r->bytes.ptr[r->pos] >= 0x80) {
        return vtr_reader_long_varint(r, out);
    }
    *out = r->bytes.ptr[r->pos++];
    return true;
}

/* A varint that holds a zigzag-coded signed number: 0, -1, 1, -2, ... */
VTR_MUST_CHECK bool vtr_reader_zigzag(struct vtr_reader *r, int64_t *out);

/* An integer of `width` <= 8 bytes in either order: foreign formats have both. */
VTR_MUST_CHECK bool vtr_reader_uint(struct vtr_reader *r, uint64_t *out, unsigned width,
                                    bool is_big_endian);

/* Takes the next `len` bytes as a borrowed slice; no copy. */
VTR_MUST_CHECK static inline bool vtr_reader_slice(struct vtr_reader *r,
                                                   struct vtr_bytes *out, size_t len)
{
    if (len > vtr_reader_left(r)) {
        return false;
    }
    *out = (struct vtr_bytes){.ptr = r->bytes.ptr + r->pos, .len = len};
    r->pos += len;
    return true;
}

/* A varint length and that many bytes, borrowed. */
VTR_MUST_CHECK static inline bool vtr_reader_string(struct vtr_reader *r,
                                                    struct vtr_bytes *out)
{
    const size_t start = r->pos;
    uint64_t len;

    if (vtr_reader_varint(r, &len) && len <= vtr_reader_left(r) &&
        vtr_reader_slice(r, out, (size_t)len)) {
        return true;
    }
    r->pos = start;
    return false;
}

/* Takes `count` records of `size` bytes as one slice.  False when the product
 * overflows or runs past the end, so callers never multiply untrusted counts. */
VTR_MUST_CHECK bool vtr_reader_array(struct vtr_reader *r, struct vtr_bytes *out,
                                     uint64_t count, size_t size);

/* Like slice, but hands back a reader confined to those bytes. */
VTR_MUST_CHECK bool vtr_reader_sub(struct vtr_reader *r, struct vtr_reader *out,
                                   size_t len);

/* Little-endian loads from memory that the caller knows to be long enough. */
static inline uint16_t vtr_load_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t vtr_load_u32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

static inline uint64_t vtr_load_u64(const uint8_t *p)
{
    return (uint64_t)vtr_load_u32(p) | (uint64_t)vtr_load_u32(p + 4) << 32;
}

/* The same, most significant byte first. */
static inline uint16_t vtr_load_u16_be(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t vtr_load_u32_be(const uint8_t *p)
{
    return (uint32_t)vtr_load_u16_be(p) << 16 | vtr_load_u16_be(p + 2);
}

static inline uint64_t vtr_load_u64_be(const uint8_t *p)
{
    return (uint64_t)vtr_load_u32_be(p) << 32 | vtr_load_u32_be(p + 4);
}

/* Little-endian integers, and `len` bytes as a borrowed slice, at an offset that nobody
 * has vouched for.  False, the output untouched, when they do not fit. */
VTR_MUST_CHECK bool vtr_peek_u8(struct vtr_bytes bytes, uint64_t offset, uint8_t *out);
VTR_MUST_CHECK bool vtr_peek_u16(struct vtr_bytes bytes, uint64_t offset,
                                 uint16_t *out);
VTR_MUST_CHECK bool vtr_peek_u32(struct vtr_bytes bytes, uint64_t offset,
                                 uint32_t *out);
VTR_MUST_CHECK bool vtr_peek_u64(struct vtr_bytes bytes, uint64_t offset,
                                 uint64_t *out);
VTR_MUST_CHECK bool vtr_peek_slice(struct vtr_bytes bytes, uint64_t offset,
                                   uint64_t len, struct vtr_bytes *out);

/* The text that begins at `offset` and ends before a NUL, which must be there. */
VTR_MUST_CHECK bool vtr_peek_text(struct vtr_bytes bytes, uint64_t offset,
                                  struct vtr_bytes *out);

/* Element `index` of an array of u32 that fills `table`; 0 past its end. */
static inline uint32_t vtr_table_u32(struct vtr_bytes table, uint64_t index)
{
    return index < table.len / 4 ? vtr_load_u32(table.ptr + index * 4) : 0;
}

/* `width` <= 64 bits that begin at bit `bit` of `table`, least significant bit of the
 * first byte first; bits past the end read as 0. */
uint64_t vtr_table_bits(struct vtr_bytes table, uint64_t bit, unsigned width);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Growing byte buffer and the one place that spells integers on disk: the twin of
 * base/reader.h, function for function.
 *
 * Errors are sticky: after an allocation fails every call does nothing and
 * vtr_writer_ok answers false, so a run of writes needs one check at its end.
 */
#ifndef VTR_BASE_WRITER_H
#define VTR_BASE_WRITER_H

#include <assert.h>
#include <stdbool.h>

#include "base/compiler.h"

/* Bytes of the longest varint. */
#define VTR_VARINT_LEN_MAX 10u

struct vtr_writer {
    uint8_t *ptr; /* owned, from malloc */
    size_t len;
    size_t cap;
    bool has_failed;
};

/* {0} is a valid empty writer. */
void vtr_writer_deinit(struct vtr_writer *w);

bool vtr_writer_ok(const struct vtr_writer *w);

/* Forgets the contents, keeps the memory and a failure. */
void vtr_writer_clear(struct vtr_writer *w);

/* Takes back what was written after the first `len` bytes. */
static inline void vtr_writer_truncate(struct vtr_writer *w, size_t len)
{
    assert(len <= w->len);
    w->len = len;
}

/* What was written so far; valid until the next write. */
struct vtr_bytes vtr_writer_bytes(const struct vtr_writer *w);

/* Makes room for `len` more bytes, for vtr_writer_reserve.  False, and a sticky
 * failure, when memory is out. */
VTR_MUST_CHECK bool vtr_writer_grow(struct vtr_writer *w, size_t len);

/* The place of `len` more bytes, which the caller fills at once; NULL after a failure.
 */
static inline uint8_t *vtr_writer_reserve(struct vtr_writer *w, size_t len)
{
    if (w->has_failed || (len > w->cap - w->len && !vtr_writer_grow(w, len))) {
        return NULL;
    }
    uint8_t *room = w->ptr + w->len;
    w->len += len;
    return room;
}

static inline void vtr_writer_u8(struct vtr_writer *w, uint8_t value)
{
    uint8_t *room = vtr_writer_reserve(w, 1);
    if (room != NULL) {
        *room = value;
    }
}

void vtr_writer_u16(struct vtr_writer *w, uint16_t value);
void vtr_writer_u32(struct vtr_writer *w, uint32_t value);

/* A varint of more than one byte, for vtr_writer_varint. */
void vtr_writer_long_varint(struct vtr_writer *w, uint64_t value);

static inline void vtr_writer_varint(struct vtr_writer *w, uint64_t value)
{
    if (value < 0x80) {
        vtr_writer_u8(w, (uint8_t)value);
    } else {
        vtr_writer_long_varint(w, value);
    }
}

void vtr_writer_zigzag(struct vtr_writer *w, int64_t value);

/* The bytes alone. */
void vtr_writer_raw(struct vtr_writer *w, struct vtr_bytes bytes);

/* Varint length, then the bytes. */
void vtr_writer_string(struct vtr_writer *w, struct vtr_bytes bytes);

/* `count` zero bytes. */
void vtr_writer_zeros(struct vtr_writer *w, size_t count);

/* Moves what was written after the first `at` bytes behind `bytes`. */
void vtr_writer_insert(struct vtr_writer *w, size_t at, struct vtr_bytes bytes);

/* The same with a varint: for lengths and counts of what is known once it is written.
 */
void vtr_writer_insert_varint(struct vtr_writer *w, size_t at, uint64_t value);

/* Bytes of a varint. */
size_t vtr_varint_len(uint64_t value);

/* Spells a varint; the number of its bytes. */
size_t vtr_store_varint(uint8_t p[VTR_VARINT_LEN_MAX], uint64_t value);

/* Stores into memory that the caller knows to be long enough. */
void vtr_store_u16(uint8_t *p, uint16_t value);
void vtr_store_u32(uint8_t *p, uint32_t value);
void vtr_store_u64(uint8_t *p, uint64_t value);

/* ORs `width` <= 64 bits into zeroed memory of `len` bytes at bit `bit`; the twin of
 * vtr_table_bits.  The caller guarantees that they fit. */
void vtr_store_bits(uint8_t *p, size_t len, uint64_t bit, unsigned width,
                    uint64_t value);

#endif

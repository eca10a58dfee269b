/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/coding/bits.h"

#include <assert.h>

#include "base/reader.h"

void vtr_bit_writer_put(struct vtr_bit_writer *w, uint64_t value, unsigned width)
{
    assert(width <= 64);
    while (width > 0) {
        const unsigned room = 8 - w->pending_count;
        const unsigned taken = width < room ? width : room;
        const unsigned low = (unsigned)(value & 0xFFu) & ((1u << taken) - 1u);

        w->pending |= low << w->pending_count;
        w->pending_count += taken;
        value >>= taken;
        width -= taken;
        if (w->pending_count == 8) {
            vtr_writer_u8(w->bytes, (uint8_t)w->pending);
            w->pending = 0;
            w->pending_count = 0;
        }
    }
}

void vtr_bit_writer_put_unary(struct vtr_bit_writer *w, uint64_t count)
{
    for (; count >= 64; count -= 64) {
        vtr_bit_writer_put(w, UINT64_MAX, 64);
    }
    vtr_bit_writer_put(w, UINT64_MAX, (unsigned)count);
    vtr_bit_writer_put(w, 0, 1);
}

void vtr_bit_writer_finish(struct vtr_bit_writer *w)
{
    if (w->pending_count > 0) {
        vtr_bit_writer_put(w, 0, 8 - w->pending_count);
    }
}

/* Bits after the position. */
static uint64_t bits_left(const struct vtr_bit_reader *r)
{
    return (uint64_t)r->bytes.len * 8 - r->pos;
}

bool vtr_bit_reader_take(struct vtr_bit_reader *r, unsigned width, uint64_t *out)
{
    assert(width <= 64);
    if (width > bits_left(r)) {
        return false;
    }
    *out = vtr_table_bits(r->bytes, r->pos, width);
    r->pos += width;
    return true;
}

bool vtr_bit_reader_take_unary(struct vtr_bit_reader *r, uint64_t limit, uint64_t *out)
{
    const uint64_t left = bits_left(r);

    for (uint64_t count = 0; count < left && count <= limit; count++) {
        if (vtr_table_bits(r->bytes, r->pos + count, 1) == 0) {
            r->pos += count + 1;
            *out = count;
            return true;
        }
    }
    return false;
}

bool vtr_bit_reader_is_finished(const struct vtr_bit_reader *r)
{
    const uint64_t left = bits_left(r);

    return left < 8 && vtr_table_bits(r->bytes, r->pos, (unsigned)left) == 0;
}

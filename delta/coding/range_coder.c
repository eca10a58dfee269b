/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/coding/range_coder.h"

#include <assert.h>

#include "base/reader.h"

#define HALF        32768
#define LEAN_MAX    (HALF - 32)
#define SEEN_MAX    60u
#define RANGE_LEAST ((uint32_t)1 << 24)
#define PLAIN_BITS  8u

/* The part of the range that stands for a one. */
static uint32_t bound_of(uint32_t range, const struct vtr_bit_model *model)
{
    return (range >> 16) * (uint32_t)(model->lean + HALF);
}

/* Moves the model towards the bit, by less the more bits it has seen. */
static void learn(struct vtr_bit_model *model, bool bit)
{
    const int target = bit ? HALF : -HALF;
    int lean = model->lean + 2 * (target - model->lean) / (2 * (int)model->seen + 3);

    lean = lean > LEAN_MAX ? LEAN_MAX : lean;
    lean = lean < -LEAN_MAX ? -LEAN_MAX : lean;
    model->lean = (int16_t)lean;
    if (model->seen < SEEN_MAX) {
        model->seen++;
    }
}

void vtr_range_encoder_init(struct vtr_range_encoder *e, struct vtr_writer *bytes)
{
    *e = (struct vtr_range_encoder){.bytes = bytes,
                                    .start = bytes->len,
                                    .range = UINT32_MAX,
                                    .held_count = 1};
}

/* Takes the highest byte out of `low`: it is written once no carry can reach it. */
static void shift_low(struct vtr_range_encoder *e)
{
    if ((uint32_t)e->low < 0xFF000000u || e->low > UINT32_MAX) {
        const uint8_t carry = (uint8_t)(e->low >> 32);
        uint8_t byte = e->held;

        for (; e->held_count > 0; e->held_count--) {
            if (e->is_begun) {
                vtr_writer_u8(e->bytes, (uint8_t)(byte + carry));
            }
            e->is_begun = true;
            byte = 0xFF;
        }
        e->held = (uint8_t)(e->low >> 24);
    }
    e->held_count++;
    e->low = (e->low & 0x00FFFFFFu) << 8;
}

static void widen(struct vtr_range_encoder *e)
{
    while (e->range < RANGE_LEAST) {
        e->range <<= 8;
        shift_low(e);
    }
}

void vtr_range_put(struct vtr_range_encoder *e, struct vtr_bit_model *model, bool bit)
{
    const uint32_t bound = bound_of(e->range, model);

    if (bit) {
        e->range = bound;
    } else {
        e->low += bound;
        e->range -= bound;
    }
    learn(model, bit);
    widen(e);
}

void vtr_range_put_plain(struct vtr_range_encoder *e, uint64_t value, unsigned width)
{
    assert(width <= 64);
    while (width > 0) {
        const unsigned taken = width < PLAIN_BITS ? width : PLAIN_BITS;
        const uint32_t part =
            (uint32_t)(value >> (width - taken)) & ((1u << taken) - 1u);

        e->range >>= taken;
        e->low += (uint64_t)e->range * part;
        width -= taken;
        widen(e);
    }
}

/* The roundest number that the range still holds: its last bytes are zeros, which a
 * reader finds by itself. */
void vtr_range_encoder_finish(struct vtr_range_encoder *e)
{
    e->low = (e->low + (RANGE_LEAST - 1)) & ~(uint64_t)(RANGE_LEAST - 1);
    for (unsigned i = 0; i < 5; i++) {
        shift_low(e);
    }
    while (vtr_writer_ok(e->bytes) && e->bytes->len > e->start + 1 &&
           e->bytes->ptr[e->bytes->len - 1] == 0) {
        vtr_writer_truncate(e->bytes, e->bytes->len - 1);
    }
}

static uint32_t next_byte(struct vtr_range_decoder *d)
{
    uint8_t byte = 0;

    if (!vtr_peek_u8(d->bytes, d->next, &byte)) {
        byte = 0;
    }
    d->next++;
    return byte;
}

void vtr_range_decoder_init(struct vtr_range_decoder *d, struct vtr_bytes bytes)
{
    *d = (struct vtr_range_decoder){.bytes = bytes, .range = UINT32_MAX};
    for (unsigned i = 0; i < 4; i++) {
        d->code = d->code << 8 | next_byte(d);
    }
}

static void narrow(struct vtr_range_decoder *d)
{
    while (d->range < RANGE_LEAST) {
        d->range <<= 8;
        d->code = d->code << 8 | next_byte(d);
    }
}

bool vtr_range_take(struct vtr_range_decoder *d, struct vtr_bit_model *model)
{
    const uint32_t bound = bound_of(d->range, model);
    const bool bit = d->code < bound;

    if (bit) {
        d->range = bound;
    } else {
        d->code -= bound;
        d->range -= bound;
    }
    learn(model, bit);
    narrow(d);
    return bit;
}

uint64_t vtr_range_take_plain(struct vtr_range_decoder *d, unsigned width)
{
    uint64_t value = 0;

    assert(width <= 64);
    while (width > 0) {
        const unsigned taken = width < PLAIN_BITS ? width : PLAIN_BITS;
        const uint32_t limit = (1u << taken) - 1u;

        d->range >>= taken;
        uint32_t part = d->code / d->range;
        part = part > limit ? limit : part;
        d->code -= part * d->range;
        value = value << taken | part;
        width -= taken;
        narrow(d);
    }
    return value;
}

bool vtr_range_is_finished(const struct vtr_range_decoder *d)
{
    uint8_t last = 0;

    return d->bytes.len > 0 && d->bytes.len <= d->next &&
           vtr_peek_u8(d->bytes, d->bytes.len - 1, &last) &&
           (last != 0 || d->bytes.len == 1);
}

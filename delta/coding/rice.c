/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/coding/rice.h"

#include <assert.h>
#include <string.h>

#include "base/reader.h"

#define TOP_BITS 64u

static unsigned top_width(unsigned bits)
{
    return bits < TOP_BITS ? bits : TOP_BITS;
}

/* The first `width` <= 64 bits of a key as a number. */
static uint64_t key_top(const uint8_t *key, unsigned width)
{
    uint64_t top = 0;
    const unsigned bytes = (width + 7) / 8;

    for (unsigned i = 0; i < bytes; i++) {
        top = top << 8 | key[i];
    }
    return top >> (bytes * 8 - width);
}

/* The inverse of key_top: fills the bytes that hold `width` bits. */
static void set_key_top(uint8_t *key, unsigned width, uint64_t top)
{
    const unsigned bytes = (width + 7) / 8;

    top <<= bytes * 8 - width;
    for (unsigned i = bytes; i-- > 0; top >>= 8) {
        key[i] = (uint8_t)top;
    }
}

/* Bits of all gaps under one parameter. */
static uint64_t gaps_cost(const uint8_t *keys, size_t count, size_t stride,
                          unsigned width, unsigned parameter)
{
    uint64_t previous = 0;
    uint64_t cost = 0;

    for (size_t i = 0; i < count; i++) {
        const uint64_t top = key_top(keys + i * stride, width);
        cost += ((top - previous) >> parameter) + 1 + parameter;
        previous = top;
    }
    return cost;
}

/* The cheapest parameter is near the logarithm of the mean gap. */
static unsigned choose_parameter(const uint8_t *keys, size_t count, size_t stride,
                                 unsigned width)
{
    unsigned near = 0;

    if (count > 0) {
        uint64_t mean = key_top(keys + (count - 1) * stride, width) / count;
        while (mean > 1) {
            mean >>= 1;
            near++;
        }
    }
    unsigned best = 0;
    uint64_t best_cost = UINT64_MAX;
    for (unsigned p = near > 3 ? near - 3 : 0; p < width && p <= near + 1; p++) {
        const uint64_t cost = gaps_cost(keys, count, stride, width, p);
        if (cost < best_cost) {
            best = p;
            best_cost = cost;
        }
    }
    return best;
}

/* The bits of a key past its top, byte by byte. */
static void put_rest(struct vtr_bit_writer *stream, const uint8_t *key, unsigned bits)
{
    for (unsigned at = TOP_BITS; at < bits; at += 8) {
        const unsigned width = bits - at < 8 ? bits - at : 8;
        vtr_bit_writer_put(stream, (uint64_t)key[at / 8] >> (8 - width), width);
    }
}

void vtr_rice_write(struct vtr_writer *w, const uint8_t *keys, size_t count,
                    size_t stride, unsigned bits)
{
    assert(bits > 0 && bits <= VTR_KEY_BITS_MAX);
    const unsigned width = top_width(bits);
    const unsigned parameter = choose_parameter(keys, count, stride, width);
    struct vtr_bit_writer stream = {.bytes = w};
    uint64_t previous = 0;

    vtr_writer_varint(w, bits);
    vtr_writer_varint(w, count);
    vtr_writer_u8(w, (uint8_t)parameter);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *key = keys + i * stride;
        const uint64_t top = key_top(key, width);
        const uint64_t gap = top - previous;

        vtr_bit_writer_put_unary(&stream, gap >> parameter);
        vtr_bit_writer_put(&stream, gap, parameter);
        put_rest(&stream, key, bits);
        previous = top;
    }
    vtr_bit_writer_finish(&stream);
}

bool vtr_rice_open(struct vtr_rice_reader *out, struct vtr_bytes bytes, bool may_repeat)
{
    struct vtr_reader r;
    struct vtr_bytes stream;
    uint64_t bits;
    uint64_t count;
    uint8_t parameter;

    vtr_reader_init(&r, bytes, 0);
    if (!vtr_reader_varint(&r, &bits) || bits == 0 || bits > VTR_KEY_BITS_MAX ||
        !vtr_reader_varint(&r, &count) || count == 0 ||
        !vtr_reader_u8(&r, &parameter) || parameter >= top_width((unsigned)bits) ||
        !vtr_reader_slice(&r, &stream, vtr_reader_left(&r))) {
        return false;
    }
    *out = (struct vtr_rice_reader){.stream = {stream, 0},
                                    .left = count,
                                    .bits = (unsigned)bits,
                                    .parameter = parameter,
                                    .may_repeat = may_repeat};
    return true;
}

/* Reads a gap that leads from `previous` to a top of `width` bits. */
static bool take_top(struct vtr_rice_reader *r, unsigned width, uint64_t previous,
                     uint64_t *out)
{
    const uint64_t room = (UINT64_MAX >> (TOP_BITS - width)) - previous;
    uint64_t quotient;
    uint64_t low;

    if (!vtr_bit_reader_take_unary(&r->stream, room >> r->parameter, &quotient) ||
        !vtr_bit_reader_take(&r->stream, r->parameter, &low)) {
        return false;
    }
    const uint64_t gap = (quotient << r->parameter) + low;
    if (gap > room) {
        return false;
    }
    *out = previous + gap;
    return true;
}

static bool take_rest(struct vtr_rice_reader *r, uint8_t *key)
{
    for (unsigned at = TOP_BITS; at < r->bits; at += 8) {
        const unsigned width = r->bits - at < 8 ? r->bits - at : 8;
        uint64_t value;

        if (!vtr_bit_reader_take(&r->stream, width, &value)) {
            return false;
        }
        key[at / 8] = (uint8_t)(value << (8 - width));
    }
    return true;
}

const uint8_t *vtr_rice_next(struct vtr_rice_reader *r)
{
    const unsigned width = top_width(r->bits);
    uint8_t key[VTR_KEY_BYTES_MAX] = {0};
    uint64_t top;

    if (r->left == 0 || !take_top(r, width, key_top(r->previous, width), &top)) {
        return NULL;
    }
    set_key_top(key, width, top);
    if (!take_rest(r, key)) {
        return NULL;
    }
    const int order = memcmp(key, r->previous, sizeof(key));
    if (r->has_previous && (order < 0 || (order == 0 && !r->may_repeat))) {
        return NULL;
    }
    memcpy(r->previous, key, sizeof(key));
    r->has_previous = true;
    r->left--;
    return r->previous;
}

bool vtr_rice_is_finished(const struct vtr_rice_reader *r, struct vtr_bytes *out_rest)
{
    const struct vtr_bytes all = r->stream.bytes;
    const size_t used = (size_t)(r->stream.pos / 8 + (r->stream.pos % 8 != 0));
    const struct vtr_bit_reader list = {{all.ptr, used}, r->stream.pos};

    if (r->left != 0 || !vtr_bit_reader_is_finished(&list)) {
        return false;
    }
    *out_rest =
        (struct vtr_bytes){used == all.len ? NULL : all.ptr + used, all.len - used};
    return true;
}

unsigned vtr_key_shared_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned shared = 0;

    while (shared < bits &&
           ((a[shared / 8] ^ b[shared / 8]) & (0x80u >> (shared % 8))) == 0) {
        shared++;
    }
    return shared;
}

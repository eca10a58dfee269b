/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Streams of bits: the least significant bit of each byte first, the last byte filled
 * up with zeros.  Writing never fails by itself: ask vtr_writer_ok of `bytes` at the
 * end.
 */
#ifndef VTR_DELTA_CODING_BITS_H
#define VTR_DELTA_CODING_BITS_H

#include <stdbool.h>

#include "base/writer.h"

struct vtr_bit_writer {
    struct vtr_writer *bytes; /* borrowed: whole bytes are appended to it */
    unsigned pending;         /* bits not yet in a whole byte, below 256 */
    unsigned pending_count;   /* 0 .. 7 */
};

/* Appends the low `width` <= 64 bits of `value`. */
void vtr_bit_writer_put(struct vtr_bit_writer *w, uint64_t value, unsigned width);

/* Appends `count` one bits and a zero bit. */
void vtr_bit_writer_put_unary(struct vtr_bit_writer *w, uint64_t count);

/* Writes the last byte.  Nothing may be put afterwards. */
void vtr_bit_writer_finish(struct vtr_bit_writer *w);

/* {bytes, 0} is a reader at the start of `bytes`. */
struct vtr_bit_reader {
    struct vtr_bytes bytes; /* borrowed */
    uint64_t pos;           /* bits consumed */
};

/* Takes `width` <= 64 bits; false past the end. */
VTR_MUST_CHECK bool vtr_bit_reader_take(struct vtr_bit_reader *r, unsigned width,
                                        uint64_t *out);

/* Takes one bits up to and with the zero bit; false past the end, or when there are
 * more than `limit`. */
VTR_MUST_CHECK bool vtr_bit_reader_take_unary(struct vtr_bit_reader *r, uint64_t limit,
                                              uint64_t *out);

/* Whether only the zeros that fill up the last byte are left. */
VTR_MUST_CHECK bool vtr_bit_reader_is_finished(const struct vtr_bit_reader *r);

#endif

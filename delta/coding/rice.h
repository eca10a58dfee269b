/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Sorted lists of keys (digests, or the first bits of digests) in Rice code.
 *
 * A key is a string of 1 to 256 bits, most significant first, all of a list equally
 * long.  Its top, the first 64 bits at most, is coded as the gap to the top before; the
 * rest follows as it is.  For random keys this is within 0.03 bits a key of what a
 * sorted list must cost.  docs/delta-format.md, "Keys", has the bytes.
 */
#ifndef VTR_DELTA_CODING_RICE_H
#define VTR_DELTA_CODING_RICE_H

#include "base/writer.h"
#include "delta/coding/bits.h"

#define VTR_KEY_BITS_MAX  256u
#define VTR_KEY_BYTES_MAX (VTR_KEY_BITS_MAX / 8)

/* Appends a list of `count` keys of `bits` bits to `w`: sorted, the i-th at keys +
 * i * stride.  Bits of a key's last byte past `bits` are not written. */
void vtr_rice_write(struct vtr_writer *w, const uint8_t *keys, size_t count,
                    size_t stride, unsigned bits);

/* Reads keys one by one.  Only borrows. */
struct vtr_rice_reader {
    struct vtr_bit_reader stream;
    uint64_t left;      /* keys not yet read */
    unsigned bits;      /* of a key */
    unsigned parameter; /* bits of a gap that are not in unary */
    bool may_repeat;    /* a key may equal the one before */
    bool has_previous;
    uint8_t previous[VTR_KEY_BYTES_MAX];
};

/* Reads what is in front of the keys of the list that `bytes` begins with; false when
 * that is none. */
VTR_MUST_CHECK bool vtr_rice_open(struct vtr_rice_reader *out, struct vtr_bytes bytes,
                                  bool may_repeat);

/* The next key in whole bytes, zeros after its last bit; valid until the next call.
 * NULL after the last one and when the bytes are wrong: vtr_rice_is_finished tells. */
const uint8_t *vtr_rice_next(struct vtr_rice_reader *r);

/* Whether every key was read; `*out_rest` is then what follows the list. */
VTR_MUST_CHECK bool vtr_rice_is_finished(const struct vtr_rice_reader *r,
                                         struct vtr_bytes *out_rest);

/* Number of leading bits, at most `bits`, that two keys share. */
unsigned vtr_key_shared_bits(const uint8_t *a, const uint8_t *b, unsigned bits);

#endif

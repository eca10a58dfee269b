/* SPDX-License-Identifier: Apache-2.0 */

/*
 * An adaptive binary range coder: each bit costs about what it tells, given how often
 * the bits of its model were one before.  Integers only, so that every machine writes
 * the same bytes.  docs/delta-format.md, "Numbers", has the arithmetic.
 */
#ifndef VTR_DELTA_CODING_RANGE_CODER_H
#define VTR_DELTA_CODING_RANGE_CODER_H

#include <stdbool.h>

#include "base/writer.h"

/* What is known of a bit; {0}: nothing yet. */
struct vtr_bit_model {
    int16_t lean;  /* the probability of a one in 1/65536, less a half */
    uint16_t seen; /* bits so far, counted up to a limit */
};

struct vtr_range_encoder {
    struct vtr_writer *bytes; /* borrowed: appended to */
    size_t start;             /* of the stream in `bytes` */
    uint64_t low;
    uint32_t range;
    uint8_t held;        /* a byte that a carry may still change */
    uint64_t held_count; /* it, and the 0xFF bytes behind it */
    bool is_begun;       /* the first byte, always 0, has been left out */
};

void vtr_range_encoder_init(struct vtr_range_encoder *e, struct vtr_writer *bytes);
void vtr_range_put(struct vtr_range_encoder *e, struct vtr_bit_model *model, bool bit);

/* The low `width` <= 64 bits of `value`, each as likely as not. */
void vtr_range_put_plain(struct vtr_range_encoder *e, uint64_t value, unsigned width);

/* Writes what is held.  Nothing may be put afterwards. */
void vtr_range_encoder_finish(struct vtr_range_encoder *e);

/* Reads zeros past the end, so that it never fails by itself: hostile bytes give
 * hostile numbers. */
struct vtr_range_decoder {
    struct vtr_bytes bytes; /* borrowed */
    size_t next;            /* bytes read, those past the end included */
    uint32_t range;
    uint32_t code;
};

void vtr_range_decoder_init(struct vtr_range_decoder *d, struct vtr_bytes bytes);
bool vtr_range_take(struct vtr_range_decoder *d, struct vtr_bit_model *model);
uint64_t vtr_range_take_plain(struct vtr_range_decoder *d, unsigned width);

/* Whether all bytes were read and the last one is needed. */
VTR_MUST_CHECK bool vtr_range_is_finished(const struct vtr_range_decoder *d);

#endif

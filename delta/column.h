/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A column of numbers of unknown spread: of each its class, the number of its bits, in
 * one byte that deflate then codes by frequency, and its mantissa, the bits below the
 * first one, as they are.  For numbers whose logarithm is uniform, and for any uniform
 * range, this is within a few hundredths of a bit of their entropy.
 */
#ifndef VTR_DELTA_COLUMN_H
#define VTR_DELTA_COLUMN_H

#include "delta/bits.h"

/* Appends the class to `classes` and the mantissa to `mantissas`. */
void vtr_column_put(struct vtr_writer *classes, struct vtr_bit_writer *mantissas,
                    uint64_t value);

/* Reads the mantissa that belongs to a class; false when there is no such class or the
 * bits are at their end. */
VTR_MUST_CHECK bool vtr_column_take(uint8_t class_byte,
                                    struct vtr_bit_reader *mantissas, uint64_t *out);

/* Signed differences as numbers: 0, -1, 1, -2, ... */
uint64_t vtr_zigzag(int64_t value);
int64_t vtr_unzigzag(uint64_t value);

#endif

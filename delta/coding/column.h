/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A column of numbers of unknown spread: of each its class, the number of its bits, by
 * how often it occurs, and the bits below the first one as they are.  For numbers whose
 * logarithm is uniform, and for any uniform range, this is within a few hundredths of a
 * bit of their entropy.
 */
#ifndef VTR_DELTA_CODING_COLUMN_H
#define VTR_DELTA_CODING_COLUMN_H

#include "delta/coding/range_coder.h"

#define VTR_CLASS_BITS 7u /* classes are 0 .. 64 */

/* What is known of a column's classes: a model for each node of the tree that their
 * bits go down.  {0}: nothing yet. */
struct vtr_column {
    struct vtr_bit_model nodes[1u << VTR_CLASS_BITS];
};

void vtr_column_put(struct vtr_column *column, struct vtr_range_encoder *e,
                    uint64_t value);

/* False when there is no such class. */
VTR_MUST_CHECK bool vtr_column_take(struct vtr_column *column,
                                    struct vtr_range_decoder *d, uint64_t *out);

/* Signed differences as numbers: 0, -1, 1, -2, ... */
uint64_t vtr_zigzag(int64_t value);
int64_t vtr_unzigzag(uint64_t value);

#endif

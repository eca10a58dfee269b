/* SPDX-License-Identifier: Apache-2.0 */

/* How rare bytes are in the files that are scanned, in quarter bits: chance brings what
 * weighs w once in 2^(w / 4) places. */
#ifndef VTR_FORMAT_ATOM_WEIGHT_H
#define VTR_FORMAT_ATOM_WEIGHT_H

#include "base/compiler.h"

#define VTR_ATOM_CLASSES    64u
#define VTR_ATOM_WEIGHT_MAX 60 /* of one byte */

/* Of a byte alone; a capital letter's is that of the small one. */
extern const uint8_t VTR_ATOM_WEIGHTS[256];

/* The class of a byte, and what a byte of the second class weighs less behind one of
 * the first. */
extern const uint8_t VTR_ATOM_CLASS[256];
extern const int8_t VTR_ATOM_GAINS[VTR_ATOM_CLASSES * VTR_ATOM_CLASSES];

/* What a byte weighs behind another: 1 at least. */
static inline int vtr_atom_weight_behind(uint8_t first, uint8_t second)
{
    const int gain = VTR_ATOM_GAINS[VTR_ATOM_CLASS[first] * VTR_ATOM_CLASSES +
                                    VTR_ATOM_CLASS[second]];
    const int weight = VTR_ATOM_WEIGHTS[second] - gain;

    return weight < 1 ? 1 : weight > VTR_ATOM_WEIGHT_MAX ? VTR_ATOM_WEIGHT_MAX : weight;
}

/* How rare up to VTR_ATOM_SCORE_LEN bytes are, each by itself; of a byte that is among
 * those before it a quarter counts. */
#define VTR_ATOM_SCORE_LEN 4u
int vtr_atom_score(const uint8_t *bytes, unsigned len);

#endif

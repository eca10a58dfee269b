/* SPDX-License-Identifier: Apache-2.0 */

/* How rare bytes are in the files that are scanned, in quarter bits: chance brings what
 * weighs w once in 2^(w / 4) places. */
#ifndef VTR_FORMAT_ATOM_ATOM_WEIGHT_H
#define VTR_FORMAT_ATOM_ATOM_WEIGHT_H

#include "base/compiler.h"

#define VTR_ATOM_CLASSES    64u
#define VTR_ATOM_WEIGHT_MAX 60 /* of one byte */

/* Of a byte alone; a capital letter's is that of the small one. */
extern const uint8_t VTR_ATOM_WEIGHTS[256];

/* The class of a byte, and what a byte of the second class weighs less behind one of
 * the first. */
extern const uint8_t VTR_ATOM_CLASS[256];
extern const int8_t VTR_ATOM_GAINS[VTR_ATOM_CLASSES * VTR_ATOM_CLASSES];

/* What a byte weighs behind one of a class.  The tables have nothing below 1 and
 * nothing above VTR_ATOM_WEIGHT_MAX, and capital letters in the class of the small
 * ones. */
static inline int vtr_atom_weight_behind(unsigned class, uint8_t byte)
{
    return VTR_ATOM_WEIGHTS[byte] -
           VTR_ATOM_GAINS[class * VTR_ATOM_CLASSES + VTR_ATOM_CLASS[byte]];
}

/* How rare up to VTR_ATOM_SCORE_LEN bytes are, each by itself; of a byte that is among
 * those before it a quarter counts. */
#define VTR_ATOM_SCORE_LEN 4u
int vtr_atom_score(const uint8_t *bytes, unsigned len);

#endif

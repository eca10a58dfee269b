/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What every match of an expression begins with: so many bytes, each of a set of its
 * own.  Places where they cannot be are passed several at a time, the bytes of each
 * looked at from the last one backwards.
 */
#ifndef VTR_SCAN_REGEX_REGEX_LEAD_H
#define VTR_SCAN_REGEX_REGEX_LEAD_H

#include "base/compiler.h"

#define VTR_REGEX_LEAD_MAX 63u

/* Shorter ones pass too little to be asked. */
#define VTR_REGEX_LEAD_MIN 4u

/* {0} is an empty one. */
struct vtr_regex_lead {
    uint64_t rows[256]; /* of each byte, bit i: the set of the i-th has it */
    unsigned len;       /* sets; at most VTR_REGEX_LEAD_MAX */
};

/* A place from `at` on, below `limit`, before which none is where all of the bytes are
 * of their sets: `limit` when there is none.  At that place they may be. */
size_t vtr_regex_lead_find(const struct vtr_regex_lead *lead, struct vtr_bytes data,
                           size_t at, size_t limit);

#endif

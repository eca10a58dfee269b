/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A second filter for tiers of few atoms, which vectors look through without a load for
 * each position.
 *
 * The atoms, with the bytes behind them up to VTR_BUCKET_BYTES, are put into buckets,
 * eight to a *group*.  For each of these bytes a group has two tables of 16 bytes: one
 * says, for each value of the lower half of a byte, which buckets have it there (bit i:
 * the i-th), the other the same of the upper half.  Where no bucket has all its halves
 * no atom begins.
 */
#ifndef VTR_FORMAT_IMAGE_ATOM_BUCKETS_H
#define VTR_FORMAT_IMAGE_ATOM_BUCKETS_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/vector.h"

#define VTR_BUCKET_BYTES      4u
#define VTR_BUCKET_TABLE_LEN  16u
#define VTR_BUCKET_GROUP_LEN  (2u * VTR_BUCKET_BYTES * VTR_BUCKET_TABLE_LEN)
#define VTR_BUCKET_GROUPS_MAX 3u
#define VTR_BUCKETS           8u /* of a group */

/* The bytes from an atom on that are known: zeros behind them. */
struct vtr_atom_window {
    uint8_t bytes[VTR_BUCKET_BYTES];
    uint8_t len; /* 1..VTR_BUCKET_BYTES */
};

/* How many groups so many atoms have; 0: they are too many. */
unsigned vtr_bucket_groups(uint64_t atom_count);

/* Fills the tables of so many groups, which are zero, from the windows, one at least,
 * which it puts into order. */
VTR_MUST_CHECK enum vtr_status vtr_buckets_write(uint8_t *out, unsigned group_count,
                                                 struct vtr_vector *windows,
                                                 struct vtr_error *err);

/* Of 2^32 random places, how many pass; one may be counted for several buckets. */
uint64_t vtr_buckets_estimate(const uint8_t *tables, unsigned group_count);

/* Whether the last one of VTR_BUCKET_BYTES makes no difference. */
bool vtr_buckets_take_any_last(const uint8_t *tables, unsigned group_count);

/* Whether VTR_BUCKET_BYTES folded bytes pass. */
static inline bool vtr_buckets_pass(const uint8_t *tables, unsigned group_count,
                                    const uint8_t *bytes)
{
    unsigned all = 0;

    for (unsigned group = 0; group < group_count; group++) {
        unsigned buckets = 0xFF;

        for (unsigned i = 0; i < VTR_BUCKET_BYTES; i++) {
            buckets &=
                tables[bytes[i] & 15u] & tables[VTR_BUCKET_TABLE_LEN + (bytes[i] >> 4)];
            tables += 2 * VTR_BUCKET_TABLE_LEN;
        }
        all |= buckets;
    }
    return all != 0;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Writes the index of atoms.  The entries are gone through three times: to count, to
 * size the buckets, to fill them.  Up to VTR_ATOM_KEPT_LIMIT of them are kept from the
 * first time to the last; more are chosen again each time, so that no memory but the
 * output grows with the number of patterns.
 */
#ifndef VTR_FORMAT_ATOM_INDEX_WRITE_H
#define VTR_FORMAT_ATOM_INDEX_WRITE_H

#include "base/compiler.h"
#include "base/vector.h"
#include "format/atom_index.h"
#include "format/records.h"

/* Of 16 bytes each. */
#define VTR_ATOM_KEPT_LIMIT ((size_t)1 << 19)

struct vtr_atom_plan {
    uint64_t counts[VTR_ATOM_LEN_MAX + 1]; /* entries by length of their atom */
    uint64_t entry_count;
    uint64_t unindexed_count;
    unsigned filter_bits;
    unsigned bucket_bits;
    struct vtr_vector
        kept; /* struct vtr_atom_entry, those of a pattern side by side; one
                 without length for a pattern without; none: too many */
};

void vtr_atom_plan_deinit(struct vtr_atom_plan *plan);

/* VTR_ERROR_LIMIT past 2^32 - 1 entries. */
VTR_MUST_CHECK enum vtr_status vtr_atom_plan_make(struct vtr_atom_plan *out,
                                                  const struct vtr_records *records,
                                                  struct vtr_error *err);

/* Zeroed memory: VTR_ATOM_PARAMS_LEN, 2^filter_bits / 8, 4 * (2^bucket_bits + 1),
 * VTR_ATOM_ROW_LEN * entry_count and 4 * unindexed_count bytes. */
struct vtr_atom_output {
    uint8_t *params;
    uint8_t *filter;
    uint8_t *buckets;
    uint8_t *entries;
    uint8_t *unindexed;
};

VTR_MUST_CHECK enum vtr_status vtr_atom_index_write(
    const struct vtr_atom_plan *plan, const struct vtr_records *records,
    const struct vtr_atom_output *output, struct vtr_error *err);

#endif

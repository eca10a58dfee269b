/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Writes the index of atoms.  The entries are gone through twice: to count and to
 * write. Up to VTR_ATOM_KEPT_LIMIT of them are kept from the first time to the second;
 * more are chosen again.  Beside them and the output, memory is for the grams: 16 bytes
 * each.
 */
#ifndef VTR_FORMAT_ATOM_INDEX_WRITE_H
#define VTR_FORMAT_ATOM_INDEX_WRITE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/vector.h"
#include "format/atom_index.h"
#include "format/records.h"

/* Of 32 bytes each. */
#define VTR_ATOM_KEPT_LIMIT ((size_t)1 << 19)

struct vtr_atom_plan {
    /* Entries by length: of rules for any file, and, where those have tiers of their
     * own, of rules for MZ files. */
    uint64_t lens[2][VTR_ATOM_LEN_MAX + 1];
    bool has_mz;                          /* they do */
    uint64_t gram_counts[VTR_ATOM_TIERS]; /* windows */
    enum vtr_atom_pace paces[VTR_ATOM_TIERS];
    unsigned filter_bits[VTR_ATOM_TIERS];  /* 0: the tier has no atoms */
    unsigned group_counts[VTR_ATOM_TIERS]; /* of buckets */
    uint64_t filter_len;                   /* of the sections, in bytes */
    uint64_t slots_len;
    uint64_t entry_count;
    uint64_t unit_count;
    uint64_t unindexed_count;
    struct vtr_vector
        kept; /* struct vtr_atom_entry, those of a pattern side by side; one
                 without length for a pattern without; none: too many */
};

void vtr_atom_plan_deinit(struct vtr_atom_plan *plan);

/* VTR_ERROR_LIMIT past 2^27 - 1 windows or units. */
VTR_MUST_CHECK enum vtr_status vtr_atom_plan_make(struct vtr_atom_plan *out,
                                                  const struct vtr_records *records,
                                                  struct vtr_error *err);

/* Zeroed memory: VTR_ATOM_PARAMS_LEN, filter_len, slots_len, VTR_ATOM_UNIT_LEN *
 * unit_count and 4 * unindexed_count bytes. */
struct vtr_atom_output {
    uint8_t *params;
    uint8_t *filter;
    uint8_t *slots;
    uint8_t *rows;
    uint8_t *unindexed;
};

VTR_MUST_CHECK enum vtr_status vtr_atom_index_write(
    const struct vtr_atom_plan *plan, const struct vtr_records *records,
    const struct vtr_atom_output *output, struct vtr_error *err);

#endif

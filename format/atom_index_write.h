/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Writes the index of atoms.  Beside the plan and the output, memory is for the grams:
 * 16 bytes each.
 */
#ifndef VTR_FORMAT_ATOM_INDEX_WRITE_H
#define VTR_FORMAT_ATOM_INDEX_WRITE_H

#include "base/compiler.h"
#include "format/atom/atom_plan.h"

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

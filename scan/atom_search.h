/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One pass over the data: every place where an atom of the index stands is handed to
 * vtr_verify_atom, in ascending order.
 */
#ifndef VTR_SCAN_ATOM_SEARCH_H
#define VTR_SCAN_ATOM_SEARCH_H

#include <stdbool.h>

#include "format/atom_index.h"

struct vtr_scan_run;

/* What a scanner looks up for each byte.  Made once, in the time of one walk over the
 * index where it has atoms of less than four bytes. */
struct vtr_atom_tables {
    uint8_t fold[256];        /* vtr_fold */
    uint8_t pairs[65536 / 8]; /* bitmap by two folded bytes (little-endian): may they
                                 begin an atom of at most three? */
    bool has_pairs;           /* the index has such atoms */
};

void vtr_atom_tables_init(struct vtr_atom_tables *tables,
                          const struct vtr_atom_index *index);

void vtr_atom_search(struct vtr_scan_run *run);

#endif

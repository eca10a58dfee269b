/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The second stage of the search: from the positions of a tile that pass the filter to
 * the rows of the index whose atom stands there.
 */
#ifndef VTR_SCAN_ATOM_LOOKUP_H
#define VTR_SCAN_ATOM_LOOKUP_H

#include "scan/atom_probe.h"

struct vtr_scan_run;

/* A part of the data that is being searched. */
struct vtr_tile {
    const uint8_t *bytes; /* the folded byte at `first` */
    size_t first;         /* offset in the data */
};

/* Hands every place where an atom of the tier stands to vtr_verify_atom. */
void vtr_atom_lookup(struct vtr_scan_run *run, const struct vtr_atom_table *table,
                     const struct vtr_line_matcher *matcher,
                     const struct vtr_tile *tile, const uint16_t *positions,
                     size_t count);

#endif

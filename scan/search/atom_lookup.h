/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The second stage of the search: from the positions of a tile that pass the filter to
 * the rows of the index whose atom stands there.
 */
#ifndef VTR_SCAN_SEARCH_ATOM_LOOKUP_H
#define VTR_SCAN_SEARCH_ATOM_LOOKUP_H

#include "scan/kernel/atom_probe.h"

struct vtr_scan_run;

/* A part of the data that is being searched. */
struct vtr_tile {
    const uint8_t *bytes; /* the folded byte at `first` */
    size_t first;         /* offset in the data */
};

/* What a tier is searched with. */
struct vtr_tier_search {
    const struct vtr_atom_table *table;
    struct vtr_atom_probe probe;
    struct vtr_line_matcher matcher;
    vtr_find_windows_fn find_windows;
};

/* Hands every place where an atom of the tier stands to vtr_verify_atom.  The positions
 * are those that its probe found. */
void vtr_atom_lookup(struct vtr_scan_run *run, const struct vtr_tier_search *tier,
                     const struct vtr_tile *tile, const uint16_t *positions,
                     size_t count);

#endif

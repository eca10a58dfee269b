/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One pass over the data: every place where an atom of the index stands is handed to
 * vtr_verify_atom, tile by tile, in each of them tier by tier.
 */
#ifndef VTR_SCAN_SEARCH_ATOM_SEARCH_H
#define VTR_SCAN_SEARCH_ATOM_SEARCH_H

#include "scan/search/atom_lookup.h"

struct vtr_scan_run;

/* Tiles searched between two looks at the clock. */
#define VTR_ATOM_CLOCK_TILES 32u

/* What a scanner searches with. */
struct vtr_atom_searcher {
    struct vtr_probe_functions functions;
    struct vtr_tier_search tiers[VTR_ATOM_TIERS];
    uint8_t tile[VTR_TILE_LEAD + VTR_TILE_LEN + VTR_TILE_TAIL]; /* folded */
    uint16_t positions[VTR_TILE_ROOM];                          /* that pass a filter */
};

/* `vectors` are some that the processor has. */
void vtr_atom_searcher_init(struct vtr_atom_searcher *searcher,
                            const struct vtr_atom_index *index,
                            enum vtr_vectors vectors);

void vtr_atom_search(struct vtr_scan_run *run);

/* The part of it that begins at `first`, a multiple of VTR_TILE_LEN below the length of
 * the data. */
void vtr_atom_search_tile(struct vtr_scan_run *run, size_t first);

#endif

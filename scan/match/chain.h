/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Hex strings of several fragments with long gaps between them: from where each
 * fragment was found to where the whole was found.
 */
#ifndef VTR_SCAN_MATCH_CHAIN_H
#define VTR_SCAN_MATCH_CHAIN_H

#include <stdbool.h>

#include "scan/match/match_list.h"

/* Where one fragment was found, and how far it may be from the one before it. */
struct vtr_chain_link {
    const struct vtr_match_list *found; /* finished */
    uint64_t gap_min;                   /* not of the first link */
    uint64_t gap_max;                   /* UINT64_MAX: no bound */
};

/* Adds to `out` each match of the first link that the others complete, as long as it
 * takes to the nearest end of the last.  False when memory is out. */
VTR_MUST_CHECK bool vtr_chain_resolve(const struct vtr_chain_link *links, size_t count,
                                      struct vtr_match_list *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* What the search has at hand of a plain pattern (scan/search/plain_hits.h). */
#ifndef VTR_SCAN_MATCH_PLAIN_SLOT_H
#define VTR_SCAN_MATCH_PLAIN_SLOT_H

#include "base/compiler.h"

struct vtr_match;

/* Longer patterns are not taken for plain ones. */
#define VTR_PLAIN_LEN_MAX 32u

/* What is known of a pattern, beside its state. */
struct vtr_plain_slot {
    uint8_t bytes[VTR_PLAIN_LEN_MAX];
    uint64_t wanted;       /* number of the file in which hits of it are taken, times
                              256, and its length; 0: none */
    uint64_t next;         /* offset behind that of its last hit in the file; 0: none */
    struct vtr_match *end; /* where its next match goes, */
    struct vtr_match *limit; /* unless it is here */
};

/* Lines of memory have so many bytes, which a slot fits into; none lies in two. */
#define VTR_PLAIN_SLOT_ALIGN 64u

#endif

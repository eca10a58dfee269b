/* SPDX-License-Identifier: Apache-2.0 */

/* What the search has at hand of a plain pattern (scan/search/plain_hits.h). */
#ifndef VTR_SCAN_MATCH_PLAIN_SLOT_H
#define VTR_SCAN_MATCH_PLAIN_SLOT_H

#include "base/compiler.h"

struct vtr_match;

/* Longer patterns are not taken for plain ones. */
#define VTR_PLAIN_LEN_MAX 32u

/* Of patterns of up to half of that, the other half has room for so many hits. */
#define VTR_PLAIN_HITS_MAX 4u
#define VTR_PLAIN_HITS_AT  (VTR_PLAIN_LEN_MAX - 4 * VTR_PLAIN_HITS_MAX)

/* What is known of a pattern, beside its state. */
struct vtr_plain_slot {
    uint8_t bytes[VTR_PLAIN_LEN_MAX]; /* in the second half, the lower 32 bits of the
                                         offsets of those hits that wait */
    uint64_t wanted;       /* number of the file in which hits of it are taken, times
                              256, and its length; 0: none */
    uint64_t next;         /* offset behind that of its last hit in the file; 0: none */
    struct vtr_match *end; /* where its next match goes, or those that wait */
    uint32_t room;         /* further hits that there is room for */
    uint8_t waiting_count;
    uint8_t waiting_limit; /* so many go to the list together; 0: none waits */
};

/* Lines of memory have so many bytes, which a slot fits into; none lies in two. */
#define VTR_PLAIN_SLOT_ALIGN 64u

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* The sections of a delta that is being made: raw, then packed. */
#ifndef VTR_DELTA_FILE_SECTION_SET_H
#define VTR_DELTA_FILE_SECTION_SET_H

#include "delta/file/delta_header.h"

/* {0} is a valid empty set. */
struct vtr_section_set {
    struct vtr_writer raw[VTR_DELTA_SECTION_LIMIT];
    struct vtr_writer packed[VTR_DELTA_SECTION_LIMIT];
    uint64_t counts[VTR_DELTA_SECTION_LIMIT]; /* elements; 0: no such section */
};

void vtr_section_set_deinit(struct vtr_section_set *set);

/* Packs what gets smaller by it and describes all sections in `out`, which borrows. */
VTR_MUST_CHECK enum vtr_status vtr_section_set_pack(struct vtr_section_set *set,
                                                    struct vtr_delta_header *out,
                                                    struct vtr_error *err);

#endif

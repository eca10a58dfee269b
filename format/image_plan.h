/* SPDX-License-Identifier: Apache-2.0 */

/* What an image of records will be: its sections, their lengths and where they go. */
#ifndef VTR_FORMAT_IMAGE_PLAN_H
#define VTR_FORMAT_IMAGE_PLAN_H

#include "format/atom/atom_plan.h"
#include "format/hash_table_write.h"
#include "format/image/always_table.h"
#include "format/image/rule_table.h"

/* Of a section that is nowhere: its bytes are compared as they come. */
#define VTR_NO_PLACE UINT64_MAX

struct vtr_section_plan {
    uint64_t len; /* 0: the section has no row */
    uint64_t count;
    uint64_t offset; /* in the image */
    uint64_t place;  /* in memory: the same, where all of the image is */
};

struct vtr_image_plan {
    const struct vtr_records *records;
    struct vtr_stem_set stems;
    struct vtr_hash_plan hashes[VTR_HASH_KINDS];
    struct vtr_rule_plan rules;
    struct vtr_always_plan always;
    struct vtr_atom_plan atoms;
    struct vtr_section_plan sections[VTR_SECTION_LIMIT];
    uint32_t section_count;
    uint64_t record_count;
    uint64_t file_len;
    struct vtr_hash_same same[VTR_HASH_KINDS]; /* what hash rows are held against */
    bool is_compared;
};

/* Goes through the records.  {0} is safe to make and to deinit, also after a failure.
 */
VTR_MUST_CHECK enum vtr_status vtr_image_plan_make(struct vtr_image_plan *plan,
                                                   const struct vtr_records *records,
                                                   struct vtr_error *err);
void vtr_image_plan_deinit(struct vtr_image_plan *plan);

#endif

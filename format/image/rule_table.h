/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rules and externals of an image: their checks, the sections RULE_* (but RULE_ALWAYS),
 * PATTERNS and EXTERNALS, and a walk over all patterns in their order.
 */
#ifndef VTR_FORMAT_IMAGE_RULE_TABLE_H
#define VTR_FORMAT_IMAGE_RULE_TABLE_H

#include "base/compiler.h"
#include "format/record/record_root.h"
#include "format/record/records.h"
#include "format/record/rule.h"

/* All patterns of all rules, one after the other.  {.records = ...} is its begin. */
struct vtr_pattern_walk {
    const struct vtr_records *records;
    size_t next_rule;
    uint64_t left; /* patterns of the open rule that are still to come */
    struct vtr_reader patterns;
    uint32_t number; /* of the pattern, over all rules */
    uint32_t rule;   /* whose the pattern is */
    uint32_t offset; /* of the pattern in the rule's body */
    uint64_t seen;   /* patterns so far */
    struct vtr_pattern_view pattern;
};

/* VTR_OK with `*out_has` false after the last pattern; VTR_ERROR_FORMAT at a malformed
 * rule, VTR_ERROR_LIMIT past 2^32 - 1 patterns. */
VTR_MUST_CHECK enum vtr_status vtr_pattern_walk_next(struct vtr_pattern_walk *walk,
                                                     bool *out_has,
                                                     struct vtr_error *err);

struct vtr_rule_plan {
    uint64_t rule_count;
    uint64_t data_len; /* of all bodies */
    uint64_t global_count;
    uint64_t pattern_count;
    uint64_t external_count;
    uint64_t externals_len;
};

/* Checks rules and externals to their last byte, and their order; of rules that have
 * places the order alone. */
VTR_MUST_CHECK enum vtr_status vtr_rule_plan_make(struct vtr_rule_plan *out,
                                                  const struct vtr_records *records,
                                                  struct vtr_error *err);

/* Memory of one section, filled from its beginning. */
struct vtr_room {
    uint8_t *ptr;
    size_t len;
    size_t pos;
};
VTR_MUST_CHECK bool vtr_room_u32(struct vtr_room *room, uint64_t value);
VTR_MUST_CHECK bool vtr_room_bytes(struct vtr_room *room, struct vtr_bytes bytes);

struct vtr_rule_output {
    struct vtr_room offsets;
    struct vtr_room data;
    struct vtr_room global;
    struct vtr_room patterns;
    struct vtr_room externals;
};

/* Writes the sections, of which each must end full, and adds the records to `root`
 * (NULL: nowhere). */
VTR_MUST_CHECK enum vtr_status vtr_rule_table_write(const struct vtr_records *records,
                                                    struct vtr_rule_output *output,
                                                    struct vtr_root_builder *root,
                                                    struct vtr_error *err);

#endif

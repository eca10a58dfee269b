/* SPDX-License-Identifier: Apache-2.0 */

/* Writes hash tables: a plan from one walk over the records, the bytes from another. */
#ifndef VTR_FORMAT_HASH_TABLE_WRITE_H
#define VTR_FORMAT_HASH_TABLE_WRITE_H

#include "base/compiler.h"
#include "format/image/hash_walk.h"
#include "format/record/record_root.h"

/* The geometry of a kind's table; without records all lengths are 0. */
struct vtr_hash_plan {
    enum vtr_hash_kind kind;
    struct vtr_hash_extent extent;
    unsigned prefix_bits;
    unsigned size_bits; /* of the filter of sizes; 0: there is none */
    unsigned size_width;
    unsigned stem_width;
    unsigned number_width;
    uint64_t fanout_len;
    uint64_t tails_len;
    uint64_t attrs_len;
};

/* Whether records that need so much have room in what was planned. */
static inline bool vtr_hash_plan_fits(const struct vtr_hash_plan *plan,
                                      const struct vtr_hash_extent *extent)
{
    return extent->count <= plan->extent.count &&
           extent->size_code_max <= plan->extent.size_code_max &&
           extent->number_max <= plan->extent.number_max &&
           (plan->extent.has_any_size || !extent->has_any_size);
}

/* Walks the records once, unless what they need is known. */
VTR_MUST_CHECK enum vtr_status vtr_hash_plan_make(struct vtr_hash_plan *out,
                                                  enum vtr_hash_kind kind,
                                                  const struct vtr_hash_source *source,
                                                  struct vtr_stem_set *stems,
                                                  struct vtr_error *err);

/* Rows that the table's are compared with, of the plan's lengths. */
struct vtr_hash_same {
    const uint8_t *tails;
    const uint8_t *attrs;
    size_t tails_difference; /* the first byte that differs; SIZE_MAX: none */
    size_t attrs_difference; /* the same */
};

/* Zeroed memory of the plan's lengths. */
struct vtr_hash_output {
    uint8_t *fanout;
    uint8_t *tails;
    uint8_t *attrs;
    struct vtr_hash_same *same;          /* not NULL: instead of tails and attrs */
    const struct vtr_image_pause *pause; /* or NULL */
    unsigned workers;                    /* threads; 0: the caller's own */
};

/* Records that are written between two pauses: some 20 MB. */
#define VTR_HASH_PAUSE_RECORDS (UINT64_C(1) << 19)

/* Pauses when many records were written since the one at `*paused_at`; `index` is that
 * of the next. */
static inline void vtr_hash_output_pause(const struct vtr_hash_output *output,
                                         uint64_t index, uint64_t *paused_at)
{
    if (output->pause != NULL && index - *paused_at >= VTR_HASH_PAUSE_RECORDS) {
        *paused_at = index;
        output->pause->run(output->pause->context);
    }
}

/* Walks the records again, writes the table and adds the records to `root` (NULL:
 * nowhere).  The records must be those of the plan in number and width, else
 * VTR_ERROR_FORMAT. */
VTR_MUST_CHECK enum vtr_status vtr_hash_table_write(
    const struct vtr_hash_plan *plan, const struct vtr_hash_source *source,
    struct vtr_stem_set *stems, const struct vtr_hash_output *output,
    struct vtr_root_builder *root, struct vtr_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What one thread makes of the lines of hash lists: rows and stems.
 *
 * Rows that take more than their room are sorted and written to a temporary file, a run
 * for each kind; what remains in the end is the last run.  A part may be filled while
 * others are.
 */
#ifndef VTR_COMPILER_HASH_HASH_PART_H
#define VTR_COMPILER_HASH_HASH_PART_H

#include "base/os_temporary.h"
#include "base/vector.h"
#include "compiler/hash/hash_list.h"
#include "compiler/hash/hash_rows.h"
#include "compiler/hash/hash_stems.h"

/* Sorted rows of a part's file. */
struct vtr_hash_written {
    uint64_t offset;
    size_t count;
};

struct vtr_hash_part {
    struct vtr_hash_rows rows[VTR_HASH_KINDS];
    struct vtr_hash_extent extents[VTR_HASH_KINDS]; /* of all that were added */
    struct vtr_vector written[VTR_HASH_KINDS];      /* struct vtr_hash_written */
    struct vtr_hash_stems stems;
    struct vtr_temporary file; /* open when something was written */
    const char *beside;        /* where that goes, borrowed; see base/os_temporary.h */
    uint64_t room_bytes;       /* of rows and what sorting them takes */
    uint64_t used_bytes;
    uint64_t duplicates;
    uint64_t other_level;
    uint64_t bad;
};

void vtr_hash_part_init(struct vtr_hash_part *part, uint64_t room_bytes,
                        const char *beside);
void vtr_hash_part_deinit(struct vtr_hash_part *part);

/* Reads whole lines. */
VTR_MUST_CHECK enum vtr_status vtr_hash_part_add(struct vtr_hash_part *part,
                                                 const struct vtr_hash_text *text,
                                                 vtr_hash_problem_fn report,
                                                 void *context, struct vtr_error *err);

/* Sorts the rows that remain in memory; writes them too when others were written, so
 * that a list that is larger than its room ends with none of it. */
VTR_MUST_CHECK enum vtr_status vtr_hash_part_finish(struct vtr_hash_part *part,
                                                    struct vtr_error *err);

#endif

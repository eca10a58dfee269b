/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The records of the new database: the old one's and a delta, put together.
 *
 * Everything that the delta says of the old database is checked here: what it takes out
 * is there, what it puts in is not.
 */
#ifndef VTR_DELTA_MERGE_MERGE_H
#define VTR_DELTA_MERGE_MERGE_H

#include "delta/merge/merge_source.h"

/* {0} is safe to deinit.  Borrows from the delta and the old records, and must not move
 * once it is initialised. */
struct vtr_merge {
    struct vtr_records records; /* ready for vtr_materialise */
    struct vtr_merge_source sources[VTR_HASH_KINDS];
    uint32_t
        *old_stems; /* new stem of each old one; while they are counted: its uses */
    uint32_t *rank_stems;  /* new stem of each rank */
    uint32_t *block_stems; /* new stem of each one of the first old database, where
                              `from` is a merge itself; else NULL */
    struct vtr_bytes *stems;
    struct vtr_bytes *rules;
    struct vtr_bytes *externals;
    struct vtr_arena bodies; /* those that the delta puts in */
};

/* Writes the texts of the stems that the old database has into `delta`. */
VTR_MUST_CHECK enum vtr_status vtr_merge_init(struct vtr_merge *out,
                                              struct vtr_delta *delta,
                                              const struct vtr_records *from,
                                              struct vtr_error *err);
void vtr_merge_deinit(struct vtr_merge *merge);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Sorted runs of hash records, in memory or in temporary files, read as one: in order,
 * each record once.  The runs are read side by side, through a buffer each, as often as
 * asked; nothing is merged in advance.
 */
#ifndef VTR_COMPILER_HASH_HASH_MERGE_H
#define VTR_COMPILER_HASH_HASH_MERGE_H

#include "base/os_temporary.h"
#include "compiler/hash/hash_list.h"
#include "compiler/hash/hash_rows.h"

/* Rows in the order of vtr_hash_row_compare_places. */
struct vtr_hash_run {
    const uint8_t *items;             /* NULL: in `file` */
    const struct vtr_temporary *file; /* from `offset` on */
    uint64_t offset;
    size_t count;
    const uint32_t *places; /* the stem of a row is a number of these */
};

/* The runs of one kind.  All is borrowed. */
struct vtr_hash_runs {
    const struct vtr_hash_run *items;
    size_t count;
    size_t digest_len;
    const struct vtr_bytes *stems;
};

/* VTR_ERROR_MEMORY. */
VTR_MUST_CHECK enum vtr_status vtr_hash_list_cursor_new(
    struct vtr_hash_list_cursor **out, const struct vtr_hash_runs *runs);

/* Where the first record with that digest was said first; false when there is none, or
 * none that can be read. */
VTR_MUST_CHECK bool vtr_hash_runs_find(const struct vtr_hash_runs *runs,
                                       const uint8_t *digest,
                                       struct vtr_hash_place *out);

#endif

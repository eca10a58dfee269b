/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Lines of hash lists that are refused, as threads find them, with the text that a
 * diagnostic shows: the list itself is not kept.  Of each file a thread keeps the first
 * up to a limit, so that the first of all threads together are among them.
 */
#ifndef VTR_COMPILER_HASH_HASH_PROBLEMS_H
#define VTR_COMPILER_HASH_HASH_PROBLEMS_H

#include "compiler/hash/hash_list.h"
#include "compiler/syntax/file_set.h"

struct vtr_hash_problems {
    struct vtr_arena *arena; /* borrowed: texts */
    struct vtr_vector kept;  /* struct vtr_kept_problem */
    uint64_t *counts;        /* owned: of each file, kept or not */
    size_t limit;            /* kept of a file, at most */
    bool has_no_memory;
};

/* For files with numbers below `file_count`.  VTR_ERROR_MEMORY. */
VTR_MUST_CHECK enum vtr_status vtr_hash_problems_init(
    struct vtr_hash_problems *problems, struct vtr_arena *arena, size_t file_count,
    size_t limit);
void vtr_hash_problems_deinit(struct vtr_hash_problems *problems);

/* Those of a file come in the order of their lines. */
void vtr_hash_problems_add(struct vtr_hash_problems *problems, uint32_t file,
                           const struct vtr_hash_problem *problem);

/* Reports what `count` threads have found, in the order of files and lines; the sources
 * of the files receive the lines.  VTR_ERROR_MEMORY. */
VTR_MUST_CHECK enum vtr_status vtr_hash_problems_report(
    struct vtr_hash_problems *const *problems, unsigned count,
    struct vtr_file_set *files);

#endif

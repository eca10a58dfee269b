/* SPDX-License-Identifier: Apache-2.0 */

/* Memory that is freed all at once: a compile's trees and texts live in one. */
#ifndef VTR_BASE_ARENA_H
#define VTR_BASE_ARENA_H

#include "base/compiler.h"

struct vtr_arena {
    struct vtr_arena_block *head;
    size_t used_bytes; /* handed out, all blocks */
};

/* {0} is a valid empty arena. */
void vtr_arena_deinit(struct vtr_arena *arena);

/* Takes back everything that was handed out and keeps the newest block for what comes
 * next: for trees that live as long as one string of a rule. */
void vtr_arena_clear(struct vtr_arena *arena);

/* Zeroed memory aligned for any type, or NULL when memory is out.  Lives until deinit
 * or clear. */
VTR_MUST_CHECK void *vtr_arena_alloc(struct vtr_arena *arena, size_t len);

/* As alloc for `count` elements of `size` bytes; NULL when the product overflows. */
VTR_MUST_CHECK void *vtr_arena_array(struct vtr_arena *arena, size_t count,
                                     size_t size);

/* A copy of `bytes` with a NUL after it (not counted in len); ptr NULL when memory is
 * out. */
VTR_MUST_CHECK struct vtr_bytes vtr_arena_dup(struct vtr_arena *arena,
                                              struct vtr_bytes bytes);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* Memory that is freed all at once: a compile's trees and texts live in one. */
#ifndef VTR_BASE_ARENA_H
#define VTR_BASE_ARENA_H

#include <stdalign.h>
#include <string.h>

#include "base/compiler.h"

struct vtr_arena {
    struct vtr_arena_block *head;
    uint8_t *next;     /* room of the newest block */
    size_t left;       /* of it, in bytes: a multiple of the greatest alignment */
    size_t used_bytes; /* handed out, all blocks */
};

/* {0} is a valid empty arena. */
void vtr_arena_deinit(struct vtr_arena *arena);

/* Takes back everything that was handed out and keeps the newest block for what comes
 * next: for trees that live as long as one string of a rule. */
void vtr_arena_clear(struct vtr_arena *arena);

/* vtr_arena_take of nothing, and when the newest block has no room. */
VTR_MUST_CHECK void *vtr_arena_take_block(struct vtr_arena *arena, size_t len);

/* Memory aligned for any type, whose contents are whatever they are, or NULL when
 * memory is out.  Lives until deinit or clear. */
VTR_MUST_CHECK static inline void *vtr_arena_take(struct vtr_arena *arena, size_t len)
{
    const size_t align = alignof(max_align_t);

    if (len == 0 || len > arena->left) {
        return vtr_arena_take_block(arena, len);
    }
    const size_t rounded = (len + align - 1) / align * align; /* at most `left` */
    uint8_t *room = arena->next;
    arena->next += rounded;
    arena->left -= rounded;
    arena->used_bytes += rounded;
    return room;
}

/* The same, zeroed. */
VTR_MUST_CHECK static inline void *vtr_arena_alloc(struct vtr_arena *arena, size_t len)
{
    void *room = vtr_arena_take(arena, len);

    return room == NULL ? NULL : memset(room, 0, len);
}

/* As alloc for `count` elements of `size` bytes; NULL when the product overflows. */
VTR_MUST_CHECK void *vtr_arena_array(struct vtr_arena *arena, size_t count,
                                     size_t size);

/* A copy of `bytes` with a NUL after it (not counted in len); ptr NULL when memory is
 * out. */
VTR_MUST_CHECK struct vtr_bytes vtr_arena_dup(struct vtr_arena *arena,
                                              struct vtr_bytes bytes);

#endif

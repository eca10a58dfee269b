/* SPDX-License-Identifier: Apache-2.0 */

#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

/* Blocks grow with the arena, so that their number stays logarithmic. */
#define FIRST_BLOCK_LEN (VTR_HAS_ADDRESS_SANITIZER ? (size_t)0 : (size_t)16 << 10)
#define LAST_BLOCK_LEN  (VTR_HAS_ADDRESS_SANITIZER ? (size_t)0 : (size_t)4 << 20)

struct vtr_arena_block {
    struct vtr_arena_block *next;
    size_t len;
    size_t used;
    alignas(max_align_t) uint8_t bytes[];
};

void vtr_arena_deinit(struct vtr_arena *arena)
{
    if (arena == NULL) {
        return;
    }
    while (arena->head != NULL) {
        struct vtr_arena_block *next = arena->head->next;
        free(arena->head);
        arena->head = next;
    }
    arena->used_bytes = 0;
}

void vtr_arena_clear(struct vtr_arena *arena)
{
    struct vtr_arena_block *kept = arena->head;

    if (kept == NULL) {
        return;
    }
    if (VTR_HAS_ADDRESS_SANITIZER) {
        vtr_arena_deinit(arena); /* what is used after this is caught */
        return;
    }
    struct vtr_arena older = {.head = kept->next};
    vtr_arena_deinit(&older);
    kept->used = 0;
    kept->next = NULL;
    arena->used_bytes = 0;
}

static struct vtr_arena_block *add_block(struct vtr_arena *arena, size_t len)
{
    size_t block_len = arena->head == NULL ? FIRST_BLOCK_LEN : arena->head->len * 2;

    if (block_len > LAST_BLOCK_LEN) {
        block_len = LAST_BLOCK_LEN;
    }
    if (block_len < len) {
        block_len = len;
    }
    if (block_len > SIZE_MAX - sizeof(struct vtr_arena_block)) {
        return NULL;
    }
    struct vtr_arena_block *block = malloc(sizeof(*block) + block_len);
    if (block == NULL) {
        return NULL;
    }
    block->used = 0;
    block->len = block_len;
    block->next = arena->head;
    arena->head = block;
    return block;
}

void *vtr_arena_alloc(struct vtr_arena *arena, size_t len)
{
    const size_t align = alignof(max_align_t);

    if (len > SIZE_MAX - align) {
        return NULL;
    }
    const size_t rounded = (len + align - 1) / align * align;
    struct vtr_arena_block *block = arena->head;
    if (block == NULL || block->len - block->used < rounded) {
        block = add_block(arena, rounded);
        if (block == NULL) {
            return NULL;
        }
    }
    void *room = block->bytes + block->used;
    block->used += rounded;
    arena->used_bytes += rounded;
    memset(room, 0, rounded); /* of a block, only what is used is touched */
    return room;
}

void *vtr_arena_array(struct vtr_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        return NULL;
    }
    return vtr_arena_alloc(arena, count * size);
}

struct vtr_bytes vtr_arena_dup(struct vtr_arena *arena, struct vtr_bytes bytes)
{
    struct vtr_bytes copy = {NULL, 0};

    if (bytes.len == SIZE_MAX) {
        return copy;
    }
    uint8_t *room = vtr_arena_alloc(arena, bytes.len + 1);
    if (room == NULL) {
        return copy;
    }
    if (bytes.len > 0) {
        memcpy(room, bytes.ptr, bytes.len);
    }
    copy = (struct vtr_bytes){room, bytes.len};
    return copy;
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/os_memory.h"

/* Blocks grow with the arena, so that their number stays logarithmic; lengths are with
 * the block's head.  One that would come near a large page has room for two: small ones
 * cost more, and of large ones only those that are used cost anything. */
#define FIRST_BLOCK_LEN (VTR_HAS_ADDRESS_SANITIZER ? (size_t)0 : (size_t)16 << 10)
#define LAST_BLOCK_LEN  (VTR_HAS_ADDRESS_SANITIZER ? (size_t)0 : (size_t)4 << 20)
#define BLOCK_GROWTH    4u

struct vtr_arena_block {
    struct vtr_arena_block *next;
    size_t len;
    alignas(max_align_t) uint8_t bytes[];
};

static void free_blocks(struct vtr_arena_block *block)
{
    while (block != NULL) {
        struct vtr_arena_block *next = block->next;
        free(block);
        block = next;
    }
}

/* The newest block is free from end to end. */
static void use_block(struct vtr_arena *arena)
{
    arena->next = arena->head->bytes;
    arena->left = arena->head->len - sizeof(*arena->head);
}

void vtr_arena_deinit(struct vtr_arena *arena)
{
    if (arena != NULL) {
        free_blocks(arena->head);
        *arena = (struct vtr_arena){0};
    }
}

void vtr_arena_clear(struct vtr_arena *arena)
{
    struct vtr_arena_block *kept = arena->head;

    if (VTR_HAS_ADDRESS_SANITIZER || kept == NULL) {
        vtr_arena_deinit(arena); /* what is used after this is caught */
        return;
    }
    free_blocks(kept->next);
    kept->next = NULL;
    arena->used_bytes = 0;
    use_block(arena);
}

static bool add_block(struct vtr_arena *arena, size_t room)
{
    size_t len =
        arena->head == NULL ? FIRST_BLOCK_LEN : arena->head->len * BLOCK_GROWTH;

    if (room > SIZE_MAX - sizeof(struct vtr_arena_block)) {
        return false;
    }
    if (len >= VTR_LARGE_PAGE_LEN / 2) {
        len = LAST_BLOCK_LEN;
    }
    if (len < sizeof(struct vtr_arena_block) + room) {
        len = sizeof(struct vtr_arena_block) + room;
    }
    struct vtr_arena_block *block =
        len < VTR_LARGE_PAGE_LEN ? malloc(len) : vtr_memory_new_large(len);
    if (block == NULL) {
        return false;
    }
    block->len = len;
    block->next = arena->head;
    arena->head = block;
    use_block(arena);
    return true;
}

void *vtr_arena_take_block(struct vtr_arena *arena, size_t len)
{
    const size_t align = alignof(max_align_t);
    const size_t least = len == 0 ? 1 : len;

    if (least > SIZE_MAX - align ||
        (least > arena->left &&
         !add_block(arena, (least + align - 1) / align * align))) {
        return NULL;
    }
    return vtr_arena_take(arena, least);
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
    uint8_t *room = vtr_arena_take(arena, bytes.len + 1);
    if (room == NULL) {
        return copy;
    }
    if (bytes.len > 0) {
        memcpy(room, bytes.ptr, bytes.len);
    }
    room[bytes.len] = 0;
    copy = (struct vtr_bytes){room, bytes.len};
    return copy;
}

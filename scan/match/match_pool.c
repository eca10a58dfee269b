/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/match/match_pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/os_memory.h"

#define CHUNK_LEN (4 * VTR_LARGE_PAGE_LEN)

/* What stands in room that holds no matches. */
struct vtr_match_room {
    struct vtr_match_room *next;
};

/* Matches that a chunk has room for, its first ones among them, where it is linked. */
#define CHUNK_MATCHES (CHUNK_LEN / sizeof(struct vtr_match))

void vtr_match_pool_deinit(struct vtr_match_pool *pool)
{
    if (pool == NULL) {
        return;
    }
    for (struct vtr_match_room *chunk = pool->chunks; chunk != NULL;) {
        struct vtr_match_room *next = chunk->next;

        free(chunk);
        chunk = next;
    }
    *pool = (struct vtr_match_pool){0};
}

/* The least size that has room for so many; VTR_MATCH_POOL_SIZES when there is none. */
static unsigned size_of(size_t count)
{
    unsigned size = 0;

    while (size < VTR_MATCH_POOL_SIZES && VTR_MATCH_POOL_LEAST << size < count) {
        size++;
    }
    return size;
}

static bool add_chunk(struct vtr_match_pool *pool)
{
    void *chunk = vtr_memory_new_large(CHUNK_LEN);

    if (chunk == NULL) {
        return false;
    }
    struct vtr_match_room *room = chunk;
    room->next = pool->chunks;
    pool->chunks = room;
    pool->next = (struct vtr_match *)chunk + VTR_MATCH_POOL_LEAST;
    pool->left = CHUNK_MATCHES - VTR_MATCH_POOL_LEAST;
    return true;
}

static struct vtr_match *take(struct vtr_match_pool *pool, unsigned size)
{
    const size_t count = (size_t)VTR_MATCH_POOL_LEAST << size;
    struct vtr_match_room *unused = pool->unused[size];

    if (unused != NULL) {
        pool->unused[size] = unused->next;
        return (void *)unused;
    }
    if (pool->left < count && !add_chunk(pool)) {
        return NULL;
    }
    struct vtr_match *room = pool->next;
    pool->next += count;
    pool->left -= count;
    return room;
}

/* Takes the room of a list that has moved, for others or for the system. */
static void take_back(struct vtr_match_pool *pool, const struct vtr_match_list *list)
{
    if (!list->is_lent) {
        free(list->items);
    } else if (list->cap >= VTR_MATCH_POOL_LEAST) { /* or it is the pattern's */
        struct vtr_match_room *room = (void *)list->items;
        const unsigned size = size_of(list->cap);

        room->next = pool->unused[size];
        pool->unused[size] = room;
    }
}

void vtr_match_pool_grow(struct vtr_match_pool *pool, struct vtr_match_list *list)
{
    const unsigned size = size_of(list->cap + 1);
    struct vtr_match *items = size < VTR_MATCH_POOL_SIZES ? take(pool, size) : NULL;

    if (items == NULL) {
        return;
    }
    if (list->count > 0) {
        memcpy(items, list->items, list->count * sizeof(*items));
    }
    take_back(pool, list);
    list->items = items;
    list->cap = (size_t)VTR_MATCH_POOL_LEAST << size;
    list->is_lent = true;
}

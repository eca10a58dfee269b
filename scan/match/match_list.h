/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Matches of one pattern in one file: at most one an offset, in ascending order.
 *
 * Matches are added in whatever order they are found; vtr_match_list_finish sorts them
 * and keeps the first of several that were found at one offset.
 */
#ifndef VTR_SCAN_MATCH_MATCH_LIST_H
#define VTR_SCAN_MATCH_MATCH_LIST_H

#include <stdbool.h>

#include "base/compiler.h"
#include "vitrine/scan.h"

struct vtr_match_list {
    struct vtr_match *items; /* owned, unless they are lent */
    size_t count;
    size_t cap;
    bool is_disordered; /* an item was added out of order: finish has work to do */
    bool is_lent;       /* the items are a pool's (scan/match/match_pool.h), or the room
                           for one that their pattern has (vtr_match_list_lend) */
};

/* {0} is a valid empty list.  One that is lent room for a match, which lives as long as
 * the list, takes memory for the second only. */
static inline void vtr_match_list_lend(struct vtr_match_list *list,
                                       struct vtr_match *room)
{
    *list = (struct vtr_match_list){.items = room, .cap = 1, .is_lent = true};
}

void vtr_match_list_deinit(struct vtr_match_list *list);

/* Forgets the matches, keeps the memory. */
void vtr_match_list_clear(struct vtr_match_list *list);

/* Makes room for a match.  False when memory is out (nothing changed). */
VTR_MUST_CHECK bool vtr_match_list_grow(struct vtr_match_list *list);

/* Adds a match.  False when memory is out (nothing changed). */
VTR_MUST_CHECK static inline bool vtr_match_list_add(struct vtr_match_list *list,
                                                     uint64_t offset, uint64_t length)
{
    if (list->count == list->cap && !vtr_match_list_grow(list)) {
        return false;
    }
    if (list->count > 0 && list->items[list->count - 1].offset >= offset) {
        list->is_disordered = true;
    }
    list->items[list->count] = (struct vtr_match){offset, length};
    list->count++;
    return true;
}

/* Whether the match that was added last begins at `offset`. */
static inline bool vtr_match_list_ends_at(const struct vtr_match_list *list,
                                          uint64_t offset)
{
    return list->count > 0 && list->items[list->count - 1].offset == offset;
}

/* Sorts, and keeps one match an offset: the one added first.  False when memory is out.
 */
VTR_MUST_CHECK bool vtr_match_list_finish(struct vtr_match_list *list);

/* Questions about a finished list. */

/* Index of the first match at `offset` or after it; count when there is none. */
size_t vtr_match_list_lower(const struct vtr_match_list *list, int64_t offset);

bool vtr_match_list_has(const struct vtr_match_list *list, int64_t offset);

/* Matches that begin in low..high, both included. */
size_t vtr_match_list_count_in(const struct vtr_match_list *list, int64_t low,
                               int64_t high);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Room for the lists of files that consist of matches: many lists, none of them long,
 * each written at its end.  The room is in large pages, so that the next end that is
 * written is in a page that the processor knows; a list that has grown leaves its old
 * room to others.
 */
#ifndef VTR_SCAN_MATCH_MATCH_POOL_H
#define VTR_SCAN_MATCH_MATCH_POOL_H

#include "base/compiler.h"
#include "scan/match/match_list.h"

/* Lists have room for so many matches times a power of two; longer ones, of their own.
 */
#define VTR_MATCH_POOL_LEAST 16u
#define VTR_MATCH_POOL_SIZES 14u

/* {0} is empty. */
struct vtr_match_pool {
    struct vtr_match_room *chunks; /* owned, the newest first */
    struct vtr_match *next;        /* room of the newest chunk */
    size_t left;                   /* matches that it has room for */
    struct vtr_match_room *unused[VTR_MATCH_POOL_SIZES]; /* that lists have left */
};

/* Gives back all room.  Every list that had some of it is deinitialised before. */
void vtr_match_pool_deinit(struct vtr_match_pool *pool);

/* Makes room for as many matches again in a list that is full; its items move.  A list
 * that is too long for the pool stays full, and any where memory is out. */
void vtr_match_pool_grow(struct vtr_match_pool *pool, struct vtr_match_list *list);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A window on the rows of a hash table that is compared with one that is there already:
 * rows are written into the window, compared when it is full, and forgotten, so that a
 * table of any length takes the memory of some thousand rows.
 */
#ifndef VTR_FORMAT_HASH_WINDOW_H
#define VTR_FORMAT_HASH_WINDOW_H

#include "format/hash_stretch.h"

struct vtr_hash_window {
    struct vtr_hash_same *same; /* borrowed */
    uint8_t *tails;             /* owned */
    uint8_t *attrs;             /* owned */
    size_t attrs_len;
};

/* Points the stretch, which begins at the table's first row, to the window. */
VTR_MUST_CHECK enum vtr_status vtr_hash_window_init(struct vtr_hash_window *out,
                                                    struct vtr_hash_stretch *stretch,
                                                    struct vtr_hash_same *same,
                                                    struct vtr_error *err);
void vtr_hash_window_deinit(struct vtr_hash_window *window);

/* Compares the rows before `index`, when there are many or they are the last, and moves
 * the stretch behind them.  To be called after each block at the latest. */
void vtr_hash_window_move(struct vtr_hash_window *window,
                          struct vtr_hash_stretch *stretch, uint64_t index,
                          bool is_end);

#endif

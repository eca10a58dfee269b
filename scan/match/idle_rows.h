/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rows of the index that can tell nothing more of the file: their pattern's rule cannot
 * be true, or enough of its matches were found, or the search is past the one place
 * where a match counts.  Common atoms stand in every other place of a file, and one bit
 * says that there is no need to look at what they lead to.
 */
#ifndef VTR_SCAN_MATCH_IDLE_ROWS_H
#define VTR_SCAN_MATCH_IDLE_ROWS_H

#include <stdbool.h>

#include "base/vector.h"

/* {0} with vtr_idle_rows_init is valid, and says that no row is idle. */
struct vtr_idle_rows {
    uint64_t *bits;           /* of each unit; owned.  NULL: of none */
    struct vtr_vector marked; /* uint32_t, the units whose bits are set */
};

void vtr_idle_rows_init(struct vtr_idle_rows *rows);
void vtr_idle_rows_deinit(struct vtr_idle_rows *rows);

/* Makes all of them of use again, for the next file. */
void vtr_idle_rows_clear(struct vtr_idle_rows *rows);

/* Marks the row at `unit`, which is below `unit_count`.  Without memory nothing is
 * marked: rows are looked at in vain, and the scan finds the same. */
void vtr_idle_rows_mark(struct vtr_idle_rows *rows, uint32_t unit, uint32_t unit_count);

/* `unit` is below the count of all calls of vtr_idle_rows_mark. */
static inline bool vtr_idle_rows_has(const struct vtr_idle_rows *rows, uint32_t unit)
{
    return rows->bits != NULL && (rows->bits[unit / 64] >> unit % 64 & 1u) != 0;
}

#endif

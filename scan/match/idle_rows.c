/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/match/idle_rows.h"

#include <stdlib.h>

void vtr_idle_rows_init(struct vtr_idle_rows *rows)
{
    *rows = (struct vtr_idle_rows){0};
    vtr_vector_init(&rows->marked, sizeof(uint32_t));
}

void vtr_idle_rows_deinit(struct vtr_idle_rows *rows)
{
    if (rows != NULL) {
        free(rows->bits);
        rows->bits = NULL;
        vtr_vector_deinit(&rows->marked);
    }
}

void vtr_idle_rows_clear(struct vtr_idle_rows *rows)
{
    const uint32_t *marked = rows->marked.items;

    for (size_t i = 0; i < rows->marked.count; i++) {
        rows->bits[marked[i] / 64] = 0; /* with its neighbours, which are marked too */
    }
    rows->marked.count = 0;
}

void vtr_idle_rows_mark(struct vtr_idle_rows *rows, uint32_t unit, uint32_t unit_count)
{
    if (rows->bits == NULL) {
        rows->bits = calloc((size_t)unit_count / 64 + 1, sizeof(*rows->bits));
    }
    if (rows->bits == NULL || vtr_idle_rows_has(rows, unit)) {
        return;
    }
    uint32_t *item = vtr_vector_push(&rows->marked);
    if (item != NULL) {
        *item = unit;
        rows->bits[unit / 64] |= UINT64_C(1) << unit % 64;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/kernel/fold_tile.h"

#include <string.h>

void vtr_fold_tile(uint8_t *out, vtr_fold_bytes_fn fold_bytes, struct vtr_bytes data,
                   size_t first)
{
    const size_t lead = first < VTR_TILE_LEAD ? first : VTR_TILE_LEAD;
    const size_t room = VTR_TILE_LEN + VTR_TILE_TAIL;
    const size_t left = data.len - first;
    const size_t len = left < room ? left : room;

    memset(out, 0, VTR_TILE_LEAD - lead);
    if (lead + len > 0) {
        fold_bytes(out + VTR_TILE_LEAD - lead, data.ptr + first - lead, lead + len);
    }
    memset(out + VTR_TILE_LEAD + len, 0, room - len);
}

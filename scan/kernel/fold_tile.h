/* SPDX-License-Identifier: Apache-2.0 */

/* A part of the data, folded, with what is around it: what the search looks at. */
#ifndef VTR_SCAN_KERNEL_FOLD_TILE_H
#define VTR_SCAN_KERNEL_FOLD_TILE_H

#include "scan/kernel/atom_probe.h"

/* Folds the bytes of `data` from `first` on, `first` <= data.len: VTR_TILE_LEN of them,
 * those before it and those behind it as far as there is room; zeros where there is no
 * data.  `out` has VTR_TILE_LEAD + VTR_TILE_LEN + VTR_TILE_TAIL bytes; the byte at
 * `first` is out[VTR_TILE_LEAD]. */
void vtr_fold_tile(uint8_t *out, vtr_fold_bytes_fn fold_bytes, struct vtr_bytes data,
                   size_t first);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Several deltas in a row, applied at once: the records of each are those of the one
 * before it, merged, and only the last are materialised.  Memory grows by what the
 * deltas hold.  Records are asked for through all deltas, one call inside the other,
 * and once for each of them: for the tens of deltas that an update has, not for any
 * number.
 */
#ifndef VTR_DELTA_REBUILD_CHAIN_H
#define VTR_DELTA_REBUILD_CHAIN_H

#include "delta/file/decode.h"
#include "format/image/image.h"

/* Builds what the last delta leads to in the memory that `alloc` gives, which is asked
 * for exactly as many bytes as that delta promises.  VTR_ERROR_MISMATCH when the first
 * is not for the basis or one does not begin where the one before it ends; whether the
 * result is what was promised, is for the caller to see. */
VTR_MUST_CHECK enum vtr_status vtr_delta_rebuild_chain(
    struct vtr_delta *deltas, size_t count, const struct vtr_image *basis,
    vtr_image_alloc_fn alloc, void *context, struct vtr_error *err);

/* Whether the delta leads from the basis to exactly these bytes, whose content digest
 * was checked; without memory for another image of them. */
VTR_MUST_CHECK enum vtr_status vtr_delta_prove(struct vtr_delta *delta,
                                               const struct vtr_image *basis,
                                               struct vtr_bytes result,
                                               bool *out_is_same,
                                               struct vtr_error *err);

#endif

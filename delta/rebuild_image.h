/* SPDX-License-Identifier: Apache-2.0 */

/* A database and a delta to the next database: the steps that create and apply share.
 */
#ifndef VTR_DELTA_REBUILD_IMAGE_H
#define VTR_DELTA_REBUILD_IMAGE_H

#include "delta/file/decode.h"
#include "format/image/image.h"

/* Opens a database whose bytes are what its own digest says. */
VTR_MUST_CHECK enum vtr_status vtr_delta_open_image(struct vtr_image *out,
                                                    struct vtr_bytes bytes,
                                                    struct vtr_error *err);

/* Opens the database that the delta is made for: VTR_ERROR_MISMATCH for any other. */
VTR_MUST_CHECK enum vtr_status vtr_delta_open_basis(struct vtr_image *out,
                                                    struct vtr_bytes bytes,
                                                    const struct vtr_delta *delta,
                                                    struct vtr_error *err);

/* Holds a result against the digest that the delta promises. */
VTR_MUST_CHECK enum vtr_status vtr_delta_check_result(struct vtr_bytes result,
                                                      const struct vtr_delta *delta,
                                                      struct vtr_error *err);

/* Builds the new database in the memory that `alloc` gives, which is asked for exactly
 * as many bytes as the delta promises.  It bears the digest that the delta promises,
 * which its bytes are not held against: the caller does so, or compares it with a
 * database whose bytes were. */
VTR_MUST_CHECK enum vtr_status vtr_delta_rebuild(struct vtr_delta *delta,
                                                 const struct vtr_image *basis,
                                                 vtr_image_alloc_fn alloc,
                                                 void *context, struct vtr_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Records -> image: the pure function that compile, delta apply and verify share.
 *
 * Memory beside the output is bounded by the number of rules and stems, never by the
 * number of hash records, which are streamed.
 */
#ifndef VTR_FORMAT_MATERIALISE_H
#define VTR_FORMAT_MATERIALISE_H

#include "format/image/image.h"
#include "format/record/records.h"

/* Builds the image into the memory that `alloc` gives (called once).  `out_len` is its
 * length.  VTR_ERROR_FORMAT when the records break their order or their own syntax,
 * VTR_ERROR_LIMIT past 2^32 - 1 records, patterns or bytes of rules. */
VTR_MUST_CHECK enum vtr_status vtr_materialise(const struct vtr_records *records,
                                               vtr_image_alloc_fn alloc, void *context,
                                               size_t *out_len, struct vtr_error *err);

/* Builds the image and holds it against one that is there, without memory for the rows
 * of hash tables.  `out_at` is the offset of the first byte found to differ, UINT64_MAX
 * when none does; the record root, and then the content digest, in the header come
 * last: they differ wherever something else does, and say least.
 * `records->content_digest` must be given. */
VTR_MUST_CHECK enum vtr_status vtr_materialise_compare(
    const struct vtr_records *records, struct vtr_bytes image, uint64_t *out_at,
    struct vtr_error *err);

#endif

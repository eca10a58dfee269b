/* SPDX-License-Identifier: Apache-2.0 */

/* Image -> records: what an image was materialised from. */
#ifndef VTR_FORMAT_IMAGE_IMAGE_RECORDS_H
#define VTR_FORMAT_IMAGE_IMAGE_RECORDS_H

#include "base/compiler.h"
#include "format/image/image.h"

/* All records of an image, ready for vtr_materialise: borrows from the image; the
 * arrays are freed by vtr_image_records_deinit. */
struct vtr_image_records {
    struct vtr_records records;
    struct vtr_hash_cursor cursors[VTR_HASH_KINDS];
    struct vtr_bytes *stems;
    struct vtr_bytes *rules;
    struct vtr_bytes *externals;
};
VTR_MUST_CHECK enum vtr_status vtr_image_records_init(struct vtr_image_records *out,
                                                      const struct vtr_image *image,
                                                      struct vtr_error *err);
void vtr_image_records_deinit(struct vtr_image_records *records);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* Whether an image is what its own records give. */
#ifndef VTR_FORMAT_IMAGE_CHECK_H
#define VTR_FORMAT_IMAGE_CHECK_H

#include "base/compiler.h"
#include "format/image/image.h"

/* Deep validation: the digest, and that materialising the image's own records gives
 * these bytes again, so that nothing in it is unaccounted for. */
VTR_MUST_CHECK enum vtr_status vtr_image_check(const struct vtr_image *image,
                                               struct vtr_error *err);

#endif

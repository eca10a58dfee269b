/* SPDX-License-Identifier: Apache-2.0 */

/* The content digest, as docs/format.md says: what names a database. */
#ifndef VTR_FORMAT_IMAGE_CONTENT_DIGEST_H
#define VTR_FORMAT_IMAGE_CONTENT_DIGEST_H

#include "base/compiler.h"

/* The digest of an image of at least VTR_HEADER_LEN bytes, whatever stands where its
 * own digest does.  `pause` (may be NULL) is called now and then: what was read is not
 * needed again. */
void vtr_content_digest(struct vtr_bytes image, void (*pause)(void *context),
                        void *context, uint8_t *out);

#endif

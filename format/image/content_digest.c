/* SPDX-License-Identifier: Apache-2.0 */

#include "format/image/content_digest.h"

#include <assert.h>
#include <string.h>

#include "base/digest.h"
#include "format/record/layout.h"

void vtr_content_digest(struct vtr_bytes image, void (*pause)(void *context),
                        void *context, uint8_t *out)
{
    uint8_t first[VTR_DIGEST_PIECE_LEN];
    const size_t len = image.len < sizeof(first) ? image.len : sizeof(first);

    assert(image.len >= VTR_HEADER_LEN);
    memcpy(first, image.ptr, len);
    memset(first + VTR_AT_CONTENT_DIGEST, 0, VTR_DIGEST_LEN);
    vtr_digest_blake2b_long((struct vtr_bytes){first, len},
                            (struct vtr_bytes){image.ptr + len, image.len - len}, pause,
                            context, out);
}

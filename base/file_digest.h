/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The digests by which rules name files and parts of them, by libcrypto, which has them
 * for each processor.  No trust hangs on them: that is base/digest.h.
 *
 * VTR_ERROR_MEMORY when memory is out, or the machine's libcrypto has been stripped of
 * the digest; thread-safe.
 */
#ifndef VTR_BASE_FILE_DIGEST_H
#define VTR_BASE_FILE_DIGEST_H

#include "base/compiler.h"
#include "base/digest.h"

/* `out` has room for the digest's length: VTR_MD5_LEN and so on. */
VTR_MUST_CHECK enum vtr_status vtr_file_digest_md5(struct vtr_bytes bytes,
                                                   uint8_t *out);
VTR_MUST_CHECK enum vtr_status vtr_file_digest_sha1(struct vtr_bytes bytes,
                                                    uint8_t *out);
VTR_MUST_CHECK enum vtr_status vtr_file_digest_sha256(struct vtr_bytes bytes,
                                                      uint8_t *out);

#endif

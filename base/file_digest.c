/* SPDX-License-Identifier: Apache-2.0 */

#include "base/file_digest.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

/* MD5 is there on machines of FIPS too, for what is no cryptography. */
#define ANY_PROVIDER "-fips"

static enum vtr_status digest(const char *name, size_t digest_len,
                              struct vtr_bytes bytes, uint8_t *out)
{
    uint8_t value[EVP_MAX_MD_SIZE];
    size_t len = 0;

    (void)ERR_set_mark();
    const int is_done =
        EVP_Q_digest(NULL, name, ANY_PROVIDER, bytes.ptr, bytes.len, value, &len);
    (void)ERR_pop_to_mark();
    if (is_done != 1 || len != digest_len) {
        return VTR_ERROR_MEMORY;
    }
    memcpy(out, value, len);
    return VTR_OK;
}

enum vtr_status vtr_file_digest_md5(struct vtr_bytes bytes, uint8_t *out)
{
    return digest("MD5", VTR_MD5_LEN, bytes, out);
}

enum vtr_status vtr_file_digest_sha1(struct vtr_bytes bytes, uint8_t *out)
{
    return digest("SHA1", VTR_SHA1_LEN, bytes, out);
}

enum vtr_status vtr_file_digest_sha256(struct vtr_bytes bytes, uint8_t *out)
{
    return digest("SHA256", VTR_SHA256_LEN, bytes, out);
}

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Key files on hostile bytes.  No password: what a password costs is bounded by the
 * limits that unit tests check, and a fuzzer has better to do.
 */
#include "verify/key/key_text.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct vtr_bytes text = {data, size};
    struct vtr_secret_key *secret = vtr_secret_key_new();
    struct vtr_public_key key;
    struct vtr_writer written = {0};
    bool is_encrypted = false;

    if (secret == NULL) {
        return 0;
    }
    if (vtr_key_text_read_public(text, &key, NULL) == VTR_OK) {
        struct vtr_public_key again;
        vtr_key_text_write_public(&written, &key);
        const enum vtr_status status =
            vtr_key_text_read_public(vtr_writer_bytes(&written), &again, NULL);
        assert(status == VTR_OK && memcmp(&key, &again, sizeof(key)) == 0);
        (void)status;
    }
    (void)!vtr_key_text_is_encrypted(text, &is_encrypted, NULL);
    (void)!vtr_key_text_read_secret(text, NULL, secret, NULL);
    vtr_writer_deinit(&written);
    vtr_secret_key_free(secret);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/file/delta_signature.h"

#include <string.h>

#include "base/bytes.h"
#include "base/error.h"

static const char PREFIX[] = "vitrine delta header 1\n";

/* The message that is signed. */
static enum vtr_status write_message(struct vtr_writer *w, struct vtr_bytes header,
                                     struct vtr_error *err)
{
    vtr_writer_raw(w, vtr_bytes_from_text(PREFIX));
    vtr_writer_raw(w, header);
    return vtr_writer_ok(w) ? VTR_OK : vtr_error_set_memory(err);
}

enum vtr_status vtr_delta_write_signatures(struct vtr_writer *w,
                                           const struct vtr_secret_key *key,
                                           struct vtr_error *err)
{
    struct vtr_writer message = {0};
    struct vtr_public_key public_key;
    uint8_t signature[VTR_SIGNATURE_LEN];
    enum vtr_status status = VTR_OK;

    vtr_writer_u8(w, key != NULL);
    if (key != NULL) {
        const struct vtr_bytes header = {w->ptr, w->len - 1};
        status = write_message(&message, header, err);
    }
    if (key != NULL && status == VTR_OK) {
        vtr_secret_key_get_public(key, &public_key);
        vtr_key_sign(key, vtr_writer_bytes(&message), signature);
        vtr_writer_raw(w, (struct vtr_bytes){public_key.id, sizeof(public_key.id)});
        vtr_writer_raw(w, (struct vtr_bytes){signature, sizeof(signature)});
    }
    vtr_writer_deinit(&message);
    return status;
}

/* Whether a signature is a valid one by one of `keys`. */
static bool is_trusted(const uint8_t *signature, struct vtr_bytes message,
                       const struct vtr_public_key *keys, size_t key_count)
{
    for (size_t i = 0; i < key_count; i++) {
        if (memcmp(keys[i].id, signature, VTR_KEY_ID_LEN) == 0 &&
            vtr_key_check(&keys[i], message, signature + VTR_KEY_ID_LEN)) {
            return true;
        }
    }
    return false;
}

enum vtr_status vtr_delta_check_trust(const struct vtr_delta_front *front,
                                      const struct vtr_public_key *keys,
                                      size_t key_count, struct vtr_error *err)
{
    struct vtr_writer message = {0};
    enum vtr_status status = VTR_OK;
    bool has_trusted = key_count == 0;

    if (!has_trusted && front->signature_count == 0) {
        return vtr_error_set(err, VTR_ERROR_SIGNATURE, "delta is not signed");
    }
    status = write_message(&message, front->header, err);
    for (size_t i = 0; status == VTR_OK && !has_trusted && i < front->signature_count;
         i++) {
        has_trusted = is_trusted(front->signatures.ptr + i * VTR_DELTA_SIGNATURE_LEN,
                                 vtr_writer_bytes(&message), keys, key_count);
    }
    if (status == VTR_OK && !has_trusted) {
        status = vtr_error_set(err, VTR_ERROR_SIGNATURE,
                               "no trusted key signed this delta, or it was changed "
                               "since");
    }
    vtr_writer_deinit(&message);
    return status;
}

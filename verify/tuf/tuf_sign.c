/* SPDX-License-Identifier: Apache-2.0 */

/* Key ids, signatures, and the file that holds both metadata and signatures. */
#include "verify/tuf/tuf_write.h"

#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/sort.h"
#include "verify/key/key.h"
#include "verify/tuf/tuf_json.h"

void vtr_tuf_key_id(const uint8_t *public_key, char out[VTR_TUF_KEY_ID_LEN + 1])
{
    static const char BEFORE[] = "{\"keytype\":\"ed25519\",\"keyval\":{\"public\":\"";
    static const char AFTER[] = "\"},\"scheme\":\"ed25519\"}";
    char text[sizeof(BEFORE) + 2 * VTR_PUBLIC_KEY_LEN + sizeof(AFTER)];
    const size_t before_len = sizeof(BEFORE) - 1;
    uint8_t digest[VTR_SHA256_LEN];

    memcpy(text, BEFORE, before_len);
    vtr_digest_hex((struct vtr_bytes){public_key, VTR_PUBLIC_KEY_LEN},
                   text + before_len);
    memcpy(text + before_len + 2 * VTR_PUBLIC_KEY_LEN, AFTER, sizeof(AFTER));
    vtr_digest_sha256(vtr_bytes_from_text(text), digest);
    vtr_digest_hex((struct vtr_bytes){digest, sizeof(digest)}, out);
}

static int compare_signatures(const void *a, const void *b, void *context)
{
    const struct vtr_tuf_signature *left = a;
    const struct vtr_tuf_signature *right = b;

    (void)context;
    return vtr_bytes_compare(left->key_id, right->key_id);
}

enum vtr_status vtr_tuf_write_file(struct vtr_writer *w,
                                   const struct vtr_tuf_metadata *metadata,
                                   struct vtr_error *err)
{
    char hex[2 * VTR_SIGNATURE_LEN + 1];
    bool is_first = true;
    enum vtr_status status =
        vtr_sort(metadata->signatures, metadata->signature_count,
                 sizeof(*metadata->signatures), compare_signatures, NULL);

    vtr_writer_raw(w, vtr_bytes_from_text("{\"signatures\":["));
    for (size_t i = 0; i < metadata->signature_count; i++) {
        const struct vtr_tuf_signature *signature = &metadata->signatures[i];

        if (!signature->is_usable) {
            continue;
        }
        vtr_writer_raw(w,
                       vtr_bytes_from_text(is_first ? "{\"keyid\":" : ",{\"keyid\":"));
        vtr_tuf_json_quote(w, signature->key_id);
        vtr_writer_raw(w, vtr_bytes_from_text(",\"sig\":\""));
        vtr_digest_hex((struct vtr_bytes){signature->bytes, VTR_SIGNATURE_LEN}, hex);
        vtr_writer_raw(w, vtr_bytes_from_text(hex));
        vtr_writer_raw(w, vtr_bytes_from_text("\"}"));
        is_first = false;
    }
    vtr_writer_raw(w, vtr_bytes_from_text("],\"signed\":"));
    vtr_writer_raw(w, metadata->signed_bytes);
    vtr_writer_raw(w, vtr_bytes_from_text("}\n"));
    return status == VTR_OK && vtr_writer_ok(w) ? VTR_OK : vtr_error_set_memory(err);
}

enum vtr_status vtr_tuf_seal(struct vtr_tuf_metadata *metadata, struct vtr_error *err)
{
    struct vtr_writer w = {0};
    enum vtr_status status = vtr_tuf_write_signed(&w, metadata, err);

    if (status == VTR_OK) {
        const struct vtr_bytes bytes =
            vtr_arena_dup(&metadata->arena, vtr_writer_bytes(&w));
        if (bytes.ptr == NULL) {
            status = vtr_error_set_memory(err);
        } else {
            metadata->signed_bytes = bytes;
            metadata->signatures = NULL;
            metadata->signature_count = 0;
        }
    }
    vtr_writer_deinit(&w);
    return status;
}

static bool has_signature(const struct vtr_tuf_metadata *metadata,
                          struct vtr_bytes key_id)
{
    for (size_t i = 0; i < metadata->signature_count; i++) {
        if (vtr_bytes_equal(metadata->signatures[i].key_id, key_id)) {
            return true;
        }
    }
    return false;
}

/* Room for a signature of this key id: its old one, or a new place. */
static struct vtr_tuf_signature *place_for(struct vtr_tuf_metadata *metadata,
                                           struct vtr_bytes key_id)
{
    const size_t count = metadata->signature_count;

    for (size_t i = 0; i < count; i++) {
        if (vtr_bytes_equal(metadata->signatures[i].key_id, key_id)) {
            return &metadata->signatures[i];
        }
    }
    struct vtr_tuf_signature *grown =
        vtr_arena_array(&metadata->arena, count + 1, sizeof(*metadata->signatures));
    const struct vtr_bytes copy = vtr_arena_dup(&metadata->arena, key_id);
    if (grown == NULL || copy.ptr == NULL) {
        return NULL;
    }
    if (count > 0) {
        memcpy(grown, metadata->signatures, count * sizeof(*grown));
    }
    grown[count].key_id = copy;
    metadata->signatures = grown;
    metadata->signature_count = count + 1;
    return &grown[count];
}

static enum vtr_status add_signature(struct vtr_tuf_metadata *metadata,
                                     struct vtr_bytes key_id, const uint8_t *bytes,
                                     struct vtr_error *err)
{
    struct vtr_tuf_signature *place = place_for(metadata, key_id);

    if (place == NULL) {
        return vtr_error_set_memory(err);
    }
    place->is_usable = true;
    memcpy(place->bytes, bytes, sizeof(place->bytes));
    return VTR_OK;
}

enum vtr_status vtr_tuf_sign(struct vtr_tuf_metadata *metadata,
                             const struct vtr_secret_key *key, struct vtr_error *err)
{
    struct vtr_public_key public_key;
    char id[VTR_TUF_KEY_ID_LEN + 1];
    uint8_t signature[VTR_SIGNATURE_LEN];

    vtr_secret_key_get_public(key, &public_key);
    vtr_tuf_key_id(public_key.key, id);
    vtr_key_sign(key, metadata->signed_bytes, signature);
    return add_signature(metadata, vtr_bytes_from_text(id), signature, err);
}

enum vtr_status vtr_tuf_merge_signatures(struct vtr_tuf_metadata *to,
                                         const struct vtr_tuf_metadata *from,
                                         struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;

    if (!vtr_bytes_equal(to->signed_bytes, from->signed_bytes)) {
        return vtr_error_set(err, VTR_ERROR_MISMATCH,
                             "signatures of different %s metadata cannot be joined",
                             vtr_tuf_type_name(to->type));
    }
    for (size_t i = 0; i < from->signature_count && status == VTR_OK; i++) {
        const struct vtr_tuf_signature *signature = &from->signatures[i];

        if (signature->is_usable && !has_signature(to, signature->key_id)) {
            status = add_signature(to, signature->key_id, signature->bytes, err);
        }
    }
    return status;
}

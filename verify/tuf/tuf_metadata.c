/* SPDX-License-Identifier: Apache-2.0 */

#include "verify/tuf/tuf_metadata.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "base/bytes.h"
#include "base/error.h"
#include "verify/key/key.h"
#include "verify/tuf/tuf_read.h"
#include "verify/tuf/tuf_time.h"

static_assert(VTR_TUF_SHA256_LEN == crypto_hash_sha256_BYTES, "libsodium's SHA-256");
static_assert(VTR_TUF_SHA512_LEN == crypto_hash_sha512_BYTES, "libsodium's SHA-512");

const char *vtr_tuf_type_name(enum vtr_tuf_type type)
{
    static const char *const NAMES[VTR_TUF_TYPES] = {"root", "timestamp", "snapshot",
                                                     "targets"};
    return NAMES[type];
}

const char *vtr_tuf_kind_name(enum vtr_tuf_kind kind)
{
    static const char *const NAMES[] = {"", "image", "delta"};
    return NAMES[kind];
}

/* "root metadata", for messages. */
static const char *title_of(enum vtr_tuf_type type)
{
    static const char *const TITLES[VTR_TUF_TYPES] = {"root metadata",
                                                      "timestamp metadata",
                                                      "snapshot metadata",
                                                      "targets metadata"};
    return TITLES[type];
}

size_t vtr_tuf_type_limit(enum vtr_tuf_type type)
{
    static const size_t LIMITS[VTR_TUF_TYPES] = {VTR_TUF_ROOT_LIMIT,
                                                 VTR_TUF_TIMESTAMP_LIMIT,
                                                 VTR_TUF_SNAPSHOT_LIMIT,
                                                 VTR_TUF_TARGETS_LIMIT};
    return LIMITS[type];
}

static enum vtr_status read_type(const struct vtr_tuf_source *source,
                                 enum vtr_tuf_type type, struct vtr_error *err)
{
    struct vtr_bytes name;
    struct vtr_bytes version;
    enum vtr_status status = vtr_tuf_json_text(source, "_type", &name, err);

    if (status == VTR_OK &&
        !vtr_bytes_equal(name, vtr_bytes_from_text(vtr_tuf_type_name(type)))) {
        status = vtr_error_set(err, VTR_ERROR_FORMAT, "%s says that it is '%.40s'",
                               source->what, (const char *)name.ptr);
    }
    if (status == VTR_OK) {
        status = vtr_tuf_json_text(source, "spec_version", &version, err);
    }
    if (status == VTR_OK && !(version.len >= 3 && memcmp(version.ptr, "1.", 2) == 0)) {
        status = vtr_error_set(err, VTR_ERROR_VERSION, "%s is of TUF '%.40s', not of 1",
                               source->what, (const char *)version.ptr);
    }
    return status;
}

/* What all four kinds have. */
static enum vtr_status read_common(const struct vtr_tuf_source *source,
                                   struct vtr_tuf_metadata *out, struct vtr_error *err)
{
    struct vtr_bytes expires = {0};
    enum vtr_status status = read_type(source, out->type, err);

    if (status == VTR_OK) {
        status = vtr_tuf_json_number(source, "version", 1, &out->version, err);
    }
    if (status == VTR_OK) {
        status = vtr_tuf_json_text(source, "expires", &expires, err);
    }
    if (status == VTR_OK && !vtr_tuf_time_parse(expires, &out->expires)) {
        status = vtr_error_set(err, VTR_ERROR_FORMAT,
                               "%s: 'expires' is not a time like 2030-12-31T23:59:59Z",
                               source->what);
    }
    return status;
}

static enum vtr_status read_signed(const json_t *object, struct vtr_tuf_metadata *out,
                                   struct vtr_error *err)
{
    const struct vtr_tuf_source source = {object, title_of(out->type), &out->arena};
    const enum vtr_status status = read_common(&source, out, err);

    if (status != VTR_OK) {
        return status;
    }
    switch (out->type) {
    case VTR_TUF_ROOT:
        return vtr_tuf_read_root(&source, out, err);
    case VTR_TUF_TIMESTAMP:
    case VTR_TUF_SNAPSHOT:
        return vtr_tuf_read_files(&source, out, err);
    case VTR_TUF_TARGETS:
        return vtr_tuf_read_targets(&source, out, err);
    }
    return VTR_ERROR_ARGUMENT;
}

/* The canonical bytes, in the arena. */
static enum vtr_status keep_signed_bytes(const json_t *object,
                                         struct vtr_tuf_metadata *out,
                                         struct vtr_error *err)
{
    struct vtr_writer w = {0};
    enum vtr_status status = vtr_tuf_json_canonical(&w, object, err);

    if (status == VTR_OK) {
        out->signed_bytes = vtr_arena_dup(&out->arena, vtr_writer_bytes(&w));
        if (out->signed_bytes.ptr == NULL) {
            status = vtr_error_set_memory(err);
        }
    }
    vtr_writer_deinit(&w);
    return status;
}

static enum vtr_status read_all(const json_t *file, struct vtr_tuf_metadata *out,
                                struct vtr_error *err)
{
    const struct vtr_tuf_source source = {file, title_of(out->type), &out->arena};
    const json_t *object = NULL;
    enum vtr_status status = vtr_tuf_json_object(&source, "signed", &object, err);

    if (status == VTR_OK) {
        status = vtr_tuf_read_signatures(&source, out, err);
    }
    if (status == VTR_OK) {
        status = read_signed(object, out, err);
    }
    return status == VTR_OK ? keep_signed_bytes(object, out, err) : status;
}

enum vtr_status vtr_tuf_metadata_read(struct vtr_tuf_metadata *out,
                                      enum vtr_tuf_type type, struct vtr_bytes text,
                                      struct vtr_error *err)
{
    struct vtr_tuf_metadata metadata = {.type = type};
    json_t *file = NULL;
    enum vtr_status status = VTR_OK;

    if (!vtr_sodium_prepare()) {
        return vtr_error_set(err, VTR_ERROR_IO,
                             "cannot start the cryptographic library");
    }
    status =
        vtr_tuf_json_load(&file, text, vtr_tuf_type_limit(type), title_of(type), err);
    if (status != VTR_OK) {
        return status;
    }
    status = read_all(file, &metadata, err);
    json_decref(file);
    if (status == VTR_OK) {
        *out = metadata;
    } else {
        vtr_tuf_metadata_deinit(&metadata);
    }
    return status;
}

enum vtr_status vtr_tuf_history_read(struct vtr_tuf_metadata *out,
                                     struct vtr_bytes text, struct vtr_error *err)
{
    struct vtr_tuf_metadata metadata = {.type = VTR_TUF_TARGETS};
    json_t *file = NULL;
    enum vtr_status status =
        vtr_tuf_json_load(&file, text, VTR_TUF_TARGETS_LIMIT, "history", err);

    if (status != VTR_OK) {
        return status;
    }
    const struct vtr_tuf_source source = {file, "history", &metadata.arena};
    status = vtr_tuf_read_targets(&source, &metadata, err);
    json_decref(file);
    if (status == VTR_OK) {
        *out = metadata;
    } else {
        vtr_tuf_metadata_deinit(&metadata);
    }
    return status;
}

void vtr_tuf_metadata_deinit(struct vtr_tuf_metadata *metadata)
{
    if (metadata != NULL) {
        vtr_arena_deinit(&metadata->arena);
        *metadata = (struct vtr_tuf_metadata){0};
    }
}

const struct vtr_tuf_file *vtr_tuf_find_file(const struct vtr_tuf_metadata *metadata,
                                             struct vtr_bytes name)
{
    for (size_t i = 0; i < metadata->file_count; i++) {
        if (vtr_bytes_equal(metadata->files[i].name, name)) {
            return &metadata->files[i];
        }
    }
    return NULL;
}

bool vtr_tuf_is_same_custom(const struct vtr_tuf_custom *a,
                            const struct vtr_tuf_custom *b)
{
    return a->kind == b->kind && vtr_bytes_equal(a->database, b->database) &&
           a->release == b->release && a->serial == b->serial &&
           a->layout == b->layout &&
           memcmp(a->digest, b->digest, VTR_DIGEST_LEN) == 0 &&
           a->from_release == b->from_release && a->from_serial == b->from_serial &&
           memcmp(a->from_digest, b->from_digest, VTR_DIGEST_LEN) == 0 &&
           vtr_bytes_equal(a->history, b->history) &&
           a->history_len == b->history_len &&
           memcmp(a->history_sha256, b->history_sha256, VTR_TUF_SHA256_LEN) == 0;
}

const struct vtr_tuf_target *vtr_tuf_find_target(
    const struct vtr_tuf_metadata *metadata, struct vtr_bytes path)
{
    for (size_t i = 0; i < metadata->target_count; i++) {
        if (vtr_bytes_equal(metadata->targets[i].path, path)) {
            return &metadata->targets[i];
        }
    }
    return NULL;
}

const struct vtr_tuf_key *vtr_tuf_find_key(const struct vtr_tuf_metadata *metadata,
                                           struct vtr_bytes id)
{
    for (size_t i = 0; i < metadata->key_count; i++) {
        if (vtr_bytes_equal(metadata->keys[i].id, id)) {
            return &metadata->keys[i];
        }
    }
    return NULL;
}

bool vtr_tuf_is_signed_by(const struct vtr_tuf_metadata *metadata,
                          const struct vtr_tuf_key *key)
{
    struct vtr_public_key public_key = {{0}, {0}};

    if (!key->is_usable) {
        return false;
    }
    memcpy(public_key.key, key->key, sizeof(public_key.key));
    for (size_t i = 0; i < metadata->signature_count; i++) {
        const struct vtr_tuf_signature *signature = &metadata->signatures[i];

        if (vtr_bytes_equal(signature->key_id, key->id)) { /* ids are not repeated */
            return signature->is_usable &&
                   vtr_key_check(&public_key, metadata->signed_bytes, signature->bytes);
        }
    }
    return false;
}

/* Whether one of the keys counted so far is the same under another id. */
static bool is_counted(const struct vtr_tuf_key *const *counted, size_t count,
                       const struct vtr_tuf_key *key)
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(counted[i]->key, key->key, sizeof(key->key)) == 0) {
            return true;
        }
    }
    return false;
}

uint64_t vtr_tuf_count_signatures(const struct vtr_tuf_metadata *metadata,
                                  const struct vtr_tuf_role *role,
                                  const struct vtr_tuf_metadata *keys)
{
    const struct vtr_tuf_key *counted[VTR_TUF_KEYS_LIMIT];
    size_t count = 0;

    for (size_t i = 0; i < role->key_id_count && count < VTR_TUF_KEYS_LIMIT; i++) {
        const struct vtr_tuf_key *key = vtr_tuf_find_key(keys, role->key_ids[i]);

        if (key != NULL && !is_counted(counted, count, key) &&
            vtr_tuf_is_signed_by(metadata, key)) {
            counted[count++] = key;
        }
    }
    return count;
}

enum vtr_status vtr_tuf_check_signatures(const struct vtr_tuf_metadata *metadata,
                                         const struct vtr_tuf_role *role,
                                         const struct vtr_tuf_metadata *keys,
                                         struct vtr_error *err)
{
    const uint64_t count = vtr_tuf_count_signatures(metadata, role, keys);

    if (role->threshold == 0 || count < role->threshold) {
        return vtr_error_set(err, VTR_ERROR_SIGNATURE,
                             "%s has the signatures of %llu of its keys, and needs "
                             "those of %llu",
                             title_of(metadata->type), (unsigned long long)count,
                             (unsigned long long)role->threshold);
    }
    return VTR_OK;
}

enum vtr_status vtr_tuf_check_hashes(const struct vtr_tuf_hashes *hashes,
                                     struct vtr_bytes bytes, const char *what,
                                     struct vtr_error *err)
{
    uint8_t digest[VTR_TUF_SHA512_LEN];
    bool is_same = true;

    if (hashes->has_sha256) {
        (void)crypto_hash_sha256(digest, bytes.ptr, bytes.len);
        is_same = memcmp(digest, hashes->sha256, VTR_TUF_SHA256_LEN) == 0;
    }
    if (hashes->has_sha512 && is_same) {
        (void)crypto_hash_sha512(digest, bytes.ptr, bytes.len);
        is_same = memcmp(digest, hashes->sha512, VTR_TUF_SHA512_LEN) == 0;
    }
    return is_same ? VTR_OK
                   : vtr_error_set(err, VTR_ERROR_MISMATCH,
                                   "%s is not what its digest says", what);
}

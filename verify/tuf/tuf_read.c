/* SPDX-License-Identifier: Apache-2.0 */

#include "verify/tuf/tuf_read.h"

#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "verify/key/key.h"

/* One text of an array whose items have been counted. */
static enum vtr_status read_item(const struct vtr_tuf_source *source, const char *name,
                                 const json_t *value, struct vtr_bytes *out,
                                 struct vtr_error *err)
{
    if (!json_is_string(value)) {
        return vtr_error_set(err, VTR_ERROR_FORMAT, "%s: '%s' holds what is no text",
                             source->what, name);
    }
    return vtr_tuf_json_copy(value, source->arena, out, err);
}

enum vtr_status vtr_tuf_read_texts(const struct vtr_tuf_source *source,
                                   const char *name, size_t limit,
                                   struct vtr_bytes **out, size_t *out_count,
                                   struct vtr_error *err)
{
    const json_t *array = NULL;
    enum vtr_status status = vtr_tuf_json_array(source, name, &array, err);

    if (status != VTR_OK) {
        return status;
    }
    const size_t count = json_array_size(array);
    if (count > limit) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "%s: '%s' has more than %zu items",
                             source->what, name, limit);
    }
    struct vtr_bytes *items = vtr_arena_array(source->arena, count + 1, sizeof(*items));
    if (items == NULL) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; i < count && status == VTR_OK; i++) {
        status = read_item(source, name, json_array_get(array, i), &items[i], err);
    }
    if (status == VTR_OK) {
        *out = items;
        *out_count = count;
    }
    return status;
}

enum vtr_status vtr_tuf_read_hashes(const struct vtr_tuf_source *source,
                                    struct vtr_tuf_hashes *out, struct vtr_error *err)
{
    const json_t *object = NULL;
    struct vtr_bytes text;
    enum vtr_status status = vtr_tuf_json_object(source, "hashes", &object, err);
    const struct vtr_tuf_source hashes = {object, source->what, source->arena};

    if (status == VTR_OK && json_object_get(object, "sha256") != NULL) {
        status = vtr_tuf_json_text(&hashes, "sha256", &text, err);
        out->has_sha256 = status == VTR_OK &&
                          vtr_tuf_json_unhex(text, out->sha256, sizeof(out->sha256));
        if (status == VTR_OK && !out->has_sha256) {
            status =
                vtr_error_set(err, VTR_ERROR_FORMAT, "%s: a bad SHA-256", source->what);
        }
    }
    if (status == VTR_OK && json_object_get(object, "sha512") != NULL) {
        status = vtr_tuf_json_text(&hashes, "sha512", &text, err);
        out->has_sha512 = status == VTR_OK &&
                          vtr_tuf_json_unhex(text, out->sha512, sizeof(out->sha512));
        if (status == VTR_OK && !out->has_sha512) {
            status =
                vtr_error_set(err, VTR_ERROR_FORMAT, "%s: a bad SHA-512", source->what);
        }
    }
    return status;
}

static enum vtr_status read_signature(const struct vtr_tuf_source *source,
                                      struct vtr_tuf_signature *out,
                                      struct vtr_error *err)
{
    struct vtr_bytes hex = {0};
    enum vtr_status status = vtr_tuf_json_text(source, "keyid", &out->key_id, err);

    if (status == VTR_OK) {
        status = vtr_tuf_json_text(source, "sig", &hex, err);
    }
    if (status == VTR_OK) { /* one of another scheme may have another form */
        out->is_usable = vtr_tuf_json_unhex(hex, out->bytes, sizeof(out->bytes));
    }
    return status;
}

static bool is_repeated(const struct vtr_tuf_signature *signatures, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (vtr_bytes_equal(signatures[i].key_id, signatures[count].key_id)) {
            return true;
        }
    }
    return false;
}

enum vtr_status vtr_tuf_read_signatures(const struct vtr_tuf_source *source,
                                        struct vtr_tuf_metadata *out,
                                        struct vtr_error *err)
{
    const json_t *array = NULL;
    enum vtr_status status = vtr_tuf_json_array(source, "signatures", &array, err);

    if (status != VTR_OK) {
        return status;
    }
    const size_t count = json_array_size(array);
    if (count > VTR_TUF_KEYS_LIMIT) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "%s has more than %zu signatures",
                             source->what, VTR_TUF_KEYS_LIMIT);
    }
    out->signatures =
        vtr_arena_array(source->arena, count + 1, sizeof(*out->signatures));
    if (out->signatures == NULL) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; i < count && status == VTR_OK; i++) {
        const struct vtr_tuf_source item = {json_array_get(array, i), source->what,
                                            source->arena};
        status = read_signature(&item, &out->signatures[i], err);
        if (status == VTR_OK && is_repeated(out->signatures, i)) {
            status = vtr_error_set(err, VTR_ERROR_FORMAT,
                                   "%s has two signatures of one key id", source->what);
        }
    }
    out->signature_count = count;
    return status;
}

static bool is_text(struct vtr_bytes text, const char *expected)
{
    return vtr_bytes_equal(text, vtr_bytes_from_text(expected));
}

/* A key of a kind that is not known stays: it vouches for nothing. */
static enum vtr_status read_key(const struct vtr_tuf_source *source,
                                struct vtr_tuf_key *out, struct vtr_error *err)
{
    const json_t *value = NULL;
    struct vtr_bytes type = {0};
    struct vtr_bytes scheme = {0};
    struct vtr_bytes hex = {0};
    struct vtr_public_key key = {{0}, {0}};
    enum vtr_status status = vtr_tuf_json_text(source, "keytype", &type, err);

    if (status == VTR_OK) {
        status = vtr_tuf_json_text(source, "scheme", &scheme, err);
    }
    if (status == VTR_OK) {
        status = vtr_tuf_json_object(source, "keyval", &value, err);
    }
    if (status != VTR_OK || !is_text(type, "ed25519") || !is_text(scheme, "ed25519")) {
        return status;
    }
    const struct vtr_tuf_source keyval = {value, source->what, source->arena};
    status = vtr_tuf_json_text(&keyval, "public", &hex, err);
    if (status == VTR_OK && (!vtr_tuf_json_unhex(hex, key.key, sizeof(key.key)) ||
                             !vtr_public_key_is_valid(&key))) {
        status = vtr_error_set(err, VTR_ERROR_FORMAT,
                               "%s: key '%.64s' is not a valid Ed25519 key",
                               source->what, (const char *)out->id.ptr);
    }
    if (status == VTR_OK) {
        out->is_usable = true;
        memcpy(out->key, key.key, sizeof(out->key));
    }
    return status;
}

enum vtr_status vtr_tuf_read_keys(const struct vtr_tuf_source *source,
                                  struct vtr_tuf_metadata *out, struct vtr_error *err)
{
    const json_t *found = NULL;
    enum vtr_status status = vtr_tuf_json_object(source, "keys", &found, err);

    if (status != VTR_OK) {
        return status;
    }
    json_t *object = (json_t *)(uintptr_t)found; /* see tuf_json.c: iterators */
    const size_t count = json_object_size(object);
    if (count > VTR_TUF_KEYS_LIMIT) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "%s has more than %zu keys",
                             source->what, VTR_TUF_KEYS_LIMIT);
    }
    out->keys = vtr_arena_array(source->arena, count + 1, sizeof(*out->keys));
    if (out->keys == NULL) {
        return vtr_error_set_memory(err);
    }
    for (void *at = json_object_iter(object); at != NULL && status == VTR_OK;
         at = json_object_iter_next(object, at)) {
        struct vtr_tuf_key *key = &out->keys[out->key_count++];
        const struct vtr_tuf_source item = {json_object_iter_value(at), source->what,
                                            source->arena};

        key->id =
            vtr_arena_dup(source->arena, vtr_bytes_from_text(json_object_iter_key(at)));
        status =
            key->id.ptr == NULL ? vtr_error_set_memory(err) : read_key(&item, key, err);
    }
    return status;
}

enum vtr_status vtr_tuf_read_role(const struct vtr_tuf_source *source,
                                  struct vtr_tuf_role *out, struct vtr_error *err)
{
    enum vtr_status status = vtr_tuf_read_texts(source, "keyids", VTR_TUF_KEYS_LIMIT,
                                                &out->key_ids, &out->key_id_count, err);

    for (size_t i = 0; i < out->key_id_count && status == VTR_OK; i++) {
        for (size_t j = 0; j < i && status == VTR_OK; j++) {
            if (vtr_bytes_equal(out->key_ids[i], out->key_ids[j])) {
                status =
                    vtr_error_set(err, VTR_ERROR_FORMAT,
                                  "%s names a key twice for one role", source->what);
            }
        }
    }
    if (status == VTR_OK) {
        status = vtr_tuf_json_number(source, "threshold", 1, &out->threshold, err);
    }
    return status;
}

/* The parties that keys belong to: of Vitrine's own repositories. */
static enum vtr_status read_parties(const struct vtr_tuf_source *source,
                                    struct vtr_tuf_metadata *out, struct vtr_error *err)
{
    json_t *object = json_object_get(source->object, "x-vitrine-parties");
    enum vtr_status status = VTR_OK;

    if (!json_is_object(object)) { /* another's repository: TUF lets it say anything */
        return VTR_OK;
    }
    const size_t count = json_object_size(object);
    if (count > VTR_TUF_KEYS_LIMIT) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "%s has more than %zu parties",
                             source->what, VTR_TUF_KEYS_LIMIT);
    }
    out->parties = vtr_arena_array(source->arena, count + 1, sizeof(*out->parties));
    if (out->parties == NULL) {
        return vtr_error_set_memory(err);
    }
    for (void *at = json_object_iter(object); at != NULL && status == VTR_OK;
         at = json_object_iter_next(object, at)) {
        struct vtr_tuf_party *party = &out->parties[out->party_count++];
        const struct vtr_tuf_source parties = {object, source->what, source->arena};

        party->name =
            vtr_arena_dup(source->arena, vtr_bytes_from_text(json_object_iter_key(at)));
        status = party->name.ptr == NULL
                     ? vtr_error_set_memory(err)
                     : vtr_tuf_read_texts(&parties, json_object_iter_key(at),
                                          VTR_TUF_KEYS_LIMIT, &party->key_ids,
                                          &party->key_id_count, err);
    }
    return status;
}

enum vtr_status vtr_tuf_read_root(const struct vtr_tuf_source *source,
                                  struct vtr_tuf_metadata *out, struct vtr_error *err)
{
    const json_t *roles = NULL;
    enum vtr_status status = vtr_tuf_json_bool_optional(source, "consistent_snapshot",
                                                        &out->is_consistent, err);

    if (status == VTR_OK) {
        status = vtr_tuf_read_keys(source, out, err);
    }
    if (status == VTR_OK) {
        status = vtr_tuf_json_object(source, "roles", &roles, err);
    }
    for (unsigned type = 0; type < VTR_TUF_TYPES && status == VTR_OK; type++) {
        const struct vtr_tuf_source all = {roles, source->what, source->arena};
        const json_t *role = NULL;

        status = vtr_tuf_json_object(&all, vtr_tuf_type_name((enum vtr_tuf_type)type),
                                     &role, err);
        if (status == VTR_OK) {
            const struct vtr_tuf_source one = {role, source->what, source->arena};
            status = vtr_tuf_read_role(&one, &out->roles[type], err);
        }
    }
    return status == VTR_OK ? read_parties(source, out, err) : status;
}

static enum vtr_status read_file(const struct vtr_tuf_source *source,
                                 struct vtr_tuf_file *out, struct vtr_error *err)
{
    enum vtr_status status =
        vtr_tuf_json_number(source, "version", 1, &out->version, err);

    out->has_len = json_object_get(source->object, "length") != NULL;
    if (status == VTR_OK && out->has_len) {
        status = vtr_tuf_json_number(source, "length", 1, &out->len, err);
    }
    if (status == VTR_OK && json_object_get(source->object, "hashes") != NULL) {
        status = vtr_tuf_read_hashes(source, &out->hashes, err);
    }
    return status;
}

enum vtr_status vtr_tuf_read_files(const struct vtr_tuf_source *source,
                                   struct vtr_tuf_metadata *out, struct vtr_error *err)
{
    const json_t *found = NULL;
    enum vtr_status status = vtr_tuf_json_object(source, "meta", &found, err);

    if (status != VTR_OK) {
        return status;
    }
    json_t *object = (json_t *)(uintptr_t)found; /* see tuf_json.c: iterators */
    out->files = vtr_arena_array(source->arena, json_object_size(object) + 1,
                                 sizeof(*out->files));
    if (out->files == NULL) {
        return vtr_error_set_memory(err);
    }
    for (void *at = json_object_iter(object); at != NULL && status == VTR_OK;
         at = json_object_iter_next(object, at)) {
        struct vtr_tuf_file *file = &out->files[out->file_count++];
        const struct vtr_tuf_source item = {json_object_iter_value(at), source->what,
                                            source->arena};

        file->name =
            vtr_arena_dup(source->arena, vtr_bytes_from_text(json_object_iter_key(at)));
        status = file->name.ptr == NULL ? vtr_error_set_memory(err)
                                        : read_file(&item, file, err);
    }
    const char *needed =
        out->type == VTR_TUF_TIMESTAMP ? "snapshot.json" : "targets.json";
    if (status == VTR_OK &&
        vtr_tuf_find_file(out, vtr_bytes_from_text(needed)) == NULL) {
        status = vtr_error_set(err, VTR_ERROR_FORMAT, "%s does not name '%s'",
                               source->what, needed);
    }
    return status;
}

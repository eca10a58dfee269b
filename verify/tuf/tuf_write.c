/* SPDX-License-Identifier: Apache-2.0 */

#include "verify/tuf/tuf_write.h"

#include <string.h>

#include <jansson.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "verify/key/key.h"
#include "verify/tuf/tuf_json.h"
#include "verify/tuf/tuf_time.h"

#define SPEC_VERSION "1.0.31"

/* A JSON tree in the making.  Failure is sticky: what is put in after it is dropped,
 * and one check at the end tells. */
struct builder {
    bool has_failed; /* memory was out, or a text is none */
    bool is_refused; /* something that must not be written */
};

/* Puts a value under a name; takes it over, NULL included. */
static void put(struct builder *b, json_t *object, const char *name, json_t *value)
{
    if (value == NULL || json_object_set_new(object, name, value) != 0) {
        b->has_failed = true;
    }
}

static void append(struct builder *b, json_t *array, json_t *value)
{
    if (value == NULL || json_array_append_new(array, value) != 0) {
        b->has_failed = true;
    }
}

/* A text without control characters: the canonical form would not be JSON with them. */
static json_t *make_text(struct builder *b, struct vtr_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < 0x20) {
            b->is_refused = true;
            return NULL;
        }
    }
    json_t *value = json_stringn(text.len == 0 ? "" : (const char *)text.ptr, text.len);
    b->is_refused = b->is_refused || value == NULL; /* not UTF-8 */
    return value;
}

static json_t *make_number(struct builder *b, uint64_t value)
{
    if (value > INT64_MAX) {
        b->is_refused = true;
        return NULL;
    }
    return json_integer((json_int_t)value);
}

/* At most 64 bytes. */
static json_t *make_hex(const uint8_t *bytes, size_t len)
{
    char hex[2 * VTR_TUF_SHA512_LEN + 1];

    vtr_digest_hex((struct vtr_bytes){bytes, len}, hex);
    return json_string(hex);
}

/* Puts a value under a name that is a text of its own: checked like any other. */
static void put_named(struct builder *b, json_t *object, struct vtr_bytes name,
                      json_t *value)
{
    json_t *text = make_text(b, name);

    if (text != NULL) {
        put(b, object, json_string_value(text), value);
    } else {
        json_decref(value);
    }
    json_decref(text);
}

static json_t *make_texts(struct builder *b, const struct vtr_bytes *items,
                          size_t count)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++) {
        append(b, array, make_text(b, items[i]));
    }
    return array;
}

static json_t *make_keys(struct builder *b, const struct vtr_tuf_metadata *metadata)
{
    json_t *object = json_object();

    for (size_t i = 0; i < metadata->key_count; i++) {
        const struct vtr_tuf_key *key = &metadata->keys[i];
        json_t *keyval = json_object();
        json_t *one = json_object();

        b->is_refused = b->is_refused || !key->is_usable;
        put(b, keyval, "public", make_hex(key->key, sizeof(key->key)));
        put(b, one, "keytype", json_string("ed25519"));
        put(b, one, "scheme", json_string("ed25519"));
        put(b, one, "keyval", keyval);
        put_named(b, object, key->id, one);
    }
    return object;
}

static json_t *make_role(struct builder *b, const struct vtr_tuf_role *role)
{
    json_t *object = json_object();

    b->is_refused = b->is_refused || role->threshold == 0;
    put(b, object, "keyids", make_texts(b, role->key_ids, role->key_id_count));
    put(b, object, "threshold", make_number(b, role->threshold));
    return object;
}

static void put_root(struct builder *b, json_t *object,
                     const struct vtr_tuf_metadata *root)
{
    json_t *roles = json_object();

    put(b, object, "consistent_snapshot", json_boolean(root->is_consistent));
    put(b, object, "keys", make_keys(b, root));
    for (unsigned type = 0; type < VTR_TUF_TYPES; type++) {
        put(b, roles, vtr_tuf_type_name((enum vtr_tuf_type)type),
            make_role(b, &root->roles[type]));
    }
    put(b, object, "roles", roles);
    if (root->party_count > 0) {
        json_t *parties = json_object();

        for (size_t i = 0; i < root->party_count; i++) {
            put_named(b, parties, root->parties[i].name,
                      make_texts(b, root->parties[i].key_ids,
                                 root->parties[i].key_id_count));
        }
        put(b, object, "x-vitrine-parties", parties);
    }
}

static json_t *make_hashes(struct builder *b, const struct vtr_tuf_hashes *hashes)
{
    json_t *object = json_object();

    if (hashes->has_sha256) {
        put(b, object, "sha256", make_hex(hashes->sha256, sizeof(hashes->sha256)));
    }
    if (hashes->has_sha512) {
        put(b, object, "sha512", make_hex(hashes->sha512, sizeof(hashes->sha512)));
    }
    return object;
}

static void put_files(struct builder *b, json_t *object,
                      const struct vtr_tuf_metadata *metadata)
{
    json_t *files = json_object();

    for (size_t i = 0; i < metadata->file_count; i++) {
        const struct vtr_tuf_file *file = &metadata->files[i];
        json_t *one = json_object();

        put(b, one, "version", make_number(b, file->version));
        if (file->has_len) {
            put(b, one, "length", make_number(b, file->len));
        }
        if (file->hashes.has_sha256 || file->hashes.has_sha512) {
            put(b, one, "hashes", make_hashes(b, &file->hashes));
        }
        put_named(b, files, file->name, one);
    }
    put(b, object, "meta", files);
}

static void put_delta(struct builder *b, json_t *object,
                      const struct vtr_tuf_custom *custom)
{
    put(b, object, "from_release", make_number(b, custom->from_release));
    put(b, object, "from_serial", make_number(b, custom->from_serial));
    put(b, object, "from_digest", make_hex(custom->from_digest, VTR_DIGEST_LEN));
    if (custom->history.len > 0) {
        json_t *history = json_object();

        put(b, history, "path", make_text(b, custom->history));
        put(b, history, "length", make_number(b, custom->history_len));
        put(b, history, "sha256", make_hex(custom->history_sha256, VTR_TUF_SHA256_LEN));
        put(b, object, "history", history);
    }
}

static json_t *make_custom(struct builder *b, const struct vtr_tuf_custom *custom)
{
    json_t *object = json_object();
    json_t *outer = json_object();

    put(b, object, "kind", json_string(vtr_tuf_kind_name(custom->kind)));
    put(b, object, "database", make_text(b, custom->database));
    put(b, object, "release", make_number(b, custom->release));
    put(b, object, "serial", make_number(b, custom->serial));
    put(b, object, "layout", make_number(b, custom->layout));
    put(b, object, "digest", make_hex(custom->digest, VTR_DIGEST_LEN));
    if (custom->kind == VTR_TUF_KIND_DELTA) {
        put_delta(b, object, custom);
    }
    put(b, outer, "vitrine", object);
    return outer;
}

static json_t *make_delegation(struct builder *b, const struct vtr_tuf_role *role)
{
    json_t *object = make_role(b, role);

    put(b, object, "name", make_text(b, role->name));
    put(b, object, "terminating", json_boolean(role->is_terminating));
    put(b, object, role->is_by_digest ? "path_hash_prefixes" : "paths",
        make_texts(b, role->patterns, role->pattern_count));
    return object;
}

static void put_delegations(struct builder *b, json_t *object,
                            const struct vtr_tuf_metadata *metadata)
{
    json_t *delegations = json_object();
    json_t *roles = json_array();

    for (size_t i = 0; i < metadata->delegation_count; i++) {
        append(b, roles, make_delegation(b, &metadata->delegations[i]));
    }
    put(b, delegations, "keys", make_keys(b, metadata));
    put(b, delegations, "roles", roles);
    put(b, object, "delegations", delegations);
}

static void put_targets(struct builder *b, json_t *object,
                        const struct vtr_tuf_metadata *metadata)
{
    json_t *targets = json_object();

    for (size_t i = 0; i < metadata->target_count; i++) {
        const struct vtr_tuf_target *target = &metadata->targets[i];
        json_t *one = json_object();

        put(b, one, "length", make_number(b, target->len));
        put(b, one, "hashes", make_hashes(b, &target->hashes));
        if (target->custom.kind != VTR_TUF_KIND_OTHER) {
            put(b, one, "custom", make_custom(b, &target->custom));
        }
        put_named(b, targets, target->path, one);
    }
    put(b, object, "targets", targets);
    if (metadata->delegation_count > 0) {
        put_delegations(b, object, metadata);
    }
}

static json_t *make_signed(struct builder *b, const struct vtr_tuf_metadata *metadata)
{
    char expires[VTR_TUF_TIME_LEN + 1];
    json_t *object = json_object();

    vtr_tuf_time_format(metadata->expires, expires);
    put(b, object, "_type", json_string(vtr_tuf_type_name(metadata->type)));
    put(b, object, "spec_version", json_string(SPEC_VERSION));
    put(b, object, "version", make_number(b, metadata->version));
    put(b, object, "expires", json_string(expires));
    switch (metadata->type) {
    case VTR_TUF_ROOT:
        put_root(b, object, metadata);
        break;
    case VTR_TUF_TIMESTAMP:
    case VTR_TUF_SNAPSHOT:
        put_files(b, object, metadata);
        break;
    case VTR_TUF_TARGETS:
        put_targets(b, object, metadata);
        break;
    }
    return object;
}

enum vtr_status vtr_tuf_write_signed(struct vtr_writer *w,
                                     const struct vtr_tuf_metadata *metadata,
                                     struct vtr_error *err)
{
    struct builder b = {0};
    json_t *object = make_signed(&b, metadata);
    enum vtr_status status = VTR_OK;

    if (b.is_refused) {
        status = vtr_error_set(err, VTR_ERROR_ARGUMENT,
                               "%s metadata must not hold control characters, texts "
                               "that are not UTF-8, other keys than Ed25519 or a "
                               "threshold of none",
                               vtr_tuf_type_name(metadata->type));
    } else if (b.has_failed || object == NULL) {
        status = vtr_error_set_memory(err);
    } else {
        status = vtr_tuf_json_canonical(w, object, err);
    }
    json_decref(object);
    return status;
}

enum vtr_status vtr_tuf_write_history(struct vtr_writer *w,
                                      const struct vtr_tuf_metadata *history,
                                      struct vtr_error *err)
{
    struct builder b = {0};
    json_t *object = json_object();
    enum vtr_status status = VTR_OK;

    put_targets(&b, object, history);
    if (b.has_failed || b.is_refused) {
        status = vtr_error_set_memory(err);
    } else {
        status = vtr_tuf_json_canonical(w, object, err);
    }
    json_decref(object);
    return status;
}

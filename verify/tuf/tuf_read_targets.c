/* SPDX-License-Identifier: Apache-2.0 */

/* Targets metadata: files, what Vitrine says of its own, and delegations. */
#include "verify/tuf/tuf_read.h"

#include <string.h>

#include "base/bytes.h"
#include "base/error.h"

/* Roles that one targets metadata may delegate to, and patterns of each. */
#define DELEGATIONS_LIMIT ((size_t)4096)
#define PATTERNS_LIMIT    ((size_t)65536)

static enum vtr_tuf_kind kind_of(struct vtr_bytes text)
{
    static const enum vtr_tuf_kind KINDS[] = {VTR_TUF_KIND_IMAGE, VTR_TUF_KIND_DELTA};

    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        if (vtr_bytes_equal(text, vtr_bytes_from_text(vtr_tuf_kind_name(KINDS[i])))) {
            return KINDS[i];
        }
    }
    return VTR_TUF_KIND_OTHER;
}

static enum vtr_status read_digest(const struct vtr_tuf_source *source,
                                   const char *name, uint8_t *out,
                                   struct vtr_error *err)
{
    struct vtr_bytes hex;
    enum vtr_status status = vtr_tuf_json_text(source, name, &hex, err);

    if (status == VTR_OK && !vtr_tuf_json_unhex(hex, out, VTR_DIGEST_LEN)) {
        status = vtr_error_set(err, VTR_ERROR_FORMAT, "%s: '%s' is not a digest",
                               source->what, name);
    }
    return status;
}

/* Where a delta comes from, and the list of those that lead there. */
static enum vtr_status read_delta(const struct vtr_tuf_source *source,
                                  struct vtr_tuf_custom *out, struct vtr_error *err)
{
    const json_t *object = NULL;
    enum vtr_status status =
        vtr_tuf_json_number(source, "from_release", 0, &out->from_release, err);

    if (status == VTR_OK) {
        status = vtr_tuf_json_number(source, "from_serial", 1, &out->from_serial, err);
    }
    if (status == VTR_OK) {
        status = read_digest(source, "from_digest", out->from_digest, err);
    }
    if (status != VTR_OK || json_object_get(source->object, "history") == NULL) {
        return status;
    }
    status = vtr_tuf_json_object(source, "history", &object, err);
    const struct vtr_tuf_source history = {object, source->what, source->arena};
    if (status == VTR_OK) {
        status = vtr_tuf_json_text(&history, "path", &out->history, err);
    }
    if (status == VTR_OK) {
        status = vtr_tuf_json_number(&history, "length", 1, &out->history_len, err);
    }
    if (status == VTR_OK) {
        status = read_digest(&history, "sha256", out->history_sha256, err);
    }
    return status;
}

/* What "custom" says of a target that Vitrine made; of another's, nothing. */
static enum vtr_status read_custom(const struct vtr_tuf_source *target,
                                   struct vtr_tuf_custom *out, struct vtr_error *err)
{
    const json_t *custom = json_object_get(target->object, "custom");
    const json_t *object = json_object_get(custom, "vitrine");
    const struct vtr_tuf_source source = {object, target->what, target->arena};
    struct vtr_bytes kind;

    if (!json_is_object(object) || !json_is_string(json_object_get(object, "kind"))) {
        return VTR_OK;
    }
    enum vtr_status status = vtr_tuf_json_text(&source, "kind", &kind, err);
    if (status != VTR_OK || kind_of(kind) == VTR_TUF_KIND_OTHER) {
        return status;
    }
    status = vtr_tuf_json_text(&source, "database", &out->database, err);
    if (status == VTR_OK) {
        status = vtr_tuf_json_number(&source, "release", 0, &out->release, err);
    }
    if (status == VTR_OK) {
        status = vtr_tuf_json_number(&source, "serial", 1, &out->serial, err);
    }
    if (status == VTR_OK) {
        status = vtr_tuf_json_number(&source, "layout", 0, &out->layout, err);
    }
    if (status == VTR_OK) {
        status = read_digest(&source, "digest", out->digest, err);
    }
    if (status == VTR_OK && kind_of(kind) == VTR_TUF_KIND_DELTA) {
        status = read_delta(&source, out, err);
    }
    out->kind = kind_of(kind);
    return status;
}

static enum vtr_status read_target(const struct vtr_tuf_source *source,
                                   struct vtr_tuf_target *out, struct vtr_error *err)
{
    enum vtr_status status = vtr_tuf_json_number(source, "length", 0, &out->len, err);

    if (status == VTR_OK) {
        status = vtr_tuf_read_hashes(source, &out->hashes, err);
    }
    if (status == VTR_OK && !out->hashes.has_sha256 && !out->hashes.has_sha512) {
        status = vtr_error_set(err, VTR_ERROR_FORMAT,
                               "%s: '%.100s' has no SHA-256 and no SHA-512",
                               source->what, (const char *)out->path.ptr);
    }
    return status == VTR_OK ? read_custom(source, &out->custom, err) : status;
}

/* Which paths a role is asked for: by patterns or by prefixes of their digests. */
static enum vtr_status read_paths(const struct vtr_tuf_source *source,
                                  struct vtr_tuf_role *out, struct vtr_error *err)
{
    const bool has_paths = json_object_get(source->object, "paths") != NULL;

    out->is_by_digest = json_object_get(source->object, "path_hash_prefixes") != NULL;
    if (has_paths == out->is_by_digest) {
        return vtr_error_set(err, VTR_ERROR_FORMAT,
                             "%s: role '%.100s' has not one of 'paths' and "
                             "'path_hash_prefixes'",
                             source->what, (const char *)out->name.ptr);
    }
    return vtr_tuf_read_texts(source, has_paths ? "paths" : "path_hash_prefixes",
                              PATTERNS_LIMIT, &out->patterns, &out->pattern_count, err);
}

static enum vtr_status read_delegation(const struct vtr_tuf_source *source,
                                       struct vtr_tuf_role *out, struct vtr_error *err)
{
    enum vtr_status status = vtr_tuf_json_text(source, "name", &out->name, err);

    if (status == VTR_OK) {
        status = vtr_tuf_read_role(source, out, err);
    }
    if (status == VTR_OK) {
        status = vtr_tuf_json_bool_optional(source, "terminating", &out->is_terminating,
                                            err);
    }
    return status == VTR_OK ? read_paths(source, out, err) : status;
}

/* Whether the last role has the name of one before it, or of a top-level one. */
static bool is_name_taken(const struct vtr_tuf_role *roles, size_t last)
{
    for (unsigned type = 0; type < VTR_TUF_TYPES; type++) {
        if (vtr_bytes_equal(roles[last].name, vtr_bytes_from_text(vtr_tuf_type_name(
                                                  (enum vtr_tuf_type)type)))) {
            return true;
        }
    }
    for (size_t i = 0; i < last; i++) {
        if (vtr_bytes_equal(roles[i].name, roles[last].name)) {
            return true;
        }
    }
    return roles[last].name.len == 0;
}

static enum vtr_status read_delegations(const struct vtr_tuf_source *source,
                                        struct vtr_tuf_metadata *out,
                                        struct vtr_error *err)
{
    const json_t *object = NULL;
    const json_t *roles = NULL;
    enum vtr_status status = vtr_tuf_json_object(source, "delegations", &object, err);
    const struct vtr_tuf_source all = {object, source->what, source->arena};

    if (status == VTR_OK) {
        status = vtr_tuf_read_keys(&all, out, err);
    }
    if (status == VTR_OK) {
        status = vtr_tuf_json_array(&all, "roles", &roles, err);
    }
    if (status != VTR_OK) {
        return status;
    }
    const size_t count = json_array_size(roles);
    if (count > DELEGATIONS_LIMIT) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "%s delegates to more than %zu",
                             source->what, DELEGATIONS_LIMIT);
    }
    out->delegations =
        vtr_arena_array(source->arena, count + 1, sizeof(*out->delegations));
    if (out->delegations == NULL) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; i < count && status == VTR_OK; i++) {
        const struct vtr_tuf_source item = {json_array_get(roles, i), source->what,
                                            source->arena};
        status = read_delegation(&item, &out->delegations[i], err);
        if (status == VTR_OK && is_name_taken(out->delegations, i)) {
            status =
                vtr_error_set(err, VTR_ERROR_FORMAT,
                              "%s: role '%.100s' has a name that is taken",
                              source->what, (const char *)out->delegations[i].name.ptr);
        }
    }
    out->delegation_count = count;
    return status;
}

enum vtr_status vtr_tuf_read_targets(const struct vtr_tuf_source *source,
                                     struct vtr_tuf_metadata *out,
                                     struct vtr_error *err)
{
    const json_t *found = NULL;
    enum vtr_status status = vtr_tuf_json_object(source, "targets", &found, err);

    if (status != VTR_OK) {
        return status;
    }
    json_t *object = (json_t *)(uintptr_t)found; /* see tuf_json.c: iterators */
    out->targets = vtr_arena_array(source->arena, json_object_size(object) + 1,
                                   sizeof(*out->targets));
    if (out->targets == NULL) {
        return vtr_error_set_memory(err);
    }
    for (void *at = json_object_iter(object); at != NULL && status == VTR_OK;
         at = json_object_iter_next(object, at)) {
        struct vtr_tuf_target *target = &out->targets[out->target_count++];
        const struct vtr_tuf_source item = {json_object_iter_value(at), source->what,
                                            source->arena};

        target->path =
            vtr_arena_dup(source->arena, vtr_bytes_from_text(json_object_iter_key(at)));
        status = target->path.ptr == NULL ? vtr_error_set_memory(err)
                                          : read_target(&item, target, err);
    }
    if (status == VTR_OK && json_object_get(source->object, "delegations") != NULL) {
        status = read_delegations(source, out, err);
    }
    return status;
}

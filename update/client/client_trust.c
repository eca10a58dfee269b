/* SPDX-License-Identifier: Apache-2.0 */

#include "update/client/client_trust.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/whole_file.h"

#define NAME_CAP 64

/* "metadata/timestamp.json", in the client's folder. */
static void name_of(const struct vtr_client *client, enum vtr_tuf_type type,
                    char out[NAME_CAP])
{
    (void)snprintf(out, NAME_CAP, "%s%s.json", client->metadata_folder,
                   vtr_tuf_type_name(type));
}

/* "metadata/2.root.json", below the repository's address. */
static void address_of(enum vtr_tuf_type type, const struct vtr_tuf_wanted *wanted,
                       char out[NAME_CAP])
{
    if (wanted->has_version) {
        (void)snprintf(out, NAME_CAP, "metadata/%" PRIu64 ".%s.json", wanted->version,
                       vtr_tuf_type_name(type));
    } else {
        (void)snprintf(out, NAME_CAP, "metadata/%s.json", vtr_tuf_type_name(type));
    }
}

static enum vtr_status read_stored(const struct vtr_client *client,
                                   enum vtr_tuf_type type, struct vtr_bytes *out,
                                   struct vtr_error *err)
{
    char name[NAME_CAP];

    name_of(client, type, name);
    return vtr_client_read(client->options->dir, name, vtr_tuf_type_limit(type), out,
                           err);
}

static enum vtr_status store(const struct vtr_client *client, enum vtr_tuf_type type,
                             struct vtr_bytes text, struct vtr_error *err)
{
    char name[NAME_CAP];

    name_of(client, type, name);
    return vtr_client_write(client->options->dir, name, text, err);
}

static enum vtr_status forget(const struct vtr_client *client, enum vtr_tuf_type type,
                              struct vtr_error *err)
{
    char name[NAME_CAP];

    name_of(client, type, name);
    return vtr_client_remove(client->options->dir, name, err);
}

/* The root that the folder has.  The caller's where there is none, or only a damaged
 * one: from there on it is root after root again, once it has proved right. */
static enum vtr_status begin(struct vtr_client *client, struct vtr_error *err)
{
    const struct vtr_update_options *options = client->options;
    struct vtr_bytes stored = {NULL, 0};
    enum vtr_status status = read_stored(client, VTR_TUF_ROOT, &stored, err);
    const bool is_new = status == VTR_OK && stored.len == 0;
    bool is_damaged = false;

    vtr_tuf_trusted_free(client->trusted);
    client->trusted = NULL;
    client->first_root = NULL;
    if (status == VTR_OK && !is_new) {
        status = vtr_tuf_trusted_new(&client->trusted, stored, options->now, err);
        is_damaged = status == VTR_ERROR_FORMAT || status == VTR_ERROR_SIGNATURE;
    }
    if ((is_new || is_damaged) && options->root.len > 0) {
        struct vtr_error reason = {0};

        status =
            vtr_tuf_trusted_new(&client->trusted, options->root, options->now, &reason);
        if (status != VTR_OK) {
            (void)vtr_error_set(err, status, "the root that is given: %.400s",
                                reason.message);
        }
        client->first_root = &options->root;
    } else if (is_new || is_damaged) {
        status =
            vtr_error_set(err, VTR_ERROR_ARGUMENT,
                          "%s '%s'%s: give the repository's 1.root.json, or a "
                          "later one (--root)",
                          is_new ? "no trusted root yet in" : "the trusted root of",
                          options->dir, is_new ? "" : " is damaged");
    }
    vtr_whole_file_free(&stored);
    return status;
}

/* Stores the caller's root, where it is the one that the way began with. */
static enum vtr_status keep_first_root(struct vtr_client *client, struct vtr_error *err)
{
    const struct vtr_bytes *root = client->first_root;

    client->first_root = NULL;
    return root == NULL ? VTR_OK : store(client, VTR_TUF_ROOT, *root, err);
}

static enum vtr_status take_root(struct vtr_client *client, struct vtr_bytes text,
                                 struct vtr_error *err)
{
    enum vtr_status status = vtr_tuf_trusted_update_root(client->trusted, text, err);

    if (status == VTR_OK && vtr_tuf_trusted_has_new_keys(client->trusted)) {
        client->state.tag[0] = '\0';
        status = forget(client, VTR_TUF_SNAPSHOT, err);
        if (status == VTR_OK) {
            status = forget(client, VTR_TUF_TIMESTAMP, err);
        }
    }
    if (status == VTR_OK) {
        status = store(client, VTR_TUF_ROOT, text, err);
        client->first_root = NULL;
    }
    return status;
}

/* Root after root, until there is none. */
static enum vtr_status walk_roots(struct vtr_client *client, struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;
    struct vtr_fetched fetched = {0};

    while (status == VTR_OK && fetched.is_missing == 0) {
        struct vtr_tuf_wanted wanted = {0};
        struct vtr_bytes text = {NULL, 0};
        char address[NAME_CAP];

        status = vtr_tuf_trusted_want(client->trusted, VTR_TUF_ROOT, &wanted, err);
        if (status != VTR_OK) {
            break;
        }
        address_of(VTR_TUF_ROOT, &wanted, address);
        status = vtr_client_fetch_text(client, address, wanted.limit_bytes, "", &text,
                                       &fetched, err);
        if (status == VTR_OK && fetched.is_missing == 0) {
            status = take_root(client, text, err);
        }
        vtr_whole_file_free(&text);
    }
    return status == VTR_OK ? vtr_tuf_trusted_finish_roots(client->trusted, err)
                            : status;
}

/* What was stored bounds what is taken; what cannot be believed any more (its keys are
 * gone, it is damaged) is passed over, as TUF has it. */
static enum vtr_status load_stored(struct vtr_client *client,
                                   struct vtr_bytes *out_timestamp,
                                   struct vtr_error *err)
{
    struct vtr_bytes snapshot = {NULL, 0};
    enum vtr_status status = read_stored(client, VTR_TUF_TIMESTAMP, out_timestamp, err);
    bool has_timestamp = false;

    if (status == VTR_OK && out_timestamp->len > 0) {
        has_timestamp = vtr_tuf_trusted_load_timestamp(client->trusted, *out_timestamp,
                                                       NULL) == VTR_OK;
    }
    if (!has_timestamp) {
        vtr_whole_file_free(out_timestamp);
        client->state.tag[0] = '\0';
        return status;
    }
    status = read_stored(client, VTR_TUF_SNAPSHOT, &snapshot, err);
    if (status == VTR_OK && snapshot.len > 0) {
        const enum vtr_status loaded =
            vtr_tuf_trusted_load_snapshot(client->trusted, snapshot, NULL);
        (void)loaded;
    }
    vtr_whole_file_free(&snapshot);
    return status;
}

/* Asked for by its tag, so that a repository where nothing has happened says so in a
 * few bytes; what it is then, is in the folder. */
static enum vtr_status take_timestamp(struct vtr_client *client,
                                      struct vtr_bytes stored, struct vtr_error *err)
{
    struct vtr_client_state *state = &client->state;
    const bool has_tag = stored.len > 0 && state->tag_mirror == client->mirror;
    struct vtr_tuf_wanted wanted = {0};
    struct vtr_bytes text = {NULL, 0};
    struct vtr_fetched fetched;
    char address[NAME_CAP];
    bool is_new = false;
    enum vtr_status status =
        vtr_tuf_trusted_want(client->trusted, VTR_TUF_TIMESTAMP, &wanted, err);

    if (status != VTR_OK) {
        return status;
    }
    address_of(VTR_TUF_TIMESTAMP, &wanted, address);
    status = vtr_client_fetch_text(client, address, wanted.limit_bytes,
                                   has_tag ? state->tag : "", &text, &fetched, err);
    if (status == VTR_OK && fetched.is_missing != 0) {
        status =
            vtr_error_set(err, VTR_ERROR_IO,
                          "there is no repository: the server has no '%s'", address);
    }
    if (status == VTR_OK) {
        status =
            vtr_tuf_trusted_update_timestamp(client->trusted,
                                             fetched.is_unchanged != 0 ? stored : text,
                                             &is_new, err);
    }
    if (status == VTR_OK) {
        status = keep_first_root(client, err);
    }
    if (status == VTR_OK && is_new) {
        status = store(client, VTR_TUF_TIMESTAMP, text, err);
    }
    if (status == VTR_OK && fetched.is_unchanged == 0) {
        memcpy(state->tag, fetched.tag, sizeof(state->tag));
        state->tag[sizeof(state->tag) - 1] = '\0';
        state->tag_mirror = client->mirror;
    }
    vtr_whole_file_free(&text);
    return status;
}

static enum vtr_status give(struct vtr_client *client, enum vtr_tuf_type type,
                            struct vtr_bytes text, struct vtr_error *err)
{
    return type == VTR_TUF_SNAPSHOT
               ? vtr_tuf_trusted_update_snapshot(client->trusted, text, err)
               : vtr_tuf_trusted_update_targets(client->trusted, text, err);
}

/* Snapshot or targets: what is stored, where that is what is pinned now. */
static enum vtr_status take_pinned(struct vtr_client *client, enum vtr_tuf_type type,
                                   struct vtr_error *err)
{
    struct vtr_tuf_wanted wanted = {0};
    struct vtr_bytes text = {NULL, 0};
    struct vtr_fetched fetched;
    char address[NAME_CAP];
    enum vtr_status status = read_stored(client, type, &text, err);

    if (status == VTR_OK && text.len > 0 && give(client, type, text, NULL) == VTR_OK) {
        vtr_whole_file_free(&text);
        return VTR_OK;
    }
    vtr_whole_file_free(&text);
    if (status == VTR_OK) {
        status = vtr_tuf_trusted_want(client->trusted, type, &wanted, err);
    }
    if (status != VTR_OK) {
        return status;
    }
    address_of(type, &wanted, address);
    status = vtr_client_fetch_text(client, address, wanted.limit_bytes, "", &text,
                                   &fetched, err);
    if (status == VTR_OK && fetched.is_missing != 0) {
        status = vtr_error_set(err, VTR_ERROR_IO, "the server has no '%s'", address);
    }
    if (status == VTR_OK) {
        status = give(client, type, text, err);
    }
    if (status == VTR_OK) {
        status = store(client, type, text, err);
    }
    vtr_whole_file_free(&text);
    return status;
}

/* Nothing that this repository has signed was ever believed here. */
static void blame_first_root(struct vtr_error *err)
{
    const struct vtr_error found = err == NULL ? (struct vtr_error){0} : *err;
    const enum vtr_status status =
        vtr_error_set(err, VTR_ERROR_SIGNATURE,
                      "the root that was given is of another repository, or too old: "
                      "%.300s",
                      found.message);
    (void)status;
}

enum vtr_status vtr_client_refresh(struct vtr_client *client, struct vtr_error *err)
{
    struct vtr_bytes timestamp = {NULL, 0};
    enum vtr_status status = begin(client, err);

    client->phase = VTR_UPDATE_METADATA;
    if (status == VTR_OK) {
        status = walk_roots(client, err);
    }
    if (status == VTR_OK) {
        status = load_stored(client, &timestamp, err);
    }
    if (status == VTR_OK) {
        status = take_timestamp(client, timestamp, err);
    }
    if (status == VTR_ERROR_SIGNATURE && client->first_root != NULL) {
        blame_first_root(err);
    }
    if (status == VTR_OK) {
        status = take_pinned(client, VTR_TUF_SNAPSHOT, err);
    }
    if (status == VTR_OK) {
        status = take_pinned(client, VTR_TUF_TARGETS, err);
    }
    vtr_whole_file_free(&timestamp);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "update/client/client_fetch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/plain_name.h"
#include "verify/key/key.h"

/* Tries without a byte of progress, and tries at all. */
#define FRUITLESS_LIMIT 3u
#define TRIES_LIMIT     64u

#define FIRST_PAUSE_MS 500u

/* A server that asks for a longer pause is left alone until the next update. */
#define PAUSE_LIMIT_SECONDS 30u

/* Where the bytes of a file go: one of the two. */
struct sink {
    struct vtr_client *client;
    struct vtr_writer *text;
    struct vtr_partial *file;
    uint64_t len;
    uint64_t limit_bytes;
    uint64_t wanted_len; /* 0: not known */
    enum vtr_status status;
    struct vtr_error err; /* of `status` */
};

static void tell(const struct sink *sink)
{
    const struct vtr_update_options *options = sink->client->options;
    const struct vtr_update_progress progress = {sink->client->phase, sink->len,
                                                 sink->wanted_len};

    if (options->progress != NULL) {
        options->progress(&progress, options->progress_context);
    }
}

static int take(void *context, uint64_t offset, struct vtr_bytes bytes)
{
    struct sink *sink = context;

    sink->client->fetched_bytes += bytes.len;
    if (offset > sink->len) {
        sink->status = vtr_error_set(&sink->err, VTR_ERROR_FORMAT,
                                     "the server sent another part than was asked for");
    } else if (offset > sink->limit_bytes || bytes.len > sink->limit_bytes - offset) {
        sink->status = vtr_error_set(&sink->err, VTR_ERROR_LIMIT,
                                     "the server sent more than %" PRIu64 " bytes",
                                     sink->limit_bytes);
    } else if (sink->file != NULL) {
        sink->status = vtr_partial_write(sink->file, offset, bytes, &sink->err);
    } else {
        vtr_writer_truncate(sink->text, (size_t)offset);
        vtr_writer_raw(sink->text, bytes);
        if (!vtr_writer_ok(sink->text)) {
            sink->status = vtr_error_set_memory(&sink->err);
        }
    }
    if (sink->status != VTR_OK) {
        return 0;
    }
    sink->len = offset + bytes.len;
    tell(sink);
    return 1;
}

/* Half a second, twice that, and so on, and up to as much again, so that clients that
 * failed together do not come back together; or what the server asked for. */
static bool wait_to_retry(struct vtr_client *client, const struct vtr_fetched *fetched,
                          unsigned fruitless)
{
    const struct vtr_transport *transport = client->transport;
    const uint32_t base = FIRST_PAUSE_MS << (fruitless > 0 ? fruitless - 1 : 0);
    uint64_t pause_ms = base + (vtr_sodium_prepare() ? randombytes_uniform(base) : 0);

    if (fetched->retry_after_seconds > client->retry_after_seconds) {
        client->retry_after_seconds = fetched->retry_after_seconds;
    }
    if (transport->pause == NULL || fetched->is_final != 0 ||
        fetched->retry_after_seconds > PAUSE_LIMIT_SECONDS) {
        return false;
    }
    if (fetched->retry_after_seconds > 0) {
        pause_ms += fetched->retry_after_seconds * 1000 - base;
    }
    return transport->pause(transport->context, pause_ms) != 0;
}

/* One request, and how it ended. */
static enum vtr_status ask(struct sink *sink, struct vtr_fetch *request,
                           struct vtr_fetched *out, struct vtr_error *err)
{
    const struct vtr_transport *transport = sink->client->transport;

    if (sink->text != NULL) {
        /* A text may have changed meanwhile: never two halves of different ones. */
        vtr_writer_clear(sink->text);
        sink->len = 0;
    }
    request->offset = sink->len;
    *out = (struct vtr_fetched){0};
    const enum vtr_status status =
        transport->fetch(transport->context, request, out, err);
    if (sink->status != VTR_OK) {
        if (err != NULL) {
            *err = sink->err;
        }
        return sink->status;
    }
    if (status == VTR_OK && out->is_missing == 0 && out->is_unchanged == 0 &&
        sink->len < sink->wanted_len) {
        return vtr_error_set(err, VTR_ERROR_IO,
                             "'%s' ended after %" PRIu64 " of %" PRIu64 " bytes",
                             request->path, sink->len, sink->wanted_len);
    }
    return status;
}

/* Asks until the file is there, or it is no use. */
static enum vtr_status bring(struct sink *sink, const char *path, const char *tag,
                             struct vtr_fetched *out, struct vtr_error *err)
{
    struct vtr_fetch request = {.mirror = sink->client->mirror,
                                .path = path,
                                .limit_bytes = sink->limit_bytes,
                                .tag = tag,
                                .take = take,
                                .sink = sink};
    unsigned fruitless = 0;

    for (unsigned tries = 1;; tries++) {
        const uint64_t before = sink->len;
        const enum vtr_status status = ask(sink, &request, out, err);

        if (status != VTR_ERROR_IO || sink->status != VTR_OK) {
            return status;
        }
        fruitless = sink->len > before ? 0 : fruitless + 1;
        if (fruitless == FRUITLESS_LIMIT || tries == TRIES_LIMIT ||
            !wait_to_retry(sink->client, out, fruitless)) {
            return status;
        }
    }
}

enum vtr_status vtr_client_fetch_text(struct vtr_client *client, const char *path,
                                      uint64_t limit_bytes, const char *tag,
                                      struct vtr_bytes *out,
                                      struct vtr_fetched *out_fetched,
                                      struct vtr_error *err)
{
    struct vtr_writer text = {0};
    struct sink sink = {.client = client, .text = &text, .limit_bytes = limit_bytes};
    const enum vtr_status status = bring(&sink, path, tag, out_fetched, err);

    if (status != VTR_OK) {
        vtr_writer_deinit(&text);
        return status;
    }
    *out = vtr_writer_bytes(&text); /* from malloc, handed over */
    return VTR_OK;
}

enum vtr_status vtr_client_target_path(const struct vtr_client *client,
                                       const struct vtr_tuf_target *target, char **out,
                                       struct vtr_error *err)
{
    const struct vtr_tuf_metadata *root =
        vtr_tuf_trusted_get(client->trusted, VTR_TUF_ROOT);
    char hex[2 * VTR_TUF_SHA256_LEN + 1] = "";

    if (!vtr_plain_name_is(target->path) || !target->hashes.has_sha256) {
        return vtr_error_set(err, VTR_ERROR_FORMAT,
                             "target '%.*s' is not of a repository of this kind",
                             (int)(target->path.len < 100 ? target->path.len : 100),
                             (const char *)target->path.ptr);
    }
    if (root->is_consistent) {
        vtr_digest_hex((struct vtr_bytes){target->hashes.sha256, VTR_TUF_SHA256_LEN},
                       hex);
    }
    const size_t cap = target->path.len + sizeof(hex) + 16;
    char *path = malloc(cap);
    if (path == NULL) {
        return vtr_error_set_memory(err);
    }
    (void)snprintf(path, cap, "targets/%s%s%.*s", hex, hex[0] == '\0' ? "" : ".",
                   (int)target->path.len, (const char *)target->path.ptr);
    *out = path;
    return VTR_OK;
}

/* Brings what is missing of the partial file. */
static enum vtr_status complete(struct vtr_client *client, const char *path,
                                const struct vtr_tuf_target *target,
                                struct vtr_partial *partial, struct vtr_error *err)
{
    struct sink sink = {.client = client,
                        .file = partial,
                        .len = partial->len,
                        .limit_bytes = target->len,
                        .wanted_len = target->len};
    struct vtr_fetched fetched = {0};
    enum vtr_status status = VTR_OK;

    if (partial->len < target->len || target->len == 0) {
        status = bring(&sink, path, "", &fetched, err);
    }
    if (status == VTR_OK && fetched.is_missing != 0) {
        status = vtr_error_set(err, VTR_ERROR_IO, "the server has no '%s'", path);
    }
    return status;
}

/* Maps and checks; a file that is not what it should be is forgotten. */
static enum vtr_status check(const struct vtr_tuf_target *target,
                             struct vtr_client_file *file, const char *path,
                             struct vtr_error *err)
{
    enum vtr_status status = vtr_mapping_open(&file->mapping, file->partial.path, err);

    if (status == VTR_OK) {
        status = vtr_tuf_target_check(target, file->mapping.bytes, err);
        if (status != VTR_OK) {
            vtr_mapping_close(&file->mapping);
            vtr_partial_discard(&file->partial);
            vtr_error_name_file(err, path);
        }
    }
    return status;
}

static enum vtr_status fetch_once(struct vtr_client *client, const char *path,
                                  const struct vtr_tuf_target *target,
                                  struct vtr_client_file *out, struct vtr_error *err)
{
    char name[sizeof(VTR_CLIENT_PARTIAL) + (size_t)(2 * VTR_SHA256_LEN)] =
        VTR_CLIENT_PARTIAL;
    struct vtr_client_file file = {0};

    vtr_digest_hex((struct vtr_bytes){target->hashes.sha256, VTR_SHA256_LEN},
                   name + sizeof(VTR_CLIENT_PARTIAL) - 1);
    char *here = vtr_client_path(client->options->dir, name, "");
    enum vtr_status status = here == NULL ? vtr_error_set_memory(err)
                                          : vtr_partial_open(&file.partial, here, err);
    free(here);
    if (status == VTR_OK && file.partial.len > target->len) {
        status = vtr_partial_write(&file.partial, 0, (struct vtr_bytes){NULL, 0}, err);
    }
    if (status == VTR_OK) {
        status = complete(client, path, target, &file.partial, err);
    }
    if (status == VTR_OK) {
        status = check(target, &file, path, err);
    } else if (status == VTR_ERROR_LIMIT || (err != NULL && err->os_errno != 0)) {
        vtr_partial_discard(&file.partial); /* bad, or no room for it on the disk */
    }
    if (status != VTR_OK) {
        vtr_client_file_close(&file);
        return status;
    }
    *out = file;
    return VTR_OK;
}

enum vtr_status vtr_client_fetch_target(struct vtr_client *client,
                                        const struct vtr_tuf_target *target,
                                        struct vtr_client_file *out,
                                        struct vtr_error *err)
{
    char *path = NULL;
    enum vtr_status status = vtr_client_target_path(client, target, &path, err);

    if (status == VTR_OK) {
        status = fetch_once(client, path, target, out, err);
        if (status == VTR_ERROR_MISMATCH) {
            /* What an earlier update left may have been the bad part. */
            status = fetch_once(client, path, target, out, err);
        }
    }
    free(path);
    return status;
}

void vtr_client_file_close(struct vtr_client_file *file)
{
    vtr_mapping_close(&file->mapping);
    vtr_partial_close(&file->partial);
}

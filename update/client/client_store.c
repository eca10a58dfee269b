/* SPDX-License-Identifier: Apache-2.0 */

#include "update/client/client_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/os_file.h"
#include "base/os_path.h"
#include "base/os_replace.h"
#include "base/os_walk.h"
#include "base/whole_file.h"

char *vtr_client_path(const char *dir, const char *name, const char *suffix)
{
    const size_t cap = strlen(dir) + strlen(name) + strlen(suffix) + 2;
    char *path = malloc(cap);

    if (path != NULL) {
        (void)snprintf(path, cap, "%s/%s%s", dir, name, suffix);
    }
    return path;
}

enum vtr_status vtr_client_read(const char *dir, const char *name, size_t limit_bytes,
                                struct vtr_bytes *out, struct vtr_error *err)
{
    struct vtr_bytes text = {NULL, 0};
    char *path = vtr_client_path(dir, name, "");
    enum vtr_status status = VTR_OK;

    if (path == NULL) {
        status = vtr_error_set_memory(err);
    } else if (vtr_path_kind(path) != VTR_PATH_MISSING) {
        status = vtr_file_read_regular(path, limit_bytes, &text, err);
    }
    free(path);
    if (status == VTR_OK) {
        *out = text;
    }
    return status;
}

enum vtr_status vtr_client_write(const char *dir, const char *name,
                                 struct vtr_bytes bytes, struct vtr_error *err)
{
    char *path = vtr_client_path(dir, name, "");
    const enum vtr_status status = path == NULL
                                       ? vtr_error_set_memory(err)
                                       : vtr_whole_file_write(path, bytes, err);

    free(path);
    return status;
}

enum vtr_status vtr_client_remove(const char *dir, const char *name,
                                  struct vtr_error *err)
{
    char *path = vtr_client_path(dir, name, "");
    const enum vtr_status status =
        path == NULL ? vtr_error_set_memory(err) : vtr_file_remove(path, err);

    free(path);
    return status;
}

static bool ends_with(struct vtr_bytes name, const char *suffix)
{
    const size_t len = strlen(suffix);

    return name.len > len && memcmp(name.ptr + name.len - len, suffix, len) == 0;
}

/* Whether a path below the folder is that of a temporary file which only a client
 * writes: others may keep files of their own there. */
static bool is_own_temporary(const char *below)
{
    const size_t metadata_len = sizeof(VTR_CLIENT_METADATA) - 1;

    if (strncmp(below, VTR_CLIENT_METADATA, metadata_len) == 0) {
        return vtr_replacement_destination(below + metadata_len).len > 0;
    }
    const struct vtr_bytes name = vtr_replacement_destination(below);
    return strchr(below, '/') == NULL &&
           (vtr_bytes_equal(name, vtr_bytes_from_text(VTR_CLIENT_STATE)) ||
            ends_with(name, ".vdb") || ends_with(name, ".vdb.previous") ||
            ends_with(name, VTR_CLIENT_EXCHANGE));
}

static bool remove_temporary(const char *path, enum vtr_status status,
                             const struct vtr_error *err, void *context)
{
    const char *const *dir = context;
    const char *below = path + strlen(*dir);

    (void)err;
    if (status == VTR_OK && is_own_temporary(below + strspn(below, "/"))) {
        (void)vtr_replacement_remove_stale(path); /* it costs room and nothing else */
    }
    return true;
}

enum vtr_status vtr_client_lock(struct vtr_file_lock *out, const char *dir,
                                struct vtr_error *err)
{
    char *metadata = vtr_client_path(dir, VTR_CLIENT_METADATA, "");
    char *partial = vtr_client_path(dir, VTR_CLIENT_PARTIAL, "");
    char *lock = vtr_client_path(dir, "lock", "");
    struct vtr_file_lock held = {0};
    enum vtr_status status = metadata == NULL || partial == NULL || lock == NULL
                                 ? vtr_error_set_memory(err)
                                 : vtr_make_folders_for(metadata, err);

    if (status == VTR_OK) {
        status = vtr_make_folders_for(partial, err);
    }
    if (status == VTR_OK) {
        status = vtr_file_lock_open(&held, lock, err);
    }
    if (status == VTR_OK) {
        const enum vtr_status walked = vtr_walk(dir, remove_temporary, &dir, NULL);
        (void)walked; /* what cannot be removed now, is the next time */
        *out = held;
    }
    free(metadata);
    free(partial);
    free(lock);
    return status;
}

struct sweep {
    const struct vtr_tuf_target *const *kept;
    size_t count;
};

static bool sweep_partial(const char *path, enum vtr_status status,
                          const struct vtr_error *err, void *context)
{
    const struct sweep *sweep = context;
    const char *slash = strrchr(path, '/');
    char hex[2 * VTR_SHA256_LEN + 1];

    (void)err;
    for (size_t i = 0; i < sweep->count && slash != NULL; i++) {
        const uint8_t *digest = sweep->kept[i]->hashes.sha256;

        vtr_digest_hex((struct vtr_bytes){digest, VTR_SHA256_LEN}, hex);
        if (strcmp(hex, slash + 1) == 0) {
            return true;
        }
    }
    if (status == VTR_OK) {
        const enum vtr_status removed = vtr_file_remove(path, NULL);
        (void)removed;
    }
    return true;
}

void vtr_client_sweep_partials(const char *dir,
                               const struct vtr_tuf_target *const *kept, size_t count)
{
    struct sweep sweep = {kept, count};
    char *folder = vtr_client_path(dir, "partial", "");

    if (folder != NULL) {
        const enum vtr_status walked = vtr_walk(folder, sweep_partial, &sweep, NULL);
        (void)walked;
    }
    free(folder);
}

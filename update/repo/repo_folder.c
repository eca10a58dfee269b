/* SPDX-License-Identifier: Apache-2.0 */

#include "update/repo/repo_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/os_file.h"
#include "base/os_path.h"
#include "base/whole_file.h"

char *vtr_repo_path(const char *dir, const char *folder, const char *name)
{
    const size_t dir_len = strlen(dir);
    const size_t folder_len = folder == NULL ? 0 : strlen(folder) + 1;
    const size_t name_len = strlen(name);
    char *path = malloc(dir_len + folder_len + name_len + 2);

    if (path != NULL) {
        const size_t room = dir_len + folder_len + name_len + 2;
        (void)snprintf(path, room, "%s/%s%s%s", dir, folder == NULL ? "" : folder,
                       folder == NULL ? "" : "/", name);
    }
    return path;
}

enum vtr_status vtr_repo_read(const char *dir, const char *folder, const char *name,
                              size_t limit_bytes, struct vtr_bytes *out,
                              struct vtr_error *err)
{
    char *path = vtr_repo_path(dir, folder, name);
    const enum vtr_status status =
        path == NULL ? vtr_error_set_memory(err)
                     : vtr_file_read_regular(path, limit_bytes, out, err);

    free(path);
    return status;
}

enum vtr_status vtr_repo_write(const char *dir, const char *folder, const char *name,
                               struct vtr_bytes bytes, struct vtr_error *err)
{
    char *path = vtr_repo_path(dir, folder, name);
    const enum vtr_status status = path == NULL
                                       ? vtr_error_set_memory(err)
                                       : vtr_whole_file_write(path, bytes, err);

    free(path);
    return status;
}

bool vtr_repo_has(const char *dir, const char *folder, const char *name)
{
    char *path = vtr_repo_path(dir, folder, name);
    const bool has = path != NULL && vtr_path_kind(path) == VTR_PATH_FILE;

    free(path);
    return has;
}

void vtr_repo_name_metadata(enum vtr_tuf_type type, uint64_t version,
                            char out[VTR_REPO_NAME_CAP])
{
    if (version == 0) {
        (void)snprintf(out, VTR_REPO_NAME_CAP, "%s.json", vtr_tuf_type_name(type));
    } else {
        (void)snprintf(out, VTR_REPO_NAME_CAP, "%llu.%s.json",
                       (unsigned long long)version, vtr_tuf_type_name(type));
    }
}

void vtr_repo_name_target(const uint8_t *sha256, struct vtr_bytes path,
                          char out[VTR_REPO_NAME_CAP])
{
    char hex[2 * VTR_SHA256_LEN + 1];

    vtr_digest_hex((struct vtr_bytes){sha256, VTR_SHA256_LEN}, hex);
    (void)snprintf(out, VTR_REPO_NAME_CAP, "%s.%.*s", hex, (int)path.len,
                   (const char *)path.ptr);
}

static enum vtr_status read_metadata(const char *dir, enum vtr_tuf_type type,
                                     uint64_t version, struct vtr_bytes *out,
                                     struct vtr_error *err)
{
    char name[VTR_REPO_NAME_CAP];

    vtr_repo_name_metadata(type, version, name);
    return vtr_repo_read(dir, VTR_REPO_METADATA, name, vtr_tuf_type_limit(type), out,
                         err);
}

static bool has_metadata(const char *dir, enum vtr_tuf_type type, uint64_t version)
{
    char name[VTR_REPO_NAME_CAP];

    vtr_repo_name_metadata(type, version, name);
    return vtr_repo_has(dir, VTR_REPO_METADATA, name);
}

/* The first root, and all that follow it. */
static enum vtr_status follow_roots(const char *dir, uint64_t now,
                                    struct vtr_tuf_trusted **out, struct vtr_error *err)
{
    struct vtr_bytes text = {NULL, 0};
    uint64_t last = 1;

    while (has_metadata(dir, VTR_TUF_ROOT, last + 1)) {
        last++;
    }
    /* A client of so many rotations ago has to begin with a later root, too. */
    uint64_t version =
        last > VTR_TUF_ROTATIONS_LIMIT ? last - VTR_TUF_ROTATIONS_LIMIT : 1;
    enum vtr_status status = read_metadata(dir, VTR_TUF_ROOT, version, &text, err);
    if (status == VTR_OK) {
        status = vtr_tuf_trusted_new(out, text, now, err);
    }
    while (status == VTR_OK && version < last) {
        vtr_whole_file_free(&text);
        status = read_metadata(dir, VTR_TUF_ROOT, ++version, &text, err);
        if (status == VTR_OK) {
            status = vtr_tuf_trusted_update_root(*out, text, err);
        }
    }
    vtr_whole_file_free(&text);
    return status == VTR_OK ? vtr_tuf_trusted_finish_roots(*out, err) : status;
}

/* Reads the file that the set wants next and gives it to the set. */
static enum vtr_status follow_one(const char *dir, struct vtr_tuf_trusted *set,
                                  enum vtr_tuf_type type, struct vtr_error *err)
{
    struct vtr_tuf_wanted wanted;
    struct vtr_bytes text = {NULL, 0};
    bool is_new;
    enum vtr_status status = vtr_tuf_trusted_want(set, type, &wanted, err);

    if (status == VTR_OK) {
        status = read_metadata(dir, type, wanted.has_version ? wanted.version : 0,
                               &text, err);
    }
    if (status == VTR_OK && type == VTR_TUF_TIMESTAMP) {
        status = vtr_tuf_trusted_update_timestamp(set, text, &is_new, err);
    } else if (status == VTR_OK && type == VTR_TUF_SNAPSHOT) {
        status = vtr_tuf_trusted_update_snapshot(set, text, err);
    } else if (status == VTR_OK) {
        status = vtr_tuf_trusted_update_targets(set, text, err);
    }
    vtr_whole_file_free(&text);
    return status;
}

enum vtr_status vtr_repo_follow(const char *dir, uint64_t now,
                                struct vtr_tuf_trusted **out, bool *out_has_release,
                                struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;

    *out = NULL;
    *out_has_release = false;
    if (!has_metadata(dir, VTR_TUF_ROOT, 1)) {
        return VTR_OK;
    }
    status = follow_roots(dir, now, out, err);
    if (status != VTR_OK || !has_metadata(dir, VTR_TUF_TIMESTAMP, 0)) {
        return status;
    }
    status = follow_one(dir, *out, VTR_TUF_TIMESTAMP, err);
    if (status == VTR_OK) {
        status = follow_one(dir, *out, VTR_TUF_SNAPSHOT, err);
    }
    if (status == VTR_OK) {
        status = follow_one(dir, *out, VTR_TUF_TARGETS, err);
    }
    *out_has_release = status == VTR_OK;
    return status;
}

enum vtr_status vtr_repo_open(struct vtr_repo *out, const char *dir,
                              struct vtr_error *err)
{
    struct vtr_repo repo = {.dir = dir};
    char *metadata = vtr_repo_path(dir, NULL, VTR_REPO_METADATA);
    char *lock = vtr_repo_path(dir, VTR_REPO_METADATA, ".lock");
    enum vtr_status status = VTR_OK;

    if (metadata == NULL || lock == NULL) {
        status = vtr_error_set_memory(err);
    } else if (vtr_path_kind(metadata) == VTR_PATH_MISSING) {
        status = vtr_error_set(err, VTR_ERROR_ARGUMENT,
                               "'%s' is no repository: it has no folder '%s'", dir,
                               VTR_REPO_METADATA);
    } else {
        status = vtr_file_lock_open(&repo.lock, lock, err);
    }
    free(metadata);
    free(lock);
    if (status == VTR_OK) { /* at the beginning of time nothing has expired */
        status = vtr_repo_follow(dir, 0, &repo.trusted, &repo.has_release, err);
    }
    if (status != VTR_OK) {
        vtr_repo_close(&repo);
        return status;
    }
    *out = repo;
    return VTR_OK;
}

void vtr_repo_close(struct vtr_repo *repo)
{
    vtr_tuf_trusted_free(repo->trusted);
    vtr_file_lock_close(&repo->lock);
    *repo = (struct vtr_repo){0};
}

const struct vtr_tuf_metadata *vtr_repo_get(const struct vtr_repo *repo,
                                            enum vtr_tuf_type type)
{
    if (repo->trusted == NULL || (type != VTR_TUF_ROOT && !repo->has_release)) {
        return NULL;
    }
    return vtr_tuf_trusted_get(repo->trusted, type);
}

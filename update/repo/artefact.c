/* SPDX-License-Identifier: Apache-2.0 */

#include "update/repo/artefact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/plain_name.h"
#include "format/image_check.h"
#include "verify/key/minisign.h"

enum vtr_status vtr_artefact_open(struct vtr_mapping *out, const char *dir,
                                  const struct vtr_tuf_target *target,
                                  struct vtr_error *err)
{
    char name[VTR_REPO_NAME_CAP];

    if (!vtr_plain_name_is(target->path) || !target->hashes.has_sha256) {
        return vtr_error_set(err, VTR_ERROR_FORMAT,
                             "target '%.100s' is not of this kind of repository",
                             (const char *)target->path.ptr);
    }
    vtr_repo_name_target(target->hashes.sha256, target->path, name);
    char *path = vtr_repo_path(dir, VTR_REPO_TARGETS, name);
    enum vtr_status status =
        path == NULL ? vtr_error_set_memory(err) : vtr_mapping_open(out, path, err);
    free(path);
    if (status == VTR_OK) {
        status = vtr_tuf_target_check(target, out->bytes, err);
        if (status != VTR_OK) {
            vtr_mapping_close(out);
        }
    }
    return status;
}

/* NAME.minisig: what the file is, in its trusted comment. */
static enum vtr_status write_signature(const char *dir, const char *name,
                                       const struct vtr_tuf_target *target,
                                       struct vtr_bytes bytes,
                                       const struct vtr_secret_key *key,
                                       struct vtr_error *err)
{
    char comment[2 * VTR_REPO_NAME_CAP];
    char signature_name[VTR_REPO_NAME_CAP + 16];
    struct vtr_writer w = {0};

    (void)snprintf(comment, sizeof(comment), "file:%.*s database:%.*s release:%llu",
                   (int)target->path.len, (const char *)target->path.ptr,
                   (int)target->custom.database.len,
                   (const char *)target->custom.database.ptr,
                   (unsigned long long)target->custom.release);
    (void)snprintf(signature_name, sizeof(signature_name), "%s.minisig", name);
    vtr_minisign_write(&w, key, bytes, vtr_bytes_from_text(comment));
    const enum vtr_status status =
        vtr_writer_ok(&w) ? vtr_repo_write(dir, VTR_REPO_TARGETS, signature_name,
                                           vtr_writer_bytes(&w), err)
                          : vtr_error_set_memory(err);
    vtr_writer_deinit(&w);
    return status;
}

enum vtr_status vtr_artefact_write(const char *dir, struct vtr_tuf_target *target,
                                   struct vtr_bytes bytes,
                                   const struct vtr_secret_key *key,
                                   struct vtr_error *err)
{
    char name[VTR_REPO_NAME_CAP];
    struct vtr_mapping there = {0};
    enum vtr_status status = vtr_plain_name_check(target->path, err);

    if (status != VTR_OK) {
        return status;
    }
    target->len = bytes.len;
    target->hashes.has_sha256 = true;
    vtr_digest_sha256(bytes, target->hashes.sha256);
    vtr_repo_name_target(target->hashes.sha256, target->path, name);
    if (vtr_artefact_open(&there, dir, target, NULL) == VTR_OK) {
        vtr_mapping_close(&there);
    } else {
        status = vtr_repo_write(dir, VTR_REPO_TARGETS, name, bytes, err);
    }
    return status == VTR_OK ? write_signature(dir, name, target, bytes, key, err)
                            : status;
}

enum vtr_status vtr_artefact_sign(const char *dir, const struct vtr_tuf_target *target,
                                  const struct vtr_secret_key *key,
                                  struct vtr_error *err)
{
    char name[VTR_REPO_NAME_CAP];
    struct vtr_mapping file = {0};
    enum vtr_status status = vtr_artefact_open(&file, dir, target, err);

    if (status == VTR_OK) {
        vtr_repo_name_target(target->hashes.sha256, target->path, name);
        status = write_signature(dir, name, target, file.bytes, key, err);
    }
    vtr_mapping_close(&file);
    return status;
}

enum vtr_status vtr_artefact_open_image(struct vtr_image *out, struct vtr_bytes bytes,
                                        struct vtr_error *err)
{
    const enum vtr_status status = vtr_image_open(out, bytes, err);

    return status == VTR_OK ? vtr_image_check(out, err) : status;
}

enum vtr_status vtr_artefact_check_image(const struct vtr_tuf_target *target,
                                         struct vtr_bytes bytes, struct vtr_error *err)
{
    const struct vtr_tuf_custom *custom = &target->custom;
    struct vtr_image image;
    const enum vtr_status status = vtr_artefact_open_image(&image, bytes, err);

    if (status == VTR_OK &&
        (image.release != custom->release ||
         !vtr_bytes_equal(image.name, custom->database) ||
         memcmp(image.content_digest, custom->digest, VTR_DIGEST_LEN) != 0)) {
        return vtr_error_set(err, VTR_ERROR_MISMATCH,
                             "the release says something else of its database than the "
                             "database itself");
    }
    return status;
}

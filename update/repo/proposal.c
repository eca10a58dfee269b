/* SPDX-License-Identifier: Apache-2.0 */

#include "update/repo/proposal.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/os_file.h"
#include "base/os_path.h"
#include "base/whole_file.h"
#include "delta/rebuild_image.h"
#include "update/repo/repo_folder.h"
#include "update/repo/repo_root.h"
#include "verify/tuf/tuf_time.h"
#include "verify/tuf/tuf_trusted.h"
#include "verify/tuf/tuf_write.h"

static bool is_empty_file(const char *path)
{
    struct vtr_bytes text = {NULL, 0};
    const bool is_empty =
        vtr_file_read(path, 1, &text, NULL) == VTR_OK && text.len == 0;

    free((void *)(uintptr_t)text.ptr);
    return is_empty;
}

enum vtr_status vtr_proposal_check_place(const char *path, const struct vtr_repo *repo,
                                         struct vtr_error *err)
{
    struct vtr_proposal *there = NULL;

    if (vtr_path_kind(path) != VTR_PATH_FILE || is_empty_file(path)) {
        return VTR_OK; /* nothing that could be lost; writing says what is wrong */
    }
    if (vtr_proposal_open(&there, path, NULL) != VTR_OK) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                             "'%s' is there and no proposal: it is not replaced", path);
    }
    const struct vtr_tuf_metadata *present = vtr_repo_get(repo, there->metadata.type);
    const bool is_pending =
        there->metadata.signature_count > 0 &&
        there->metadata.version > (present == NULL ? 0 : present->version);
    vtr_proposal_free(there);
    return is_pending
               ? vtr_error_set(err, VTR_ERROR_ARGUMENT,
                               "'%s' has approvals and is not published: it is not "
                               "replaced; remove it, or write to another file",
                               path)
               : VTR_OK;
}

enum vtr_status vtr_proposal_write(const struct vtr_tuf_metadata *metadata,
                                   const char *path, struct vtr_error *err)
{
    struct vtr_writer w = {0};
    enum vtr_status status = vtr_tuf_write_file(&w, metadata, err);

    if (status == VTR_OK) {
        status = vtr_whole_file_write(path, vtr_writer_bytes(&w), err);
    }
    vtr_writer_deinit(&w);
    return status;
}

enum vtr_status vtr_proposal_open(struct vtr_proposal **out, const char *path,
                                  struct vtr_error *err)
{
    struct vtr_bytes text = {NULL, 0};
    struct vtr_proposal *proposal = calloc(1, sizeof(*proposal));
    enum vtr_status status =
        proposal == NULL ? vtr_error_set_memory(err)
                         : vtr_file_read(path, VTR_TUF_TARGETS_LIMIT, &text, err);

    if (status == VTR_OK && vtr_tuf_metadata_read(&proposal->metadata, VTR_TUF_ROOT,
                                                  text, NULL) != VTR_OK) {
        status = vtr_tuf_metadata_read(&proposal->metadata, VTR_TUF_TARGETS, text, err);
        if (status != VTR_OK) {
            vtr_error_name_file(err, path);
        }
    }
    free((void *)(uintptr_t)text.ptr);
    if (status != VTR_OK) {
        vtr_proposal_free(proposal);
        return status;
    }
    *out = proposal;
    return VTR_OK;
}

void vtr_proposal_free(struct vtr_proposal *proposal)
{
    if (proposal != NULL) {
        vtr_tuf_metadata_deinit(&proposal->metadata);
        free(proposal);
    }
}

void vtr_proposal_get_info(const struct vtr_proposal *proposal,
                           struct vtr_proposal_info *out)
{
    const struct vtr_tuf_metadata *m = &proposal->metadata;
    const bool is_root = m->type == VTR_TUF_ROOT;

    *out = (struct vtr_proposal_info){
        .is_root = is_root,
        .version = m->version,
        .signature_count = m->signature_count,
        .target_count = m->target_count,
        .key_count = is_root ? m->key_count : 0,
        .root_threshold = m->roles[VTR_TUF_ROOT].threshold,
        .release_threshold = m->roles[VTR_TUF_TARGETS].threshold,
    };
    vtr_tuf_time_format(m->expires, out->expires);
}

void vtr_proposal_get_target(const struct vtr_proposal *proposal, size_t index,
                             struct vtr_proposal_target *out)
{
    const struct vtr_tuf_target *target = &proposal->metadata.targets[index];

    *out = (struct vtr_proposal_target){
        .path = target->path,
        .len = target->len,
        .sha256 = target->hashes.sha256,
        .is_database = target->custom.kind == VTR_TUF_KIND_IMAGE,
        .is_delta = target->custom.kind == VTR_TUF_KIND_DELTA,
        .database = target->custom.database,
        .release = target->custom.release,
        .from_release = target->custom.from_release,
        .digest = target->custom.digest,
    };
}

void vtr_proposal_get_key(const struct vtr_proposal *proposal, size_t index,
                          struct vtr_proposal_key *out)
{
    const struct vtr_tuf_key *key = &proposal->metadata.keys[index];

    *out = (struct vtr_proposal_key){
        .uses = vtr_repo_uses_of(&proposal->metadata, key->id),
        .party = vtr_repo_party_of(&proposal->metadata, key->id),
        .key = key->key,
    };
}

enum vtr_status vtr_proposal_check_parties(const struct vtr_proposal *proposal,
                                           struct vtr_error *err)
{
    return vtr_repo_check_parties(&proposal->metadata, false, err);
}

/* What a root lets a key do. */
static unsigned uses_of(const struct vtr_tuf_metadata *root,
                        const struct vtr_public_key *key)
{
    unsigned uses = 0;

    for (size_t i = 0; i < root->key_count; i++) {
        if (memcmp(root->keys[i].key, key->key, VTR_PUBLIC_KEY_LEN) == 0) {
            uses |= vtr_repo_uses_of(root, root->keys[i].id);
        }
    }
    return uses;
}

enum vtr_status vtr_proposal_check_key(const struct vtr_proposal *proposal,
                                       struct vtr_bytes root,
                                       const struct vtr_public_key *key,
                                       struct vtr_error *err)
{
    const bool is_root = proposal->metadata.type == VTR_TUF_ROOT;
    struct vtr_tuf_metadata present = {0};
    unsigned uses = is_root ? uses_of(&proposal->metadata, key) : 0;
    enum vtr_status status = VTR_OK;

    if (root.len > 0) {
        status = vtr_tuf_metadata_read(&present, VTR_TUF_ROOT, root, err);
        uses |= status == VTR_OK ? uses_of(&present, key) : 0;
    }
    vtr_tuf_metadata_deinit(&present);
    if (status != VTR_OK || (root.len == 0 && !is_root)) {
        return status;
    }
    if (is_root && (uses & VTR_KEY_USE_ROOT) == 0) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                             proposal->metadata.version == 1
                                 ? "the key approves no roots: its signature does not "
                                   "count"
                             : root.len > 0
                                 ? "the key approves roots neither under the present "
                                   "root nor under this one: its signature does not "
                                   "count"
                                 : "the key approves no roots under this one: its "
                                   "signature counts only if it does under the one "
                                   "before");
    }
    if (!is_root && (uses & VTR_KEY_USE_RELEASE) == 0) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                             "the key approves no releases under that root: its "
                             "signature does not count");
    }
    return VTR_OK;
}

enum vtr_status vtr_proposal_check_database(const struct vtr_proposal *proposal,
                                            struct vtr_bytes database,
                                            struct vtr_error *err)
{
    struct vtr_image image;
    enum vtr_status status = vtr_delta_open_image(&image, database, err);

    if (status != VTR_OK) {
        return status;
    }
    for (size_t i = 0; i < proposal->metadata.target_count; i++) {
        const struct vtr_tuf_target *target = &proposal->metadata.targets[i];

        if (target->custom.kind == VTR_TUF_KIND_IMAGE &&
            vtr_bytes_equal(target->custom.database, image.name)) {
            if (target->custom.release != image.release ||
                memcmp(target->custom.digest, image.content_digest, VTR_DIGEST_LEN) !=
                    0) {
                return vtr_error_set(err, VTR_ERROR_MISMATCH,
                                     "the database is release %llu, or of another "
                                     "digest, where the proposal is of release %llu",
                                     (unsigned long long)image.release,
                                     (unsigned long long)target->custom.release);
            }
            return vtr_tuf_target_check(target, database, err);
        }
    }
    return vtr_error_set(err, VTR_ERROR_MISMATCH, "the proposal has no database '%.*s'",
                         (int)image.name.len, (const char *)image.name.ptr);
}

enum vtr_status vtr_proposal_approve(struct vtr_proposal *proposal,
                                     const struct vtr_secret_key *key, const char *path,
                                     struct vtr_error *err)
{
    const enum vtr_status status = vtr_tuf_sign(&proposal->metadata, key, err);

    return status == VTR_OK ? vtr_proposal_write(&proposal->metadata, path, err)
                            : status;
}

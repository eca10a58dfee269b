/* SPDX-License-Identifier: Apache-2.0 */

#include "update/repo/repo_online.h"

#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "update/repo/approvals.h"
#include "verify/tuf/tuf_write.h"

#define TIMESTAMP_SECONDS UINT64_C(86400)
#define SNAPSHOT_SECONDS  UINT64_C(604800)

static uint64_t or_default(uint64_t value, uint64_t fallback)
{
    return value == 0 ? fallback : value;
}

/* A file as the next metadata pins it. */
static void pin(struct vtr_tuf_file *file, const char *name, uint64_t version,
                struct vtr_bytes text)
{
    *file = (struct vtr_tuf_file){.name = vtr_bytes_from_text(name),
                                  .version = version,
                                  .has_len = true,
                                  .len = text.len};
    file->hashes.has_sha256 = true;
    vtr_digest_sha256(text, file->hashes.sha256);
}

static enum vtr_status check_role(const struct vtr_tuf_metadata *m,
                                  const struct vtr_tuf_metadata *root,
                                  struct vtr_error *err)
{
    return root == NULL ? VTR_OK : vtr_approvals_check(m, root, err);
}

bool vtr_online_is_of_role(const struct vtr_tuf_metadata *root, enum vtr_tuf_type type,
                           const struct vtr_secret_key *key)
{
    struct vtr_public_key public_key;
    char id[VTR_TUF_KEY_ID_LEN + 1];

    if (root == NULL) {
        return false;
    }
    vtr_secret_key_get_public(key, &public_key);
    vtr_tuf_key_id(public_key.key, id);
    for (size_t i = 0; i < root->roles[type].key_id_count; i++) {
        if (vtr_bytes_equal(root->roles[type].key_ids[i], vtr_bytes_from_text(id))) {
            return true;
        }
    }
    return false;
}

/* Seals, signs with the keys that are of the role, checks, and writes to `w`. */
static enum vtr_status finish(struct vtr_tuf_metadata *m,
                              const struct vtr_online_plan *plan,
                              const struct vtr_online_options *options,
                              struct vtr_writer *w, struct vtr_error *err)
{
    enum vtr_status status = vtr_tuf_seal(m, err);

    for (size_t i = 0; i < options->key_count && status == VTR_OK; i++) {
        if (vtr_online_is_of_role(plan->root, m->type, options->keys[i]) ||
            vtr_online_is_of_role(plan->next_root, m->type, options->keys[i])) {
            status = vtr_tuf_sign(m, options->keys[i], err);
        }
    }
    if (status == VTR_OK) {
        status = check_role(m, plan->root, err);
    }
    if (status == VTR_OK) {
        status = check_role(m, plan->next_root, err);
    }
    return status == VTR_OK ? vtr_tuf_write_file(w, m, err) : status;
}

static enum vtr_status make_snapshot(struct vtr_online_files *out,
                                     const struct vtr_repo *repo,
                                     const struct vtr_online_plan *plan,
                                     const struct vtr_online_options *options,
                                     struct vtr_error *err)
{
    const struct vtr_tuf_metadata *old = vtr_repo_get(repo, VTR_TUF_SNAPSHOT);
    struct vtr_tuf_file file;
    struct vtr_tuf_metadata snapshot = {
        .type = VTR_TUF_SNAPSHOT,
        .version = old == NULL ? 1 : old->version + 1,
        .expires =
            options->now + or_default(options->snapshot_seconds, SNAPSHOT_SECONDS),
        .files = &file,
        .file_count = 1,
    };

    pin(&file, "targets.json", plan->targets_version, plan->targets);
    const enum vtr_status status =
        finish(&snapshot, plan, options, &out->snapshot, err);
    out->snapshot_version = snapshot.version;
    vtr_tuf_metadata_deinit(&snapshot);
    return status;
}

static enum vtr_status make_timestamp(struct vtr_online_files *out,
                                      const struct vtr_repo *repo,
                                      const struct vtr_tuf_file *file,
                                      const struct vtr_online_plan *plan,
                                      const struct vtr_online_options *options,
                                      struct vtr_error *err)
{
    const struct vtr_tuf_metadata *old = vtr_repo_get(repo, VTR_TUF_TIMESTAMP);
    struct vtr_tuf_file own = *file;
    struct vtr_tuf_metadata timestamp = {
        .type = VTR_TUF_TIMESTAMP,
        .version = old == NULL ? 1 : old->version + 1,
        .expires =
            options->now + or_default(options->timestamp_seconds, TIMESTAMP_SECONDS),
        .files = &own,
        .file_count = 1,
    };
    const enum vtr_status status =
        finish(&timestamp, plan, options, &out->timestamp, err);

    vtr_tuf_metadata_deinit(&timestamp);
    return status;
}

enum vtr_status vtr_online_prepare(struct vtr_online_files *out,
                                   const struct vtr_repo *repo,
                                   const struct vtr_online_plan *plan,
                                   const struct vtr_online_options *options,
                                   struct vtr_error *err)
{
    struct vtr_tuf_file file = {0};
    enum vtr_status status = VTR_OK;

    *out = (struct vtr_online_files){0};
    if (plan->keeps_snapshot) {
        const struct vtr_tuf_metadata *old = vtr_repo_get(repo, VTR_TUF_TIMESTAMP);
        file = *vtr_tuf_find_file(old, vtr_bytes_from_text("snapshot.json"));
    } else {
        status = make_snapshot(out, repo, plan, options, err);
        pin(&file, "snapshot.json", out->snapshot_version,
            vtr_writer_bytes(&out->snapshot));
    }
    if (status == VTR_OK) {
        status = make_timestamp(out, repo, &file, plan, options, err);
    }
    if (status != VTR_OK) {
        vtr_online_deinit(out);
    }
    return status;
}

void vtr_online_deinit(struct vtr_online_files *files)
{
    vtr_writer_deinit(&files->snapshot);
    vtr_writer_deinit(&files->timestamp);
    *files = (struct vtr_online_files){0};
}

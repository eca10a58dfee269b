/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Publication: everything that is new is written and synced first, the timestamp is
 * renamed into place last.  A reader at any moment follows either the old timestamp or
 * the new one, and all that either names is there.
 */
#include "vitrine/repository.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/whole_file.h"
#include "update/repo/approvals.h"
#include "update/repo/artefact.h"
#include "update/repo/delta_proof.h"
#include "update/repo/pages.h"
#include "update/repo/proposal.h"
#include "update/repo/repo_online.h"
#include "update/repo/repo_root.h"
#include "verify/tuf/tuf_write.h"

/* What is to be published. */
struct publication {
    struct vtr_repo repo;
    struct vtr_tuf_metadata root;    /* version 0: none is proposed */
    struct vtr_tuf_metadata targets; /* version 0: none is proposed */
    struct vtr_writer targets_text;  /* of the targets that are current afterwards */
    struct vtr_online_files online;
    bool has_online; /* snapshot and timestamp are new */
};

static void deinit(struct publication *p)
{
    vtr_repo_close(&p->repo);
    vtr_tuf_metadata_deinit(&p->root);
    vtr_tuf_metadata_deinit(&p->targets);
    vtr_writer_deinit(&p->targets_text);
    vtr_online_deinit(&p->online);
}

/* Drops signatures that hold under none of the roots: one of a stranger, or a spoilt
 * one, must not stand in the way of a good one of the same key. */
static void drop_bad_signatures(const struct publication *p, struct vtr_tuf_metadata *m)
{
    const struct vtr_tuf_metadata *roots[2] = {vtr_repo_get(&p->repo, VTR_TUF_ROOT),
                                               m->type == VTR_TUF_ROOT ? m : &p->root};
    size_t kept = 0;

    for (size_t i = 0; i < m->signature_count; i++) {
        bool is_good = false;

        for (size_t r = 0; r < 2 && !is_good; r++) {
            const struct vtr_tuf_key *key =
                roots[r] == NULL ? NULL
                                 : vtr_tuf_find_key(roots[r], m->signatures[i].key_id);
            is_good = key != NULL && vtr_tuf_is_signed_by(m, key);
        }
        if (is_good) {
            m->signatures[kept++] = m->signatures[i];
        }
    }
    m->signature_count = kept;
}

/* Takes one proposal file: the first of its kind, or more signatures for it. */
static enum vtr_status take_proposal(struct publication *p, const char *path,
                                     bool takes_roots, struct vtr_error *err)
{
    struct vtr_proposal *proposal = NULL;
    enum vtr_status status = vtr_proposal_open(&proposal, path, err);

    if (status != VTR_OK) {
        return status;
    }
    struct vtr_tuf_metadata *m = &proposal->metadata;
    struct vtr_tuf_metadata *place = m->type == VTR_TUF_ROOT ? &p->root : &p->targets;
    if ((m->type == VTR_TUF_ROOT) == takes_roots) {
        drop_bad_signatures(p, m);
        if (place->version == 0) {
            *place = *m;
            *m = (struct vtr_tuf_metadata){0};
        } else {
            status = vtr_tuf_merge_signatures(place, m, err);
        }
    }
    if (status != VTR_OK) {
        vtr_error_name_file(err, path);
    }
    vtr_proposal_free(proposal);
    return status;
}

/* Roots first: what signatures on a release are worth depends on them. */
static enum vtr_status take_proposals(struct publication *p, const char *const *paths,
                                      size_t count, struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;

    for (size_t i = 0; i < 2 * count && status == VTR_OK; i++) {
        status = take_proposal(p, paths[i % count], i < count, err);
    }
    return status;
}

static enum vtr_status refuse_version(const struct vtr_tuf_metadata *m, uint64_t next,
                                      struct vtr_error *err)
{
    if (m->version < next) {
        return vtr_error_set(err, VTR_ERROR_ROLLBACK,
                             "version %llu of the %s is published already, and version "
                             "%llu is next: what is not in it is to be proposed again",
                             (unsigned long long)m->version, vtr_tuf_type_name(m->type),
                             (unsigned long long)next);
    }
    return vtr_error_set(err, VTR_ERROR_GAP,
                         "the proposal is of version %llu of the %s, and version %llu "
                         "is next: propose it again",
                         (unsigned long long)m->version, vtr_tuf_type_name(m->type),
                         (unsigned long long)next);
}

static enum vtr_status check_threshold(const struct vtr_tuf_metadata *m,
                                       const struct vtr_tuf_metadata *root,
                                       struct vtr_error *err)
{
    return root == NULL || root->version == 0 ? VTR_OK
                                              : vtr_approvals_check(m, root, err);
}

static enum vtr_status check_root(const struct publication *p,
                                  const struct vtr_online_options *options,
                                  struct vtr_error *err)
{
    const struct vtr_tuf_metadata *old = vtr_repo_get(&p->repo, VTR_TUF_ROOT);
    const uint64_t next = old == NULL ? 1 : old->version + 1;

    if (p->root.version == 0) {
        return VTR_OK;
    }
    if (p->root.version != next) {
        return refuse_version(&p->root, next, err);
    }
    if (p->root.expires <= options->now) {
        return vtr_error_set(err, VTR_ERROR_EXPIRED, "the proposed root has expired");
    }
    enum vtr_status status = check_threshold(&p->root, old, err);
    return status == VTR_OK ? check_threshold(&p->root, &p->root, err) : status;
}

/* A file that the release adds: there, what its digest says, and right. */
static enum vtr_status check_target(const struct publication *p,
                                    const struct vtr_tuf_target *target,
                                    struct vtr_error *err)
{
    struct vtr_mapping file = {0};
    enum vtr_status status = vtr_artefact_open(&file, p->repo.dir, target, err);

    if (status == VTR_OK && target->custom.kind == VTR_TUF_KIND_IMAGE) {
        status = vtr_artefact_check_image(target, file.bytes, err);
    } else if (status == VTR_OK && target->custom.kind == VTR_TUF_KIND_DELTA) {
        status =
            vtr_delta_proof_check(p->repo.dir, &p->targets, target, file.bytes, err);
    }
    if (status != VTR_OK) {
        vtr_error_name_file(err, (const char *)target->path.ptr);
    }
    vtr_mapping_close(&file);
    return status;
}

static enum vtr_status check_targets(const struct publication *p,
                                     const struct vtr_online_options *options,
                                     struct vtr_error *err)
{
    const struct vtr_tuf_metadata *old = vtr_repo_get(&p->repo, VTR_TUF_TARGETS);
    const uint64_t next = old == NULL ? 1 : old->version + 1;
    enum vtr_status status = VTR_OK;

    if (p->targets.version != next) {
        return refuse_version(&p->targets, next, err);
    }
    if (p->targets.expires <= options->now) {
        return vtr_error_set(err, VTR_ERROR_EXPIRED,
                             "the proposed release has expired");
    }
    for (size_t i = 0; i < p->targets.target_count && status == VTR_OK; i++) {
        const struct vtr_tuf_target *target = &p->targets.targets[i];
        const struct vtr_tuf_target *same =
            old == NULL ? NULL : vtr_tuf_find_target(old, target->path);

        if (same == NULL || memcmp(same->hashes.sha256, target->hashes.sha256,
                                   VTR_TUF_SHA256_LEN) != 0) {
            status = check_target(p, target, err);
        } else if (!vtr_tuf_is_same_custom(&same->custom, &target->custom)) {
            status = vtr_error_set(err, VTR_ERROR_MISMATCH,
                                   "the proposal says something else of '%.100s', "
                                   "which is published already",
                                   (const char *)target->path.ptr);
        }
    }
    return status;
}

/* The file of the present targets, as it is. */
static enum vtr_status keep_targets_text(struct publication *p, struct vtr_error *err)
{
    char name[VTR_REPO_NAME_CAP];
    struct vtr_bytes text = {NULL, 0};

    vtr_repo_name_metadata(VTR_TUF_TARGETS,
                           vtr_repo_get(&p->repo, VTR_TUF_TARGETS)->version, name);
    enum vtr_status status = vtr_repo_read(p->repo.dir, VTR_REPO_METADATA, name,
                                           VTR_TUF_TARGETS_LIMIT, &text, err);
    if (status == VTR_OK) {
        vtr_writer_raw(&p->targets_text, text);
        status = vtr_writer_ok(&p->targets_text) ? VTR_OK : vtr_error_set_memory(err);
    }
    vtr_whole_file_free(&text);
    return status;
}

/* The targets that are current afterwards, under both roots, and as a file. */
static enum vtr_status settle_targets(struct publication *p,
                                      const struct vtr_online_options *options,
                                      struct vtr_error *err)
{
    const struct vtr_tuf_metadata *root = vtr_repo_get(&p->repo, VTR_TUF_ROOT);
    const bool is_new = p->targets.version != 0;
    const struct vtr_tuf_metadata *current =
        is_new ? &p->targets : vtr_repo_get(&p->repo, VTR_TUF_TARGETS);
    enum vtr_status status = VTR_OK;

    if (current == NULL) {
        return VTR_OK; /* a root alone */
    }
    status = check_threshold(current, root, err);
    if (status == VTR_OK) {
        struct vtr_error reason = {0};

        status = check_threshold(current, &p->root, &reason);
        if (status != VTR_OK) {
            (void)vtr_error_set(err, status, "%.300s%s", reason.message,
                                is_new ? ""
                                       : "; propose the present release again, and "
                                         "publish it together with the root");
        }
    }
    if (status == VTR_OK && !is_new) {
        return keep_targets_text(p, err);
    }
    if (status == VTR_OK) {
        status = check_targets(p, options, err);
    }
    return status == VTR_OK ? vtr_tuf_write_file(&p->targets_text, current, err)
                            : status;
}

/* Whether a next root asks for other signatures of what is online. */
static bool has_other_online_keys(const struct publication *p)
{
    const struct vtr_tuf_metadata *root = &p->root;
    const struct vtr_tuf_metadata *timestamp =
        vtr_repo_get(&p->repo, VTR_TUF_TIMESTAMP);
    const struct vtr_tuf_metadata *snapshot = vtr_repo_get(&p->repo, VTR_TUF_SNAPSHOT);

    return root->version != 0 && timestamp != NULL &&
           (check_threshold(timestamp, root, NULL) != VTR_OK ||
            check_threshold(snapshot, root, NULL) != VTR_OK);
}

static enum vtr_status prepare_online(struct publication *p,
                                      const struct vtr_online_options *options,
                                      struct vtr_error *err)
{
    const struct vtr_tuf_metadata *root = vtr_repo_get(&p->repo, VTR_TUF_ROOT);
    const struct vtr_tuf_metadata *old = vtr_repo_get(&p->repo, VTR_TUF_TARGETS);
    const bool is_new = p->targets.version != 0;

    if (!is_new && !has_other_online_keys(p)) {
        return VTR_OK;
    }
    const struct vtr_online_plan plan = {
        .root = root,
        .next_root = p->root.version != 0 ? &p->root : NULL,
        .targets = vtr_writer_bytes(&p->targets_text),
        .targets_version = is_new ? p->targets.version : old->version,
    };
    const enum vtr_status status =
        vtr_online_prepare(&p->online, &p->repo, &plan, options, err);
    p->has_online = status == VTR_OK;
    return status;
}

/* After a change of online keys the present files have the new one's signatures. */
static enum vtr_status sign_artefacts(const struct publication *p,
                                      const struct vtr_online_options *options,
                                      struct vtr_error *err)
{
    const struct vtr_tuf_metadata *targets =
        p->targets.version != 0 ? &p->targets : vtr_repo_get(&p->repo, VTR_TUF_TARGETS);
    const struct vtr_secret_key *key = NULL;
    enum vtr_status status = VTR_OK;

    for (size_t i = 0; i < options->key_count && key == NULL; i++) {
        if (vtr_online_is_of_role(&p->root, VTR_TUF_TIMESTAMP, options->keys[i])) {
            key = options->keys[i];
        }
    }
    for (size_t i = 0; key != NULL && i < targets->target_count && status == VTR_OK;
         i++) {
        status = vtr_artefact_sign(p->repo.dir, &targets->targets[i], key, err);
    }
    return status;
}

static enum vtr_status write_metadata(const char *dir, enum vtr_tuf_type type,
                                      uint64_t version, struct vtr_bytes text,
                                      struct vtr_error *err)
{
    char name[VTR_REPO_NAME_CAP];

    vtr_repo_name_metadata(type, version, name);
    return vtr_repo_write(dir, VTR_REPO_METADATA, name, text, err);
}

/* Everything was checked: now in the order in which readers may see it. */
static enum vtr_status commit(struct publication *p, struct vtr_error *err)
{
    const char *dir = p->repo.dir;
    struct vtr_writer root = {0};
    enum vtr_status status = VTR_OK;

    if (p->targets.version != 0) {
        status = write_metadata(dir, VTR_TUF_TARGETS, p->targets.version,
                                vtr_writer_bytes(&p->targets_text), err);
    }
    if (status == VTR_OK && p->has_online) {
        status = write_metadata(dir, VTR_TUF_SNAPSHOT, p->online.snapshot_version,
                                vtr_writer_bytes(&p->online.snapshot), err);
    }
    if (status == VTR_OK && p->targets.version != 0) {
        status = vtr_pages_write(dir, &p->targets, err);
    }
    if (status == VTR_OK && p->has_online) {
        status = write_metadata(dir, VTR_TUF_TIMESTAMP, 0,
                                vtr_writer_bytes(&p->online.timestamp), err);
    }
    /* The timestamp is good under both roots, so that the next one may come after it.
     */
    if (status == VTR_OK && p->root.version != 0) {
        status = vtr_tuf_write_file(&root, &p->root, err);
        if (status == VTR_OK) {
            status = write_metadata(dir, VTR_TUF_ROOT, p->root.version,
                                    vtr_writer_bytes(&root), err);
        }
        vtr_writer_deinit(&root);
    }
    return status;
}

enum vtr_status vtr_repository_publish(const char *dir,
                                       const char *const *proposal_paths,
                                       size_t proposal_count,
                                       const struct vtr_online_options *options,
                                       struct vtr_error *err)
{
    struct publication p = {0};
    enum vtr_status status = vtr_repo_open(&p.repo, dir, err);

    if (status == VTR_OK) {
        status = take_proposals(&p, proposal_paths, proposal_count, err);
    }
    if (status == VTR_OK && p.repo.trusted == NULL && p.targets.version != 0) {
        status = vtr_error_set(err, VTR_ERROR_ARGUMENT,
                               "'%s' has no root yet: publish that first", dir);
    }
    if (status == VTR_OK) {
        status = check_root(&p, options, err);
    }
    if (status == VTR_OK) {
        status = settle_targets(&p, options, err);
    }
    if (status == VTR_OK) {
        status = prepare_online(&p, options, err);
    }
    if (status == VTR_OK && p.root.version != 0 && p.has_online) {
        status = sign_artefacts(&p, options, err);
    }
    if (status == VTR_OK) {
        status = commit(&p, err);
    }
    deinit(&p);
    return status;
}

enum vtr_status vtr_repository_renew(const char *dir,
                                     const struct vtr_online_options *options,
                                     struct vtr_error *err)
{
    struct publication p = {0};
    enum vtr_status status = vtr_repo_open(&p.repo, dir, err);
    const struct vtr_tuf_metadata *snapshot = vtr_repo_get(&p.repo, VTR_TUF_SNAPSHOT);
    const uint64_t period =
        options->snapshot_seconds == 0 ? 7 * 86400 : options->snapshot_seconds;

    if (status == VTR_OK && !p.repo.has_release) {
        status = vtr_error_set(err, VTR_ERROR_ARGUMENT, "'%s' has no release yet", dir);
    }
    if (status == VTR_OK) {
        const struct vtr_tuf_metadata *targets = vtr_repo_get(&p.repo, VTR_TUF_TARGETS);
        status = keep_targets_text(&p, err);
        const struct vtr_online_plan plan = {
            .root = vtr_repo_get(&p.repo, VTR_TUF_ROOT),
            .targets = vtr_writer_bytes(&p.targets_text),
            .targets_version = targets->version,
            .keeps_snapshot = snapshot->expires > options->now + period / 2,
        };
        if (status == VTR_OK) {
            status = vtr_online_prepare(&p.online, &p.repo, &plan, options, err);
        }
    }
    if (status == VTR_OK && p.online.snapshot.len > 0) {
        status = write_metadata(dir, VTR_TUF_SNAPSHOT, p.online.snapshot_version,
                                vtr_writer_bytes(&p.online.snapshot), err);
    }
    if (status == VTR_OK) {
        status = write_metadata(dir, VTR_TUF_TIMESTAMP, 0,
                                vtr_writer_bytes(&p.online.timestamp), err);
    }
    deinit(&p);
    return status;
}

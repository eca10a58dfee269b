/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A release, prepared: image, deltas and history are put into the repository, where no
 * metadata names them yet, and the targets metadata that will is written as a proposal.
 */
#include "vitrine/repository.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/plain_name.h"
#include "delta/create.h"
#include "update/repo/artefact.h"
#include "update/repo/lineage.h"
#include "update/repo/proposal.h"
#include "update/repo/repo_folder.h"
#include "verify/tuf/tuf_write.h"

#define SPAN_DEFAULT 512u
#define SPANS_LIMIT  64u

/* A release in the making. */
struct release {
    const char *dir;
    const struct vtr_release_options *options;
    const struct vtr_tuf_metadata *before; /* the present targets; NULL: none */
    struct vtr_image image;
    struct vtr_tuf_custom custom; /* of the image */
    struct vtr_tuf_target made[SPANS_LIMIT + 1];
    size_t made_count;
    struct vtr_tuf_metadata targets; /* what is proposed; its arena holds all texts */
};

/* A text of the release's own. */
static bool set_path(struct release *r, struct vtr_tuf_target *target, const char *text)
{
    target->path = vtr_arena_dup(&r->targets.arena, vtr_bytes_from_text(text));
    return target->path.ptr != NULL;
}

static enum vtr_status describe_image(struct release *r, struct vtr_error *err)
{
    const struct vtr_tuf_target *last =
        r->before == NULL ? NULL : vtr_lineage_image(r->before, r->image.name);
    const enum vtr_status status = vtr_plain_name_check(r->image.name, err);

    if (status != VTR_OK) {
        return status;
    }
    if (last != NULL && r->image.release <= last->custom.release) {
        return vtr_error_set(err, VTR_ERROR_ROLLBACK,
                             "release %llu does not come after release %llu",
                             (unsigned long long)r->image.release,
                             (unsigned long long)last->custom.release);
    }
    r->custom = (struct vtr_tuf_custom){
        .kind = VTR_TUF_KIND_IMAGE,
        .database = r->image.name,
        .release = r->image.release,
        .serial = last == NULL ? 1 : last->custom.serial + 1,
        .layout = VTR_LAYOUT_VERSION,
    };
    memcpy(r->custom.digest, r->image.content_digest, VTR_DIGEST_LEN);
    return VTR_OK;
}

static enum vtr_status add_image(struct release *r, struct vtr_error *err)
{
    struct vtr_tuf_target *target = &r->made[r->made_count];
    char name[VTR_REPO_NAME_CAP];

    (void)snprintf(name, sizeof(name), "%.*s-%llu.vdb", (int)r->image.name.len,
                   (const char *)r->image.name.ptr,
                   (unsigned long long)r->image.release);
    target->custom = r->custom;
    if (!set_path(r, target, name)) {
        return vtr_error_set_memory(err);
    }
    r->made_count++;
    return vtr_artefact_write(r->dir, target, r->image.bytes, r->options->key, err);
}

/* Writes the list of the present release of the database, which a delta will name. */
static enum vtr_status write_history(struct release *r, struct vtr_tuf_custom *delta,
                                     struct vtr_error *err)
{
    struct vtr_tuf_metadata list = {.type = VTR_TUF_TARGETS};
    struct vtr_tuf_target target = {.custom = r->custom};
    struct vtr_writer w = {0};
    char name[VTR_REPO_NAME_CAP];
    enum vtr_status status = VTR_OK;

    list.targets = vtr_arena_array(&list.arena, r->before->target_count + 1,
                                   sizeof(*list.targets));
    if (list.targets == NULL) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; i < r->before->target_count; i++) {
        if (vtr_bytes_equal(r->before->targets[i].custom.database, r->image.name)) {
            list.targets[list.target_count++] = r->before->targets[i];
        }
    }
    (void)snprintf(name, sizeof(name), "%.*s-%llu.history.json", (int)r->image.name.len,
                   (const char *)r->image.name.ptr,
                   (unsigned long long)delta->from_release);
    target.custom.release = delta->from_release;
    status = set_path(r, &target, name) ? vtr_tuf_write_history(&w, &list, err)
                                        : vtr_error_set_memory(err);
    if (status == VTR_OK) {
        status = vtr_artefact_write(r->dir, &target, vtr_writer_bytes(&w),
                                    r->options->key, err);
    }
    if (status == VTR_OK) {
        delta->history = target.path;
        delta->history_len = target.len;
        memcpy(delta->history_sha256, target.hashes.sha256, VTR_TUF_SHA256_LEN);
    }
    vtr_writer_deinit(&w);
    vtr_tuf_metadata_deinit(&list);
    return status;
}

/* Makes the delta from an old image; one that saves nothing is left out, and so is one
 * that would be past a limit: both are for the whole file. */
static enum vtr_status add_delta(struct release *r, const struct vtr_tuf_custom *custom,
                                 struct vtr_bytes from, struct vtr_error *err)
{
    struct vtr_tuf_target *target = &r->made[r->made_count];
    struct vtr_writer w = {0};
    struct vtr_error why = {0};
    char name[VTR_REPO_NAME_CAP];
    enum vtr_status status =
        vtr_delta_build(&w, from, r->image.bytes, r->options->key, &why);
    const bool is_made =
        status == VTR_OK && vtr_writer_bytes(&w).len < r->image.bytes.len;

    (void)snprintf(name, sizeof(name), "%.*s-%llu-%llu.vdelta", (int)r->image.name.len,
                   (const char *)r->image.name.ptr,
                   (unsigned long long)custom->from_release,
                   (unsigned long long)custom->release);
    if (status == VTR_ERROR_LIMIT) {
        status = VTR_OK;
    } else if (status != VTR_OK && err != NULL) {
        *err = why;
    }
    if (is_made) {
        *target = (struct vtr_tuf_target){.custom = *custom};
        status = set_path(r, target, name) ? VTR_OK : vtr_error_set_memory(err);
        if (status == VTR_OK) {
            status = vtr_artefact_write(r->dir, target, vtr_writer_bytes(&w),
                                        r->options->key, err);
        }
        r->made_count += status == VTR_OK;
    }
    vtr_writer_deinit(&w);
    return status;
}

/* What was removed is passed over: clients of then take the whole file.  What is there
 * and damaged is said, while the copy that it could be put back from is still kept. */
static enum vtr_status pass_over(enum vtr_status status, const struct vtr_error *why,
                                 struct vtr_error *err)
{
    return vtr_lineage_is_gone(status, why)
               ? VTR_OK
               : vtr_error_set(err, status,
                               "an older release cannot be read, from which a delta "
                               "should lead; put its file back, or remove it: %.400s",
                               why->message);
}

/* The delta from the release with this serial, if its image is still there. */
static enum vtr_status add_delta_from(struct release *r, uint64_t serial,
                                      struct vtr_error *err)
{
    struct vtr_lineage lineage = {0};
    struct vtr_mapping old = {0};
    struct vtr_tuf_custom custom = r->custom;
    struct vtr_error why = {0};
    enum vtr_status status =
        vtr_lineage_find(&lineage, r->dir, r->before, r->image.name, serial, &why);

    if (status != VTR_OK) {
        return pass_over(status, &why, err);
    }
    const struct vtr_tuf_target *image = vtr_lineage_image(lineage.list, r->image.name);
    status = vtr_artefact_open(&old, r->dir, image, &why);
    if (status != VTR_OK) {
        vtr_lineage_deinit(&lineage);
        return pass_over(status, &why, err);
    }
    custom.kind = VTR_TUF_KIND_DELTA;
    custom.from_release = image->custom.release;
    custom.from_serial = serial;
    memcpy(custom.from_digest, image->custom.digest, VTR_DIGEST_LEN);
    if (lineage.list == r->before) {
        status = write_history(r, &custom, err);
    } else {
        custom.history = vtr_arena_dup(&r->targets.arena, lineage.via_path);
        custom.history_len = lineage.via.history_len;
        memcpy(custom.history_sha256, lineage.via.history_sha256, VTR_TUF_SHA256_LEN);
        status = custom.history.ptr == NULL ? vtr_error_set_memory(err) : VTR_OK;
    }
    if (status == VTR_OK && image->custom.layout == r->custom.layout) {
        status = add_delta(r, &custom, old.bytes, err);
    }
    vtr_mapping_close(&old);
    vtr_lineage_deinit(&lineage);
    return status;
}

/* The step from the last release, and aligned spans of 2, 4, 8... releases. */
static enum vtr_status add_deltas(struct release *r, struct vtr_error *err)
{
    const uint64_t serial = r->custom.serial;
    const uint64_t max =
        r->options->span_max == 0 ? SPAN_DEFAULT : r->options->span_max;
    enum vtr_status status = VTR_OK;

    for (uint64_t span = 1; span < serial && span <= max && serial % span == 0 &&
                            r->made_count < SPANS_LIMIT && status == VTR_OK;
         span *= 2) {
        status = add_delta_from(r, serial - span, err);
    }
    return status;
}

/* The targets: those of other databases as they were, then what was made. */
static enum vtr_status fill_targets(struct release *r, struct vtr_error *err)
{
    const size_t before_count = r->before == NULL ? 0 : r->before->target_count;
    struct vtr_tuf_metadata *targets = &r->targets;

    targets->type = VTR_TUF_TARGETS;
    targets->version = r->before == NULL ? 1 : r->before->version + 1;
    targets->expires = r->options->expires;
    targets->targets =
        vtr_arena_array(&targets->arena, before_count + r->made_count + 1,
                        sizeof(*targets->targets));
    if (targets->targets == NULL) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; i < before_count; i++) {
        const struct vtr_tuf_target *target = &r->before->targets[i];

        if (r->made_count == 0 ||
            !vtr_bytes_equal(target->custom.database, r->image.name)) {
            targets->targets[targets->target_count++] = *target;
        }
    }
    for (size_t i = 0; i < r->made_count; i++) {
        targets->targets[targets->target_count++] = r->made[i];
    }
    return vtr_tuf_seal(targets, err);
}

static enum vtr_status make_release(struct release *r, struct vtr_bytes database,
                                    struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;

    if (r->options->key == NULL) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                             "no key to sign deltas and files with");
    }
    status = vtr_artefact_open_image(&r->image, database, err);
    if (status == VTR_OK) {
        status = describe_image(r, err);
    }
    if (status == VTR_OK) {
        status = add_image(r, err);
    }
    return status == VTR_OK && r->before != NULL ? add_deltas(r, err) : status;
}

enum vtr_status vtr_repository_propose(const char *dir, struct vtr_bytes database,
                                       const struct vtr_release_options *options,
                                       const char *proposal_path, struct vtr_error *err)
{
    struct vtr_repo repo = {0};
    struct release *r = calloc(1, sizeof(*r));
    enum vtr_status status =
        r == NULL ? vtr_error_set_memory(err) : vtr_repo_open(&repo, dir, err);

    if (status == VTR_OK) {
        r->dir = dir;
        r->options = options;
        r->before = vtr_repo_get(&repo, VTR_TUF_TARGETS);
        if (repo.trusted == NULL || (database.len == 0 && r->before == NULL)) {
            status = vtr_error_set(err, VTR_ERROR_ARGUMENT, "'%s' has no %s yet", dir,
                                   repo.trusted == NULL ? "root" : "release");
        }
    }
    if (status == VTR_OK) {
        status = vtr_proposal_check_place(proposal_path, &repo, err);
    }
    if (status == VTR_OK && database.len > 0) {
        status = make_release(r, database, err);
    }
    if (status == VTR_OK) {
        status = fill_targets(r, err);
    }
    if (status == VTR_OK) {
        status = vtr_proposal_write(&r->targets, proposal_path, err);
    }
    vtr_repo_close(&repo);
    if (r != NULL) {
        vtr_tuf_metadata_deinit(&r->targets);
    }
    free(r);
    return status;
}

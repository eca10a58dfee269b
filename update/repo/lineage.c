/* SPDX-License-Identifier: Apache-2.0 */

#include "update/repo/lineage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/plain_name.h"
#include "base/whole_file.h"
#include "update/repo/repo_folder.h"

const struct vtr_tuf_target *vtr_lineage_image(const struct vtr_tuf_metadata *list,
                                               struct vtr_bytes database)
{
    for (size_t i = 0; i < list->target_count; i++) {
        const struct vtr_tuf_target *target = &list->targets[i];

        if (target->custom.kind == VTR_TUF_KIND_IMAGE &&
            vtr_bytes_equal(target->custom.database, database)) {
            return target;
        }
    }
    return NULL;
}

/* The delta of a list that goes back farthest, but not past `serial`. */
static const struct vtr_tuf_target *longest_delta(const struct vtr_tuf_metadata *list,
                                                  struct vtr_bytes database,
                                                  uint64_t serial)
{
    const struct vtr_tuf_target *best = NULL;

    for (size_t i = 0; i < list->target_count; i++) {
        const struct vtr_tuf_target *target = &list->targets[i];
        const struct vtr_tuf_custom *custom = &target->custom;

        if (custom->kind == VTR_TUF_KIND_DELTA && custom->from_serial >= serial &&
            custom->from_serial < custom->serial && custom->history.len > 0 &&
            vtr_bytes_equal(custom->database, database) &&
            (best == NULL || custom->from_serial < best->custom.from_serial)) {
            best = target;
        }
    }
    return best;
}

enum vtr_status vtr_lineage_read(struct vtr_tuf_metadata *out, const char *dir,
                                 const struct vtr_tuf_custom *delta,
                                 struct vtr_error *err)
{
    char name[VTR_REPO_NAME_CAP];
    struct vtr_bytes text = {NULL, 0};
    uint8_t digest[VTR_SHA256_LEN];

    if (!vtr_plain_name_is(delta->history)) {
        return vtr_error_set(err, VTR_ERROR_FORMAT, "a delta has no good history");
    }
    vtr_repo_name_target(delta->history_sha256, delta->history, name);
    enum vtr_status status =
        vtr_repo_read(dir, VTR_REPO_TARGETS, name, VTR_TUF_TARGETS_LIMIT, &text, err);
    if (status == VTR_OK) {
        vtr_digest_sha256(text, digest);
        if (text.len != delta->history_len ||
            memcmp(digest, delta->history_sha256, sizeof(digest)) != 0) {
            status = vtr_error_set(err, VTR_ERROR_MISMATCH,
                                   "'%s' is not what its digest says", name);
        } else {
            status = vtr_tuf_history_read(out, text, err);
        }
    }
    vtr_whole_file_free(&text);
    return status;
}

/* One hop back by `delta`, which is of the present list. */
static enum vtr_status hop(struct vtr_lineage *lineage, const char *dir,
                           const struct vtr_tuf_target *delta, struct vtr_error *err)
{
    struct vtr_tuf_metadata next = {0};
    const struct vtr_tuf_custom via = delta->custom;
    enum vtr_status status = vtr_lineage_read(&next, dir, &via, err);

    if (status != VTR_OK) {
        return status;
    }
    const struct vtr_bytes path = vtr_arena_dup(&next.arena, via.history);
    const struct vtr_tuf_target *image = vtr_lineage_image(&next, via.database);
    if (path.ptr == NULL) {
        status = vtr_error_set_memory(err);
    } else if (image == NULL || image->custom.serial != via.from_serial) {
        status = vtr_error_set(err, VTR_ERROR_MIXED,
                               "history '%s' is not of the release it should be of",
                               (const char *)path.ptr);
    }
    if (status != VTR_OK) {
        vtr_tuf_metadata_deinit(&next);
        return status;
    }
    vtr_tuf_metadata_deinit(&lineage->own);
    lineage->own = next;
    lineage->list = &lineage->own;
    lineage->via = via;
    lineage->via_path = path;
    return VTR_OK;
}

enum vtr_status vtr_lineage_find(struct vtr_lineage *out, const char *dir,
                                 const struct vtr_tuf_metadata *start,
                                 struct vtr_bytes database, uint64_t serial,
                                 struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;

    *out = (struct vtr_lineage){.list = start};
    for (;;) {
        const struct vtr_tuf_target *image = vtr_lineage_image(out->list, database);

        if (image != NULL && image->custom.serial == serial) {
            return VTR_OK;
        }
        const struct vtr_tuf_target *delta = longest_delta(out->list, database, serial);
        status = delta == NULL
                     ? vtr_error_set(err, VTR_ERROR_ARGUMENT,
                                     "no deltas lead from release %llu of '%.*s'",
                                     (unsigned long long)serial, (int)database.len,
                                     (const char *)database.ptr)
                     : hop(out, dir, delta, err);
        if (status != VTR_OK) {
            vtr_lineage_deinit(out);
            return status;
        }
    }
}

void vtr_lineage_deinit(struct vtr_lineage *lineage)
{
    vtr_tuf_metadata_deinit(&lineage->own);
    *lineage = (struct vtr_lineage){0};
}

bool vtr_lineage_is_gone(enum vtr_status status, const struct vtr_error *err)
{
    return status == VTR_ERROR_ARGUMENT ||
           (status == VTR_ERROR_IO && err->os_errno == ENOENT);
}

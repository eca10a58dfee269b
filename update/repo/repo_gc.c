/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What nobody needs any more.  Kept are: roots, for ever; the last versions of other
 * metadata, which clients may be at, and the databases of so many releases; the deltas
 * and histories of the last releases; images that the next aligned deltas begin at; and
 * what belongs to a release that is proposed and not published.  Versions and names
 * alone decide: the times of files do not survive a copy to another machine.
 */
#include "vitrine/repository.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/os_path.h"
#include "base/os_replace.h"
#include "base/os_walk.h"
#include "base/sort.h"
#include "base/vector.h"
#include "update/repo/lineage.h"
#include "update/repo/repo_folder.h"

#define VERSIONS_DEFAULT 48u
#define RELEASES_DEFAULT 1024u
#define SIGNATURE        ".minisig"

struct gc {
    struct vtr_repo repo;
    const struct vtr_gc_options *options;
    uint64_t versions; /* that are kept */
    vtr_repository_note_fn note;
    void *context;
    bool is_in_targets; /* where the sweep is */
    struct vtr_vector
        kept; /* struct vtr_bytes: names in targets/, without .minisig; sorted */
    enum vtr_status status;
    struct vtr_error *err;
};

static enum vtr_status keep(struct gc *gc, const uint8_t *sha256, struct vtr_bytes path)
{
    char name[VTR_REPO_NAME_CAP];
    struct vtr_bytes *place = vtr_vector_push(&gc->kept);

    vtr_repo_name_target(sha256, path, name);
    const size_t len = strlen(name);
    uint8_t *copy = place == NULL ? NULL : malloc(len);
    if (copy == NULL) {
        return vtr_error_set_memory(gc->err);
    }
    memcpy(copy, name, len);
    *place = (struct vtr_bytes){copy, len};
    return VTR_OK;
}

/* Whether aligned deltas of releases to come begin at this one: it is the last multiple
 * of some power of two. */
static bool is_basis(uint64_t serial, uint64_t last)
{
    for (uint64_t span = 1; span <= last; span *= 2) {
        if (last / span * span == serial) {
            return true;
        }
        if (span > UINT64_MAX / 2) {
            break;
        }
    }
    return false;
}

/* The files of one release before the last: its deltas, and who names them. */
static enum vtr_status keep_release(struct gc *gc, const struct vtr_lineage *lineage,
                                    bool has_deltas, uint64_t last)
{
    enum vtr_status status = keep(gc, lineage->via.history_sha256, lineage->via_path);

    for (size_t i = 0; i < lineage->list->target_count && status == VTR_OK; i++) {
        const struct vtr_tuf_target *target = &lineage->list->targets[i];
        const bool is_kept = target->custom.kind == VTR_TUF_KIND_IMAGE
                                 ? last - target->custom.serial < gc->versions ||
                                       is_basis(target->custom.serial, last)
                                 : has_deltas;

        if (is_kept) {
            status = keep(gc, target->hashes.sha256, target->path);
        }
    }
    return status;
}

/* The releases before `image`, as far back as the policy or an aligned delta asks. */
static enum vtr_status keep_lineage(struct gc *gc, const struct vtr_tuf_metadata *start,
                                    const struct vtr_tuf_target *image)
{
    const uint64_t last = image->custom.serial;
    const uint64_t releases =
        gc->options->keep_releases == 0 ? RELEASES_DEFAULT : gc->options->keep_releases;
    enum vtr_status status = VTR_OK;

    for (uint64_t serial = last - 1; serial > 0 && status == VTR_OK; serial--) {
        struct vtr_lineage lineage = {0};
        struct vtr_error reason = {0};
        const bool is_recent = last - serial < releases;

        if (!is_recent && last - serial >= gc->versions && !is_basis(serial, last)) {
            continue;
        }
        status = vtr_lineage_find(&lineage, gc->repo.dir, start, image->custom.database,
                                  serial, &reason);
        if (status == VTR_OK) {
            status = keep_release(gc, &lineage, is_recent, last);
        } else if (vtr_lineage_is_gone(status, &reason)) {
            status = VTR_OK; /* by an earlier collection */
        } else if (gc->err != NULL) {
            *gc->err = reason;
        }
        vtr_lineage_deinit(&lineage);
    }
    return status;
}

static enum vtr_status keep_targets(struct gc *gc)
{
    const struct vtr_tuf_metadata *targets = vtr_repo_get(&gc->repo, VTR_TUF_TARGETS);
    enum vtr_status status = VTR_OK;

    for (size_t i = 0; i < targets->target_count && status == VTR_OK; i++) {
        const struct vtr_tuf_target *target = &targets->targets[i];

        status = keep(gc, target->hashes.sha256, target->path);
        if (status == VTR_OK && target->custom.history.len > 0) {
            status = keep(gc, target->custom.history_sha256, target->custom.history);
        }
        if (status == VTR_OK && target->custom.kind == VTR_TUF_KIND_IMAGE) {
            status = keep_lineage(gc, targets, target);
        }
    }
    return status == VTR_OK
               ? vtr_sort(gc->kept.items, gc->kept.count, sizeof(struct vtr_bytes),
                          vtr_bytes_compare_items, NULL)
               : status;
}

/* Whether a file of targets/ is kept, by its name or that of what it signs. */
static bool is_kept(const struct gc *gc, const char *name)
{
    const size_t len = strlen(name);
    const size_t suffix_len = sizeof(SIGNATURE) - 1;
    const size_t own_len =
        len > suffix_len && strcmp(name + len - suffix_len, SIGNATURE) == 0
            ? len - suffix_len
            : len;
    const struct vtr_bytes own = {(const uint8_t *)name, own_len};

    return vtr_sort_find(gc->kept.items, gc->kept.count, sizeof(own), &own,
                         vtr_bytes_compare_items, NULL) < gc->kept.count;
}

/* Takes `suffix` and the number before it off the end of a name; false when the name is
 * not of this form, or the number is past 18 digits. */
static bool take_number(struct vtr_bytes *name, const char *suffix,
                        uint64_t *out_number)
{
    const size_t suffix_len = strlen(suffix);

    if (name->len <= suffix_len ||
        memcmp(name->ptr + name->len - suffix_len, suffix, suffix_len) != 0) {
        return false;
    }
    const size_t end = name->len - suffix_len;
    size_t start = end;
    uint64_t number = 0;
    while (start > 0 && name->ptr[start - 1] >= '0' && name->ptr[start - 1] <= '9') {
        start--;
    }
    for (size_t i = start; i < end && end - start <= 18; i++) {
        number = number * 10 + (uint64_t)(name->ptr[i] - '0');
    }
    name->len = start;
    *out_number = number;
    return start < end && end - start <= 18;
}

/* Of metadata: roots, the timestamp, and versions that clients may be at. */
static bool is_recent_metadata(const struct gc *gc, const char *name)
{
    static const enum vtr_tuf_type TYPES[] = {VTR_TUF_SNAPSHOT, VTR_TUF_TARGETS};
    char suffix[VTR_REPO_NAME_CAP];

    for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++) {
        struct vtr_bytes rest = vtr_bytes_from_text(name);
        uint64_t version;

        (void)snprintf(suffix, sizeof(suffix), ".%s.json", vtr_tuf_type_name(TYPES[i]));
        if (take_number(&rest, suffix, &version) && rest.len == 0) {
            const uint64_t current = vtr_repo_get(&gc->repo, TYPES[i])->version;

            return version > current || current - version < gc->versions;
        }
    }
    return true; /* roots, the timestamp, the lock, and files that are not ours */
}

/* Whether a target's name, without its digest, is of a release that comes after what
 * is published: it was proposed.  Its deltas begin at histories, of which one is of the
 * present release. */
static bool is_of_proposal(const struct gc *gc, struct vtr_bytes name)
{
    const struct vtr_tuf_metadata *targets = vtr_repo_get(&gc->repo, VTR_TUF_TARGETS);
    uint64_t release = 0;
    uint64_t from = 0;
    const bool is_history = take_number(&name, ".history.json", &release);
    const bool is_ours =
        is_history || take_number(&name, ".vdb", &release) ||
        (take_number(&name, ".vdelta", &release) && take_number(&name, "-", &from));

    for (size_t i = 0; i < targets->target_count && is_ours; i++) {
        const struct vtr_tuf_custom *custom = &targets->targets[i].custom;

        if (custom->kind == VTR_TUF_KIND_IMAGE &&
            name.len == custom->database.len + 1 &&
            memcmp(name.ptr, custom->database.ptr, custom->database.len) == 0) {
            return release > custom->release ||
                   (is_history && release == custom->release);
        }
    }
    return true; /* of a database that is new, or not ours */
}

/* Whether a file of targets/ goes. */
static bool is_unused_target(const struct gc *gc, const char *name)
{
    struct vtr_bytes own = vtr_bytes_from_text(name);
    const struct vtr_bytes signature = vtr_bytes_from_text(SIGNATURE);
    const size_t digest_len = 2 * VTR_SHA256_LEN + 1;

    if (is_kept(gc, name) || own.len <= digest_len || name[digest_len - 1] != '.') {
        return false;
    }
    own = (struct vtr_bytes){own.ptr + digest_len, own.len - digest_len};
    if (own.len > signature.len &&
        memcmp(own.ptr + own.len - signature.len, signature.ptr, signature.len) == 0) {
        own.len -= signature.len;
    }
    return !is_of_proposal(gc, own);
}

static bool visit(const char *path, enum vtr_status status, const struct vtr_error *err,
                  void *context)
{
    struct gc *gc = context;
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;

    if (status != VTR_OK) {
        gc->status = status;
        if (gc->err != NULL) {
            *gc->err = *err;
        }
        return false;
    }
    /* Whoever wrote a temporary file was killed: this one holds the lock. */
    const bool is_left_over = vtr_replacement_destination(name).len > 0;
    if (is_left_over || (gc->is_in_targets ? is_unused_target(gc, name)
                                           : !is_recent_metadata(gc, name))) {
        gc->note(VTR_REPOSITORY_REMOVED, path, gc->context);
        if (gc->options->is_dry_run == 0) {
            gc->status = vtr_file_remove(path, gc->err);
        }
    }
    return gc->status == VTR_OK;
}

static enum vtr_status sweep(struct gc *gc, const char *folder)
{
    char *path = vtr_repo_path(gc->repo.dir, NULL, folder);

    gc->is_in_targets = strcmp(folder, VTR_REPO_TARGETS) == 0;
    enum vtr_status status = path == NULL ? vtr_error_set_memory(gc->err)
                                          : vtr_walk(path, visit, gc, gc->err);

    free(path);
    return status == VTR_OK ? gc->status : status;
}

enum vtr_status vtr_repository_gc(const char *dir, const struct vtr_gc_options *options,
                                  vtr_repository_note_fn note, void *context,
                                  struct vtr_error *err)
{
    struct gc gc = {.options = options,
                    .versions = options->keep_versions == 0 ? VERSIONS_DEFAULT
                                                            : options->keep_versions,
                    .note = note,
                    .context = context,
                    .err = err};
    enum vtr_status status = vtr_repo_open(&gc.repo, dir, err);

    vtr_vector_init(&gc.kept, sizeof(struct vtr_bytes));
    if (status == VTR_OK && !gc.repo.has_release) {
        status = vtr_error_set(err, VTR_ERROR_ARGUMENT, "'%s' has no release yet", dir);
    }
    if (status == VTR_OK) {
        status = keep_targets(&gc);
    }
    if (status == VTR_OK) {
        status = sweep(&gc, VTR_REPO_TARGETS);
    }
    if (status == VTR_OK) {
        status = sweep(&gc, VTR_REPO_METADATA);
    }
    for (size_t i = 0; i < gc.kept.count; i++) {
        free((void *)(uintptr_t)((struct vtr_bytes *)gc.kept.items)[i].ptr);
    }
    vtr_vector_deinit(&gc.kept);
    vtr_repo_close(&gc.repo);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What nobody needs any more.  Kept are: roots, for ever; what the present metadata
 * names; the deltas and histories of the last releases; images that the next aligned
 * deltas begin at; and everything younger than the policy says, which is also what a
 * proposal that is being signed names.
 */
#include "vitrine/repository.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/os_file.h"
#include "base/sort.h"
#include "base/vector.h"
#include "update/lineage.h"
#include "update/repo_folder.h"

#define RELEASES_DEFAULT 1024u
#define SIGNATURE        ".minisig"

struct gc {
    struct vtr_repo repo;
    const struct vtr_gc_options *options;
    vtr_repository_note_fn note;
    void *context;
    bool is_in_targets;     /* where the sweep is */
    struct vtr_vector kept; /* char *: names in targets/, without .minisig; sorted */
    enum vtr_status status;
    struct vtr_error *err;
};

static int compare_names(const void *a, const void *b, void *context)
{
    (void)context;
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum vtr_status keep(struct gc *gc, const uint8_t *sha256, struct vtr_bytes path)
{
    char name[VTR_REPO_NAME_CAP];
    char **place = vtr_vector_push(&gc->kept);

    if (place != NULL) {
        vtr_repo_name_target(sha256, path, name);
        *place = malloc(strlen(name) + 1);
    }
    if (place == NULL || *place == NULL) {
        return vtr_error_set_memory(gc->err);
    }
    memcpy(*place, name, strlen(name) + 1);
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
                                 ? is_basis(target->custom.serial, last)
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
        const bool is_recent = last - serial < releases;

        if (!is_recent && !is_basis(serial, last)) {
            continue;
        }
        if (vtr_lineage_find(&lineage, gc->repo.dir, start, image->custom.database,
                             serial, NULL) == VTR_OK) {
            status = keep_release(gc, &lineage, is_recent, last);
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
    return status == VTR_OK ? vtr_sort(gc->kept.items, gc->kept.count, sizeof(char *),
                                       compare_names, NULL)
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
    char *const *names = gc->kept.items;
    size_t low = 0;
    size_t high = gc->kept.count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order =
            vtr_bytes_compare(vtr_bytes_from_text(names[middle]),
                              (struct vtr_bytes){(const uint8_t *)name, own_len});

        if (order == 0) {
            return true;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

/* Of metadata: roots, the timestamp and what it leads to. */
static bool is_current(const struct gc *gc, const char *name)
{
    char current[VTR_REPO_NAME_CAP];
    const size_t len = strlen(name);
    static const char ROOT[] = ".root.json";

    if (len > sizeof(ROOT) - 1 && strcmp(name + len - (sizeof(ROOT) - 1), ROOT) == 0) {
        return true;
    }
    for (unsigned type = VTR_TUF_TIMESTAMP; type < VTR_TUF_TYPES; type++) {
        const struct vtr_tuf_metadata *m =
            vtr_repo_get(&gc->repo, (enum vtr_tuf_type)type);

        vtr_repo_name_metadata((enum vtr_tuf_type)type,
                               type == VTR_TUF_TIMESTAMP ? 0 : m->version, current);
        if (strcmp(name, current) == 0) {
            return true;
        }
    }
    return name[0] == '.'; /* the lock, and what is being written */
}

static bool visit(const char *path, enum vtr_status status, const struct vtr_error *err,
                  void *context)
{
    struct gc *gc = context;
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    uint64_t modified = 0;

    if (status != VTR_OK) {
        gc->status = status;
        if (gc->err != NULL) {
            *gc->err = *err;
        }
        return false;
    }
    if (gc->is_in_targets ? is_kept(gc, name) : is_current(gc, name)) {
        return true;
    }
    gc->status = vtr_file_modified(path, &modified, gc->err);
    if (gc->status != VTR_OK || modified > gc->options->now ||
        gc->options->now - modified < gc->options->keep_seconds) {
        return gc->status == VTR_OK;
    }
    gc->note(VTR_REPOSITORY_REMOVED, path, gc->context);
    if (gc->options->is_dry_run == 0) {
        gc->status = vtr_file_remove(path, gc->err);
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
    struct gc gc = {.options = options, .note = note, .context = context, .err = err};
    enum vtr_status status = vtr_repo_open(&gc.repo, dir, err);

    vtr_vector_init(&gc.kept, sizeof(char *));
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
        free(((char **)gc.kept.items)[i]);
    }
    vtr_vector_deinit(&gc.kept);
    vtr_repo_close(&gc.repo);
    return status;
}

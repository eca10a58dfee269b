/* SPDX-License-Identifier: Apache-2.0 */

#include "testing/suite_sources.h"

#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/os_path.h"
#include "base/os_walk.h"
#include "base/sort.h"
#include "compiler/syntax/source.h"

static const char SUFFIX[] = ".test";

void vtr_suite_sources_init(struct vtr_suite_sources *sources, struct vtr_arena *arena)
{
    *sources = (struct vtr_suite_sources){.arena = arena};
    vtr_vector_init(&sources->rules, sizeof(const char *));
    vtr_vector_init(&sources->files, sizeof(struct vtr_bytes));
}

void vtr_suite_sources_deinit(struct vtr_suite_sources *sources)
{
    vtr_vector_deinit(&sources->rules);
    vtr_vector_deinit(&sources->files);
}

static bool is_test_file(struct vtr_bytes path)
{
    const size_t suffix = sizeof(SUFFIX) - 1;

    return path.len > suffix &&
           memcmp(path.ptr + path.len - suffix, SUFFIX, suffix) == 0;
}

/* Adds a path in its one spelling. */
static bool add_file(struct vtr_suite_sources *sources, struct vtr_bytes path)
{
    struct vtr_bytes *slot = vtr_vector_push(&sources->files);

    if (slot != NULL) {
        *slot = vtr_source_normalise(sources->arena, path);
    }
    return slot != NULL && slot->ptr != NULL;
}

static bool add_rules(struct vtr_suite_sources *sources, const char *path)
{
    const char **slot = vtr_vector_push(&sources->rules);

    if (slot != NULL) {
        *slot = path;
    }
    return slot != NULL;
}

struct walk {
    struct vtr_suite_sources *sources;
    bool has_no_memory;
};

/* What cannot be read is the compiler's to report. */
static bool visit(const char *path, enum vtr_status status, const struct vtr_error *err,
                  void *context)
{
    struct walk *walk = context;
    const struct vtr_bytes bytes = vtr_bytes_from_text(path);

    (void)err;
    if (status == VTR_OK && is_test_file(bytes)) {
        walk->has_no_memory |= !add_file(walk->sources, bytes);
    }
    return !walk->has_no_memory;
}

static bool walk_folder(struct vtr_suite_sources *sources, const char *path)
{
    struct walk walk = {.sources = sources};

    return vtr_walk(path, visit, &walk, NULL) != VTR_ERROR_MEMORY &&
           !walk.has_no_memory;
}

/* "a/b.yar": a/b.test, where there is one. */
static bool look_beside(struct vtr_suite_sources *sources, struct vtr_bytes path)
{
    size_t stem = path.len;
    uint8_t *beside;

    while (stem > 0 && path.ptr[stem - 1] != '.' && path.ptr[stem - 1] != '/') {
        stem--;
    }
    stem = stem > 0 && path.ptr[stem - 1] == '.' ? stem - 1 : path.len;
    beside = vtr_arena_alloc(sources->arena, stem + sizeof(SUFFIX));
    if (beside == NULL) {
        return false;
    }
    memcpy(beside, path.ptr, stem);
    memcpy(beside + stem, SUFFIX, sizeof(SUFFIX));
    return vtr_path_kind((const char *)beside) != VTR_PATH_FILE ||
           add_file(sources, (struct vtr_bytes){beside, stem + sizeof(SUFFIX) - 1});
}

static bool add_argument(struct vtr_suite_sources *sources, const char *argument)
{
    const struct vtr_bytes path = vtr_bytes_from_text(argument);

    if (is_test_file(path)) {
        return add_file(sources, path);
    }
    if (!add_rules(sources, argument)) {
        return false;
    }
    switch (vtr_path_kind(argument)) {
    case VTR_PATH_FOLDER:
        return walk_folder(sources, argument);
    case VTR_PATH_FILE:
        return look_beside(sources, path);
    case VTR_PATH_MISSING:
    case VTR_PATH_OTHER:
        break;
    }
    return true;
}

enum vtr_status vtr_suite_sources_collect(struct vtr_suite_sources *sources,
                                          const char *const *arguments, size_t count,
                                          struct vtr_error *err)
{
    struct vtr_bytes *files;
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (!add_argument(sources, arguments[i])) {
            return vtr_error_set_memory(err);
        }
    }
    files = sources->files.items;
    if (vtr_sort(files, sources->files.count, sizeof(*files), vtr_bytes_compare_items,
                 NULL) != VTR_OK) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; i < sources->files.count; i++) {
        if (i == 0 || !vtr_bytes_equal(files[i], files[kept - 1])) {
            files[kept++] = files[i];
        }
    }
    sources->files.count = kept;
    return VTR_OK;
}

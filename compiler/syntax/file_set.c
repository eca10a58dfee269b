/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/syntax/file_set.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/os_thread.h"
#include "base/sort.h"
#include "compiler/syntax/parser.h"

void vtr_file_set_init(struct vtr_file_set *set, struct vtr_arena *arenas,
                       struct vtr_arena *scratches, unsigned workers,
                       size_t diagnostic_limit)
{
    *set = (struct vtr_file_set){
        .arenas = arenas,
        .scratches = scratches,
        .workers = workers,
        .diagnostic_limit = diagnostic_limit,
    };
    vtr_vector_init(&set->files, sizeof(struct vtr_file *));
    vtr_diagnostics_init(&set->diagnostics, &arenas[0], diagnostic_limit);
}

void vtr_file_set_deinit(struct vtr_file_set *set)
{
    for (size_t i = 0; i < set->files.count; i++) {
        vtr_diagnostics_deinit(&vtr_file_at(set, i)->diagnostics);
    }
    vtr_vector_deinit(&set->files);
    vtr_diagnostics_deinit(&set->diagnostics);
}

static struct vtr_file *add_file(struct vtr_file_set *set,
                                 const struct vtr_source *source)
{
    struct vtr_file *file = vtr_arena_alloc(&set->arenas[0], sizeof(*file));
    struct vtr_file **slot = file == NULL ? NULL : vtr_vector_push(&set->files);

    if (slot == NULL) {
        return NULL;
    }
    *slot = file;
    file->source = *source;
    file->source.dialect = set->dialect;
    vtr_diagnostics_init(&file->diagnostics, &set->arenas[0], set->diagnostic_limit);
    file->diagnostics.allowed = set->allowed;
    return file;
}

static int compare_paths(const void *a, const void *b, void *context)
{
    const struct vtr_source *left = a;
    const struct vtr_source *right = b;
    const int order = vtr_bytes_compare(left->path, right->path);

    (void)context;
    return order != 0 ? order : vtr_bytes_compare(left->relative, right->relative);
}

/* Sorted, so that neither the order of the arguments nor their number matters. */
static enum vtr_status add_sources(struct vtr_file_set *set, struct vtr_vector *sources)
{
    struct vtr_source *items = sources->items;

    if (vtr_sort(items, sources->count, sizeof(*items), compare_paths, NULL) !=
        VTR_OK) {
        return VTR_ERROR_MEMORY;
    }
    for (size_t i = 0; i < sources->count; i++) {
        if (i > 0 && vtr_bytes_equal(items[i].path, items[i - 1].path)) {
            continue;
        }
        struct vtr_file *file = add_file(set, &items[i]);
        if (file == NULL) {
            return VTR_ERROR_MEMORY;
        }
        file->is_given = true;
    }
    return VTR_OK;
}

enum vtr_status vtr_file_set_add(struct vtr_file_set *set, const char *const *arguments,
                                 size_t count, struct vtr_error *err)
{
    struct vtr_vector sources;
    enum vtr_status status = VTR_OK;

    vtr_vector_init(&sources, sizeof(struct vtr_source));
    for (size_t i = 0; i < count && status == VTR_OK; i++) {
        status = vtr_source_collect(arguments[i], &set->arenas[0], &sources,
                                    &set->diagnostics, err);
    }
    if (status == VTR_OK && add_sources(set, &sources) != VTR_OK) {
        status = vtr_error_set_memory(err);
    }
    vtr_vector_deinit(&sources);
    return status;
}

enum vtr_status vtr_file_set_add_text(struct vtr_file_set *set, const char *path,
                                      struct vtr_bytes text, struct vtr_error *err)
{
    struct vtr_source source = {.language = VTR_LANGUAGE_YARA};
    struct vtr_file *file;

    source.path = vtr_arena_dup(&set->arenas[0], vtr_bytes_from_text(path));
    source.relative = source.path;
    source.bytes = vtr_arena_dup(&set->arenas[0], text);
    if (source.path.ptr == NULL || source.bytes.ptr == NULL) {
        return vtr_error_set_memory(err);
    }
    source.len = source.bytes.len;
    source.is_loaded = true;
    vtr_digest_blake2b(source.bytes, source.digest);
    file = add_file(set, &source);
    if (file == NULL) {
        return vtr_error_set_memory(err);
    }
    file->is_given = true;
    set->is_closed = true;
    return VTR_OK;
}

/* One round of loading: the files from `first` on. */
struct loading {
    struct vtr_file_set *set;
    size_t first;
};

static enum vtr_status load_file(size_t task, unsigned worker, void *context)
{
    const struct loading *loading = context;
    struct vtr_file *file = vtr_file_at(loading->set, loading->first + task);
    struct vtr_arena *arena = &loading->set->arenas[worker];
    struct vtr_error reason = {0};
    enum vtr_status status = VTR_OK;

    if (file->source.language == VTR_LANGUAGE_HASHES) {
        return VTR_OK; /* read by hash_input.c, piece by piece */
    }
    file->diagnostics.arena = arena;
    if (!file->source.is_loaded) {
        status = vtr_source_load(&file->source, file->is_given, arena, &reason);
    }
    if (status == VTR_ERROR_MEMORY) {
        return status;
    }
    if (status != VTR_OK) {
        file->is_failed = true;
        if (file->is_given) { /* of an included file the include statement speaks */
            (void)vtr_diagnostics_add(&file->diagnostics, VTR_CODE_UNREADABLE,
                                      (struct vtr_place){.source = &file->source}, "%s",
                                      reason.message);
        }
        return VTR_OK;
    }
    return vtr_parse(&file->ast, &file->source, arena, &loading->set->scratches[worker],
                     &file->diagnostics);
}

static size_t count_includes(const struct vtr_file_set *set, size_t first)
{
    size_t count = 0;

    for (size_t i = first; i < set->files.count; i++) {
        const struct vtr_ast *ast = &vtr_file_at(set, i)->ast;
        for (struct vtr_ast_include *n = ast->includes; n != NULL; n = n->next) {
            count++;
        }
    }
    return count;
}

/* Makes room for the files that the round's files include. */
static enum vtr_status index_paths(struct vtr_file_set *set, size_t more)
{
    if (vtr_name_table_init(&set->paths, &set->arenas[0], set->files.count + more) !=
        VTR_OK) {
        return VTR_ERROR_MEMORY;
    }
    for (size_t i = 0; i < set->files.count; i++) {
        (void)vtr_name_table_add(&set->paths, 0, vtr_file_at(set, i)->source.path,
                                 (uint32_t)i);
    }
    return VTR_OK;
}

static struct vtr_place include_place(const struct vtr_file *file,
                                      const struct vtr_ast_include *include)
{
    return (struct vtr_place){&file->source, include->offset, include->length};
}

void vtr_file_report_depth(struct vtr_file *file, const struct vtr_ast_include *include)
{
    (void)vtr_diagnostics_add(&file->diagnostics, VTR_CODE_INCLUDE_DEPTH,
                              include_place(file, include),
                              "includes are nested more than %u deep",
                              VTR_INCLUDE_DEPTH_LIMIT);
}

/* The file that an include statement means, added to the set when it is new. */
static enum vtr_status resolve_include(struct vtr_file_set *set, struct vtr_file *file,
                                       struct vtr_ast_include *include)
{
    struct vtr_source source = {.language = VTR_LANGUAGE_YARA};

    if (set->is_closed) {
        (void)vtr_diagnostics_add(&file->diagnostics, VTR_CODE_INCLUDE_MISSING,
                                  include_place(file, include),
                                  "a source in memory cannot include files");
        return VTR_OK;
    }
    if (file->depth >= VTR_INCLUDE_DEPTH_LIMIT) {
        vtr_file_report_depth(file, include);
        return VTR_OK;
    }
    source.path = vtr_source_beside(&set->arenas[0], file->source.path, include->name);
    if (source.path.ptr == NULL) {
        return VTR_ERROR_MEMORY;
    }
    source.relative = source.path;
    const uint32_t known =
        vtr_name_table_add(&set->paths, 0, source.path, (uint32_t)set->files.count);
    if (known != VTR_NAME_NOT_FOUND) {
        include->file = known;
        return VTR_OK;
    }
    struct vtr_file *added = add_file(set, &source);
    if (added == NULL) {
        return VTR_ERROR_MEMORY;
    }
    added->depth = file->depth + 1;
    include->file = set->files.count - 1;
    return VTR_OK;
}

static enum vtr_status resolve_includes(struct vtr_file_set *set, size_t first,
                                        size_t end)
{
    if (index_paths(set, count_includes(set, first)) != VTR_OK) {
        return VTR_ERROR_MEMORY;
    }
    for (size_t i = first; i < end; i++) {
        struct vtr_file *file = vtr_file_at(set, i);
        for (struct vtr_ast_include *n = file->ast.includes; n != NULL; n = n->next) {
            const enum vtr_status status = resolve_include(set, file, n);
            if (status != VTR_OK) {
                return status;
            }
        }
    }
    return VTR_OK;
}

/* Says at its include statements that a file cannot be read. */
static void report_missing(struct vtr_file_set *set)
{
    for (size_t i = 0; i < set->files.count; i++) {
        struct vtr_file *file = vtr_file_at(set, i);
        for (struct vtr_ast_include *n = file->ast.includes; n != NULL; n = n->next) {
            if (n->file == SIZE_MAX || !vtr_file_at(set, n->file)->is_failed) {
                continue;
            }
            const struct vtr_bytes path = vtr_file_at(set, n->file)->source.path;
            struct vtr_problem *problem =
                vtr_diagnostics_add(&file->diagnostics, VTR_CODE_INCLUDE_MISSING,
                                    include_place(file, n),
                                    "cannot read the included file '%.*s'",
                                    (int)n->name.len, (const char *)n->name.ptr);
            problem->note =
                vtr_diagnostics_text(&file->diagnostics,
                                     "looked for '%s': a path is relative to this file",
                                     (const char *)path.ptr);
            n->file = SIZE_MAX;
        }
    }
}

enum vtr_status vtr_file_set_load(struct vtr_file_set *set, struct vtr_error *err)
{
    struct loading loading = {.set = set};

    while (loading.first < set->files.count) {
        const size_t end = set->files.count;
        enum vtr_status status =
            vtr_run_tasks(end - loading.first, set->workers, load_file, &loading);
        if (status == VTR_OK) {
            status = resolve_includes(set, loading.first, end);
        }
        if (status != VTR_OK) {
            return vtr_error_set_memory(err);
        }
        loading.first = end;
    }
    report_missing(set);
    for (size_t i = 0; i < set->files.count; i++) {
        /* From here on one thread at a time has the file again. */
        vtr_file_at(set, i)->diagnostics.arena = &set->arenas[0];
    }
    return VTR_OK;
}

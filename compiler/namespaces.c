/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/namespaces.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/sort.h"

/* A given file and the namespace that it is the root of. */
struct root {
    struct vtr_bytes space;
    struct vtr_file *file;
};

struct walk {
    struct vtr_file_set *files;
    struct vtr_namespace_set *out;
    uint32_t space;
    uint32_t mark; /* of files that are being walked; mark + 1: have been */
    bool has_no_memory;
};

/* Path without suffix: what a file calls its namespace. */
static struct vtr_bytes space_of(const struct vtr_source *source)
{
    struct vtr_bytes name = source->relative;

    if (vtr_bytes_equal(name, vtr_bytes_from_text("-"))) {
        return vtr_bytes_from_text("default");
    }
    for (size_t i = name.len; i > 1 && name.ptr[i - 1] != '/'; i--) {
        if (name.ptr[i - 1] == '.' && name.ptr[i - 2] != '/') {
            name.len = i - 1;
            break;
        }
    }
    return name;
}

static int compare_roots(const void *a, const void *b, void *context)
{
    const struct root *left = a;
    const struct root *right = b;
    const int order = vtr_bytes_compare(left->space, right->space);

    (void)context;
    return order != 0
               ? order
               : vtr_bytes_compare(left->file->source.path, right->file->source.path);
}

static void report_cycle(struct vtr_file *file, const struct vtr_ast_include *include)
{
    (void)vtr_diagnostics_add(&file->diagnostics, VTR_CODE_INCLUDE_CYCLE,
                              (struct vtr_place){&file->source, include->offset,
                                                 include->length},
                              "'%.*s' includes this file in turn",
                              (int)include->name.len, (const char *)include->name.ptr);
}

/* A file and what it includes, each once.  The depth is that of the include tree, which
 * is limited; past the limit a path of includes is cut, reported. */
static void walk_file(struct walk *walk, struct vtr_file *file, unsigned depth)
{
    struct vtr_namespace_file *member = vtr_vector_push(&walk->out->members);

    if (member == NULL) {
        walk->has_no_memory = true;
        return;
    }
    *member = (struct vtr_namespace_file){file, walk->space};
    file->mark = walk->mark;
    for (struct vtr_ast_include *n = file->ast.includes; n != NULL; n = n->next) {
        if (n->file == SIZE_MAX || walk->has_no_memory) {
            continue;
        }
        struct vtr_file *next = vtr_file_at(walk->files, n->file);
        if (next->mark == walk->mark) {
            report_cycle(file, n);
        } else if (next->mark != walk->mark + 1 && depth >= VTR_INCLUDE_DEPTH_LIMIT) {
            vtr_file_report_depth(file, n);
        } else if (next->mark != walk->mark + 1) {
            walk_file(walk, next, depth + 1);
        }
    }
    file->mark = walk->mark + 1;
}

static int compare_members(const void *a, const void *b, void *context)
{
    const struct vtr_namespace_file *left = a;
    const struct vtr_namespace_file *right = b;

    (void)context;
    if (left->space != right->space) {
        return left->space < right->space ? -1 : 1;
    }
    return vtr_bytes_compare(left->file->source.path, right->file->source.path);
}

/* The given YARA files, each with its namespace, sorted. */
static struct root *list_roots(struct vtr_file_set *files, enum vtr_namespace_mode mode,
                               size_t *out_count)
{
    struct root *roots =
        vtr_arena_array(&files->arenas[0], files->files.count + 1, sizeof(*roots));
    size_t count = 0;

    for (size_t i = 0; roots != NULL && i < files->files.count; i++) {
        struct vtr_file *file = vtr_file_at(files, i);
        if (file->is_given && !file->is_failed &&
            file->source.language == VTR_LANGUAGE_YARA) {
            roots[count].file = file;
            roots[count].space = mode == VTR_NAMESPACE_FILE
                                     ? space_of(&file->source)
                                     : vtr_bytes_from_text("default");
            count++;
        }
    }
    if (roots == NULL ||
        vtr_sort(roots, count, sizeof(*roots), compare_roots, NULL) != VTR_OK) {
        return NULL;
    }
    *out_count = count;
    return roots;
}

static void note_spaces(const struct vtr_namespace_set *set)
{
    const struct vtr_namespace_file *members = set->members.items;

    for (size_t i = set->members.count; i > 0; i--) { /* so that the first one stays */
        members[i - 1].file->space = members[i - 1].space;
    }
}

enum vtr_status vtr_namespace_set_init(struct vtr_namespace_set *out,
                                       struct vtr_file_set *files,
                                       enum vtr_namespace_mode mode,
                                       struct vtr_error *err)
{
    struct walk walk = {.files = files, .out = out, .mark = 1};
    size_t count = 0;
    struct root *roots = list_roots(files, mode, &count);

    *out = (struct vtr_namespace_set){0};
    vtr_vector_init(&out->members, sizeof(struct vtr_namespace_file));
    out->spaces = vtr_arena_array(&files->arenas[0], count + 1, sizeof(*out->spaces));
    if (roots == NULL || out->spaces == NULL) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !vtr_bytes_equal(roots[i].space, roots[i - 1].space)) {
            walk.space = (uint32_t)out->space_count;
            out->spaces[out->space_count++] = roots[i].space;
            walk.mark += 2;
        }
        if (roots[i].file->mark != walk.mark + 1) {
            walk_file(&walk, roots[i].file, 0);
        }
    }
    if (walk.has_no_memory ||
        vtr_sort(out->members.items, out->members.count,
                 sizeof(struct vtr_namespace_file), compare_members, NULL) != VTR_OK) {
        return vtr_error_set_memory(err);
    }
    note_spaces(out);
    return VTR_OK;
}

void vtr_namespace_set_deinit(struct vtr_namespace_set *set)
{
    vtr_vector_deinit(&set->members);
}

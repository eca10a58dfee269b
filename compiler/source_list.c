/* SPDX-License-Identifier: Apache-2.0 */

/* The files that sources stand for, for those who want to read them on their own. */
#include "vitrine/compile.h"

#include <stdlib.h>

#include "base/error.h"
#include "compiler/compilation.h"

struct vtr_source_list {
    struct vtr_compilation *sources; /* that got no further than its files' names */
    struct vtr_source_file *files;
    size_t count;
};

/* What the file set holds, in the public form. */
static enum vtr_status fill(struct vtr_source_list *list)
{
    struct vtr_compilation *c = list->sources;

    list->count = c->files.files.count;
    list->files = vtr_arena_array(&c->arenas[0], list->count + 1, sizeof(*list->files));
    if (list->files == NULL) {
        return VTR_ERROR_MEMORY;
    }
    for (size_t i = 0; i < list->count; i++) {
        const struct vtr_source *source = &vtr_file_at(&c->files, i)->source;
        list->files[i] = (struct vtr_source_file){
            .path = (const char *)source->path.ptr,
            .relative = (const char *)source->relative.ptr,
            .is_yara = source->language == VTR_LANGUAGE_YARA,
        };
    }
    return vtr_compilation_report(c);
}

enum vtr_status vtr_source_list_new(struct vtr_source_list **out,
                                    const char *const *sources, size_t source_count,
                                    struct vtr_error *err)
{
    const struct vtr_compile_options options = {0};
    struct vtr_source_list *list = calloc(1, sizeof(*list));
    enum vtr_status status;

    if (list == NULL || vtr_compilation_new(&list->sources, &options) != VTR_OK) {
        free(list);
        return vtr_error_set_memory(err);
    }
    status = vtr_file_set_add(&list->sources->files, sources, source_count, err);
    if (status == VTR_OK && fill(list) != VTR_OK) {
        status = vtr_error_set_memory(err);
    }
    if (status != VTR_OK) {
        vtr_source_list_free(list);
        return status;
    }
    *out = list;
    return VTR_OK;
}

void vtr_source_list_free(struct vtr_source_list *list)
{
    if (list != NULL) {
        vtr_compilation_free(list->sources);
        free(list);
    }
}

const struct vtr_source_file *vtr_source_list_get_files(
    const struct vtr_source_list *list, size_t *count)
{
    *count = list->count;
    return list->files;
}

const struct vtr_diagnostic *vtr_source_list_get_diagnostics(
    const struct vtr_source_list *list, size_t *count)
{
    return vtr_compilation_get_diagnostics(list->sources, count);
}

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The files of a compile: what the arguments name, and what these include, each read
 * and parsed once, on as many threads as there are workers.
 */
#ifndef VTR_COMPILER_SYNTAX_FILE_SET_H
#define VTR_COMPILER_SYNTAX_FILE_SET_H

#include "compiler/syntax/ast.h"
#include "compiler/syntax/name_table.h"
#include "compiler/syntax/source.h"

#define VTR_INCLUDE_DEPTH_LIMIT 16u

struct vtr_file {
    struct vtr_source source;
    struct vtr_ast ast; /* of a YARA source */
    struct vtr_diagnostics diagnostics;
    bool is_given;  /* named by an argument or found in a folder; not only included */
    bool is_failed; /* could not be read */
    unsigned depth; /* includes between it and a given file */
    uint32_t mark;  /* for walks over includes, see namespaces.c */
    uint32_t space; /* the first of its namespaces, of namespaces.h */
};

struct vtr_file_set {
    struct vtr_arena *arenas; /* one a worker, borrowed; the first is also the set's */
    struct vtr_arena *scratches; /* the same, for what is gone after a string */
    unsigned workers;
    size_t diagnostic_limit;
    uint64_t allowed;         /* warnings that no file's diagnostics keep */
    enum vtr_dialect dialect; /* of all sources */
    bool is_closed;           /* includes are refused: sources from memory */
    struct vtr_vector files;  /* struct vtr_file *: the given ones sorted by path, then
                                 those that they include, in the order of statements */
    struct vtr_name_table paths;
    struct vtr_diagnostics diagnostics; /* of arguments, and of hash lists together */
};

void vtr_file_set_init(struct vtr_file_set *set, struct vtr_arena *arenas,
                       struct vtr_arena *scratches, unsigned workers,
                       size_t diagnostic_limit);
void vtr_file_set_deinit(struct vtr_file_set *set);

/* Adds what the arguments name. */
VTR_MUST_CHECK enum vtr_status vtr_file_set_add(struct vtr_file_set *set,
                                                const char *const *arguments,
                                                size_t count, struct vtr_error *err);

/* Adds one source that is in memory; takes over nothing. */
VTR_MUST_CHECK enum vtr_status vtr_file_set_add_text(struct vtr_file_set *set,
                                                     const char *path,
                                                     struct vtr_bytes text,
                                                     struct vtr_error *err);

/* Reads and parses all files, and those that they include. */
VTR_MUST_CHECK enum vtr_status vtr_file_set_load(struct vtr_file_set *set,
                                                 struct vtr_error *err);

/* Reports an include that is nested too deeply. */
void vtr_file_report_depth(struct vtr_file *file,
                           const struct vtr_ast_include *include);

static inline struct vtr_file *vtr_file_at(const struct vtr_file_set *set, size_t index)
{
    return ((struct vtr_file **)set->files.items)[index];
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which file's rules are in which namespace.
 *
 * In the shared mode every file is there once.  In the file mode a file that was given
 * and what it includes are in the namespace of that file; a file that several include
 * is in several namespaces, and once in each.
 */
#ifndef VTR_COMPILER_NAMESPACES_H
#define VTR_COMPILER_NAMESPACES_H

#include "compiler/syntax/file_set.h"

/* One file in one namespace. */
struct vtr_namespace_file {
    struct vtr_file *file;
    uint32_t space; /* index of the namespace */
};

struct vtr_namespace_set {
    struct vtr_bytes *spaces; /* their names, sorted; in an arena of the files */
    size_t space_count;
    struct vtr_vector members; /* struct vtr_namespace_file, by namespace, then path */
};

/* Works it out for the loaded `files`, which it borrows, and notes in each its first
 * namespace; reports includes that go in a circle.  VTR_ERROR_MEMORY. */
VTR_MUST_CHECK enum vtr_status vtr_namespace_set_init(struct vtr_namespace_set *out,
                                                      struct vtr_file_set *files,
                                                      enum vtr_namespace_mode mode,
                                                      struct vtr_error *err);
void vtr_namespace_set_deinit(struct vtr_namespace_set *set);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which file's rules are in which namespace.
 *
 * In the shared mode every file is there once.  In the file mode a file that was given
 * and what it includes are in the namespace of that file; a file that several include
 * is in several namespaces, and once in each.
 */
#ifndef VTR_COMPILER_UNIT_H
#define VTR_COMPILER_UNIT_H

#include "compiler/syntax/file_set.h"

/* One file in one namespace. */
struct vtr_unit_file {
    struct vtr_file *file;
    uint32_t space; /* index of the namespace */
};

struct vtr_unit_set {
    struct vtr_bytes *spaces; /* namespaces, sorted */
    size_t space_count;
    struct vtr_vector members; /* struct vtr_unit_file, by namespace, then path */
};

/* Works it out; reports includes that go in a circle. */
VTR_MUST_CHECK enum vtr_status vtr_unit_set_init(struct vtr_unit_set *out,
                                                 struct vtr_file_set *files,
                                                 enum vtr_namespace_mode mode,
                                                 struct vtr_error *err);
void vtr_unit_set_deinit(struct vtr_unit_set *set);

#endif

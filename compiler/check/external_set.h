/* SPDX-License-Identifier: Apache-2.0 */

/* External variables: what "-D NAME=VALUE" defines, and their records. */
#ifndef VTR_COMPILER_CHECK_EXTERNAL_SET_H
#define VTR_COMPILER_CHECK_EXTERNAL_SET_H

#include "base/arena.h"
#include "compiler/syntax/ast.h"
#include "compiler/syntax/name_table.h"
#include "format/record/rule.h"

struct vtr_external {
    struct vtr_bytes name;
    enum vtr_type type;    /* in conditions: true and false are integers there */
    struct vtr_bytes body; /* record, format/record/rule.h */
};

/* Sorted by name. */
struct vtr_external_set {
    struct vtr_external *items;
    size_t count;
    struct vtr_name_table names;
};

/* VTR_ERROR_ARGUMENT for a definition that is none, and for a second one of a name. */
VTR_MUST_CHECK enum vtr_status vtr_external_set_init(struct vtr_external_set *out,
                                                     struct vtr_arena *arena,
                                                     const char *const *defines,
                                                     size_t count,
                                                     struct vtr_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* Hash table from names to numbers, for symbol tables.  It is only ever asked by name:
 * its order reaches no output. */
#ifndef VTR_COMPILER_SYNTAX_NAME_TABLE_H
#define VTR_COMPILER_SYNTAX_NAME_TABLE_H

#include "base/arena.h"

#define VTR_NAME_NOT_FOUND UINT32_MAX

struct vtr_name_slot {
    struct vtr_bytes name; /* ptr NULL: free */
    uint32_t space;        /* names of different spaces are different */
    uint32_t value;
};

struct vtr_name_table {
    struct vtr_name_slot *slots; /* in the arena */
    size_t cap;                  /* a power of two */
};

/* Room for `count` names, which are borrowed. */
VTR_MUST_CHECK enum vtr_status vtr_name_table_init(struct vtr_name_table *table,
                                                   struct vtr_arena *arena,
                                                   size_t count);

/* The value of a name, or VTR_NAME_NOT_FOUND. */
uint32_t vtr_name_table_find(const struct vtr_name_table *table, uint32_t space,
                             struct vtr_bytes name);

/* Adds a name unless it is there; returns the value that it had, or
 * VTR_NAME_NOT_FOUND when it is new. */
uint32_t vtr_name_table_add(struct vtr_name_table *table, uint32_t space,
                            struct vtr_bytes name, uint32_t value);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rules in their namespaces: which name means which rule, and which rules fall with
 * another.
 *
 * A rule may refer to rules of its namespace that are defined earlier in its file or
 * anywhere in another file, so that the order of files never matters.
 */
#ifndef VTR_COMPILER_RESOLVE_H
#define VTR_COMPILER_RESOLVE_H

#include "compiler/lower/lower_condition.h"
#include "compiler/namespaces.h"

/* A rule in a namespace. */
struct vtr_rule_entry {
    struct vtr_ast_rule *rule;
    const struct vtr_file *file;
    uint32_t space;
    uint32_t ordinal; /* in its file */
    bool is_bad;
    bool is_duplicate; /* another rule has its name: not in `sorted` */
    size_t first_edge; /* rules that it refers to, in `edges` */
    size_t edge_count;
};

struct vtr_edge {
    uint32_t target; /* entry */
    const struct vtr_reference *reference;
};

struct vtr_resolution {
    const struct vtr_namespace_set *namespaces;
    struct vtr_arena *arena;
    struct vtr_diagnostics *diagnostics;
    struct vtr_rule_entry *entries; /* by namespace, file, place in the file */
    size_t count;
    uint32_t *sorted; /* entries by namespace, name */
    size_t sorted_count;
    struct vtr_name_table names;
    struct vtr_vector edges; /* struct vtr_edge */
    uint64_t candidates;     /* of wildcards, that were looked at */
    uint64_t misspelt_count; /* names that no rule has, so far */
};

/* Lists the rules and finds names that are given twice; needs parsed files only, and
 * borrows all that it is given.  VTR_ERROR_MEMORY; VTR_ERROR_LIMIT: more rules than 32
 * bits count. */
VTR_MUST_CHECK enum vtr_status vtr_resolution_init(
    struct vtr_resolution *out, const struct vtr_namespace_set *namespaces,
    struct vtr_arena *arena, struct vtr_diagnostics *diagnostics);
void vtr_resolution_deinit(struct vtr_resolution *r);

/* Follows the references of checked rules: reports those that lead nowhere or in a
 * circle, and marks rules that refer to bad ones.  VTR_ERROR_MEMORY; VTR_ERROR_LIMIT:
 * more references than are followed. */
VTR_MUST_CHECK enum vtr_status vtr_resolution_link(struct vtr_resolution *r);

/* For vtr_lowering.list_rules: the members of a wildcard as the entry `entry` sees it.
 */
struct vtr_rule_lister {
    const struct vtr_resolution *resolution;
    uint32_t entry;
};
size_t vtr_resolution_list_rules(void *context, struct vtr_bytes prefix,
                                 struct vtr_writer *out);

/* The rest is shared by resolve.c and resolve_cycle.c. */

/* Marks rules that refer to bad ones, and those of a circle, of which it reports one.
 * VTR_ERROR_MEMORY. */
VTR_MUST_CHECK enum vtr_status vtr_resolution_spread(struct vtr_resolution *r);

/* Where a rule's name stands, and what it refers to another with. */
struct vtr_place vtr_entry_place(const struct vtr_rule_entry *entry);
struct vtr_place vtr_entry_reference_place(const struct vtr_rule_entry *entry,
                                           const struct vtr_reference *reference);

#endif

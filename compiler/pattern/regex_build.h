/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Nodes of an expression's tree, for its parser: a character is what the flags make of
 * it.  Everything returns NULL when memory is out or VTR_REGEX_NODE_LIMIT is met, and
 * says so in the problem.
 */
#ifndef VTR_COMPILER_PATTERN_REGEX_BUILD_H
#define VTR_COMPILER_PATTERN_REGEX_BUILD_H

#include "compiler/pattern/regex_flags.h"
#include "compiler/pattern/regex_parser.h"

struct vtr_regex_builder {
    struct vtr_arena *arena;
    struct vtr_pattern_problem *problem;
    struct vtr_regex_tree *tree;
    struct vtr_regex_flags flags; /* of what comes next */
    bool has_cased;               /* something has case, whatever the tree says */
    size_t node_count;
};

/* Siblings while they are collected. */
struct vtr_regex_list {
    struct vtr_regex_node *first;
    struct vtr_regex_node *last;
};

struct vtr_regex_node *vtr_regex_new_node(struct vtr_regex_builder *builder,
                                          enum vtr_regex_kind kind);

void vtr_regex_list_add(struct vtr_regex_list *list, struct vtr_regex_node *node);

/* The only element, or a node of `kind` over several. */
struct vtr_regex_node *vtr_regex_list_node(struct vtr_regex_builder *builder,
                                           const struct vtr_regex_list *list,
                                           enum vtr_regex_kind kind);

/* A set, which is copied. */
struct vtr_regex_node *vtr_regex_new_class(struct vtr_regex_builder *builder,
                                           const struct vtr_byte_set *set);

/* A byte: a letter without case is a set where the tree has case. */
struct vtr_regex_node *vtr_regex_new_literal(struct vtr_regex_builder *builder,
                                             uint8_t byte);

/* ".": a set where it is not what it is in the tree at large. */
struct vtr_regex_node *vtr_regex_new_any(struct vtr_regex_builder *builder);

/* A character of Unicode as its bytes in UTF-8. */
struct vtr_regex_node *vtr_regex_new_character(struct vtr_regex_builder *builder,
                                               uint32_t value);

#endif

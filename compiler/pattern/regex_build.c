/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/pattern/regex_build.h"

#include "base/arena.h"
#include "compiler/pattern/pattern_problem.h"
#include "compiler/pattern/regex_class.h"

struct vtr_regex_node *vtr_regex_new_node(struct vtr_regex_builder *builder,
                                          enum vtr_regex_kind kind)
{
    if (builder->node_count == VTR_REGEX_NODE_LIMIT) {
        (void)vtr_problem_set(builder->problem, "E214", 0, 0,
                              "regular expression is too large");
        (void)vtr_problem_help(builder->problem, "make several of it");
        return NULL;
    }
    builder->node_count++;
    struct vtr_regex_node *node = vtr_arena_alloc(builder->arena, sizeof *node);
    if (node == NULL) {
        (void)vtr_problem_set_memory(builder->problem);
    } else {
        node->kind = kind;
    }
    return node;
}

void vtr_regex_list_add(struct vtr_regex_list *list, struct vtr_regex_node *node)
{
    if (list->last == NULL) {
        list->first = node;
    } else {
        list->last->next = node;
    }
    list->last = node;
}

struct vtr_regex_node *vtr_regex_list_node(struct vtr_regex_builder *builder,
                                           const struct vtr_regex_list *list,
                                           enum vtr_regex_kind kind)
{
    if (list->first == list->last) {
        return list->first;
    }
    struct vtr_regex_node *node = vtr_regex_new_node(builder, kind);
    if (node != NULL) {
        node->first = list->first;
    }
    return node;
}

struct vtr_regex_node *vtr_regex_new_class(struct vtr_regex_builder *builder,
                                           const struct vtr_byte_set *set)
{
    struct vtr_regex_node *node = vtr_regex_new_node(builder, VTR_REGEX_CLASS);

    if (node == NULL) {
        return NULL;
    }
    struct vtr_byte_set *copy = vtr_arena_alloc(builder->arena, sizeof *copy);
    if (copy == NULL) {
        (void)vtr_problem_set_memory(builder->problem);
        return NULL;
    }
    *copy = *set;
    node->set = copy;
    return node;
}

struct vtr_regex_node *vtr_regex_new_literal(struct vtr_regex_builder *builder,
                                             uint8_t byte)
{
    const bool is_letter = (byte | 0x20u) - (unsigned)'a' < 26;
    const bool is_nocase = builder->flags.is_nocase;

    if (is_letter && is_nocase && !builder->tree->is_nocase) {
        struct vtr_byte_set set = {{0}};
        vtr_byte_set_add(&set, byte);
        vtr_byte_set_fold(&set);
        return vtr_regex_new_class(builder, &set);
    }
    builder->has_cased = builder->has_cased || (is_letter && !is_nocase);
    struct vtr_regex_node *node = vtr_regex_new_node(builder, VTR_REGEX_LITERAL);
    if (node != NULL) {
        node->byte = byte;
    }
    return node;
}

struct vtr_regex_node *vtr_regex_new_any(struct vtr_regex_builder *builder)
{
    struct vtr_byte_set set = {{0}};

    const bool has_return = builder->flags.has_returns && !builder->flags.is_dotall;

    if (builder->flags.is_dotall == builder->tree->is_dotall && !has_return) {
        return vtr_regex_new_node(builder, VTR_REGEX_ANY);
    }
    if (!builder->flags.is_dotall) {
        vtr_byte_set_add(&set, '\n');
    }
    if (has_return) {
        vtr_byte_set_add(&set, '\r');
    }
    vtr_byte_set_invert(&set);
    return vtr_regex_new_class(builder, &set);
}

struct vtr_regex_node *vtr_regex_new_character(struct vtr_regex_builder *builder,
                                               uint32_t value)
{
    static const uint8_t LEADS[] = {0, 0xc0, 0xe0, 0xf0};
    const unsigned rest = value < 0x80      ? 0
                          : value < 0x800   ? 1
                          : value < 0x10000 ? 2
                                            : 3;
    struct vtr_regex_list list = {0};

    for (unsigned i = 0; i <= rest; i++) {
        const uint32_t bits = value >> 6 * (rest - i);
        const uint32_t byte = i == 0 ? LEADS[rest] | bits : 0x80u | (bits & 0x3fu);
        struct vtr_regex_node *node = vtr_regex_new_literal(builder, (uint8_t)byte);
        if (node == NULL) {
            return NULL;
        }
        vtr_regex_list_add(&list, node);
    }
    return vtr_regex_list_node(builder, &list, VTR_REGEX_CONCAT);
}

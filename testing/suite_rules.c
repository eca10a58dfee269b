/* SPDX-License-Identifier: Apache-2.0 */

#include "testing/suite_rules.h"

#include "base/bytes.h"
#include "compiler/diagnostic/suggest.h"

enum vtr_status vtr_suite_rules_init(struct vtr_suite_rules *rules,
                                     const struct vtr_compilation *compilation,
                                     struct vtr_arena *arena)
{
    const size_t count = (size_t)compilation->stats.rules;

    *rules = (struct vtr_suite_rules){.compilation = compilation};
    rules->is_tried = vtr_arena_array(arena, count + 1, sizeof(*rules->is_tried));
    if (rules->is_tried == NULL ||
        vtr_name_table_init(&rules->names, arena, count) != VTR_OK) {
        return VTR_ERROR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        (void)vtr_name_table_add(&rules->names, 0, compilation->rules[i].name,
                                 (uint32_t)i);
    }
    return VTR_OK;
}

/* "space:name" to its parts; false when there is a name alone. */
static bool split(struct vtr_bytes written, struct vtr_bytes *out_space,
                  struct vtr_bytes *out_name)
{
    for (size_t i = written.len; i > 0; i--) {
        if (written.ptr[i - 1] == ':') {
            *out_space = (struct vtr_bytes){written.ptr, i - 1};
            *out_name = (struct vtr_bytes){written.ptr + i, written.len - i};
            return true;
        }
    }
    *out_name = written;
    return false;
}

const struct vtr_compiled_rule *vtr_suite_rules_find(
    const struct vtr_suite_rules *rules, struct vtr_bytes written)
{
    struct vtr_bytes space;
    struct vtr_bytes name;

    if (split(written, &space, &name)) {
        return vtr_compilation_find_rule(rules->compilation, space, name);
    }
    const uint32_t index = vtr_name_table_find(&rules->names, 0, name);
    return index == VTR_NAME_NOT_FOUND ? NULL : &rules->compilation->rules[index];
}

struct vtr_bytes vtr_suite_rules_nearest(const struct vtr_suite_rules *rules,
                                         struct vtr_bytes written)
{
    struct vtr_bytes space;
    struct vtr_bytes name;

    (void)split(written, &space, &name);
    for (size_t i = 0; i < rules->compilation->stats.rules; i++) {
        if (vtr_names_are_close(rules->compilation->rules[i].name, name)) {
            return rules->compilation->rules[i].name;
        }
    }
    return (struct vtr_bytes){0};
}

bool vtr_suite_is_named(struct vtr_bytes written, struct vtr_bytes space,
                        struct vtr_bytes name)
{
    struct vtr_bytes wanted_space;
    struct vtr_bytes wanted_name;

    if (vtr_bytes_equal(written, name)) {
        return true;
    }
    return split(written, &wanted_space, &wanted_name) &&
           vtr_bytes_equal(wanted_space, space) && vtr_bytes_equal(wanted_name, name);
}

bool vtr_suite_rule_is_private(const struct vtr_compiled_rule *rule)
{
    struct vtr_rule_view view;

    return vtr_rule_read(rule->body, &view) && (view.flags & VTR_RULE_PRIVATE) != 0;
}

bool vtr_suite_rule_has_string(const struct vtr_compiled_rule *rule,
                               struct vtr_bytes id)
{
    struct vtr_pattern_view pattern;
    struct vtr_rule_view view;

    if (!vtr_rule_read(rule->body, &view)) {
        return false;
    }
    for (uint64_t i = 0; i < view.pattern_count; i++) {
        if (!vtr_rule_next_pattern(&view.patterns, &pattern)) {
            return false;
        }
        if (vtr_bytes_equal(pattern.id, id)) {
            return true;
        }
    }
    return false;
}

void vtr_suite_rules_note(struct vtr_suite_rules *rules, struct vtr_bytes space,
                          struct vtr_bytes name)
{
    const struct vtr_compiled_rule *rule =
        vtr_compilation_find_rule(rules->compilation, space, name);

    if (rule != NULL) {
        rules->is_tried[rule - rules->compilation->rules] = 1;
    }
}

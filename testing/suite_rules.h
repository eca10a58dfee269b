/* SPDX-License-Identifier: Apache-2.0 */

/* The rules of a compilation as tests see them: found by name, and ticked off when a
 * sample satisfies them. */
#ifndef VTR_TESTING_SUITE_RULES_H
#define VTR_TESTING_SUITE_RULES_H

#include "compiler/compilation.h"
#include "format/record/rule.h"

struct vtr_suite_rules {
    const struct vtr_compilation *compilation;
    struct vtr_name_table names; /* to the first of the namespaces that have it */
    uint8_t *is_tried;           /* of each rule */
};

/* VTR_ERROR_MEMORY. */
VTR_MUST_CHECK enum vtr_status vtr_suite_rules_init(
    struct vtr_suite_rules *rules, const struct vtr_compilation *compilation,
    struct vtr_arena *arena);

/* The rule that "NAME" or "NAMESPACE:NAME" means; NULL: there is none. */
const struct vtr_compiled_rule *vtr_suite_rules_find(
    const struct vtr_suite_rules *rules, struct vtr_bytes written);

/* The name of a rule that `written` was probably meant to be; ptr NULL: none. */
struct vtr_bytes vtr_suite_rules_nearest(const struct vtr_suite_rules *rules,
                                         struct vtr_bytes written);

/* Whether a rule or hash record of that namespace and name is what is written. */
bool vtr_suite_is_named(struct vtr_bytes written, struct vtr_bytes space,
                        struct vtr_bytes name);

bool vtr_suite_rule_is_private(const struct vtr_compiled_rule *rule);
bool vtr_suite_rule_has_string(const struct vtr_compiled_rule *rule,
                               struct vtr_bytes id);

/* Ticks off a rule that a sample satisfies, as it should. */
void vtr_suite_rules_note(struct vtr_suite_rules *rules, struct vtr_bytes space,
                          struct vtr_bytes name);

#endif

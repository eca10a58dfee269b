/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/always_rules.h"

#include "base/sort.h"
#include "scan/scan_run.h"

/* In place of a guard, of a rule that has none. */
#define NO_GUARD UINT32_MAX

struct item {
    uint32_t guard; /* the rule's first */
    uint32_t rule;
    uint32_t fact; /* number of the rule in the run's facts; UINT32_MAX: unknown */
};

void vtr_always_rules_init(struct vtr_always_rules *always)
{
    *always = (struct vtr_always_rules){.is_made = false};
    vtr_vector_init(&always->items, sizeof(struct item));
}

void vtr_always_rules_deinit(struct vtr_always_rules *always)
{
    vtr_vector_deinit(&always->items);
    always->is_made = false;
}

static int compare_items(const void *a, const void *b, void *context)
{
    const struct item *left = a;
    const struct item *right = b;

    (void)context;
    return (left->guard > right->guard) - (left->guard < right->guard);
}

static bool make(struct vtr_always_rules *always, struct vtr_scan_run *run)
{
    const struct vtr_bytes rules = run->image->sections[VTR_SECTION_RULE_ALWAYS].bytes;
    struct vtr_rule_facts *facts = &run->facts;

    always->items.count = 0;
    for (size_t i = 0; i < rules.len / 4; i++) {
        struct item *item = vtr_vector_push(&always->items);
        if (item == NULL) {
            return false;
        }
        item->rule = vtr_table_u32(rules, i);
        item->fact = vtr_rule_facts_get(facts, run, item->rule);
        item->guard = item->fact == UINT32_MAX ||
                              vtr_rule_facts_guard_count(facts, item->fact) == 0
                          ? NO_GUARD
                          : vtr_rule_facts_guard(facts, item->fact, 0);
    }
    /* The sort is stable: rules of one guard stay in their order. */
    if (vtr_sort(always->items.items, always->items.count, sizeof(struct item),
                 compare_items, NULL) != VTR_OK) {
        return false;
    }
    always->generation = facts->generation;
    always->is_made = true;
    return true;
}

static bool push(struct vtr_vector *out, uint32_t rule)
{
    uint32_t *place = vtr_vector_push(out);

    if (place != NULL) {
        *place = rule;
    }
    return place != NULL;
}

/* The first of the items after `at` that has another guard. */
static size_t next_group(const struct item *items, size_t count, size_t at)
{
    const uint32_t guard = items[at].guard;
    size_t low = at + 1;
    size_t high = count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (items[middle].guard == guard) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool vtr_always_rules_add(struct vtr_always_rules *always, struct vtr_scan_run *run,
                          struct vtr_vector *out)
{
    if ((!always->is_made || always->generation != run->facts.generation) &&
        !make(always, run)) {
        return false;
    }
    const struct item *items = always->items.items;
    const size_t count = always->items.count;
    size_t at = 0;
    while (at < count) {
        const uint32_t guard = items[at].guard;
        const size_t end = next_group(items, count, at);
        const bool is_open =
            guard == NO_GUARD || vtr_rule_facts_holds(&run->facts, run, guard);
        for (; is_open && at < end; at++) {
            const bool is_possible =
                items[at].fact == UINT32_MAX ||
                vtr_rule_facts_is_possible(&run->facts, run, items[at].fact);
            if (is_possible && !push(out, items[at].rule)) {
                return false;
            }
        }
        at = end;
    }
    return true;
}

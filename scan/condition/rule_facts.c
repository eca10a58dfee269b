/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/condition/rule_facts.h"

#include "base/bytes.h"
#include "base/digest.h"
#include "format/bytecode/condition_terms.h"
#include "scan/condition/condition.h"
#include "scan/condition/entry_point.h"
#include "scan/run/profile.h"

struct rule {
    struct vtr_rule_essence essence;
    uint32_t first_need;
    uint32_t first_guard; /* in rule_guards */
    uint32_t guard_count;
};

/* A condition's term, and what is known of it for a file. */
struct guard {
    struct vtr_bytes code; /* a part of the image */
    uint64_t file_number;
    bool holds;
};

struct place_value {
    uint64_t file_number;
    bool is_known;
    uint64_t offset;
};

void vtr_rule_facts_init(struct vtr_rule_facts *facts)
{
    *facts = (struct vtr_rule_facts){0};
    vtr_vector_init(&facts->rules, sizeof(struct rule));
    vtr_vector_init(&facts->needs, sizeof(struct vtr_pattern_need));
    vtr_vector_init(&facts->rule_guards, sizeof(uint32_t));
    vtr_vector_init(&facts->guards, sizeof(struct guard));
    vtr_vector_init(&facts->place_values, sizeof(struct place_value));
}

void vtr_rule_facts_deinit(struct vtr_rule_facts *facts)
{
    if (facts != NULL) {
        vtr_number_map_deinit(&facts->index);
        vtr_number_map_deinit(&facts->by_guard);
        vtr_vector_deinit(&facts->rules);
        vtr_vector_deinit(&facts->needs);
        vtr_vector_deinit(&facts->rule_guards);
        vtr_vector_deinit(&facts->guards);
        vtr_vector_deinit(&facts->place_values);
    }
}

void vtr_rule_facts_clear(struct vtr_rule_facts *facts)
{
    const uint32_t generation = facts->generation;

    vtr_rule_facts_deinit(facts);
    vtr_rule_facts_init(facts);
    facts->generation = generation + 1;
}

static const struct rule *rule_at(const struct vtr_rule_facts *facts, uint32_t fact)
{
    return &((const struct rule *)facts->rules.items)[fact];
}

bool vtr_rule_facts_add_guard(struct vtr_rule_facts *facts, struct vtr_bytes code,
                              uint32_t *out)
{
    const uint32_t key = (uint32_t)vtr_digest_xxh3(code);
    const uint32_t *known = vtr_number_map_get(&facts->by_guard, key);
    const struct guard *guards = facts->guards.items;

    if (known != NULL && vtr_bytes_equal(guards[*known].code, code)) {
        *out = *known;
        return true;
    }
    *out = (uint32_t)facts->guards.count;
    struct guard *guard = vtr_vector_push(&facts->guards);
    if (guard == NULL) {
        return false;
    }
    guard->code = code;
    return known != NULL || vtr_number_map_put(&facts->by_guard, key, *out);
}

static bool add_guards(struct vtr_rule_facts *facts, struct vtr_bytes condition,
                       struct rule *rule)
{
    struct vtr_bytes terms[VTR_TERM_LIMIT];
    const size_t count = vtr_condition_cheap_terms(condition, terms, NULL);

    rule->first_guard = (uint32_t)facts->rule_guards.count;
    rule->guard_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        uint32_t guard;
        uint32_t *item;
        if (!vtr_rule_facts_add_guard(facts, terms[i], &guard)) {
            return false;
        }
        item = vtr_vector_push(&facts->rule_guards);
        if (item == NULL) {
            return false;
        }
        *item = guard;
    }
    return true;
}

static bool add_needs(struct vtr_rule_facts *facts, const struct vtr_rule_view *view,
                      struct rule *rule)
{
    rule->first_need = (uint32_t)facts->needs.count;
    for (uint64_t i = 0; i < view->pattern_count; i++) {
        if (vtr_vector_push(&facts->needs) == NULL) {
            return false;
        }
    }
    if (view->pattern_count > 0) {
        struct vtr_pattern_need *needs = facts->needs.items;
        vtr_condition_needs(view->condition, &facts->places, needs + rule->first_need,
                            (size_t)view->pattern_count);
    }
    while (facts->place_values.count < facts->places.count) {
        if (vtr_vector_push(&facts->place_values) == NULL) {
            return false;
        }
    }
    return true;
}

/* Adds a rule as the last one; false when memory is out. */
static bool add_rule(struct vtr_rule_facts *facts, const struct vtr_image *image,
                     uint32_t rule, const struct vtr_rule_view *view)
{
    const uint32_t fact = (uint32_t)facts->rules.count;
    struct rule made = {0};

    made.essence = (struct vtr_rule_essence){
        .flags = view->flags,
        .space = view->space,
        .condition = view->condition,
        .first_pattern = view->pattern_count == 0 ? 0 : vtr_pattern_first(image, rule),
        .pattern_count = (uint32_t)view->pattern_count,
    };
    if (!add_guards(facts, view->condition, &made) || !add_needs(facts, view, &made)) {
        return false;
    }
    struct rule *item = vtr_vector_push(&facts->rules);
    if (item == NULL) {
        return false;
    }
    *item = made;
    return vtr_number_map_put(&facts->index, rule, fact);
}

uint32_t vtr_rule_facts_get(struct vtr_rule_facts *facts, struct vtr_scan_run *run,
                            uint32_t rule)
{
    const uint32_t *known = vtr_number_map_get(&facts->index, rule);
    const uint32_t fact = (uint32_t)facts->rules.count;
    struct vtr_rule_view view;

    if (known != NULL) {
        return *known;
    }
    if (!vtr_rule_read(vtr_image_rule(run->image, rule), &view) ||
        view.pattern_count > UINT32_MAX) {
        run->limits |= VTR_SCAN_BAD_DATABASE;
        return UINT32_MAX;
    }
    if (!add_rule(facts, run->image, rule, &view)) {
        run->is_memory_out = true;
        return UINT32_MAX;
    }
    return fact;
}

const struct vtr_rule_essence *vtr_rule_facts_essence(
    const struct vtr_rule_facts *facts, uint32_t fact)
{
    return &rule_at(facts, fact)->essence;
}

struct vtr_pattern_need vtr_rule_facts_need(const struct vtr_rule_facts *facts,
                                            uint32_t fact, uint32_t number)
{
    const struct vtr_pattern_need *needs = facts->needs.items;
    const struct rule *rule = rule_at(facts, fact);

    return number < rule->essence.pattern_count
               ? needs[rule->first_need + number]
               : (struct vtr_pattern_need){VTR_NEED_ALL, 0};
}

uint32_t vtr_rule_facts_guard_count(const struct vtr_rule_facts *facts, uint32_t fact)
{
    return rule_at(facts, fact)->guard_count;
}

uint32_t vtr_rule_facts_guard(const struct vtr_rule_facts *facts, uint32_t fact,
                              uint32_t index)
{
    const uint32_t *guards = facts->rule_guards.items;

    return guards[rule_at(facts, fact)->first_guard + index];
}

bool vtr_rule_facts_holds(struct vtr_rule_facts *facts, struct vtr_scan_run *run,
                          uint32_t guard)
{
    struct guard *item = &((struct guard *)facts->guards.items)[guard];

    if (item->file_number != run->file_number) {
        /* No instruction of a cheap term asks for more than the file and a budget. */
        const struct vtr_condition_world world = {.run = run,
                                                  .budget = run->modules->budget};
        item->file_number = run->file_number;
        item->holds = vtr_condition_run(&world, item->code) == VTR_TRUTH_TRUE;
    }
    return item->holds;
}

bool vtr_rule_facts_is_possible(struct vtr_rule_facts *facts, struct vtr_scan_run *run,
                                uint32_t fact)
{
    const uint32_t count = vtr_rule_facts_guard_count(facts, fact);

    for (uint32_t i = 0; i < count; i++) {
        if (!vtr_rule_facts_holds(facts, run, vtr_rule_facts_guard(facts, fact, i))) {
            return false;
        }
    }
    return true;
}

/* The value of a module's field. */
static struct vtr_value field_value(struct vtr_scan_run *run, struct vtr_bytes path)
{
    const uint32_t row = vtr_module_host_resolve(run->modules, path);

    if (row == VTR_FIELD_COUNT) {
        return (struct vtr_value){0};
    }
    const struct vtr_profile_span span = vtr_profile_begin(run->profile);
    const struct vtr_value value = vtr_module_host_get(run->modules, row, NULL, 0);
    vtr_profile_end(run->profile, &span, VTR_COST_MODULE, row);
    return value;
}

static struct vtr_value find_place(struct vtr_scan_run *run,
                                   const struct vtr_place *place)
{
    int64_t offset;

    switch (place->op) {
    case VTR_OP_INT:
        return vtr_value_int(place->number);
    case VTR_OP_ENTRYPOINT:
        return vtr_entry_point_find(run->data, &offset) ? vtr_value_int(offset)
                                                        : (struct vtr_value){0};
    default:
        return field_value(run, place->path);
    }
}

bool vtr_rule_facts_place(struct vtr_rule_facts *facts, struct vtr_scan_run *run,
                          uint8_t place, uint64_t *out)
{
    struct place_value *known =
        &((struct place_value *)facts->place_values.items)[place];

    if (known->file_number != run->file_number) {
        const struct vtr_value value = find_place(run, &facts->places.items[place]);
        known->file_number = run->file_number;
        known->is_known = value.kind == VTR_VALUE_INT && value.number >= 0;
        known->offset = known->is_known ? (uint64_t)value.number : 0;
    }
    *out = known->offset;
    return known->is_known;
}

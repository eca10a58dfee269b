/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/run/profile.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/os_monotonic.h"
#include "base/sort.h"
#include "base/vector.h"
#include "format/modules/module_table.h"
#include "format/record/rule.h"
#include "scan/match/pattern_state.h"

/* Time, and how often. */
struct counter {
    uint64_t time_ns;
    uint64_t count;
    uint64_t match_count;
};

/* Readings of the clock that say what one costs. */
#define CLOCK_TRIES 64u

struct vtr_profile {
    const struct vtr_image *image;
    struct counter *strings; /* owned, one a pattern */
    struct counter *rules;   /* owned, the condition of each */
    struct counter modules[VTR_MODULE_COUNT];
    struct counter others[VTR_COST_LAST + 1]; /* by kind */
    size_t string_count;
    size_t rule_count;
    uint64_t inner_ns; /* of the spans inside the one that is open */
    uint64_t clock_ns; /* that reading the clock takes */
};

static uint64_t elapsed_ns(uint64_t since)
{
    return vtr_monotonic_ns() - since;
}

static uint64_t measure_clock(void)
{
    uint64_t least = UINT64_MAX;

    for (unsigned i = 0; i < CLOCK_TRIES; i++) {
        const uint64_t taken = elapsed_ns(vtr_monotonic_ns());
        least = taken < least ? taken : least;
    }
    return least;
}

struct vtr_profile *vtr_profile_new(const struct vtr_image *image)
{
    struct vtr_profile *profile = calloc(1, sizeof(*profile));

    if (profile == NULL) {
        return NULL;
    }
    profile->image = image;
    profile->string_count = (size_t)image->pattern_count;
    profile->rule_count = (size_t)image->rule_count;
    profile->strings = calloc(profile->string_count + 1, sizeof(*profile->strings));
    profile->rules = calloc(profile->rule_count + 1, sizeof(*profile->rules));
    profile->clock_ns = measure_clock();
    if (profile->strings == NULL || profile->rules == NULL) {
        vtr_profile_free(profile);
        return NULL;
    }
    return profile;
}

void vtr_profile_free(struct vtr_profile *profile)
{
    if (profile != NULL) {
        free(profile->strings);
        free(profile->rules);
        free(profile);
    }
}

/* The module whose row it is. */
static uint32_t module_of(uint32_t row)
{
    uint32_t module = 0;

    while (module + 1 < VTR_MODULE_COUNT && row >= vtr_module_get(module)->end) {
        module++;
    }
    return module;
}

/* Where something is counted; the last element of a list is for numbers that the image
 * should not have. */
static struct counter *cost_of(struct vtr_profile *profile, enum vtr_cost_kind kind,
                               uint32_t number)
{
    const size_t at = number;

    switch (kind) {
    case VTR_COST_STRING:
        return &profile
                    ->strings[at < profile->string_count ? at : profile->string_count];
    case VTR_COST_RULE:
        return &profile->rules[at < profile->rule_count ? at : profile->rule_count];
    case VTR_COST_MODULE:
        return &profile->modules[module_of(number)];
    case VTR_COST_SEARCH:
    case VTR_COST_HASHES:
    case VTR_COST_REST:
        break;
    }
    return &profile->others[kind];
}

struct vtr_profile_span vtr_profile_enter(struct vtr_profile *profile)
{
    const struct vtr_profile_span span = {vtr_monotonic_ns(), profile->inner_ns};

    profile->inner_ns = 0;
    return span;
}

void vtr_profile_leave(struct vtr_profile *profile, const struct vtr_profile_span *span,
                       enum vtr_cost_kind kind, uint32_t number)
{
    const uint64_t total = elapsed_ns(span->start_ns);
    const uint64_t others = profile->inner_ns + profile->clock_ns;
    struct counter *cost = cost_of(profile, kind, number);

    cost->time_ns += total > others ? total - others : 0;
    cost->count++;
    profile->inner_ns = span->outer_ns + total + profile->clock_ns;
}

void vtr_profile_leave_pattern(struct vtr_profile *profile,
                               const struct vtr_profile_span *span, uint32_t pattern,
                               uint64_t match_count)
{
    struct counter *cost = cost_of(profile, VTR_COST_STRING, pattern);

    vtr_profile_leave(profile, span, VTR_COST_STRING, pattern);
    cost->count--; /* its places were counted when they were tried */
    cost->match_count += match_count;
}

static void add_counter(struct counter *to, const struct counter *from)
{
    to->time_ns += from->time_ns;
    to->count += from->count;
    to->match_count += from->match_count;
}

void vtr_profile_add(struct vtr_profile *profile, const struct vtr_profile *more)
{
    for (size_t i = 0; i <= profile->string_count; i++) {
        add_counter(&profile->strings[i], &more->strings[i]);
    }
    for (size_t i = 0; i <= profile->rule_count; i++) {
        add_counter(&profile->rules[i], &more->rules[i]);
    }
    for (size_t i = 0; i < VTR_MODULE_COUNT; i++) {
        add_counter(&profile->modules[i], &more->modules[i]);
    }
    for (size_t i = 0; i <= VTR_COST_LAST; i++) {
        add_counter(&profile->others[i], &more->others[i]);
    }
}

static struct vtr_cost *push_cost(struct vtr_vector *costs, enum vtr_cost_kind kind,
                                  const struct counter *from)
{
    struct vtr_cost *cost = vtr_vector_push(costs);

    if (cost != NULL) {
        cost->kind = kind;
        cost->time_ns = from->time_ns;
        cost->count = from->count;
    }
    return cost;
}

/* Adds the string that a row of PATTERNS names to the list, and to its rule. */
static bool list_string(const struct vtr_profile *profile, uint32_t number,
                        struct vtr_bytes body, uint32_t offset, struct vtr_cost *rule,
                        struct vtr_vector *costs)
{
    const struct counter *counter = &profile->strings[number];
    struct vtr_pattern_view view;

    if (counter->count == 0 || !vtr_rule_pattern_at(body, offset, &view)) {
        return true;
    }
    struct vtr_cost *cost = push_cost(costs, VTR_COST_STRING, counter);
    if (cost == NULL) {
        return false;
    }
    cost->space = rule->space;
    cost->rule = rule->rule;
    cost->name = view.id;
    cost->count = 0;
    cost->place_count = counter->count;
    cost->match_count = counter->match_count;
    rule->time_ns += counter->time_ns;
    rule->place_count += counter->count;
    rule->match_count += counter->match_count;
    return true;
}

/* Lists the rules and their strings, which are in the same order. */
static bool list_rules(const struct vtr_profile *profile, struct vtr_vector *costs)
{
    uint32_t pattern = 0;

    for (uint32_t i = 0; i < profile->rule_count; i++) {
        const struct vtr_bytes body = vtr_image_rule(profile->image, i);
        const struct counter *condition = &profile->rules[i];
        struct vtr_cost rule = {.kind = VTR_COST_RULE,
                                .time_ns = condition->time_ns,
                                .condition_ns = condition->time_ns,
                                .count = condition->count};
        uint32_t owner;
        uint32_t offset;

        if (!vtr_rule_read_key(body, &rule.space, &rule.rule)) {
            continue;
        }
        for (; vtr_pattern_row(profile->image, pattern, &owner, &offset) && owner <= i;
             pattern++) {
            if (owner == i &&
                !list_string(profile, pattern, body, offset, &rule, costs)) {
                return false;
            }
        }
        if (rule.count > 0 || rule.place_count > 0) {
            struct vtr_cost *cost = vtr_vector_push(costs);
            if (cost == NULL) {
                return false;
            }
            *cost = rule;
        }
    }
    return true;
}

static bool list_others(const struct vtr_profile *profile, struct vtr_vector *costs)
{
    for (uint32_t i = 0; i < VTR_MODULE_COUNT; i++) {
        if (profile->modules[i].count > 0) {
            struct vtr_cost *cost =
                push_cost(costs, VTR_COST_MODULE, &profile->modules[i]);
            if (cost == NULL) {
                return false;
            }
            cost->name = vtr_bytes_from_text(vtr_module_get(i)->name);
        }
    }
    for (unsigned kind = VTR_COST_SEARCH; kind <= VTR_COST_LAST; kind++) {
        if (profile->others[kind].count > 0 &&
            push_cost(costs, (enum vtr_cost_kind)kind, &profile->others[kind]) ==
                NULL) {
            return false;
        }
    }
    return true;
}

/* Equals stay in the order of the database. */
static int compare_costs(const void *a, const void *b, void *context)
{
    const struct vtr_cost *left = a;
    const struct vtr_cost *right = b;

    (void)context;
    if (left->kind != right->kind) {
        return left->kind < right->kind ? -1 : 1;
    }
    return (left->time_ns < right->time_ns) - (left->time_ns > right->time_ns);
}

enum vtr_status vtr_profile_tell(const struct vtr_profile *profile, vtr_cost_fn tell,
                                 void *context)
{
    struct vtr_vector costs;
    enum vtr_status status = VTR_ERROR_MEMORY;

    vtr_vector_init(&costs, sizeof(struct vtr_cost));
    if (list_rules(profile, &costs) && list_others(profile, &costs)) {
        status = vtr_sort(costs.items, costs.count, sizeof(struct vtr_cost),
                          compare_costs, NULL);
    }
    for (size_t i = 0; status == VTR_OK && i < costs.count; i++) {
        tell(&((const struct vtr_cost *)costs.items)[i], context);
    }
    vtr_vector_deinit(&costs);
    return status;
}

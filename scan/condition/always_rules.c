/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/condition/always_rules.h"

#include "format/image/always_table.h"
#include "scan/condition/condition.h"
#include "scan/condition/rule_facts.h"
#include "scan/run/profile.h"

/* A loop of more turns is not looked up but run. */
#define TURN_LIMIT 4096u

/* A group of the database, and what its rules ask for. */
struct group {
    struct vtr_always_group place;
    size_t first_guard; /* in `guards` */
    size_t guard_count;
    bool has_size;
    struct vtr_bytes subject; /* no bytes: its rules name no text */
    struct vtr_bytes path;
};

void vtr_always_rules_init(struct vtr_always_rules *always)
{
    *always = (struct vtr_always_rules){.is_made = false};
    vtr_vector_init(&always->groups, sizeof(struct group));
    vtr_vector_init(&always->guards, sizeof(uint32_t));
}

void vtr_always_rules_deinit(struct vtr_always_rules *always)
{
    vtr_vector_deinit(&always->groups);
    vtr_vector_deinit(&always->guards);
    always->is_made = false;
}

static bool add_guards(struct vtr_always_rules *always, struct vtr_scan_run *run,
                       const struct vtr_always_form *form)
{
    for (size_t i = 0; i < form->guard_count; i++) {
        uint32_t *guard = vtr_vector_push(&always->guards);
        if (guard == NULL ||
            !vtr_rule_facts_add_guard(run->facts, form->guards[i], guard)) {
            return false;
        }
    }
    return true;
}

/* Reads from the first rule of a group what all of them ask for.  Of bytes that are no
 * group or no rule, all are evaluated, which says so. */
static bool make_group(struct vtr_always_rules *always, struct vtr_scan_run *run,
                       const struct vtr_always_group *place)
{
    const uint32_t rule = vtr_always_rule(run->image, place->first);
    struct vtr_always_form form;
    struct vtr_rule_view view;
    struct group *group = vtr_vector_push(&always->groups);

    if (group == NULL) {
        return false;
    }
    *group = (struct group){.place = *place, .first_guard = always->guards.count};
    if (!vtr_rule_read(vtr_image_rule(run->image, rule), &view)) {
        always->is_bad = true;
        return true;
    }
    vtr_always_form_read(view.condition, &form);
    group->guard_count = form.guard_count;
    if (place->has_keys) {
        group->has_size = form.has_size;
        group->subject = form.has_text ? form.text.subject : (struct vtr_bytes){0};
        group->path = form.has_text ? form.text.path : (struct vtr_bytes){0};
    } else if (form.has_size || form.has_text) {
        always->is_bad = true; /* they would be looked up by nothing */
    }
    return add_guards(always, run, &form);
}

static bool make(struct vtr_always_rules *always, struct vtr_scan_run *run)
{
    const size_t count = vtr_always_group_count(run->image);

    always->groups.count = 0;
    always->guards.count = 0;
    always->is_bad = false;
    for (size_t i = 0; i < count; i++) {
        struct vtr_always_group place;
        if (!vtr_always_group_get(run->image, i, &place)) {
            always->is_bad = true;
        } else if (!make_group(always, run, &place)) {
            return false;
        }
    }
    always->generation = run->facts->generation;
    always->is_made = true;
    return true;
}

/* What is asked of one group for a file, and where the rules go that can be true. */
struct search {
    struct vtr_scan_run *run;
    const struct group *group;
    struct vtr_always_group left; /* the rules that the file's size leaves */
    uint64_t size_key;            /* in its half */
    struct vtr_vector *out;
};

static bool push_rules(const struct search *search, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        uint32_t *place = vtr_vector_push(search->out);
        if (place == NULL) {
            return false;
        }
        *place = vtr_always_rule(search->run->image, i);
    }
    return true;
}

static bool push_left(const struct search *search)
{
    return push_rules(search, search->left.first, search->left.end);
}

/* Adds the rules that name the text. */
static bool look_up(const struct search *search, const struct vtr_value *value)
{
    size_t first;
    size_t end;

    if (value->kind != VTR_VALUE_TEXT) {
        return true; /* no text is equal to it */
    }
    if (value->text.is_masked) {
        return push_left(search);
    }
    vtr_always_find(search->run->image, &search->left,
                    search->size_key | vtr_always_text_key(value->text.bytes),
                    UINT64_MAX, &first, &end);
    return push_rules(search, first, end);
}

/* The same for each turn of a loop. */
static bool look_up_items(const struct search *search, const struct vtr_value *range)
{
    struct vtr_scan_run *run = search->run;
    const int64_t low = range[0].number;
    const int64_t high = range[1].number;
    const uint32_t row = vtr_module_host_resolve(run->modules, search->group->path);

    if (range[0].kind != VTR_VALUE_INT || range[1].kind != VTR_VALUE_INT ||
        low > high) {
        return true; /* no turn */
    }
    if (row == VTR_FIELD_COUNT || low < 0 || high >= (int64_t)TURN_LIMIT) {
        return push_left(search);
    }
    for (int64_t i = low; i <= high; i++) {
        const struct vtr_profile_span span = vtr_profile_begin(run->profile);
        const struct vtr_value value = vtr_module_host_get(run->modules, row, &i, 1);
        vtr_profile_end(run->profile, &span, VTR_COST_MODULE, row);
        if (!look_up(search, &value)) {
            return false;
        }
    }
    return true;
}

/* Leaves of the group what asks for the file's size. */
static void narrow(struct search *search)
{
    const uint64_t mask = UINT64_MAX << 32;

    if (search->run->memory != NULL) {
        search->left.end = search->left.first; /* a memory has no size */
        return;
    }
    search->size_key = (uint64_t)vtr_always_size_key(search->run->data.len) << 32;
    vtr_always_find(search->run->image, &search->group->place, search->size_key, mask,
                    &search->left.first, &search->left.end);
}

/* Adds the rules of a group whose guards hold. */
static bool add_group(const struct group *group, struct vtr_scan_run *run,
                      struct vtr_vector *out)
{
    struct search search = {.run = run,
                            .group = group,
                            .left = group->place,
                            .out = out};
    struct vtr_value values[2];

    if (group->has_size) {
        narrow(&search);
    }
    if (group->subject.len == 0 || search.left.first == search.left.end) {
        return push_left(&search);
    }
    const struct vtr_condition_world world = {.run = run,
                                              .regexes = run->modules->regexes,
                                              .modules = run->modules,
                                              .budget = run->modules->budget};
    const bool is_loop = group->path.len > 0;
    if (!vtr_condition_values(&world, group->subject, values, is_loop ? 2 : 1)) {
        return push_left(&search);
    }
    return is_loop ? look_up_items(&search, values) : look_up(&search, &values[0]);
}

static bool is_possible(const struct vtr_always_rules *always, struct vtr_scan_run *run,
                        const struct group *group)
{
    const uint32_t *guards = always->guards.items;

    for (size_t i = 0; i < group->guard_count; i++) {
        if (!vtr_rule_facts_holds(run->facts, run, guards[group->first_guard + i])) {
            return false;
        }
    }
    return true;
}

bool vtr_always_rules_add(struct vtr_always_rules *always, struct vtr_scan_run *run,
                          struct vtr_vector *out)
{
    if ((!always->is_made || always->generation != run->facts->generation) &&
        !make(always, run)) {
        return false;
    }
    run->limits |= always->is_bad ? VTR_SCAN_BAD_DATABASE : 0;
    const struct group *groups = always->groups.items;
    for (size_t i = 0; i < always->groups.count; i++) {
        if (is_possible(always, run, &groups[i]) && !add_group(&groups[i], run, out)) {
            return false;
        }
    }
    return true;
}

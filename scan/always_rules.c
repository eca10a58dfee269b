/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/always_rules.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/sort.h"
#include "scan/condition.h"
#include "scan/condition_key.h"
#include "scan/profile.h"

/* In place of a subject, of a rule that has none. */
#define NO_SUBJECT UINT32_MAX

/* A loop of more turns is not looked up but run. */
#define TURN_LIMIT 4096u

struct item {
    uint32_t fact; /* number of the rule in the run's facts; UINT32_MAX: unknown */
    uint32_t rule;
    uint32_t subject;
    uint64_t digest; /* of the text that the subject must be */
};

struct subject {
    struct vtr_bytes code;
    struct vtr_bytes path;
};

void vtr_always_rules_init(struct vtr_always_rules *always)
{
    *always = (struct vtr_always_rules){.is_made = false};
    vtr_vector_init(&always->items, sizeof(struct item));
    vtr_vector_init(&always->subjects, sizeof(struct subject));
}

void vtr_always_rules_deinit(struct vtr_always_rules *always)
{
    vtr_vector_deinit(&always->items);
    vtr_vector_deinit(&always->subjects);
    vtr_number_map_deinit(&always->by_subject);
    always->is_made = false;
}

static uint32_t guard_count(const struct vtr_rule_facts *facts, uint32_t fact)
{
    return fact == UINT32_MAX ? 0 : vtr_rule_facts_guard_count(facts, fact);
}

static int compare_guards(const struct vtr_rule_facts *facts, uint32_t left,
                          uint32_t right)
{
    const uint32_t count = guard_count(facts, left);
    const uint32_t other = guard_count(facts, right);

    for (uint32_t i = 0; i < count && i < other; i++) {
        const uint32_t a = vtr_rule_facts_guard(facts, left, i);
        const uint32_t b = vtr_rule_facts_guard(facts, right, i);
        if (a != b) {
            return a < b ? -1 : 1;
        }
    }
    return (count > other) - (count < other);
}

/* By what is the same of a group. */
static int compare_groups(const struct vtr_rule_facts *facts, const struct item *left,
                          const struct item *right)
{
    const int order = compare_guards(facts, left->fact, right->fact);

    return order != 0
               ? order
               : (left->subject > right->subject) - (left->subject < right->subject);
}

static int compare_items(const void *a, const void *b, void *context)
{
    const struct item *left = a;
    const struct item *right = b;
    const int order = compare_groups(context, left, right);

    return order != 0 ? order
                      : (left->digest > right->digest) - (left->digest < right->digest);
}

/* The number of a subject; NO_SUBJECT when memory is out or another one has its digest:
 * the rule is then evaluated. */
static uint32_t intern_subject(struct vtr_always_rules *always,
                               const struct vtr_condition_key *key)
{
    const uint32_t digest =
        (uint32_t)(vtr_digest_xxh3(key->subject) + vtr_digest_xxh3(key->path) * 3);
    const uint32_t *known = vtr_number_map_get(&always->by_subject, digest);
    const struct subject *subjects = always->subjects.items;

    if (known != NULL) {
        return vtr_bytes_equal(subjects[*known].code, key->subject) &&
                       vtr_bytes_equal(subjects[*known].path, key->path)
                   ? *known
                   : NO_SUBJECT;
    }
    const uint32_t number = (uint32_t)always->subjects.count;
    struct subject *subject = vtr_vector_push(&always->subjects);
    if (subject == NULL || !vtr_number_map_put(&always->by_subject, digest, number)) {
        return NO_SUBJECT;
    }
    *subject = (struct subject){key->subject, key->path};
    return number;
}

/* The digest of a masked text's bytes.  False when memory is out. */
static bool digest_masked(struct vtr_bytes masked, uint64_t *out)
{
    uint8_t *plain = malloc(masked.len == 0 ? 1 : masked.len);

    if (plain == NULL) {
        return false;
    }
    vtr_unmask(masked, plain);
    *out = vtr_digest_xxh3((struct vtr_bytes){plain, masked.len});
    free(plain);
    return true;
}

static bool push_item(struct vtr_always_rules *always, const struct item *item)
{
    struct item *place = vtr_vector_push(&always->items);

    if (place != NULL) {
        *place = *item;
    }
    return place != NULL;
}

/* Lists a rule: once for each text that its subject may be, or once. */
static bool list_rule(struct vtr_always_rules *always, struct vtr_scan_run *run,
                      uint32_t rule)
{
    struct item item = {.rule = rule, .subject = NO_SUBJECT};
    struct vtr_condition_key key;

    item.fact = vtr_rule_facts_get(&run->facts, run, rule);
    if (item.fact != UINT32_MAX &&
        vtr_condition_find_key(
            vtr_rule_facts_essence(&run->facts, item.fact)->condition, &key)) {
        item.subject = intern_subject(always, &key);
    }
    if (item.subject == NO_SUBJECT) {
        return push_item(always, &item);
    }
    for (size_t i = 0; i < key.text_count; i++) {
        if (!digest_masked(key.texts[i], &item.digest) || !push_item(always, &item)) {
            return false;
        }
    }
    return true;
}

static bool make(struct vtr_always_rules *always, struct vtr_scan_run *run)
{
    const struct vtr_bytes rules = run->image->sections[VTR_SECTION_RULE_ALWAYS].bytes;

    always->items.count = 0;
    for (size_t i = 0; i < rules.len / 4; i++) {
        if (!list_rule(always, run, vtr_table_u32(rules, i))) {
            return false;
        }
    }
    if (vtr_sort(always->items.items, always->items.count, sizeof(struct item),
                 compare_items, &run->facts) != VTR_OK) {
        return false;
    }
    always->generation = run->facts.generation;
    always->is_made = true;
    return true;
}

/* Items of one group, and where those go that can be true. */
struct group {
    const struct item *items;
    size_t count;
    struct vtr_vector *out;
};

static bool push_rules(const struct group *group, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        uint32_t *place = vtr_vector_push(group->out);
        if (place == NULL) {
            return false;
        }
        *place = group->items[i].rule;
    }
    return true;
}

/* Adds the rules that name the text. */
static bool look_up(const struct group *group, const struct vtr_value *value)
{
    size_t low = 0;
    size_t high = group->count;

    if (value->kind != VTR_VALUE_TEXT) {
        return true; /* no text is equal to it */
    }
    if (value->text.is_masked) {
        return push_rules(group, 0, group->count);
    }
    const uint64_t digest = vtr_digest_xxh3(value->text.bytes);
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (group->items[middle].digest < digest) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    size_t end = low;
    while (end < group->count && group->items[end].digest == digest) {
        end++;
    }
    return push_rules(group, low, end);
}

/* The same for each turn of a loop. */
static bool look_up_items(const struct group *group, struct vtr_scan_run *run,
                          struct vtr_bytes path, const struct vtr_value *range)
{
    const int64_t low = range[0].number;
    const int64_t high = range[1].number;
    const uint32_t row = vtr_module_host_resolve(run->modules, path);

    if (range[0].kind != VTR_VALUE_INT || range[1].kind != VTR_VALUE_INT ||
        low > high) {
        return true; /* no turn */
    }
    if (row == VTR_FIELD_COUNT || low < 0 || high >= (int64_t)TURN_LIMIT) {
        return push_rules(group, 0, group->count);
    }
    for (int64_t i = low; i <= high; i++) {
        const struct vtr_profile_span span = vtr_profile_begin(run->profile);
        const struct vtr_value value = vtr_module_host_get(run->modules, row, &i, 1);
        vtr_profile_end(run->profile, &span, VTR_COST_MODULE, row);
        if (!look_up(group, &value)) {
            return false;
        }
    }
    return true;
}

/* Adds the rules of a group whose guards hold. */
static bool add_group(const struct group *group, const struct subject *subject,
                      struct vtr_scan_run *run)
{
    struct vtr_value values[2];

    if (subject == NULL) {
        return push_rules(group, 0, group->count);
    }
    const struct vtr_condition_world world = {.run = run,
                                              .regexes = run->modules->regexes,
                                              .modules = run->modules,
                                              .budget = run->modules->budget};
    const bool is_loop = subject->path.len > 0;
    if (!vtr_condition_values(&world, subject->code, values, is_loop ? 2 : 1)) {
        return push_rules(group, 0, group->count);
    }
    return is_loop ? look_up_items(group, run, subject->path, values)
                   : look_up(group, &values[0]);
}

/* How many items from the first on are of its group. */
static size_t group_len(const struct vtr_rule_facts *facts, const struct item *items,
                        size_t count)
{
    size_t low = 1;
    size_t high = count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_groups(facts, &items[0], &items[middle]) == 0) {
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
    const struct subject *subjects = always->subjects.items;
    size_t count = always->items.count;
    for (size_t len; count > 0; items += len, count -= len) {
        len = group_len(&run->facts, items, count);
        const struct group group = {items, len, out};
        const struct subject *subject =
            items->subject == NO_SUBJECT ? NULL : &subjects[items->subject];
        if (items->fact != UINT32_MAX &&
            !vtr_rule_facts_is_possible(&run->facts, run, items->fact)) {
            continue;
        }
        if (!add_group(&group, subject, run)) {
            return false;
        }
    }
    return true;
}

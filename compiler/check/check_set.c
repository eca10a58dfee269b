/* SPDX-License-Identifier: Apache-2.0 */

/* The strings that a set means: named, by a wildcard, or all of them. */
#include "compiler/check/check.h"

#include <string.h>

#include "base/bytes.h"
#include "base/sort.h"
#include "compiler/syntax/source.h"

/* A set may name a string several times, and each time counts; this bounds the sum. */
#define SET_LIMIT 65536u

/* And this that of all sets of a rule. */
#define MEMBER_LIMIT 4194304u

/* A rule with fewer strings is gone through for each wildcard. */
#define MANY_STRINGS 256u

static bool is_member(const struct vtr_set_item *item, struct vtr_bytes id)
{
    return item->is_wildcard ? vtr_bytes_begin_with(id, item->name)
                             : vtr_bytes_equal(id, item->name);
}

static int compare_ids(const void *a, const void *b, void *context)
{
    struct vtr_ast_string *const *strings = context;

    return vtr_bytes_compare(strings[*(const uint32_t *)a]->id,
                             strings[*(const uint32_t *)b]->id);
}

/* False when memory is out. */
static bool sort_names(struct vtr_checker *c)
{
    const uint32_t count = c->rule->string_count;

    c->by_name = vtr_arena_array(c->scratch, count, sizeof(*c->by_name));
    for (uint32_t i = 0; c->by_name != NULL && i < count; i++) {
        c->by_name[i] = i;
    }
    if (c->by_name == NULL || vtr_sort(c->by_name, count, sizeof(*c->by_name),
                                       compare_ids, c->strings) != VTR_OK) {
        c->has_no_memory = true;
        return false;
    }
    return true;
}

static int compare_to_name(const void *number, const void *item, void *context)
{
    struct vtr_ast_string *const *strings = context;

    return vtr_bytes_compare(strings[*(const uint32_t *)number]->id,
                             ((const struct vtr_set_item *)item)->name);
}

/* Of names from there on, those that are members come first. */
static int compare_to_end(const void *number, const void *item, void *context)
{
    struct vtr_ast_string *const *strings = context;

    return is_member(item, strings[*(const uint32_t *)number]->id) ? -1 : 1;
}

/* Members of a rule with many strings, without a look at each of them. */
static size_t expand_sorted(struct vtr_checker *c, const struct vtr_set_item *item,
                            uint32_t *out)
{
    if (c->by_name == NULL && !sort_names(c)) {
        return 0;
    }
    const size_t first =
        vtr_sort_find_first(c->by_name, c->rule->string_count, sizeof(*c->by_name),
                            item, compare_to_name, c->strings);
    const uint32_t *members = c->by_name + first;
    const size_t count =
        vtr_sort_find_first(members, c->rule->string_count - first, sizeof(*members),
                            item, compare_to_end, c->strings);
    if (out != NULL && count > 0) {
        memcpy(out, members, count * sizeof(*out));
        if (vtr_sort_u32(out, count) != VTR_OK) {
            c->has_no_memory = true;
        }
    }
    return count;
}

/* Strings that an item of a set means; `out` NULL: counts only. */
static size_t expand_item(struct vtr_checker *c, const struct vtr_set_item *item,
                          uint32_t *out)
{
    const uint32_t string_count = c->rule->string_count;
    size_t count = 0;

    if (!item->is_wildcard && item->name.len > 0) {
        const uint32_t number = vtr_check_find_string(c, item->name);
        if (number != VTR_NAME_NOT_FOUND && out != NULL) {
            out[0] = number;
        }
        return number == VTR_NAME_NOT_FOUND ? 0 : 1;
    }
    if (item->name.len > 0 && string_count >= MANY_STRINGS) {
        return expand_sorted(c, item, out);
    }
    for (uint32_t i = 0; i < string_count; i++) {
        if (is_member(item, c->strings[i]->id)) {
            if (out != NULL) {
                out[count] = i;
            }
            count++;
        }
    }
    return count;
}

/* How many strings the items have; reports those that are none. */
static size_t count_items(struct vtr_checker *c, const struct vtr_loop *loop)
{
    size_t total = 0;

    for (const struct vtr_set_item *i = loop->items; i != NULL && total <= SET_LIMIT;
         i = i->next) {
        const size_t count = expand_item(c, i, NULL);
        if (count == 0) {
            (void)vtr_check_report_string(c, i->name, i->offset, i->length,
                                          i->is_wildcard ? "*" : "");
        }
        total += count;
    }
    return total;
}

static void report_set(struct vtr_checker *c, const struct vtr_loop *loop,
                       const char *what, unsigned limit)
{
    (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_STACK,
                              vtr_check_place_at(c, loop->set_offset, loop->set_length),
                              "%s of more than %u strings", what, limit);
    c->has_unread_part = true;
}

/* How many strings the set has; reports members that are none. */
static size_t count_set(struct vtr_checker *c, const struct vtr_loop *loop)
{
    const bool is_them = loop->set == VTR_SET_THEM;
    const bool was_full = c->member_count > MEMBER_LIMIT;
    const size_t total = is_them ? c->rule->string_count : count_items(c, loop);

    c->member_count += total;
    if (is_them && total == 0) {
        (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_NO_STRINGS,
                                  vtr_check_place_at(c, loop->set_offset,
                                                     loop->set_length),
                                  "'them' are the strings of this rule, which has "
                                  "none");
    }
    if (!is_them && total > SET_LIMIT) {
        report_set(c, loop, "a set", SET_LIMIT);
        return 0;
    }
    if (c->member_count > MEMBER_LIMIT) {
        if (!was_full) {
            report_set(c, loop, "sets in one rule", MEMBER_LIMIT);
        }
        return 0;
    }
    return total;
}

/* YARA-X counts a string once, however often the set names it. */
static void drop_repeated(struct vtr_checker *c, struct vtr_loop *loop)
{
    size_t kept = 0;

    if (c->last_sets == NULL) {
        c->last_sets = vtr_arena_array(c->scratch, c->rule->string_count + 1u,
                                       sizeof(*c->last_sets));
    }
    if (c->last_sets == NULL) {
        c->has_no_memory = true;
        return;
    }
    c->set_count++;
    for (size_t i = 0; i < loop->pattern_count; i++) {
        const uint32_t number = loop->patterns[i];
        if (c->last_sets[number] != c->set_count) {
            c->last_sets[number] = c->set_count;
            loop->patterns[kept++] = number;
        }
    }
    loop->pattern_count = kept;
}

void vtr_check_set(struct vtr_checker *c, struct vtr_loop *loop)
{
    const struct vtr_set_item them = {.is_wildcard = true};
    const size_t total = count_set(c, loop);
    const struct vtr_set_item *item = loop->set == VTR_SET_THEM ? &them : loop->items;

    loop->patterns = vtr_arena_array(c->arena, total + 1, sizeof(*loop->patterns));
    if (loop->patterns == NULL) {
        c->has_no_memory = true;
        return;
    }
    for (; item != NULL && loop->pattern_count < total; item = item->next) {
        loop->pattern_count +=
            expand_item(c, item, loop->patterns + loop->pattern_count);
    }
    for (size_t i = 0; i < loop->pattern_count; i++) {
        c->strings[loop->patterns[i]]->is_referenced = true;
        vtr_check_use(c, loop->patterns[i] + 1, NULL);
    }
    if (c->source->dialect == VTR_DIALECT_YARA_X) {
        drop_repeated(c, loop);
    }
}

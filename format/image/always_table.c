/* SPDX-License-Identifier: Apache-2.0 */

#include "format/image/always_table.h"

#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/sort.h"
#include "format/bytecode/condition_read.h"
#include "format/image/image.h"
#include "format/record/records.h"
#include "format/record/rule.h"

/* FNV-1a, 32 bits. */
#define FNV_BASIS 2166136261u
#define FNV_PRIME 16777619u

/* How what tells groups apart begins: groups with keys stand before those without. */
#define WITH_KEYS    0
#define WITHOUT_KEYS 1

/* A rule, once for each text that it names. */
struct item {
    size_t group; /* its bytes in `groups`: where they begin, and how many */
    size_t group_len;
    uint64_t key;
    uint32_t rule;
};

/* Whether a term is `filesize == number`, or the other way round. */
static bool read_size(struct vtr_bytes term, uint64_t *out)
{
    struct vtr_instruction first;
    struct vtr_instruction second;
    struct vtr_instruction last;
    struct vtr_reader code;

    vtr_reader_init(&code, term, 0);
    if (!vtr_instruction_read(&code, &first) || !vtr_instruction_read(&code, &second) ||
        (first.op != VTR_OP_FILESIZE && second.op != VTR_OP_FILESIZE) ||
        !vtr_instruction_read(&code, &last) || vtr_reader_left(&code) > 0 ||
        last.op != VTR_OP_EQ) {
        return false;
    }
    const struct vtr_instruction *number = first.op == VTR_OP_INT ? &first : &second;
    const struct vtr_instruction *other = first.op == VTR_OP_INT ? &second : &first;
    if (number->op != VTR_OP_INT || other->op != VTR_OP_FILESIZE ||
        number->number < 0) {
        return false;
    }
    *out = (uint64_t)number->number;
    return true;
}

void vtr_always_form_read(struct vtr_bytes condition, struct vtr_always_form *out)
{
    struct vtr_bytes dear;
    const size_t count = vtr_condition_cheap_terms(condition, out->guards, &dear);

    out->guard_count = 0;
    out->has_size = false;
    out->size = 0;
    for (size_t i = 0; i < count; i++) {
        if (!out->has_size && read_size(out->guards[i], &out->size)) {
            out->has_size = true;
        } else {
            out->guards[out->guard_count++] = out->guards[i];
        }
    }
    out->has_text = vtr_condition_find_key(dear, &out->text);
}

uint32_t vtr_always_size_key(uint64_t size)
{
    return (uint32_t)(size ^ size >> 32);
}

uint32_t vtr_always_text_key(struct vtr_bytes text)
{
    uint32_t key = FNV_BASIS;

    for (size_t i = 0; i < text.len; i++) {
        key = (key ^ text.ptr[i]) * FNV_PRIME;
    }
    return key;
}

static uint32_t masked_text_key(struct vtr_bytes masked)
{
    uint32_t key = FNV_BASIS;

    for (size_t i = 0; i < masked.len; i++) {
        const uint8_t byte = (uint8_t)(masked.ptr[i] ^ vtr_mask(i));
        key = (key ^ byte) * FNV_PRIME;
    }
    return key;
}

/* What two rules of one group have in common, as docs/format.md says. */
static void write_group(struct vtr_writer *w, const struct vtr_always_form *form)
{
    const bool has_keys = form->has_size || form->has_text;

    vtr_writer_u8(w, has_keys ? WITH_KEYS : WITHOUT_KEYS);
    vtr_writer_u8(w, form->has_size ? 1 : 0);
    vtr_writer_u8(w, form->has_text ? 1 : 0);
    vtr_writer_varint(w, form->guard_count);
    for (size_t i = 0; i < form->guard_count; i++) {
        vtr_writer_string(w, form->guards[i]);
    }
    if (form->has_text) {
        vtr_writer_string(w, form->text.subject);
        vtr_writer_string(w, form->text.path);
    }
}

static struct vtr_bytes group_of(const struct vtr_always_plan *plan,
                                 const struct item *item)
{
    return (struct vtr_bytes){plan->groups.ptr + item->group, item->group_len};
}

/* Where the bytes of the form's group stand, which it shares with the rule before if
 * they are the same. */
static void place_group(struct vtr_always_plan *plan,
                        const struct vtr_always_form *form, struct item *item)
{
    const struct item *items = plan->items.items;
    const size_t start = plan->groups.len;

    write_group(&plan->groups, form);
    item->group = start;
    item->group_len = plan->groups.len - start;
    if (plan->items.count > 0 && vtr_writer_ok(&plan->groups)) {
        const struct item *last = &items[plan->items.count - 1];
        if (vtr_bytes_equal(group_of(plan, item), group_of(plan, last))) {
            vtr_writer_truncate(&plan->groups, start);
            item->group = last->group;
        }
    }
}

static bool push_item(struct vtr_always_plan *plan, const struct item *item)
{
    struct item *place = vtr_vector_push(&plan->items);

    if (place != NULL) {
        *place = *item;
    }
    return place != NULL;
}

/* False when memory is out. */
static bool add_rule(struct vtr_always_plan *plan, uint32_t rule,
                     struct vtr_bytes condition)
{
    struct vtr_always_form form;
    struct item item = {.rule = rule};

    vtr_always_form_read(condition, &form);
    place_group(plan, &form, &item);
    const uint64_t size_key =
        form.has_size ? (uint64_t)vtr_always_size_key(form.size) << 32 : 0;
    if (!form.has_text) {
        item.key = size_key;
        return push_item(plan, &item);
    }
    for (size_t i = 0; i < form.text.text_count; i++) {
        item.key = size_key | masked_text_key(form.text.texts[i]);
        if (!push_item(plan, &item)) {
            return false;
        }
    }
    return true;
}

static int compare_groups(const struct vtr_always_plan *plan, const struct item *left,
                          const struct item *right)
{
    return left->group == right->group
               ? 0
               : vtr_bytes_compare(group_of(plan, left), group_of(plan, right));
}

static int compare_items(const void *a, const void *b, void *context)
{
    const struct item *left = a;
    const struct item *right = b;
    const int order = compare_groups(context, left, right);

    if (order != 0) {
        return order;
    }
    return left->key != right->key
               ? (left->key > right->key) - (left->key < right->key)
               : (left->rule > right->rule) - (left->rule < right->rule);
}

/* Drops what is there twice, and counts groups and keys. */
static void count_groups(struct vtr_always_plan *plan)
{
    struct item *items = plan->items.items;
    size_t kept = 0;

    for (size_t i = 0; i < plan->items.count; i++) {
        if (kept > 0 && compare_items(&items[kept - 1], &items[i], plan) == 0) {
            continue;
        }
        plan->group_count +=
            kept == 0 || compare_groups(plan, &items[kept - 1], &items[i]) != 0;
        plan->key_count += plan->groups.ptr[items[i].group] == WITH_KEYS ? 1 : 0;
        items[kept++] = items[i];
    }
    plan->items.count = kept;
}

enum vtr_status vtr_always_plan_make(struct vtr_always_plan *out,
                                     const struct vtr_records *records,
                                     struct vtr_error *err)
{
    struct vtr_always_plan plan = {.group_count = 0};
    enum vtr_status status = VTR_OK;

    vtr_vector_init(&plan.items, sizeof(struct item));
    for (size_t i = 0; i < records->rule_count && status == VTR_OK; i++) {
        const struct vtr_bytes body = records->rules[i];
        struct vtr_rule_view rule;

        if (body.len > 0 && (body.ptr[0] & VTR_RULE_NEEDS_PATTERN) != 0) {
            continue;
        }
        if (!vtr_rule_read(body, &rule)) {
            status =
                vtr_error_set(err, VTR_ERROR_FORMAT, "rule %zu: it is malformed", i);
        } else if (!add_rule(&plan, (uint32_t)i, rule.condition)) {
            status = vtr_error_set_memory(err);
        }
    }
    if (status == VTR_OK && !vtr_writer_ok(&plan.groups)) {
        status = vtr_error_set_memory(err);
    }
    if (status == VTR_OK &&
        vtr_sort(plan.items.items, plan.items.count, sizeof(struct item), compare_items,
                 &plan) != VTR_OK) {
        status = vtr_error_set_memory(err);
    }
    if (status != VTR_OK) {
        vtr_always_plan_deinit(&plan);
        return status;
    }
    count_groups(&plan);
    *out = plan;
    return VTR_OK;
}

void vtr_always_plan_deinit(struct vtr_always_plan *plan)
{
    vtr_vector_deinit(&plan->items);
    vtr_writer_deinit(&plan->groups);
}

void vtr_always_table_write(const struct vtr_always_plan *plan, uint8_t *rules,
                            uint8_t *groups, uint8_t *keys)
{
    const struct item *items = plan->items.items;
    size_t group = 0;

    for (size_t i = 0; i < plan->items.count; i++) {
        vtr_store_u32(rules + 4 * i, items[i].rule);
        if (i == 0 || compare_groups(plan, &items[i - 1], &items[i]) != 0) {
            vtr_store_u32(groups + 4 * group, (uint32_t)i);
            group++;
        }
        if (i < plan->key_count) {
            vtr_store_u64(keys + 8 * i, items[i].key);
        }
    }
}

size_t vtr_always_group_count(const struct vtr_image *image)
{
    return image->sections[VTR_SECTION_RULE_GROUPS].bytes.len / 4;
}

bool vtr_always_group_get(const struct vtr_image *image, size_t index,
                          struct vtr_always_group *out)
{
    const struct vtr_bytes groups = image->sections[VTR_SECTION_RULE_GROUPS].bytes;
    const size_t count = groups.len / 4;
    const size_t rule_count = image->sections[VTR_SECTION_RULE_ALWAYS].bytes.len / 4;
    const size_t key_count = image->sections[VTR_SECTION_RULE_KEYS].bytes.len / 8;

    if (index >= count) {
        return false;
    }
    out->first = vtr_table_u32(groups, index);
    out->end = index + 1 == count ? rule_count : vtr_table_u32(groups, index + 1);
    out->has_keys = out->end <= key_count;
    return out->first < out->end && out->end <= rule_count;
}

uint32_t vtr_always_rule(const struct vtr_image *image, size_t place)
{
    return vtr_table_u32(image->sections[VTR_SECTION_RULE_ALWAYS].bytes, place);
}

/* The first place from `first` on whose key is `key` or greater. */
static size_t lower_bound(const uint8_t *keys, size_t first, size_t end, uint64_t key)
{
    while (first < end) {
        const size_t middle = first + (end - first) / 2;

        if (vtr_load_u64(keys + 8 * middle) < key) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return first;
}

void vtr_always_find(const struct vtr_image *image,
                     const struct vtr_always_group *group, uint64_t key, uint64_t mask,
                     size_t *out_first, size_t *out_end)
{
    const uint8_t *keys = image->sections[VTR_SECTION_RULE_KEYS].bytes.ptr;
    const uint64_t last = key | ~mask;

    *out_first = lower_bound(keys, group->first, group->end, key & mask);
    *out_end = last == UINT64_MAX ? group->end
                                  : lower_bound(keys, *out_first, group->end, last + 1);
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "format/image_plan.h"

#include <string.h>

#include "base/error.h"
#include "format/record/layout.h"

void vtr_image_plan_deinit(struct vtr_image_plan *plan)
{
    vtr_atom_plan_deinit(&plan->atoms);
    vtr_always_plan_deinit(&plan->always);
    vtr_stem_set_deinit(&plan->stems);
}

/* That all stems are used is seen where all records are walked. */
static enum vtr_status measure_hashes(struct vtr_image_plan *plan,
                                      struct vtr_error *err)
{
    bool are_walked = true;
    enum vtr_status status = vtr_stem_set_init(&plan->stems, plan->records, err);

    for (size_t i = 0; i < VTR_HASH_KINDS && status == VTR_OK; i++) {
        status = vtr_hash_plan_make(&plan->hashes[i], (enum vtr_hash_kind)i,
                                    &plan->records->hashes[i], &plan->stems, err);
        plan->record_count += plan->hashes[i].extent.count;
        are_walked = are_walked && plan->records->hashes[i].extent == NULL;
    }
    return status == VTR_OK && are_walked ? vtr_stem_set_check_used(&plan->stems, err)
                                          : status;
}

static enum vtr_status check_name(struct vtr_bytes name, struct vtr_error *err)
{
    if (name.len > VTR_NAME_LIMIT) {
        return vtr_error_set(err, VTR_ERROR_LIMIT,
                             "the database's name is longer than %u bytes",
                             VTR_NAME_LIMIT);
    }
    if (name.len > 0 && memchr(name.ptr, 0, name.len) != NULL) {
        return vtr_error_set(err, VTR_ERROR_FORMAT,
                             "the database's name has a zero byte");
    }
    return VTR_OK;
}

static enum vtr_status measure(struct vtr_image_plan *plan, struct vtr_error *err)
{
    enum vtr_status status = check_name(plan->records->name, err);

    if (status == VTR_OK) {
        status = measure_hashes(plan, err);
    }
    if (status == VTR_OK) {
        status = vtr_rule_plan_make(&plan->rules, plan->records, err);
    }
    if (status == VTR_OK) {
        status = vtr_always_plan_make(&plan->always, plan->records, err);
    }
    if (status == VTR_OK) {
        status = vtr_atom_plan_make(&plan->atoms, plan->records, err);
    }
    plan->record_count += plan->rules.rule_count + plan->rules.external_count;
    return status;
}

static void set_section(struct vtr_image_plan *plan, unsigned id, uint64_t len,
                        uint64_t count)
{
    plan->sections[id] = (struct vtr_section_plan){.len = len, .count = count};
}

static void size_hash_sections(struct vtr_image_plan *plan)
{
    for (size_t i = 0; i < VTR_HASH_KINDS; i++) {
        const struct vtr_hash_plan *hash = &plan->hashes[i];
        const uint64_t count = hash->extent.count;

        set_section(plan, VTR_SECTION_HASH_FANOUT(i), hash->fanout_len, count);
        set_section(plan, VTR_SECTION_HASH_TAILS(i), hash->tails_len, count);
        set_section(plan, VTR_SECTION_HASH_ATTRS(i), hash->attrs_len, count);
    }
}

static void size_atom_sections(struct vtr_image_plan *plan)
{
    const struct vtr_atom_plan *atoms = &plan->atoms;

    set_section(plan, VTR_SECTION_UNINDEXED, 4 * atoms->unindexed_count,
                atoms->unindexed_count);
    if (atoms->entry_count == 0) {
        return;
    }
    set_section(plan, VTR_SECTION_ATOM_PARAMS, VTR_ATOM_PARAMS_LEN, 1);
    set_section(plan, VTR_SECTION_ATOM_FILTER, atoms->filter_len, atoms->filter_len);
    set_section(plan, VTR_SECTION_ATOM_SLOTS, atoms->slots_len, atoms->slots_len / 4);
    set_section(plan, VTR_SECTION_ATOM_ROWS, VTR_ATOM_UNIT_LEN * atoms->unit_count,
                atoms->unit_count);
}

static void size_always_sections(struct vtr_image_plan *plan)
{
    const struct vtr_always_plan *always = &plan->always;
    const uint64_t count = always->items.count;

    set_section(plan, VTR_SECTION_RULE_ALWAYS, 4 * count, count);
    set_section(plan, VTR_SECTION_RULE_GROUPS, 4 * always->group_count,
                always->group_count);
    set_section(plan, VTR_SECTION_RULE_KEYS, 8 * always->key_count, always->key_count);
}

static void size_sections(struct vtr_image_plan *plan)
{
    const struct vtr_rule_plan *rules = &plan->rules;
    const uint64_t stem_count = plan->stems.count;

    if (stem_count > 0) {
        set_section(plan, VTR_SECTION_STEM_OFFSETS, 4 * (stem_count + 1), stem_count);
        set_section(plan, VTR_SECTION_STEM_DATA, plan->stems.total_len, stem_count);
    }
    set_section(plan, VTR_SECTION_EXTERNALS, rules->externals_len,
                rules->external_count);
    if (rules->rule_count > 0) {
        set_section(plan, VTR_SECTION_RULE_OFFSETS, 4 * (rules->rule_count + 1),
                    rules->rule_count);
        set_section(plan, VTR_SECTION_RULE_DATA, rules->data_len, rules->rule_count);
    }
    set_section(plan, VTR_SECTION_RULE_GLOBAL, 4 * rules->global_count,
                rules->global_count);
    set_section(plan, VTR_SECTION_PATTERNS, VTR_PATTERN_ROW_LEN * rules->pattern_count,
                rules->pattern_count);
    size_always_sections(plan);
    size_atom_sections(plan);
    size_hash_sections(plan);
}

/* Every length is below 2^38, so that no sum of 32 of them overflows. */
static enum vtr_status lay_out(struct vtr_image_plan *plan, struct vtr_error *err)
{
    const uint64_t align = VTR_SECTION_ALIGN;

    size_sections(plan);
    for (size_t id = 0; id < VTR_SECTION_LIMIT; id++) {
        plan->section_count += plan->sections[id].len > 0;
    }
    plan->file_len = VTR_HEADER_LEN + (uint64_t)plan->section_count * VTR_TOC_ROW_LEN;
    for (size_t id = 0; id < VTR_SECTION_LIMIT; id++) {
        struct vtr_section_plan *section = &plan->sections[id];

        if (section->len > 0) {
            section->offset = (plan->file_len + align - 1) / align * align;
            section->place = section->offset;
            plan->file_len = section->offset + section->len;
        }
    }
    if (plan->file_len > SIZE_MAX / 2) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "the database would have %llu bytes",
                             (unsigned long long)plan->file_len);
    }
    return VTR_OK;
}

enum vtr_status vtr_image_plan_make(struct vtr_image_plan *plan,
                                    const struct vtr_records *records,
                                    struct vtr_error *err)
{
    plan->records = records;
    const enum vtr_status status = measure(plan, err);
    return status == VTR_OK ? lay_out(plan, err) : status;
}

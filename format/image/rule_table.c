/* SPDX-License-Identifier: Apache-2.0 */

/* docs/format.md, "Rules" and "External variables".  Every write stays in its section
 * even when the caller's memory changes between plan and writing. */
#include "format/image/rule_table.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "format/image/rule_check.h"

static enum vtr_status refuse_rule(uint64_t index, const char *fault,
                                   struct vtr_error *err)
{
    return vtr_error_set(err, VTR_ERROR_FORMAT, "rule %llu: %s",
                         (unsigned long long)index, fault);
}

static enum vtr_status refuse_change(struct vtr_error *err)
{
    return vtr_error_set(err, VTR_ERROR_FORMAT, "rules changed between two readings");
}

/* Sets the walk before the patterns of a rule; false when it is malformed. */
static bool open_rule(struct vtr_pattern_walk *walk, size_t index)
{
    const struct vtr_bytes body = walk->records->rules[index];
    struct vtr_rule_view rule;
    struct vtr_bytes before;

    if (walk->records->places != NULL) {
        const struct vtr_rule_place *place = &walk->records->places[index];

        walk->left = place->pattern_count;
        vtr_reader_init(&walk->patterns, body, 0);
        return vtr_reader_slice(&walk->patterns, &before, place->patterns);
    }
    if (!vtr_rule_read(body, &rule)) {
        return false;
    }
    walk->left = rule.pattern_count;
    walk->patterns = rule.patterns;
    return true;
}

/* Opens rules until one has patterns; false at a malformed rule. */
static bool open_next_rule(struct vtr_pattern_walk *walk)
{
    while (walk->left == 0 && walk->next_rule < walk->records->rule_count) {
        if (!open_rule(walk, walk->next_rule)) {
            return false;
        }
        walk->rule = (uint32_t)walk->next_rule;
        walk->next_rule++;
    }
    return true;
}

enum vtr_status vtr_pattern_walk_next(struct vtr_pattern_walk *walk, bool *out_has,
                                      struct vtr_error *err)
{
    if (!open_next_rule(walk)) {
        return refuse_rule(walk->next_rule, "it is malformed", err);
    }
    if (walk->left == 0) {
        *out_has = false;
        return VTR_OK;
    }
    if (walk->seen == UINT32_MAX) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "more than 2^32 - 1 strings");
    }
    walk->number = (uint32_t)walk->seen;
    walk->offset = (uint32_t)vtr_reader_offset(&walk->patterns);
    if (!vtr_rule_next_pattern(&walk->patterns, &walk->pattern)) {
        return refuse_rule(walk->rule, "a string is malformed", err);
    }
    walk->left--;
    walk->seen++;
    *out_has = true;
    return VTR_OK;
}

static bool read_flags(struct vtr_bytes body, uint8_t *out)
{
    struct vtr_reader r;

    vtr_reader_init(&r, body, 0);
    return vtr_reader_u8(&r, out);
}

/* Reads what the plan needs of a rule: of one with a place no more than its key. */
static bool read_rule(const struct vtr_records *records, size_t index,
                      struct vtr_rule_view *out)
{
    const struct vtr_bytes body = records->rules[index];

    if (records->places == NULL) {
        return vtr_rule_read(body, out);
    }
    assert(vtr_rule_is_placed(body, &records->places[index]));
    out->body = body;
    out->pattern_count = records->places[index].pattern_count;
    return read_flags(body, &out->flags) &&
           vtr_rule_read_key(body, &out->space, &out->name);
}

static enum vtr_status plan_rule(struct vtr_rule_plan *plan,
                                 const struct vtr_records *records,
                                 const struct vtr_rule_view *previous,
                                 struct vtr_rule_view *rule, struct vtr_error *err)
{
    if (!read_rule(records, (size_t)plan->rule_count, rule)) {
        return refuse_rule(plan->rule_count, "it is malformed", err);
    }
    if (plan->rule_count > 0 && vtr_rule_compare_key(previous->space, previous->name,
                                                     rule->space, rule->name) >= 0) {
        return refuse_rule(plan->rule_count, "it is out of order", err);
    }
    const char *fault = records->places == NULL ? vtr_rule_check(rule) : NULL;
    if (fault != NULL) {
        return refuse_rule(plan->rule_count, fault, err);
    }
    plan->rule_count++;
    plan->data_len += rule->body.len;
    plan->global_count += (rule->flags & VTR_RULE_GLOBAL) != 0;
    plan->pattern_count += rule->pattern_count;
    if (plan->data_len > UINT32_MAX) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "rules exceed 4 GiB");
    }
    return VTR_OK; /* a pattern is longer than a byte: their number fits as well */
}

static enum vtr_status plan_externals(struct vtr_rule_plan *plan,
                                      const struct vtr_records *records,
                                      struct vtr_error *err)
{
    struct vtr_external_view external;
    struct vtr_bytes last = {NULL, 0};

    for (size_t i = 0; i < records->external_count; i++) {
        const struct vtr_bytes body = records->externals[i];

        if (!vtr_external_read(body, &external) || external.name.len == 0) {
            return vtr_error_set(err, VTR_ERROR_FORMAT,
                                 "external variable %zu: it is malformed", i);
        }
        if (i > 0 && vtr_bytes_compare(last, external.name) >= 0) {
            return vtr_error_set(err, VTR_ERROR_FORMAT,
                                 "external variable %zu: it is out of order", i);
        }
        last = external.name;
        plan->external_count++;
        plan->externals_len += vtr_varint_len(body.len) + body.len;
        if (plan->externals_len > UINT32_MAX) {
            return vtr_error_set(err, VTR_ERROR_LIMIT,
                                 "external variables exceed 4 GiB");
        }
    }
    return VTR_OK;
}

enum vtr_status vtr_rule_plan_make(struct vtr_rule_plan *out,
                                   const struct vtr_records *records,
                                   struct vtr_error *err)
{
    struct vtr_rule_plan plan = {0};
    struct vtr_rule_view previous = {0};
    enum vtr_status status = plan_externals(&plan, records, err);

    for (size_t i = 0; i < records->rule_count && status == VTR_OK; i++) {
        struct vtr_rule_view rule = {0};

        status = plan_rule(&plan, records, &previous, &rule, err);
        if (status == VTR_OK) {
            previous = rule;
        }
    }
    if (status == VTR_OK) {
        *out = plan;
    }
    return status;
}

bool vtr_room_u32(struct vtr_room *room, uint64_t value)
{
    if (room->len - room->pos < 4 || value > UINT32_MAX) {
        return false;
    }
    vtr_store_u32(room->ptr + room->pos, (uint32_t)value);
    room->pos += 4;
    return true;
}

bool vtr_room_bytes(struct vtr_room *room, struct vtr_bytes bytes)
{
    if (bytes.len > room->len - room->pos) {
        return false;
    }
    if (bytes.len > 0) {
        memcpy(room->ptr + room->pos, bytes.ptr, bytes.len);
    }
    room->pos += bytes.len;
    return true;
}

static bool is_full(const struct vtr_room *room)
{
    return room->pos == room->len;
}

static bool write_rule(struct vtr_rule_output *output, uint64_t index,
                       struct vtr_bytes body)
{
    uint8_t flags;

    return read_flags(body, &flags) &&
           ((flags & VTR_RULE_GLOBAL) == 0 || vtr_room_u32(&output->global, index)) &&
           vtr_room_bytes(&output->data, body) &&
           vtr_room_u32(&output->offsets, output->data.pos);
}

static bool write_rules(const struct vtr_records *records,
                        struct vtr_rule_output *output, struct vtr_root_builder *root)
{
    if (records->rule_count > 0 && !vtr_room_u32(&output->offsets, 0)) {
        return false;
    }
    for (size_t i = 0; i < records->rule_count; i++) {
        if (!write_rule(output, i, records->rules[i])) {
            return false;
        }
    }
    if (root != NULL) {
        vtr_root_builder_add_bodies(root, VTR_RECORD_RULE, records->rules,
                                    records->rule_count);
    }
    return true;
}

static bool write_externals(const struct vtr_records *records,
                            struct vtr_rule_output *output,
                            struct vtr_root_builder *root)
{
    for (size_t i = 0; i < records->external_count; i++) {
        const struct vtr_bytes body = records->externals[i];
        uint8_t varint[VTR_VARINT_LEN_MAX];
        const size_t len = vtr_store_varint(varint, body.len);

        if (!vtr_room_bytes(&output->externals, (struct vtr_bytes){varint, len}) ||
            !vtr_room_bytes(&output->externals, body)) {
            return false;
        }
    }
    if (root != NULL) {
        vtr_root_builder_add_bodies(root, VTR_RECORD_EXTERNAL, records->externals,
                                    records->external_count);
    }
    return true;
}

static enum vtr_status write_patterns(const struct vtr_records *records,
                                      struct vtr_room *patterns, struct vtr_error *err)
{
    struct vtr_pattern_walk walk = {.records = records};
    enum vtr_status status;
    bool has_pattern = false;
    uint64_t base = 0; /* where the body of the rule begins */
    size_t rule = 0;

    for (;;) {
        status = vtr_pattern_walk_next(&walk, &has_pattern, err);
        if (status != VTR_OK || !has_pattern) {
            break;
        }
        for (; rule < walk.rule; rule++) {
            base += records->rules[rule].len;
        }
        if (!vtr_room_u32(patterns, base + walk.offset)) {
            break;
        }
    }
    if (status == VTR_OK && has_pattern) {
        return refuse_change(err);
    }
    return status;
}

enum vtr_status vtr_rule_table_write(const struct vtr_records *records,
                                     struct vtr_rule_output *output,
                                     struct vtr_root_builder *root,
                                     struct vtr_error *err)
{
    const bool is_written =
        write_externals(records, output, root) && write_rules(records, output, root);
    if (is_written) {
        const enum vtr_status status = write_patterns(records, &output->patterns, err);
        if (status != VTR_OK) {
            return status;
        }
    }
    if (!is_written || !is_full(&output->offsets) || !is_full(&output->data) ||
        !is_full(&output->global) || !is_full(&output->patterns) ||
        !is_full(&output->externals)) {
        return refuse_change(err);
    }
    return VTR_OK;
}

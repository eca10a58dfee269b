/* SPDX-License-Identifier: Apache-2.0 */

/* docs/format.md, "Atom index": rows and filters as the patterns come, then the table
 * of each tier. */
#include "format/atom_index_write.h"

#include <string.h>

#include "base/error.h"
#include "base/writer.h"
#include "format/atom/atom_slots.h"
#include "format/image/atom_buckets.h"

/* The output while it is filled. */
struct filling {
    const struct vtr_atom_plan *plan;
    const struct vtr_atom_output *output;
    uint8_t *filters[VTR_ATOM_TIERS];
    struct vtr_vector grams[VTR_ATOM_TIERS];   /* struct vtr_atom_gram */
    struct vtr_vector windows[VTR_ATOM_TIERS]; /* struct vtr_atom_window */
    uint64_t unit_count;                       /* written so far */
    uint64_t unindexed_count;                  /* the same */
};

static enum vtr_status refuse(struct vtr_error *err)
{
    return vtr_error_set(err, VTR_ERROR_FORMAT, "rules changed between two readings");
}

static void write_row(uint8_t *row, const struct vtr_atom_entry *entry)
{
    const unsigned shape = entry->context_len - 1u + ((unsigned)entry->lead << 4);
    const unsigned check = vtr_atom_check_bytes(entry->context, entry->context_len);
    const bool is_wide = (entry->flags & VTR_ATOM_WIDE) != 0;
    const bool is_long = !vtr_atom_is_simple(entry);

    vtr_store_u32(row + VTR_ATOM_AT_PATTERN,
                  entry->pattern | (is_wide ? VTR_ATOM_PATTERN_WIDE : 0));
    vtr_store_u16(row + VTR_ATOM_AT_CHECK,
                  (uint16_t)(check | (is_long ? VTR_ATOM_CHECK_LONG : 0)));
    row[VTR_ATOM_AT_SHAPE] = (uint8_t)shape;
    if (!is_long) {
        row[VTR_ATOM_AT_BACK] = (uint8_t)entry->back_min;
        return;
    }
    vtr_store_u16(row + VTR_ATOM_AT_BACK_MIN, entry->back_min);
    vtr_store_u16(row + VTR_ATOM_AT_BACK_MAX, entry->back_max);
    vtr_store_u16(row + VTR_ATOM_AT_FRAGMENT, entry->fragment);
}

/* Puts the grams of a window into the filter of its tier. */
static void add_grams(struct filling *f, enum vtr_atom_tier tier, uint64_t window)
{
    const struct vtr_atom_gait gait = vtr_atom_gait_of(f->plan->paces[tier]);

    for (unsigned i = 0; i < gait.stride; i++) {
        const uint64_t gram = vtr_gram_cut(window >> (8 * i), gait.gram_len);
        const uint32_t hash = vtr_gram_hash(gram, gait.gram_len);
        const uint32_t word = vtr_gram_word(hash, f->plan->filter_bits[tier]);
        uint8_t *at = f->filters[tier] + 4 * (size_t)word;

        vtr_store_u32(at, vtr_load_u32(at) | vtr_gram_mask(hash));
    }
}

/* The bytes of an entry where a scan would have them: zeros around the context. */
struct surroundings {
    uint8_t bytes[VTR_ATOM_KIN_REACH + VTR_ATOM_CONTEXT_MAX + 8];
    const uint8_t *window;
};

static void surround(struct surroundings *out, const struct vtr_atom_entry *entry)
{
    memset(out->bytes, 0, sizeof(out->bytes));
    memcpy(out->bytes + VTR_ATOM_KIN_REACH, entry->context, entry->context_len);
    out->window = out->bytes + VTR_ATOM_KIN_REACH + entry->lead;
}

/* Adds the window of an entry whose row is at `unit`.  Of an atom of one byte `next` is
 * the second byte. */
static enum vtr_status add_window(struct filling *f, enum vtr_atom_tier tier,
                                  const struct vtr_atom_entry *entry, uint8_t next,
                                  uint64_t unit, struct vtr_error *err)
{
    const unsigned len = vtr_atom_plan_window_len(f->plan, tier);
    enum vtr_atom_kin kin = VTR_ATOM_KIN_NONE;
    uint32_t prints[VTR_ATOM_KINS];
    struct surroundings around;

    surround(&around, entry);
    uint64_t window = vtr_gram_cut(vtr_load_u64(around.window), len);
    if (entry->len == 1) {
        window = around.window[0] | (uint64_t)next << 8;
    } else {
        kin = vtr_atom_kin_of(entry->lead, entry->context_len - entry->lead - len);
    }
    add_grams(f, tier, window);
    struct vtr_atom_gram *gram = vtr_vector_push(&f->grams[tier]);
    if (gram == NULL) {
        return vtr_error_set_memory(err);
    }
    gram->key = vtr_gram_key(window);
    vtr_atom_prints(prints, vtr_load_u32(around.window - VTR_ATOM_KIN_REACH),
                    vtr_load_u32(around.window + len), gram->key);
    gram->print = prints[kin];
    gram->place = (uint32_t)(unit + 1) << VTR_ATOM_KIN_BITS | (uint32_t)kin;
    return VTR_OK;
}

/* Notes the bytes of an atom for the buckets of its tier. */
static enum vtr_status add_head(struct filling *f, enum vtr_atom_tier tier,
                                const struct vtr_atom_entry *entry,
                                struct vtr_error *err)
{
    const unsigned known = entry->context_len - (unsigned)entry->lead;
    struct vtr_atom_window *window = vtr_vector_push(&f->windows[tier]);

    if (window == NULL) {
        return vtr_error_set_memory(err);
    }
    window->len = (uint8_t)(known < VTR_BUCKET_BYTES ? known : VTR_BUCKET_BYTES);
    for (unsigned i = 0; i < window->len; i++) {
        window->bytes[i] = entry->context[entry->lead + i];
    }
    return VTR_OK;
}

/* Adds the windows of an entry whose row is at `unit`. */
static enum vtr_status add_windows(struct filling *f, enum vtr_atom_tier tier,
                                   const struct vtr_atom_entry *entry, uint64_t unit,
                                   struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;

    if (f->grams[tier].count + vtr_atom_window_count(entry->len) >
        f->plan->gram_counts[tier]) {
        return refuse(err);
    }
    if (entry->len > 1) {
        status = add_window(f, tier, entry, 0, unit, err);
    }
    for (unsigned next = 0; entry->len == 1 && next < 256 && status == VTR_OK; next++) {
        if (vtr_fold((uint8_t)next) == next) {
            status = add_window(f, tier, entry, (uint8_t)next, unit, err);
        }
    }
    return status == VTR_OK && f->plan->group_counts[tier] > 0
               ? add_head(f, tier, entry, err)
               : status;
}

/* Writes what the entries of a pattern say at once. */
static enum vtr_status write_entries(void *context, uint32_t pattern,
                                     const struct vtr_atom_entry *entries, size_t count,
                                     struct vtr_error *err)
{
    struct filling *f = context;
    enum vtr_status status = VTR_OK;

    if (count == 0) {
        if (f->unindexed_count == f->plan->unindexed_count) {
            return refuse(err);
        }
        vtr_store_u32(f->output->unindexed + 4 * f->unindexed_count, pattern);
        f->unindexed_count++;
    }
    for (size_t i = 0; i < count && status == VTR_OK; i++) {
        const uint64_t unit = f->unit_count;

        f->unit_count += vtr_atom_unit_count(&entries[i]);
        if (f->unit_count > f->plan->unit_count) {
            return refuse(err);
        }
        struct vtr_atom_entry entry = entries[i];
        const enum vtr_atom_tier tier = vtr_atom_plan_fit(f->plan, &entry);

        write_row(f->output->rows + unit * VTR_ATOM_UNIT_LEN, &entry);
        status = add_windows(f, tier, &entry, unit, err);
    }
    return status;
}

/* The buckets of the tiers that have them, each behind its filter. */
static enum vtr_status write_buckets(struct filling *f, struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;

    for (size_t i = 0; i < VTR_ATOM_TIERS && status == VTR_OK; i++) {
        if (f->plan->group_counts[i] > 0) {
            uint8_t *tables =
                f->filters[i] + ((size_t)1 << (f->plan->filter_bits[i] - 3));

            status = vtr_buckets_write(tables, f->plan->group_counts[i], &f->windows[i],
                                       err);
        }
    }
    return status;
}

/* The tables of all tiers, and what the parameters say of them. */
static enum vtr_status write_tables(struct filling *f, struct vtr_error *err)
{
    uint8_t *params = f->output->params;
    uint8_t *slots = f->output->slots;

    vtr_store_u32(params + VTR_ATOM_AT_UNITS, (uint32_t)f->unit_count);
    vtr_store_u32(params + VTR_ATOM_AT_TEXTS, f->plan->texts);
    for (size_t i = 0; i < VTR_ATOM_TIERS; i++) {
        uint8_t *row = params + VTR_ATOM_AT_TIERS + i * VTR_ATOM_TIER_LEN;
        const uint64_t count = f->grams[i].count;
        struct vtr_atom_slots_shape shape;

        if (count != f->plan->gram_counts[i]) {
            return refuse(err);
        }
        if (count == 0) {
            continue;
        }
        const enum vtr_status status =
            vtr_atom_slots_write(slots, &shape, (enum vtr_atom_tier)i, &f->grams[i],
                                 (uint32_t)f->unit_count, err);
        if (status != VTR_OK) {
            return status;
        }
        slots += 4 * vtr_atom_slots_len((enum vtr_atom_tier)i, count);
        const struct vtr_atom_gait gait = vtr_atom_gait_of(f->plan->paces[i]);
        row[VTR_ATOM_TIER_AT_FILTER] = (uint8_t)f->plan->filter_bits[i];
        row[VTR_ATOM_TIER_AT_GRAM_LEN] = gait.gram_len;
        row[VTR_ATOM_TIER_AT_STRIDE] = gait.stride;
        row[VTR_ATOM_TIER_AT_GROUPS] = (uint8_t)f->plan->group_counts[i];
        vtr_store_u32(row + VTR_ATOM_TIER_AT_LINE_COUNT, shape.line_count);
        vtr_store_u32(row + VTR_ATOM_TIER_AT_LIST_LEN, shape.list_len);
        vtr_store_u32(row + VTR_ATOM_TIER_AT_GRAM_COUNT, (uint32_t)count);
    }
    return VTR_OK;
}

/* Finds the filters, and makes room for all grams; false when memory is out. */
static bool begin_tiers(struct filling *f)
{
    const struct vtr_atom_plan *plan = f->plan;
    uint8_t *filter = f->output->filter;
    bool has_room = true;

    for (size_t i = 0; i < VTR_ATOM_TIERS; i++) {
        vtr_vector_init(&f->grams[i], sizeof(struct vtr_atom_gram));
        vtr_vector_init(&f->windows[i], sizeof(struct vtr_atom_window));
        has_room =
            has_room && vtr_vector_reserve(&f->grams[i], (size_t)plan->gram_counts[i]);
        f->filters[i] = filter;
        if (plan->filter_bits[i] > 0) {
            filter += ((size_t)1 << (plan->filter_bits[i] - 3)) +
                      plan->group_counts[i] * VTR_BUCKET_GROUP_LEN;
        }
    }
    return has_room;
}

enum vtr_status vtr_atom_index_write(const struct vtr_atom_plan *plan,
                                     const struct vtr_records *records,
                                     const struct vtr_atom_output *output,
                                     struct vtr_error *err)
{
    struct filling f = {.plan = plan, .output = output};

    if (plan->entry_count == 0 && plan->unindexed_count == 0) {
        return VTR_OK;
    }
    enum vtr_status status =
        begin_tiers(&f) ? vtr_atom_plan_visit(plan, records, write_entries, &f, err)
                        : vtr_error_set_memory(err);
    if (status == VTR_OK && (f.unit_count != plan->unit_count ||
                             f.unindexed_count != plan->unindexed_count)) {
        status = refuse(err);
    }
    if (status == VTR_OK && plan->entry_count > 0) {
        status = write_tables(&f, err);
    }
    if (status == VTR_OK) {
        status = write_buckets(&f, err);
    }
    for (size_t i = 0; i < VTR_ATOM_TIERS; i++) {
        vtr_vector_deinit(&f.grams[i]);
        vtr_vector_deinit(&f.windows[i]);
    }
    return status;
}

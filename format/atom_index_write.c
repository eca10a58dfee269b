/* SPDX-License-Identifier: Apache-2.0 */

/* docs/format.md, "Atom index": rows and filters as the patterns come, then the table
 * of each tier. */
#include "format/atom_index_write.h"

#include <string.h>

#include "base/error.h"
#include "base/writer.h"
#include "format/atom.h"
#include "format/atom_buckets.h"
#include "format/atom_slots.h"
#include "format/condition_magic.h"
#include "format/rule_table.h"

/* Bits of a filter to a gram: as many as make chance rare, within the memory that a
 * gram may have of it (26.5 bits) or a filter always has. */
#define FILTER_BITS_WANTED     48u
#define FILTER_HALF_BITS_LIMIT 53u
#define FILTER_LIMIT_LEAST     (UINT64_C(1) << 18)

/* Units of rows and what is in lists are named by 28 bits. */
#define COUNT_LIMIT ((UINT64_C(1) << 27) - 1)

/* So many long atoms are few, and so many not yet the most. */
#define FEW_LIMIT  4096u
#define MANY_LIMIT (UINT64_C(1) << 18)

/* One in so many long atoms has 7 bytes: windows have no more. */
#define SEVENS_SHARE 16u
#define SHORT_LEN    4u /* of an atom that is too short for the long tier */

/* What a byte may be when it is folded. */
#define FOLDED_BYTES 230u

/* So many times as many atoms of rules for MZ files as others have tiers of their own.
 */
#define MZ_SHARE 2u

/* Called with the entries of each pattern in turn; no entries: it has to do without. */
typedef enum vtr_status (*visit_fn)(void *context, uint32_t pattern,
                                    const struct vtr_atom_entry *entries, size_t count,
                                    struct vtr_error *err);

/* Whether the rule of a pattern is for MZ files.  Those of a rule come side by side. */
static bool is_of_mz(const struct vtr_pattern_walk *walk, uint32_t *rule, bool *is_mz)
{
    struct vtr_rule_view view;

    if (*rule != walk->rule) {
        *rule = walk->rule;
        *is_mz = vtr_rule_read(walk->records->rules[walk->rule], &view) &&
                 vtr_condition_asks_for_mz(view.condition);
    }
    return *is_mz;
}

static void mark_entries(struct vtr_vector *entries, bool is_mz)
{
    struct vtr_atom_entry *items = entries->items;

    for (size_t i = 0; i < entries->count; i++) {
        items[i].is_mz = is_mz;
    }
}

static enum vtr_status visit_patterns(const struct vtr_records *records, visit_fn visit,
                                      void *context, struct vtr_error *err)
{
    struct vtr_pattern_walk walk = {.records = records};
    struct vtr_atom_choice choice;
    enum vtr_status status;
    bool has_pattern = false;
    uint32_t rule = UINT32_MAX;
    bool is_mz = false;

    vtr_atom_choice_init(&choice);
    for (;;) {
        status = vtr_pattern_walk_next(&walk, &has_pattern, err);
        if (status != VTR_OK || !has_pattern) {
            break;
        }
        status = vtr_atom_choose(&choice, &walk.pattern, walk.number, err);
        if (status == VTR_OK) {
            mark_entries(&choice.entries, is_of_mz(&walk, &rule, &is_mz));
            status = visit(context, walk.number, choice.entries.items,
                           choice.entries.count, err);
        }
        if (status != VTR_OK) {
            break;
        }
    }
    vtr_atom_choice_deinit(&choice);
    return status;
}

/* The same with the entries that were kept. */
static enum vtr_status visit_kept(const struct vtr_vector *kept, visit_fn visit,
                                  void *context, struct vtr_error *err)
{
    const struct vtr_atom_entry *entries = kept->items;
    enum vtr_status status = VTR_OK;
    size_t end;

    for (size_t at = 0; at < kept->count && status == VTR_OK; at = end) {
        const uint32_t pattern = entries[at].pattern;

        end = at + 1;
        while (end < kept->count && entries[end].pattern == pattern) {
            end++;
        }
        status = visit(context, pattern, entries + at,
                       entries[at].len == 0 ? 0 : end - at, err);
    }
    return status;
}

static enum vtr_status visit_again(const struct vtr_atom_plan *plan,
                                   const struct vtr_records *records, visit_fn visit,
                                   void *context, struct vtr_error *err)
{
    return plan->kept.count > 0 ? visit_kept(&plan->kept, visit, context, err)
                                : visit_patterns(records, visit, context, err);
}

/* Keeps the entries of a pattern while those of all are not too many. */
static enum vtr_status keep_entries(struct vtr_atom_plan *plan, uint32_t pattern,
                                    const struct vtr_atom_entry *entries, size_t count,
                                    struct vtr_error *err)
{
    const struct vtr_atom_entry none = {.pattern = pattern};

    if (plan->entry_count + plan->unindexed_count > VTR_ATOM_KEPT_LIMIT) {
        vtr_vector_deinit(&plan->kept);
        return VTR_OK;
    }
    if (count == 0) {
        entries = &none;
        count = 1;
    }
    for (size_t i = 0; i < count; i++) {
        struct vtr_atom_entry *entry = vtr_vector_push(&plan->kept);

        if (entry == NULL) {
            return vtr_error_set_memory(err);
        }
        *entry = entries[i];
    }
    return VTR_OK;
}

/* A row of one unit has one distance, a byte long, and is of the first part. */
static bool is_simple(const struct vtr_atom_entry *entry)
{
    return entry->back_min == entry->back_max && entry->back_max <= UINT8_MAX &&
           entry->fragment == 0 && entry->flags == 0;
}

static uint64_t count_units(const struct vtr_atom_entry *entry)
{
    return is_simple(entry) ? 1 : 2;
}

/* An atom of one byte has a window for every byte that may follow. */
static uint64_t count_windows(unsigned len)
{
    return len == 1 ? FOLDED_BYTES : 1;
}

static unsigned window_len(const struct vtr_atom_plan *plan, enum vtr_atom_tier tier)
{
    const struct vtr_atom_gait gait = vtr_atom_gait_of(plan->paces[tier]);

    return vtr_atom_window_len(gait.gram_len, gait.stride);
}

/* The length of an atom when those of the long tier have so many bytes. */
static unsigned fitted_len(unsigned len, unsigned long_len)
{
    return len < VTR_ATOM_LONG_LEN_MIN ? len : len >= long_len ? long_len : SHORT_LEN;
}

static enum vtr_status count_entries(void *context, uint32_t pattern,
                                     const struct vtr_atom_entry *entries, size_t count,
                                     struct vtr_error *err)
{
    struct vtr_atom_plan *plan = context;

    plan->unindexed_count += count == 0;
    plan->entry_count += count;
    for (size_t i = 0; i < count; i++) {
        plan->unit_count += count_units(&entries[i]);
        plan->lens[entries[i].is_mz][entries[i].len]++;
    }
    return plan->unit_count <= COUNT_LIMIT
               ? keep_entries(plan, pattern, entries, count, err)
               : vtr_error_set(err, VTR_ERROR_LIMIT, "more than 2^27 - 1 atoms");
}

static unsigned choose_filter_bits(uint64_t gram_count)
{
    const uint64_t share = gram_count * FILTER_HALF_BITS_LIMIT / 2;
    const uint64_t limit = share > FILTER_LIMIT_LEAST ? share : FILTER_LIMIT_LEAST;
    unsigned bits = VTR_ATOM_FILTER_BITS_MIN;

    while (bits < VTR_ATOM_FILTER_BITS_MAX &&
           UINT64_C(1) << bits < gram_count * FILTER_BITS_WANTED &&
           UINT64_C(1) << (bits + 1) <= limit) {
        bits++;
    }
    return bits;
}

/* Atoms of rules for MZ files have tiers of their own where they are most of all: the
 * others are then few, and all that files of other kinds cost. */
static void split_mz(struct vtr_atom_plan *plan)
{
    uint64_t counts[2] = {0, 0};

    for (unsigned len = 1; len <= VTR_ATOM_LEN_MAX; len++) {
        counts[0] += plan->lens[0][len];
        counts[1] += plan->lens[1][len];
    }
    plan->has_mz = counts[1] / MZ_SHARE > counts[0];
    for (unsigned len = 1; len <= VTR_ATOM_LEN_MAX && !plan->has_mz; len++) {
        plan->lens[0][len] += plan->lens[1][len];
        plan->lens[1][len] = 0;
    }
}

/* How the scan goes through the data for each of three tiers. */
static void choose_paces(const uint64_t *lens, enum vtr_atom_pace *paces)
{
    const uint64_t eights = lens[VTR_ATOM_LEN_MAX];
    const uint64_t sevens = lens[VTR_ATOM_LONG_LEN_MIN];

    paces[VTR_ATOM_TIER_SHORT] = VTR_ATOM_PACE_SHORT;
    paces[VTR_ATOM_TIER_PAIR] = VTR_ATOM_PACE_PAIR;
    paces[VTR_ATOM_TIER_LONG] = sevens > eights / SEVENS_SHARE && eights < MANY_LIMIT
                                    ? VTR_ATOM_PACE_SEVEN
                                : eights < FEW_LIMIT  ? VTR_ATOM_PACE_FEW
                                : eights < MANY_LIMIT ? VTR_ATOM_PACE_MANY
                                                      : VTR_ATOM_PACE_MOST;
}

/* Counts the windows and buckets of the three tiers of rules for any file, or of those
 * for MZ files. */
static void count_windows_of(struct vtr_atom_plan *plan, bool is_mz)
{
    const size_t first = is_mz ? VTR_ATOM_TIER_MZ : 0;
    uint64_t atoms[VTR_ATOM_KINDS] = {0};

    choose_paces(plan->lens[is_mz], plan->paces + first);
    const unsigned long_len = window_len(plan, (enum vtr_atom_tier)first);
    for (unsigned len = 1; len <= VTR_ATOM_LEN_MAX; len++) {
        const unsigned fitted = fitted_len(len, long_len);
        const enum vtr_atom_tier kind = vtr_atom_tier_of(fitted);

        atoms[kind] += plan->lens[is_mz][len];
        plan->gram_counts[first + kind] +=
            plan->lens[is_mz][len] * count_windows(fitted);
    }
    for (size_t i = 0; i < VTR_ATOM_KINDS; i++) {
        plan->group_counts[first + i] = vtr_bucket_groups(atoms[i]);
    }
}

/* From the lengths of the atoms to the sizes of the sections; false past a limit. */
static bool size_tiers(struct vtr_atom_plan *plan)
{
    split_mz(plan);
    count_windows_of(plan, false);
    count_windows_of(plan, true);
    for (size_t i = 0; i < VTR_ATOM_TIERS; i++) {
        if (plan->gram_counts[i] > COUNT_LIMIT) {
            return false;
        }
        if (plan->gram_counts[i] > 0) {
            plan->filter_bits[i] = choose_filter_bits(
                plan->gram_counts[i] * vtr_atom_gait_of(plan->paces[i]).stride);
            plan->filter_len += (UINT64_C(1) << (plan->filter_bits[i] - 3)) +
                                plan->group_counts[i] * VTR_BUCKET_GROUP_LEN;
            plan->slots_len +=
                4 * vtr_atom_slots_len((enum vtr_atom_tier)i, plan->gram_counts[i]);
        }
    }
    return true;
}

void vtr_atom_plan_deinit(struct vtr_atom_plan *plan)
{
    vtr_vector_deinit(&plan->kept);
}

enum vtr_status vtr_atom_plan_make(struct vtr_atom_plan *out,
                                   const struct vtr_records *records,
                                   struct vtr_error *err)
{
    struct vtr_atom_plan plan = {0};

    vtr_vector_init(&plan.kept, sizeof(struct vtr_atom_entry));
    const enum vtr_status status = visit_patterns(records, count_entries, &plan, err);
    if (status != VTR_OK) {
        vtr_atom_plan_deinit(&plan);
        return status;
    }
    if (!size_tiers(&plan)) {
        vtr_atom_plan_deinit(&plan);
        return vtr_error_set(err, VTR_ERROR_LIMIT, "more than 2^27 - 1 atoms");
    }
    *out = plan;
    return VTR_OK;
}

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
    return vtr_error_set_format(err, "atom-rows", 0,
                                "rules changed between two readings");
}

static void write_row(uint8_t *row, const struct vtr_atom_entry *entry, bool is_wide)
{
    const unsigned shape = entry->context_len - 1u + ((unsigned)entry->lead << 4);

    vtr_store_u32(row + VTR_ATOM_AT_PATTERN, entry->pattern);
    const unsigned check = vtr_atom_check_bytes(entry->context, entry->context_len);

    vtr_store_u16(row + VTR_ATOM_AT_CHECK,
                  (uint16_t)(check | (is_wide ? VTR_ATOM_CHECK_WIDE : 0)));
    if (!is_wide) {
        row[VTR_ATOM_AT_BACK] = (uint8_t)entry->back_min;
        row[VTR_ATOM_AT_SHAPE] = (uint8_t)shape;
        return;
    }
    row[VTR_ATOM_AT_BACK] = entry->flags;
    row[VTR_ATOM_AT_SHAPE] = (uint8_t)shape;
    vtr_store_u16(row + VTR_ATOM_AT_BACK_MIN, entry->back_min);
    vtr_store_u16(row + VTR_ATOM_AT_BACK_MAX, entry->back_max);
    vtr_store_u16(row + VTR_ATOM_AT_FRAGMENT, entry->fragment);
}

/* The tier of an atom of so many bytes. */
static enum vtr_atom_tier tier_of(const struct vtr_atom_plan *plan,
                                  const struct vtr_atom_entry *entry)
{
    return vtr_atom_tier_of(entry->len) +
           (entry->is_mz && plan->has_mz ? VTR_ATOM_TIER_MZ : 0u);
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
static enum vtr_status add_window(struct filling *f, const struct vtr_atom_entry *entry,
                                  uint8_t next, uint64_t unit, struct vtr_error *err)
{
    const enum vtr_atom_tier tier = tier_of(f->plan, entry);
    const unsigned len = window_len(f->plan, tier);
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
static enum vtr_status add_windows(struct filling *f,
                                   const struct vtr_atom_entry *entry, uint64_t unit,
                                   struct vtr_error *err)
{
    const enum vtr_atom_tier tier = tier_of(f->plan, entry);
    enum vtr_status status = VTR_OK;

    if (f->grams[tier].count + count_windows(entry->len) > f->plan->gram_counts[tier]) {
        return refuse(err);
    }
    if (entry->len > 1) {
        status = add_window(f, entry, 0, unit, err);
    }
    for (unsigned next = 0; entry->len == 1 && next < 256 && status == VTR_OK; next++) {
        if (vtr_fold((uint8_t)next) == next) {
            status = add_window(f, entry, (uint8_t)next, unit, err);
        }
    }
    return status == VTR_OK && f->plan->group_counts[tier] > 0
               ? add_head(f, tier, entry, err)
               : status;
}

/* The length of an entry's atom in its tier. */
static unsigned fit_len(const struct vtr_atom_plan *plan,
                        const struct vtr_atom_entry *entry)
{
    const bool is_mz = entry->is_mz && plan->has_mz;

    return fitted_len(entry->len,
                      window_len(plan, is_mz ? VTR_ATOM_TIER_MZ : VTR_ATOM_TIER_LONG));
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

        f->unit_count += count_units(&entries[i]);
        if (f->unit_count > f->plan->unit_count) {
            return refuse(err);
        }
        struct vtr_atom_entry entry = entries[i];
        entry.len = (uint8_t)fit_len(f->plan, &entry);
        write_row(f->output->rows + unit * VTR_ATOM_UNIT_LEN, &entry,
                  !is_simple(&entry));
        status = add_windows(f, &entry, unit, err);
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

enum vtr_status vtr_atom_index_write(const struct vtr_atom_plan *plan,
                                     const struct vtr_records *records,
                                     const struct vtr_atom_output *output,
                                     struct vtr_error *err)
{
    struct filling f = {.plan = plan, .output = output};
    uint8_t *filter = output->filter;

    if (plan->entry_count == 0 && plan->unindexed_count == 0) {
        return VTR_OK;
    }
    for (size_t i = 0; i < VTR_ATOM_TIERS; i++) {
        vtr_vector_init(&f.grams[i], sizeof(struct vtr_atom_gram));
        vtr_vector_init(&f.windows[i], sizeof(struct vtr_atom_window));
        f.filters[i] = filter;
        if (plan->filter_bits[i] > 0) {
            filter += ((size_t)1 << (plan->filter_bits[i] - 3)) +
                      plan->group_counts[i] * VTR_BUCKET_GROUP_LEN;
        }
    }
    enum vtr_status status = visit_again(plan, records, write_entries, &f, err);
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

/* SPDX-License-Identifier: Apache-2.0 */

/* docs/format.md, "Atom index".  A counting sort by bucket inside the output, then each
 * bucket is sorted in place. */
#include "format/atom_index_write.h"

#include <string.h>

#include "base/error.h"
#include "base/writer.h"
#include "format/atom.h"
#include "format/rule_table.h"

#define FILTER_BITS_AN_ENTRY 16u

/* Called with the entries of each pattern in turn; no entries: it has to do without. */
typedef enum vtr_status (*visit_fn)(void *context, uint32_t pattern,
                                    const struct vtr_atom_entry *entries, size_t count,
                                    struct vtr_error *err);

static enum vtr_status visit_patterns(const struct vtr_records *records, visit_fn visit,
                                      void *context, struct vtr_error *err)
{
    struct vtr_pattern_walk walk = {.records = records};
    struct vtr_atom_choice choice;
    enum vtr_status status;
    bool has_pattern = false;

    vtr_atom_choice_init(&choice);
    for (;;) {
        status = vtr_pattern_walk_next(&walk, &has_pattern, err);
        if (status != VTR_OK || !has_pattern) {
            break;
        }
        status = vtr_atom_choose(&choice, &walk.pattern, walk.number, err);
        if (status == VTR_OK) {
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

static enum vtr_status count_entries(void *context, uint32_t pattern,
                                     const struct vtr_atom_entry *entries, size_t count,
                                     struct vtr_error *err)
{
    struct vtr_atom_plan *plan = context;

    plan->unindexed_count += count == 0;
    plan->entry_count += count;
    for (size_t i = 0; i < count; i++) {
        plan->counts[entries[i].len]++;
    }
    return plan->entry_count <= UINT32_MAX
               ? keep_entries(plan, pattern, entries, count, err)
               : vtr_error_set(err, VTR_ERROR_LIMIT, "more than 2^32 - 1 atoms");
}

/* The fewest bits from `min` to `max` with 2^bits >= `value`; `max` when there are
 * none. */
static unsigned bits_for(uint64_t value, unsigned min, unsigned max)
{
    unsigned bits = min;

    while (bits < max && UINT64_C(1) << bits < value) {
        bits++;
    }
    return bits;
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
    plan.filter_bits = bits_for(plan.entry_count * FILTER_BITS_AN_ENTRY,
                                VTR_ATOM_FILTER_BITS_MIN, VTR_ATOM_FILTER_BITS_MAX);
    plan.bucket_bits = bits_for(plan.entry_count / 2, VTR_ATOM_BUCKET_BITS_MIN,
                                VTR_ATOM_BUCKET_BITS_MAX);
    *out = plan;
    return VTR_OK;
}

/* The output while it is filled. */
struct filling {
    const struct vtr_atom_plan *plan;
    const struct vtr_atom_output *output;
    uint64_t entry_count;     /* seen so far */
    uint64_t unindexed_count; /* seen so far */
};

static enum vtr_status refuse(struct vtr_error *err)
{
    return vtr_error_set_format(err, "atom-entries", 0,
                                "rules changed between two readings");
}

/* First time: filter, entries in each bucket, patterns without an atom. */
static enum vtr_status count_buckets(void *context, uint32_t pattern,
                                     const struct vtr_atom_entry *entries, size_t count,
                                     struct vtr_error *err)
{
    struct filling *filling = context;
    const struct vtr_atom_plan *plan = filling->plan;

    if (count == 0) {
        if (filling->unindexed_count == plan->unindexed_count) {
            return refuse(err);
        }
        vtr_store_u32(filling->output->unindexed + 4 * filling->unindexed_count,
                      pattern);
        filling->unindexed_count++;
    }
    if (count > plan->entry_count - filling->entry_count) {
        return refuse(err);
    }
    filling->entry_count += count;
    for (size_t i = 0; i < count; i++) {
        const uint32_t hash = vtr_atom_hash(entries[i].key, entries[i].len);
        uint8_t *word = filling->output->filter +
                        4 * (size_t)vtr_atom_filter_word(hash, plan->filter_bits);
        uint8_t *bucket = filling->output->buckets +
                          4 * (size_t)vtr_atom_bucket(hash, plan->bucket_bits);

        vtr_store_u32(word, vtr_load_u32(word) | vtr_atom_filter_mask(hash));
        vtr_store_u32(bucket, vtr_load_u32(bucket) + 1);
    }
    return VTR_OK;
}

/* Turns the buckets' counts into their first entries. */
static void accumulate(uint8_t *buckets, size_t bucket_count)
{
    uint32_t first = 0;

    for (size_t i = 0; i <= bucket_count; i++) {
        const uint32_t count = vtr_load_u32(buckets + 4 * i);

        vtr_store_u32(buckets + 4 * i, first);
        first += count;
    }
}

static void store_entry(uint8_t *row, const struct vtr_atom_entry *entry)
{
    vtr_store_u32(row + VTR_ATOM_AT_KEY, entry->key);
    vtr_store_u32(row + VTR_ATOM_AT_PATTERN, entry->pattern);
    vtr_store_u16(row + VTR_ATOM_AT_BACK_MIN, entry->back_min);
    vtr_store_u16(row + VTR_ATOM_AT_BACK_MAX, entry->back_max);
    row[VTR_ATOM_AT_LEN] = entry->len;
    row[VTR_ATOM_AT_FLAGS] = entry->flags;
    vtr_store_u16(row + VTR_ATOM_AT_FRAGMENT, entry->fragment);
}

/* Second time: each entry goes where its bucket stands, which moves on, so that at the
 * end every bucket says where the next one begins. */
static enum vtr_status fill_buckets(void *context, uint32_t pattern,
                                    const struct vtr_atom_entry *entries, size_t count,
                                    struct vtr_error *err)
{
    struct filling *filling = context;
    const struct vtr_atom_plan *plan = filling->plan;

    (void)pattern;
    for (size_t i = 0; i < count; i++) {
        const uint32_t hash = vtr_atom_hash(entries[i].key, entries[i].len);
        uint8_t *bucket = filling->output->buckets +
                          4 * (size_t)vtr_atom_bucket(hash, plan->bucket_bits);
        const uint32_t at = vtr_load_u32(bucket);

        if (at >= plan->entry_count) {
            return refuse(err);
        }
        store_entry(filling->output->entries + (size_t)at * VTR_ATOM_ROW_LEN,
                    &entries[i]);
        vtr_store_u32(bucket, at + 1);
    }
    filling->entry_count += count;
    return VTR_OK;
}

/* Rows `a` and `b` of `index` are exchanged. */
static void swap_rows(uint8_t *rows, size_t a, size_t b)
{
    uint8_t row[VTR_ATOM_ROW_LEN];

    memcpy(row, rows + a * VTR_ATOM_ROW_LEN, sizeof(row));
    memcpy(rows + a * VTR_ATOM_ROW_LEN, rows + b * VTR_ATOM_ROW_LEN, sizeof(row));
    memcpy(rows + b * VTR_ATOM_ROW_LEN, row, sizeof(row));
}

static bool is_below(const struct vtr_atom_index *rows, uint32_t a, uint32_t b)
{
    const struct vtr_atom_entry entry_a = vtr_atom_index_entry(rows, a);
    const struct vtr_atom_entry entry_b = vtr_atom_index_entry(rows, b);

    return vtr_atom_compare(&entry_a, &entry_b) < 0;
}

/* Moves row `root` of the heap of `count` rows down to its place. */
static void sift_down(uint8_t *bytes, uint32_t root, uint32_t count)
{
    const struct vtr_atom_index rows = {.entries = bytes};

    while (root < count / 2) {
        uint32_t child = 2 * root + 1;

        if (child + 1 < count && is_below(&rows, child, child + 1)) {
            child++;
        }
        if (!is_below(&rows, root, child)) {
            return;
        }
        swap_rows(bytes, root, child);
        root = child;
    }
}

/* Heap sort: in place, and no order of the rows makes it slow. */
static void sort_rows(uint8_t *rows, uint32_t count)
{
    for (uint32_t root = count / 2; root > 0; root--) {
        sift_down(rows, root - 1, count);
    }
    for (uint32_t end = count; end > 1; end--) {
        swap_rows(rows, 0, end - 1);
        sift_down(rows, 0, end - 1);
    }
}

/* After the second time each bucket holds its end: moves them up by one, so that each
 * holds its first entry again, and sorts the entries of each. */
static bool close_buckets(const struct vtr_atom_plan *plan, uint8_t *buckets,
                          uint8_t *entries)
{
    uint32_t first = 0;

    for (size_t i = 0; i < (size_t)1 << plan->bucket_bits; i++) {
        const uint32_t end = vtr_load_u32(buckets + 4 * i);

        if (end < first || end > plan->entry_count) {
            return false;
        }
        sort_rows(entries + (size_t)first * VTR_ATOM_ROW_LEN, end - first);
        vtr_store_u32(buckets + 4 * i, first);
        first = end;
    }
    vtr_store_u32(buckets + ((size_t)4 << plan->bucket_bits), first);
    return first == plan->entry_count;
}

static void write_params(const struct vtr_atom_plan *plan, uint8_t *params)
{
    params[0] = (uint8_t)plan->filter_bits;
    params[1] = (uint8_t)plan->bucket_bits;
    for (size_t i = 1; i <= VTR_ATOM_LEN_MAX; i++) {
        vtr_store_u32(params + 4 * i, (uint32_t)plan->counts[i]);
    }
}

enum vtr_status vtr_atom_index_write(const struct vtr_atom_plan *plan,
                                     const struct vtr_records *records,
                                     const struct vtr_atom_output *output,
                                     struct vtr_error *err)
{
    struct filling first = {.plan = plan, .output = output};
    struct filling second = {.plan = plan, .output = output};
    enum vtr_status status;

    if (plan->entry_count == 0 && plan->unindexed_count == 0) {
        return VTR_OK;
    }
    status = visit_again(plan, records, count_buckets, &first, err);
    if (status == VTR_OK && (first.entry_count != plan->entry_count ||
                             first.unindexed_count != plan->unindexed_count)) {
        status = refuse(err);
    }
    if (status != VTR_OK || plan->entry_count == 0) {
        return status;
    }
    accumulate(output->buckets, (size_t)1 << plan->bucket_bits);
    status = visit_again(plan, records, fill_buckets, &second, err);
    if (status == VTR_OK && (second.entry_count != plan->entry_count ||
                             !close_buckets(plan, output->buckets, output->entries))) {
        status = refuse(err);
    }
    if (status == VTR_OK) {
        write_params(plan, output->params);
    }
    return status;
}

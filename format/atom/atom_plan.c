/* SPDX-License-Identifier: Apache-2.0 */

/* docs/format.md, "Atom index": which tiers there are, and how large. */
#include "format/atom/atom_plan.h"

#include "base/error.h"
#include "format/atom/atom.h"
#include "format/atom/atom_slots.h"
#include "format/atom/atom_weight.h"
#include "format/bytecode/condition_magic.h"
#include "format/image/atom_buckets.h"
#include "format/image/rule_table.h"

/* Bits of a filter to a gram: as many as make chance rare, within the memory that a
 * gram may have of it (26.5 bits) or a filter always has. */
#define FILTER_BITS_WANTED     48u
#define FILTER_HALF_BITS_LIMIT 53u
#define FILTER_LIMIT_LEAST     (UINT64_C(1) << 17)

/* The same where buckets let little pass. */
#define FILTER_BITS_BUCKETED 16u

/* Units of rows and what is in lists are named by 28 bits. */
#define COUNT_LIMIT ((UINT64_C(1) << 27) - 1)

/* So many long atoms are few, and so many not yet the most. */
#define FEW_LIMIT  20480u
#define MANY_LIMIT (UINT64_C(1) << 18)

/* One in so many long atoms has 7 bytes: windows have no more. */
#define SEVENS_SHARE 16u
#define SHORT_LEN    4u /* of an atom that is too short for the long tier */

/* If no more than one in so many long atoms is not text, those are short ones. */
#define ODD_SHARE 32u

/* What a byte may be when it is folded. */
#define FOLDED_BYTES 230u

/* More atoms of rules for MZ files than one for so many others have tiers of their own.
 */
#define MZ_SHARE 2u

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

static enum vtr_status visit_patterns(const struct vtr_records *records,
                                      vtr_atom_visit_fn visit, void *context,
                                      struct vtr_error *err)
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
static enum vtr_status visit_kept(const struct vtr_vector *kept,
                                  vtr_atom_visit_fn visit, void *context,
                                  struct vtr_error *err)
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

enum vtr_status vtr_atom_plan_visit(const struct vtr_atom_plan *plan,
                                    const struct vtr_records *records,
                                    vtr_atom_visit_fn visit, void *context,
                                    struct vtr_error *err)
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

uint64_t vtr_atom_window_count(unsigned len)
{
    return len == 1 ? FOLDED_BYTES : 1;
}

unsigned vtr_atom_plan_window_len(const struct vtr_atom_plan *plan,
                                  enum vtr_atom_tier tier)
{
    const struct vtr_atom_gait gait = vtr_atom_gait_of(plan->paces[tier]);

    return vtr_atom_window_len(gait.gram_len, gait.stride);
}

/* The length of an atom when those of the long tier have so many bytes. */
static unsigned fitted_len(unsigned len, unsigned long_len)
{
    return len < VTR_ATOM_LONG_LEN_MIN ? len : len >= long_len ? long_len : SHORT_LEN;
}

/* Whether an atom for windows of eight bytes is none for a tier of text. */
static bool is_odd(const struct vtr_atom_entry *entry)
{
    return entry->len == VTR_ATOM_LEN_MAX &&
           !vtr_atom_is_text(entry->context + entry->lead, VTR_ATOM_LEN_MAX);
}

static enum vtr_status count_entries(void *context, uint32_t pattern,
                                     const struct vtr_atom_entry *entries, size_t count,
                                     struct vtr_error *err)
{
    struct vtr_atom_plan *plan = context;

    plan->unindexed_count += count == 0;
    plan->entry_count += count;
    for (size_t i = 0; i < count; i++) {
        plan->unit_count += vtr_atom_unit_count(&entries[i]);
        plan->lens[entries[i].is_mz][entries[i].len]++;
        plan->odd_count[entries[i].is_mz] += is_odd(&entries[i]);
    }
    return plan->unit_count <= COUNT_LIMIT
               ? keep_entries(plan, pattern, entries, count, err)
               : vtr_error_set(err, VTR_ERROR_LIMIT, "more than 2^27 - 1 atoms");
}

static unsigned choose_filter_bits(uint64_t gram_count, bool has_buckets)
{
    const uint64_t wanted =
        gram_count * (has_buckets ? FILTER_BITS_BUCKETED : FILTER_BITS_WANTED);
    const uint64_t share = gram_count * FILTER_HALF_BITS_LIMIT / 2;
    const uint64_t limit = share > FILTER_LIMIT_LEAST ? share : FILTER_LIMIT_LEAST;
    unsigned bits = VTR_ATOM_FILTER_BITS_MIN;

    while (bits < VTR_ATOM_FILTER_BITS_MAX && UINT64_C(1) << bits < wanted &&
           UINT64_C(1) << (bits + 1) <= limit) {
        bits++;
    }
    return bits;
}

/* Atoms of rules for MZ files have tiers of their own where they are many: files of
 * other kinds then cost what the others do. */
static void split_mz(struct vtr_atom_plan *plan)
{
    uint64_t counts[2] = {0, 0};

    for (unsigned len = 1; len <= VTR_ATOM_LEN_MAX; len++) {
        counts[0] += plan->lens[0][len];
        counts[1] += plan->lens[1][len];
    }
    plan->has_mz = counts[1] > counts[0] / MZ_SHARE;
    for (unsigned len = 1; len <= VTR_ATOM_LEN_MAX && !plan->has_mz; len++) {
        plan->lens[0][len] += plan->lens[1][len];
        plan->lens[1][len] = 0;
    }
    if (!plan->has_mz) {
        plan->odd_count[0] += plan->odd_count[1];
        plan->odd_count[1] = 0;
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

/* Whether the long ones of three tiers are text, or all but so few that the short tier
 * can take them: of atoms that are too many for buckets themselves. */
static bool are_text(const struct vtr_atom_plan *plan, bool is_mz, unsigned long_len)
{
    const uint64_t count = plan->lens[is_mz][VTR_ATOM_LEN_MAX];
    const uint64_t odd = plan->odd_count[is_mz];
    uint64_t shorts = odd;

    for (unsigned len = SHORT_LEN; len < VTR_ATOM_LEN_MAX; len++) {
        shorts += plan->lens[is_mz][len];
    }
    return long_len == VTR_ATOM_LEN_MAX && odd <= count / ODD_SHARE && count > odd &&
           vtr_bucket_groups(count - odd) == 0 &&
           (odd == 0 || vtr_bucket_groups(shorts) > 0);
}

/* Counts the windows and buckets of the three tiers of rules for any file, or of those
 * for MZ files. */
static void count_windows_of(struct vtr_atom_plan *plan, bool is_mz)
{
    const size_t first = is_mz ? VTR_ATOM_TIER_MZ : 0;
    uint64_t atoms[VTR_ATOM_KINDS] = {0};

    choose_paces(plan->lens[is_mz], plan->paces + first);
    const unsigned long_len = vtr_atom_plan_window_len(plan, (enum vtr_atom_tier)first);
    if (are_text(plan, is_mz, long_len)) {
        plan->texts |= UINT32_C(1) << first;
        plan->lens[is_mz][VTR_ATOM_LEN_MAX] -= plan->odd_count[is_mz];
        plan->lens[is_mz][SHORT_LEN] += plan->odd_count[is_mz];
    }
    for (unsigned len = 1; len <= VTR_ATOM_LEN_MAX; len++) {
        const unsigned fitted = fitted_len(len, long_len);
        const enum vtr_atom_tier kind = vtr_atom_tier_of(fitted);

        atoms[kind] += plan->lens[is_mz][len];
        plan->gram_counts[first + kind] +=
            plan->lens[is_mz][len] * vtr_atom_window_count(fitted);
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
            plan->filter_bits[i] =
                choose_filter_bits(plan->gram_counts[i] *
                                       vtr_atom_gait_of(plan->paces[i]).stride,
                                   plan->group_counts[i] > 0);
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

/* Makes a long atom a short one, of its rarest bytes; where it stands is as simple to
 * say as it was. */
static void shorten(struct vtr_atom_entry *entry)
{
    const uint8_t *bytes = entry->context + entry->lead;
    const unsigned limit =
        vtr_atom_is_simple(entry) ? UINT8_MAX : VTR_BACK_UNBOUNDED - 1u;
    const bool is_bounded = entry->back_max != VTR_BACK_UNBOUNDED;
    const unsigned back = is_bounded ? entry->back_max : entry->back_min;
    unsigned best = 0;

    for (unsigned i = 1; i <= entry->len - SHORT_LEN && back + i <= limit; i++) {
        if (vtr_atom_score(bytes + i, SHORT_LEN) >
            vtr_atom_score(bytes + best, SHORT_LEN)) {
            best = i;
        }
    }
    entry->lead = (uint8_t)(entry->lead + best);
    entry->back_min = (uint16_t)(entry->back_min + best);
    entry->back_max = (uint16_t)(entry->back_max + (is_bounded ? best : 0));
    entry->len = SHORT_LEN;
}

enum vtr_atom_tier vtr_atom_plan_fit(const struct vtr_atom_plan *plan,
                                     struct vtr_atom_entry *entry)
{
    const unsigned first = entry->is_mz && plan->has_mz ? VTR_ATOM_TIER_MZ : 0;
    const unsigned long_len = vtr_atom_plan_window_len(plan, (enum vtr_atom_tier)first);

    if ((plan->texts >> first & 1u) != 0 && is_odd(entry)) {
        shorten(entry);
    } else {
        entry->len = (uint8_t)fitted_len(entry->len, long_len);
    }
    return vtr_atom_tier_of(entry->len) + first;
}

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Positions are gone through in groups, each in four steps: which windows around them
 * may be in the table at all, where are the lines of these, which rows do slots there
 * lead to, do the bytes agree with rows.
 * What a step will read is fetched in the step before it, so that a group waits for
 * memory once and not at every position.
 */
#include "scan/atom_lookup.h"

#include "scan/scan_run.h"
#include "scan/verify_pattern.h"

#define GROUP 128u

/* A row that may be meant, and where its atom would stand. */
struct suspect {
    size_t at; /* offset in the data */
    uint32_t place;
    /* Once the row agrees. */
    uint32_t pattern;
    uint32_t back;
    bool is_plain; /* `back` is known, and the atom is not of a wide form */
};

/* Windows of a group. */
#define QUESTIONS (GROUP * VTR_ATOM_STRIDE_MAX)

struct lookup {
    struct vtr_scan_run *run;
    const struct vtr_atom_table *table;
    const struct vtr_atom_probe *probe;
    const struct vtr_line_matcher *matcher;
    const uint8_t *bytes; /* VTR_TILE_LEAD of the tile's before `first` */
    size_t first;         /* offset of the tile in the data */
    struct vtr_line_question questions[QUESTIONS];
    struct vtr_line_answer answers[QUESTIONS];
    size_t question_count;
    struct suspect suspects[GROUP];
    size_t suspect_count;
};

/* Where in the tile's bytes an offset of the data is; it is near the tile. */
static const uint8_t *bytes_at(const struct lookup *l, size_t offset)
{
    return l->bytes + (offset + VTR_TILE_LEAD - l->first);
}

/* Whether the bytes around the place are those of the row, as far as its check says. */
static bool agrees(const struct lookup *l, const struct vtr_atom_row *row, size_t at)
{
    const size_t data_len = l->run->data.len;

    if (at < row->lead || at - row->lead > data_len ||
        row->context_len > data_len - (at - row->lead)) {
        return false;
    }
    return vtr_atom_check_bytes(bytes_at(l, at - row->lead), row->context_len) ==
           row->check;
}

/* Whether the row can tell nothing more of the file.  Threads that note places do not
 * know. */
static bool is_idle(const struct lookup *l, uint32_t unit)
{
    return l->run->block == NULL && vtr_idle_rows_has(&l->run->idle, unit);
}

/* The row is one where an atom stands: tells whom it is of. */
static void verify_row(struct lookup *l, uint32_t unit, size_t at)
{
    const struct vtr_atom_index *atoms = l->run->atoms;
    const struct vtr_atom_row row = vtr_atom_index_row(atoms, unit);
    struct vtr_atom_entry entry;

    if (!vtr_atom_index_entry(atoms, unit, &row, &entry)) {
        l->run->limits |= VTR_SCAN_BAD_DATABASE;
    } else if (!vtr_verify_atom(l->run, &entry, at)) {
        vtr_idle_rows_mark(&l->run->idle, unit, atoms->unit_count);
    }
}

/* Whether the atom of a row stands there; notes of which pattern it is. */
static bool has_row(const struct lookup *l, uint32_t unit, struct suspect *suspect)
{
    if (unit >= l->run->atoms->unit_count) {
        l->run->limits |= VTR_SCAN_BAD_DATABASE;
        return false;
    }
    if (is_idle(l, unit)) {
        return false;
    }
    const struct vtr_atom_row row = vtr_atom_index_row(l->run->atoms, unit);

    suspect->pattern = row.pattern;
    suspect->back = row.back;
    suspect->is_plain = !row.is_wide && !row.is_long;
    return agrees(l, &row, suspect->at);
}

/* Tries the rows of a list, from the one at `index` on. */
static void try_list(struct lookup *l, uint32_t index, size_t at)
{
    const struct vtr_atom_table *table = l->table;
    struct suspect suspect = {.at = at};

    for (; index < table->list_len; index++) {
        const uint32_t place = vtr_load_u32(table->lists + 4 * (size_t)index);
        const uint32_t unit = (place & ~VTR_ATOM_LIST_END) - 1;

        if (!vtr_run_visit(l->run, 1)) {
            return;
        }
        if (has_row(l, unit, &suspect)) {
            verify_row(l, unit, at);
        }
        if ((place & VTR_ATOM_LIST_END) != 0) {
            return;
        }
    }
    l->run->limits |= VTR_SCAN_BAD_DATABASE;
}

/* Of the suspects, tries those that lead to lists, and keeps those whose rows agree. */
static void sift_suspects(struct lookup *l)
{
    const uint32_t unit_count = l->run->atoms->unit_count;
    size_t kept = 0;

    for (size_t i = 0; i < l->suspect_count; i++) {
        struct suspect *suspect = &l->suspects[kept];

        *suspect = l->suspects[i];
        if (suspect->place > unit_count) {
            try_list(l, suspect->place - unit_count - 1, suspect->at);
        } else if (has_row(l, suspect->place - 1, suspect)) {
            VTR_PREFETCH(vtr_pattern_states_place(&l->run->patterns, suspect->pattern));
            kept++;
        }
    }
    l->suspect_count = kept;
}

/* What is known of the patterns of the suspects is waited for together: each step asks
 * for what the next one reads. */
static void fetch_patterns(const struct lookup *l)
{
    const struct vtr_pattern_states *patterns = &l->run->patterns;
    size_t others = 0; /* of which a slot does not say it all */

    for (size_t i = 0; i < l->suspect_count; i++) {
        VTR_PREFETCH(vtr_pattern_states_slot(patterns, l->suspects[i].pattern));
    }
    for (size_t i = 0; i < l->suspect_count; i++) {
        const struct vtr_plain_slot *slot =
            vtr_pattern_states_slot(patterns, l->suspects[i].pattern);
        others += slot != NULL && slot->wanted == 0;
    }
    for (unsigned step = 0; others > 0 && step < VTR_PATTERN_FETCHES; step++) {
        for (size_t i = 0; i < l->suspect_count; i++) {
            vtr_pattern_states_fetch(patterns, l->suspects[i].pattern, step);
        }
    }
}

static void try_suspects(struct lookup *l)
{
    struct vtr_scan_run *run = l->run;

    sift_suspects(l);
    if (l->suspect_count > 1) {
        fetch_patterns(l);
    }
    for (size_t i = 0; i < l->suspect_count; i++) {
        const struct suspect *suspect = &l->suspects[i];

        if (!suspect->is_plain || suspect->at < suspect->back || run->is_search_over ||
            !vtr_plain_hits_take(run, suspect->pattern, suspect->at - suspect->back)) {
            verify_row(l, suspect->place - 1, suspect->at);
        }
    }
    l->suspect_count = 0;
}

/* Notes what a slot leads to. */
static void suspect_slot(struct lookup *l, uint32_t slot, size_t at)
{
    const uint32_t place = (slot & l->matcher->place_mask) >> VTR_ATOM_KIN_BITS;
    const uint32_t unit_count = l->run->atoms->unit_count;

    if (place == 0 || (place <= unit_count && is_idle(l, place - 1))) {
        return;
    }
    if (l->suspect_count == GROUP) {
        try_suspects(l);
    }
    l->suspects[l->suspect_count] = (struct suspect){.place = place, .at = at};
    l->suspect_count++;
    if (place <= unit_count) {
        VTR_PREFETCH(l->run->atoms->rows + (size_t)(place - 1) * VTR_ATOM_UNIT_LEN);
    }
}

/* Takes the slots of an answer, and those of the lines behind a line that is full. */
static void take_answer(struct lookup *l, const struct vtr_line_answer *answer)
{
    const struct vtr_atom_table *table = l->table;
    struct vtr_line_question question = l->questions[answer->question];
    const size_t at = l->first + question.at - VTR_TILE_LEAD;
    struct vtr_line_answer next = *answer;

    for (uint32_t tried = 1;; tried++) {
        const uint8_t *slots = table->slots + (size_t)question.line * VTR_ATOM_LINE_LEN;
        uint32_t matches = next.slots & (VTR_LINE_FULL - 1);

        for (; matches != 0; matches &= matches - 1) {
            const size_t slot = VTR_LOWEST_BIT(matches);

            suspect_slot(l, vtr_load_u32(slots + 4 * slot), at);
        }
        if ((next.slots & VTR_LINE_FULL) == 0 || tried == table->line_count ||
            !vtr_run_visit(l->run, 1)) {
            return;
        }
        question.line = question.line + 1 == table->line_count ? 0 : question.line + 1;
        if (l->matcher->match(l->matcher, l->bytes, &question, 1, &next) == 0) {
            return;
        }
    }
}

/* Asks for the window `back` bytes before a position of the tile. */
static void ask(struct lookup *l, size_t position, size_t back)
{
    struct vtr_line_question *question = &l->questions[l->question_count];
    const size_t at = position + VTR_TILE_LEAD - back;
    const uint64_t bytes = vtr_load_u64(l->bytes + at);
    const uint64_t key = vtr_gram_key(vtr_gram_cut(bytes, l->matcher->window_len));

    question->line = vtr_gram_line(key, l->table->line_count);
    question->key = (uint32_t)key;
    question->at = (uint32_t)at;
    VTR_PREFETCH(l->table->slots + (size_t)question->line * VTR_ATOM_LINE_LEN);
    l->question_count += l->first + position >= back;
}

/* Whether the filter of a tier whose grams have four bytes at least lets the one at a
 * place pass; `high` is how many more they have. */
static inline bool passes(const struct vtr_atom_table *table, size_t high,
                          const uint8_t *bytes)
{
    const uint32_t hash = vtr_load_u32(bytes) * VTR_GRAM_LOW_FACTOR +
                          vtr_load_u32(bytes + high) * VTR_GRAM_HIGH_FACTOR;

    return vtr_gram_passes(table->filter, table->filter_bits, hash);
}

/* All grams of a window are in the filter, and by chance few others are beside each
 * other.  Writes the positions that are beside one that passes, and so all that are in
 * a window; returns how many. */
static size_t keep_accompanied(const struct lookup *l, const uint16_t *positions,
                               size_t count, uint16_t *out)
{
    const struct vtr_atom_table table = *l->table;
    const uint8_t *before = l->bytes + VTR_TILE_LEAD - 1;
    const bool may_have_begun = l->probe->stride > 1;
    const size_t high = table.gram_len - 4u;
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        const uint8_t *bytes = before + positions[i];
        const unsigned is_first = passes(&table, high, bytes + 2);
        const unsigned is_last = passes(&table, high, bytes);

        out[kept] = positions[i];
        kept += is_first | (is_last & may_have_begun);
    }
    return kept;
}

/* Which windows that a position is in have grams alone that pass: a bit for each, by
 * how many bytes before it they begin. */
static unsigned find_windows(const struct lookup *l, const uint8_t *at)
{
    const unsigned stride = l->table->stride;
    const size_t high = l->table->gram_len - 4u;
    unsigned grams = 0; /* the one that begins first is highest */

    for (unsigned i = 0; i < 2 * stride - 1; i++) {
        grams = grams << 1 | passes(l->table, high, at + i - (stride - 1));
    }
    return grams & grams >> 1 & (stride == 3 ? grams >> 2 : grams >> 1);
}

/* Asks for the windows that positions, so many, may be in. */
static void ask_group(struct lookup *l, const uint16_t *positions, size_t count)
{
    const unsigned stride = l->probe->stride;
    uint16_t kept[GROUP];

    l->question_count = 0;
    if (l->table->stride == 1) {
        for (size_t i = 0; i < count; i++) {
            ask(l, positions[i], 0);
        }
        return;
    }
    count = keep_accompanied(l, positions, count, kept);
    for (size_t i = 0; i < count; i++) {
        const unsigned windows = find_windows(l, l->bytes + VTR_TILE_LEAD + kept[i]);

        for (unsigned back = 0; back < stride; back++) {
            if ((windows >> back & 1u) != 0) {
                ask(l, kept[i], back);
            }
        }
    }
}

static void look_up_group(struct lookup *l, const uint16_t *positions, size_t count)
{
    ask_group(l, positions, count);
    const size_t answers = l->matcher->match(l->matcher, l->bytes, l->questions,
                                             l->question_count, l->answers);
    for (size_t i = 0; i < answers; i++) {
        take_answer(l, &l->answers[i]);
    }
    try_suspects(l);
}

void vtr_atom_lookup(struct vtr_scan_run *run, const struct vtr_tier_search *tier,
                     const struct vtr_tile *tile, const uint16_t *positions,
                     size_t count)
{
    struct lookup l;

    l.run = run;
    l.table = tier->table;
    l.probe = &tier->probe;
    l.matcher = &tier->matcher;
    l.bytes = tile->bytes - VTR_TILE_LEAD;
    l.first = tile->first;
    l.suspect_count = 0;
    for (size_t at = 0; at < count; at += GROUP) {
        const size_t group = count - at < GROUP ? count - at : GROUP;

        if (!vtr_run_visit(run, group)) {
            return;
        }
        look_up_group(&l, positions + at, group);
    }
}

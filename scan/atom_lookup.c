/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Positions are gone through in groups, each in three steps: where are the lines of the
 * windows around them, which rows do slots there lead to, do the bytes agree with rows.
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

static void look_up_group(struct lookup *l, const uint16_t *positions, size_t count)
{
    const unsigned stride = l->table->stride;

    l->question_count = 0;
    for (size_t i = 0; i < count; i++) {
        for (unsigned back = 0; back < stride; back++) {
            ask(l, positions[i], back);
        }
    }
    const size_t answers = l->matcher->match(l->matcher, l->bytes, l->questions,
                                             l->question_count, l->answers);
    for (size_t i = 0; i < answers; i++) {
        take_answer(l, &l->answers[i]);
    }
    try_suspects(l);
}

void vtr_atom_lookup(struct vtr_scan_run *run, const struct vtr_atom_table *table,
                     const struct vtr_line_matcher *matcher,
                     const struct vtr_tile *tile, const uint16_t *positions,
                     size_t count)
{
    struct lookup l;

    l.run = run;
    l.table = table;
    l.matcher = matcher;
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

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Positions are gone through in groups, each in four steps: which windows around them
 * may be in the table at all, where are the lines of these, which rows do slots there
 * lead to, do the bytes agree with rows.
 * What a step will read is fetched in the step before it, so that a group waits for
 * memory once and not at every position.
 */
#include "scan/search/atom_lookup.h"

#include "scan/run/scan_run.h"
#include "scan/search/atom_visit.h"
#include "scan/search/plain_hits.h"
#include "scan/search/verify_pattern.h"

#define GROUP 128u

/* From so many matches in a file on, whose rows lead to them is noted. */
#define NOTED_MATCHES 4096u

/* A row that may be meant, and where its atom would stand. */
struct suspect {
    uint32_t at; /* as in a question */
    uint32_t place;
    /* Once the row is at hand, or what is noted of it. */
    uint32_t pattern;
    uint32_t number; /* of the pattern's state, plus 1; 0: it has none yet */
    uint8_t back;
    bool is_plain; /* `back` is known, and the atom is not of a wide form */
    bool is_noted; /* `pattern` is not known, nor needed */
};

/* Windows of a group. */
#define QUESTIONS (GROUP * VTR_ATOM_STRIDE_MAX)

struct lookup {
    struct vtr_scan_run *run;
    const struct vtr_atom_table *table;
    const struct vtr_atom_probe *probe;
    const struct vtr_line_matcher *matcher;
    vtr_find_windows_fn find_windows;
    const uint8_t *bytes; /* VTR_TILE_LEAD of the tile's before `first` */
    size_t first;         /* offset of the tile in the data */
    struct vtr_line_question questions[QUESTIONS];
    struct vtr_line_answer answers[QUESTIONS];
    size_t question_count;
    struct suspect suspects[GROUP];
    size_t suspect_count;
    struct vtr_plain_slot *full[GROUP]; /* as many matches wait in them as may */
    size_t full_count;
    /* What does not change in a group; at hand, since each slot asks for it. */
    const uint64_t *idle_bits; /* NULL: no row is idle */
    const uint8_t *units;      /* what is read first of each, so many bytes */
    size_t unit_len;
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

/* Verifies the row if its atom stands there. */
static void try_row(struct lookup *l, uint32_t unit, size_t at)
{
    const struct vtr_atom_row row = vtr_atom_index_row(l->run->atoms, unit);

    if (agrees(l, &row, at)) {
        verify_row(l, unit, at);
    }
}

/* Tries the rows of a list, from the one at `index` on. */
static void try_list(struct lookup *l, uint32_t index, size_t at)
{
    const struct vtr_atom_table *table = l->table;

    for (; index < table->list_len; index++) {
        const uint32_t place = vtr_load_u32(table->lists + 4 * (size_t)index);
        const uint32_t unit = (place & ~VTR_ATOM_LIST_END) - 1;

        if (!vtr_atom_visit(l->run, 1)) {
            return;
        }
        if (unit >= l->run->atoms->unit_count) {
            l->run->limits |= VTR_SCAN_BAD_DATABASE;
        } else if (!is_idle(l, unit)) {
            try_row(l, unit, at);
        }
        if ((place & VTR_ATOM_LIST_END) != 0) {
            return;
        }
    }
    l->run->limits |= VTR_SCAN_BAD_DATABASE;
}

/* The offset in the data of a place that a question or a suspect has. */
static size_t offset_of(const struct lookup *l, uint32_t at)
{
    return l->first + at - VTR_TILE_LEAD;
}

/* Reads whose row it is. */
static void read_row(const struct lookup *l, struct suspect *suspect)
{
    const struct vtr_atom_row row =
        vtr_atom_index_row(l->run->atoms, suspect->place - 1);

    suspect->pattern = row.pattern;
    suspect->number = 0;
    suspect->back = row.back;
    suspect->is_plain = !row.is_wide && !row.is_long;
    suspect->is_noted = false;
    VTR_PREFETCH(vtr_pattern_states_place(&l->run->patterns, row.pattern));
}

/* Of the suspects, tries those that lead to lists; of the others, finds whose they are.
 * Returns how many of those are not noted. */
static size_t sift_suspects(struct lookup *l)
{
    const struct vtr_atom_index *atoms = l->run->atoms;
    const struct vtr_plain_slot *slots = l->run->patterns.slots;
    const uint32_t *units = l->run->patterns.plain_units;
    size_t kept = 0;
    size_t new_count = 0;

    for (size_t i = 0; i < l->suspect_count; i++) {
        struct suspect *suspect = &l->suspects[kept];

        if (i > kept) {
            *suspect = l->suspects[i];
        }
        if (suspect->place > atoms->unit_count) {
            try_list(l, suspect->place - atoms->unit_count - 1,
                     offset_of(l, suspect->at));
            continue;
        }
        const uint32_t unit = units == NULL ? 0 : units[suspect->place - 1];
        if (unit != 0) {
            suspect->number = unit >> VTR_PLAIN_UNIT_BITS;
            suspect->back = (uint8_t)unit;
            suspect->is_plain = true;
            suspect->is_noted = true;
            VTR_PREFETCH(&slots[suspect->number - 1]);
        } else {
            read_row(l, suspect);
            new_count++;
        }
        kept++;
    }
    l->suspect_count = kept;
    return new_count;
}

/* What is known of the patterns of the suspects is waited for together: each step asks
 * for what the next one reads. */
static void fetch_slots(struct lookup *l)
{
    const struct vtr_pattern_states *patterns = &l->run->patterns;
    const struct vtr_plain_slot *slots = patterns->slots;
    struct suspect *end = l->suspects + l->suspect_count;

    for (struct suspect *suspect = l->suspects; suspect < end; suspect++) {
        const uint32_t *place =
            suspect->is_noted ? NULL
                              : vtr_pattern_states_place(patterns, suspect->pattern);

        if (place != NULL && *place > 0) {
            suspect->number = *place;
            VTR_PREFETCH(&slots[suspect->number - 1]);
        } else if (place != NULL) {
            vtr_pattern_states_fetch_new(patterns, suspect->pattern, 0);
        }
    }
}

/* Notes the rows whose patterns' hits are taken: of a file that consists of matches,
 * each is met many times. */
static void note_units(struct lookup *l)
{
    struct vtr_pattern_states *patterns = &l->run->patterns;
    const struct suspect *end = l->suspects + l->suspect_count;

    vtr_pattern_states_note_units(patterns, l->run->atoms->unit_count);
    if (patterns->plain_units == NULL) {
        return;
    }
    for (const struct suspect *suspect = l->suspects; suspect < end; suspect++) {
        if (!suspect->is_noted && suspect->number > 0 && suspect->is_plain &&
            patterns->slots[suspect->number - 1].wanted >> 8 == l->run->file_number) {
            patterns->plain_units[suspect->place - 1] =
                vtr_plain_unit(suspect->number - 1, suspect->back);
        }
    }
}

static void fetch_ends(const struct lookup *l)
{
    const struct vtr_plain_slot *slots = l->run->patterns.slots;
    const struct suspect *end = l->suspects + l->suspect_count;

    for (const struct suspect *suspect = l->suspects; suspect < end; suspect++) {
        if (suspect->number > 0) {
            vtr_plain_hits_fetch(&slots[suspect->number - 1]);
        }
    }
}

/* The same of what is known of patterns besides. */
static void fetch_states(const struct lookup *l)
{
    const struct vtr_pattern_states *patterns = &l->run->patterns;
    const struct suspect *end = l->suspects + l->suspect_count;

    for (unsigned step = 0; step < VTR_PATTERN_FETCHES; step++) {
        for (const struct suspect *suspect = l->suspects; suspect < end; suspect++) {
            if (suspect->number > 0) {
                vtr_pattern_states_fetch(patterns, suspect->number - 1, step);
            } else if (step == 0) {
                vtr_pattern_states_fetch_new(patterns, suspect->pattern, 1);
            }
        }
    }
}

/* Whether that is all: the pattern is a plain one whose hits are taken, and this was
 * one or was none. */
static bool take_plain(struct lookup *l, const struct suspect *suspect)
{
    const size_t at = offset_of(l, suspect->at);

    return suspect->number > 0 && suspect->is_plain && at >= suspect->back &&
           !l->run->is_search_over &&
           vtr_plain_hits_take(l->run, suspect->number - 1, at - suspect->back);
}

/* Notes the slot when it is full. */
static void note_full(struct lookup *l, struct vtr_plain_slot *slot)
{
    l->full[l->full_count] = slot;
    l->full_count += vtr_plain_hits_are_full(slot);
}

/* Takes the hits of plain patterns; the other suspects are left. */
static void take_hits(struct lookup *l)
{
    struct vtr_plain_slot *slots = l->run->patterns.slots;
    size_t left = 0;

    l->full_count = 0;
    for (size_t i = 0; i < l->suspect_count; i++) {
        const struct suspect *suspect = &l->suspects[i];

        if (take_plain(l, suspect)) {
            note_full(l, &slots[suspect->number - 1]);
        } else {
            l->suspects[left++] = *suspect;
        }
    }
    l->suspect_count = left;
    for (size_t i = 0; i < l->full_count; i++) {
        if (vtr_plain_hits_are_full(l->full[i])) { /* or it was written since */
            vtr_plain_hits_write(l->full[i]);
        }
    }
}

static void try_suspects(struct lookup *l)
{
    const size_t new_count = sift_suspects(l);

    if (new_count > 0) {
        fetch_slots(l);
        if (l->run->match_count >= NOTED_MATCHES) {
            note_units(l);
        }
    }
    fetch_ends(l);
    take_hits(l);
    fetch_states(l);
    for (size_t i = 0; i < l->suspect_count; i++) {
        const struct suspect *suspect = &l->suspects[i];

        try_row(l, suspect->place - 1, offset_of(l, suspect->at));
    }
    l->suspect_count = 0;
}

/* Threads that note places do not know which rows are idle; from file to file, and in
 * one from its first idle row on, they are in the same place. */
static void begin_group(struct lookup *l)
{
    const struct vtr_scan_run *run = l->run;
    const bool has_notes = run->patterns.plain_units != NULL;

    l->idle_bits = run->block == NULL ? run->idle.bits : NULL;
    l->units =
        has_notes ? (const uint8_t *)run->patterns.plain_units : run->atoms->rows;
    l->unit_len = has_notes ? sizeof(uint32_t) : VTR_ATOM_UNIT_LEN;
}

/* Notes what a slot leads to. */
static inline void suspect_place(struct lookup *l, uint32_t place, uint32_t unit_count,
                                 uint32_t at)
{
    const uint32_t unit = place - 1;

    if (unit < unit_count) {
        if (l->idle_bits != NULL && (l->idle_bits[unit / 64] >> unit % 64 & 1u) != 0) {
            return;
        }
        VTR_PREFETCH(l->units + unit * l->unit_len);
    } else if (place == 0) {
        return;
    }
    if (VTR_UNLIKELY(l->suspect_count == GROUP)) {
        try_suspects(l);
    }
    struct suspect *suspect = &l->suspects[l->suspect_count++];
    suspect->place = place;
    suspect->at = at;
}

/* Takes the slots of the answers, so many.  Where a line is full, the question goes on
 * to the next one: those are the questions that are left. */
static void take_answers(struct lookup *l, size_t count)
{
    const uint8_t *lines = l->table->slots;
    const uint32_t line_count = l->table->line_count;
    const uint32_t place_mask = l->matcher->place_mask;
    const uint32_t unit_count = l->run->atoms->unit_count;
    size_t left = 0;

    for (size_t i = 0; i < count; i++) {
        const struct vtr_line_answer answer = l->answers[i];
        const struct vtr_line_question *question = &l->questions[answer.question];
        const uint8_t *slots = lines + (size_t)question->line * VTR_ATOM_LINE_LEN;
        const uint32_t at = question->at;
        const uint32_t is_full = (answer.slots & VTR_LINE_FULL) != 0;

        /* Whether it goes on cannot be foreseen: it is written as if, and counted. */
        uint32_t next = question->line + is_full;
        next = next == line_count ? 0 : next;
        VTR_PREFETCH(lines + (size_t)next * VTR_ATOM_LINE_LEN);
        l->questions[left] =
            (struct vtr_line_question){.line = next, .key = question->key, .at = at};
        left += is_full;
        for (uint32_t matches = answer.slots & (VTR_LINE_FULL - 1); matches != 0;
             matches &= matches - 1) {
            const uint32_t slot = vtr_load_u32(slots + 4 * VTR_LOWEST_BIT(matches));

            suspect_place(l, (slot & place_mask) >> VTR_ATOM_KIN_BITS, unit_count, at);
        }
    }
    l->question_count = left; /* answers are in the order of questions */
}

/* Asks for the window that begins at a place of the tile's bytes. */
static void ask(struct lookup *l, size_t at)
{
    struct vtr_line_question *question = &l->questions[l->question_count];
    const uint64_t bytes = vtr_load_u64(l->bytes + at);
    const uint64_t key = vtr_gram_key(vtr_gram_cut(bytes, l->matcher->window_len));

    question->line = vtr_gram_line(key, l->table->line_count);
    question->key = (uint32_t)key;
    question->at = (uint32_t)at;
    VTR_PREFETCH(l->table->slots + (size_t)question->line * VTR_ATOM_LINE_LEN);
    l->question_count += l->first + at >= VTR_TILE_LEAD;
}

/* Asks for the windows that positions, so many, may be in. */
static void ask_group(struct lookup *l, const uint16_t *positions, size_t count)
{
    uint16_t begins[QUESTIONS + VTR_WINDOW_ROOM];

    l->question_count = 0;
    if (l->table->stride == 1) {
        for (size_t i = 0; i < count; i++) {
            ask(l, positions[i] + VTR_TILE_LEAD);
        }
        return;
    }
    count = l->find_windows(l->probe, l->bytes, positions, count, begins);
    for (size_t i = 0; i < count; i++) {
        ask(l, begins[i]);
    }
}

static void look_up_group(struct lookup *l, const uint16_t *positions, size_t count)
{
    uint32_t tried = 0; /* lines of each question */

    begin_group(l);
    ask_group(l, positions, count);
    while (l->question_count > 0) {
        take_answers(l, l->matcher->match(l->matcher, l->bytes, l->questions,
                                          l->question_count, l->answers));
        tried++;
        if (tried == l->table->line_count ||
            !vtr_atom_visit(l->run, l->question_count)) {
            break;
        }
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
    l.find_windows = tier->find_windows;
    l.bytes = tile->bytes - VTR_TILE_LEAD;
    l.first = tile->first;
    l.suspect_count = 0;
    for (size_t at = 0; at < count; at += GROUP) {
        const size_t group = count - at < GROUP ? count - at : GROUP;

        if (!vtr_atom_visit(run, group)) {
            return;
        }
        look_up_group(&l, positions + at, group);
    }
}

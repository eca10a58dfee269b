/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Positions are gone through in groups, each in three steps: where are the lines of its
 * grams, which rows do their slots lead to, do the bytes there agree with the rows.
 * What a step will read is fetched in the step before it, so that a group waits for
 * memory once and not at every position.
 */
#include "scan/atom_lookup.h"

#include "scan/scan_run.h"
#include "scan/verify_pattern.h"

#define GROUP 64u

/* A row that may be meant, and where its atom would stand. */
struct suspect {
    uint32_t place;
    size_t at; /* offset in the data */
};

struct lookup {
    struct vtr_scan_run *run;
    const struct vtr_atom_table *table;
    const struct vtr_tile *tile;
    vtr_match_line_fn match_line;
    uint32_t place_mask;
    uint64_t keys[GROUP];
    uint32_t lines[GROUP];
    struct suspect suspects[GROUP];
    size_t suspect_count;
};

/* Whether the bytes around the place are those of the row, as far as its check says. */
static bool agrees(const struct lookup *l, const struct vtr_atom_row *row, size_t at)
{
    const size_t data_len = l->run->data.len;

    if (at < row->lead || at - row->lead > data_len ||
        row->context_len > data_len - (at - row->lead)) {
        return false;
    }
    const uint8_t *bytes = l->tile->bytes + at - l->tile->first - row->lead;

    return vtr_atom_check_bytes(bytes, row->context_len) == row->check;
}

static void try_row(struct lookup *l, uint32_t unit, size_t at)
{
    const struct vtr_atom_index *atoms = l->run->atoms;
    struct vtr_atom_entry entry;

    if (unit >= atoms->unit_count) {
        l->run->limits |= VTR_SCAN_BAD_DATABASE;
        return;
    }
    const struct vtr_atom_row row = vtr_atom_index_row(atoms, unit);
    if (!agrees(l, &row, at)) {
        return;
    }
    if (vtr_atom_index_entry(atoms, unit, &row, &entry)) {
        vtr_verify_atom(l->run, &entry, at);
    } else {
        l->run->limits |= VTR_SCAN_BAD_DATABASE;
    }
}

/* Tries the rows of a list, from the one at `index` on. */
static void try_list(struct lookup *l, uint32_t index, size_t at)
{
    const struct vtr_atom_table *table = l->table;

    for (; index < table->list_len; index++) {
        const uint32_t place = vtr_load_u32(table->lists + 4 * (size_t)index);

        if (!vtr_run_visit(l->run, 1)) {
            return;
        }
        try_row(l, (place & ~VTR_ATOM_LIST_END) - 1, at);
        if ((place & VTR_ATOM_LIST_END) != 0) {
            return;
        }
    }
    l->run->limits |= VTR_SCAN_BAD_DATABASE;
}

static void try_suspects(struct lookup *l)
{
    const uint32_t unit_count = l->run->atoms->unit_count;

    for (size_t i = 0; i < l->suspect_count; i++) {
        const struct suspect *suspect = &l->suspects[i];

        if (suspect->place <= unit_count) {
            try_row(l, suspect->place - 1, suspect->at);
        } else {
            try_list(l, suspect->place - unit_count - 1, suspect->at);
        }
    }
    l->suspect_count = 0;
}

/* Notes what a slot leads to. */
static void suspect_slot(struct lookup *l, uint32_t slot, size_t at)
{
    const uint32_t place = (slot & l->place_mask) >> 1;
    const size_t back = slot & 1u; /* the second gram begins a byte behind the atom */

    if (place == 0 || at < back) {
        return;
    }
    if (l->suspect_count == GROUP) {
        try_suspects(l);
    }
    l->suspects[l->suspect_count] = (struct suspect){place, at - back};
    l->suspect_count++;
    if (place <= l->run->atoms->unit_count) {
        VTR_PREFETCH(l->run->atoms->rows + (size_t)(place - 1) * VTR_ATOM_UNIT_LEN);
    }
}

/* Looks through the lines from a gram's own on, up to one that has room. */
static void find_slots(struct lookup *l, uint32_t line, uint32_t fingerprint, size_t at)
{
    const struct vtr_atom_table *table = l->table;

    for (uint32_t tried = 0; tried < table->line_count; tried++) {
        const uint8_t *slots = table->slots + (size_t)line * VTR_ATOM_LINE_LEN;
        uint32_t matches = l->match_line(slots, fingerprint, l->place_mask);

        for (; matches != 0; matches &= matches - 1) {
            const unsigned slot = VTR_LOWEST_BIT(matches);

            suspect_slot(l, vtr_load_u32(slots + 4 * (size_t)slot), at);
        }
        if (vtr_load_u32(slots + VTR_ATOM_LINE_LEN - 4) == 0 ||
            !vtr_run_visit(l->run, 1)) {
            return;
        }
        line = line + 1 == table->line_count ? 0 : line + 1;
    }
}

static void look_up_group(struct lookup *l, const uint16_t *positions, size_t count)
{
    const struct vtr_atom_table *table = l->table;

    for (size_t i = 0; i < count; i++) {
        const uint64_t bytes = vtr_load_u64(l->tile->bytes + positions[i]);
        const uint64_t key = vtr_gram_key(vtr_gram_cut(bytes, table->gram_len));

        l->keys[i] = key;
        l->lines[i] = vtr_gram_line(key, table->line_count);
        VTR_PREFETCH(table->slots + (size_t)l->lines[i] * VTR_ATOM_LINE_LEN);
    }
    for (size_t i = 0; i < count; i++) {
        find_slots(l, l->lines[i], (uint32_t)l->keys[i], l->tile->first + positions[i]);
    }
    try_suspects(l);
}

void vtr_atom_lookup(struct vtr_scan_run *run, const struct vtr_atom_table *table,
                     vtr_match_line_fn match_line, const struct vtr_tile *tile,
                     const uint16_t *positions, size_t count)
{
    struct lookup l;

    l.run = run;
    l.table = table;
    l.tile = tile;
    l.match_line = match_line;
    l.place_mask = (uint32_t)((UINT64_C(1) << table->place_bits) - 1);
    l.suspect_count = 0;
    for (size_t at = 0; at < count; at += GROUP) {
        const size_t group = count - at < GROUP ? count - at : GROUP;

        if (!vtr_run_visit(run, group)) {
            return;
        }
        look_up_group(&l, positions + at, group);
    }
}

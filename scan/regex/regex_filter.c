/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/regex/regex_filter.h"

#include <stdlib.h>
#include <string.h>

#include "scan/regex/regex_lead.h"
#include "scan/regex/regex_program.h"
#include "scan/regex/regex_table.h"

/* So often, then the filter gives up. */
#define FLUSH_LIMIT 8u

/* An element of the table: where the row begins that a byte leads to, and whether a
 * match ends there; or that this is not known. */
#define UNKNOWN VTR_REGEX_NO_STATE
#define ACCEPTS 0x80000000u

struct vtr_regex_filter {
    const struct vtr_regex_program_code *program; /* borrowed */
    struct vtr_regex_table table; /* of steps in ascending order, marked where a match
                                     has begun; the first is what one begins with */
    bool is_idle[256];            /* leads from the first state to itself */
    struct vtr_regex_lead lead;
    uint8_t marks[VTR_REGEX_STEP_LIMIT];   /* steps of the set that is being made */
    uint16_t work[VTR_REGEX_STEP_LIMIT];   /* steps to follow */
    uint16_t sorted[VTR_REGEX_STEP_LIMIT]; /* the set */
    unsigned flush_count;
    bool has_given_up;
};

void vtr_regex_filter_free(struct vtr_regex_filter *filter)
{
    if (filter != NULL) {
        vtr_regex_table_deinit(&filter->table);
        free(filter);
    }
}

/* Marks what can be reached from `step` without a byte; whether the end can.  The data
 * may begin and end everywhere. */
static bool follow(struct vtr_regex_filter *f, size_t step)
{
    const struct vtr_regex_step *steps = f->program->steps;
    bool accepts = false;
    size_t count = 0;

    if (f->marks[step] == 0) {
        f->marks[step] = 1;
        f->work[count++] = (uint16_t)step;
    }
    while (count > 0) {
        const size_t at = f->work[--count];
        const struct vtr_regex_step *now = &steps[at];
        size_t next[2];
        size_t next_count = 0;
        accepts = accepts || now->kind == VTR_REGEX_STEP_END;
        if (now->kind == VTR_REGEX_STEP_SPLIT || now->kind == VTR_REGEX_STEP_JUMP) {
            next[next_count++] = (size_t)((ptrdiff_t)at + now->x);
        }
        if (now->kind == VTR_REGEX_STEP_SPLIT) {
            next[next_count++] = (size_t)((ptrdiff_t)at + now->y);
        }
        if (now->kind == VTR_REGEX_STEP_BEGIN || now->kind == VTR_REGEX_STEP_FINISH) {
            next[next_count++] = at + 1;
        }
        for (size_t i = 0; i < next_count; i++) {
            if (f->marks[next[i]] == 0) {
                f->marks[next[i]] = 1;
                f->work[count++] = (uint16_t)next[i];
            }
        }
    }
    return accepts;
}

/* The marked steps that read a byte, in order; wipes the marks. */
static size_t take_marked(struct vtr_regex_filter *f)
{
    size_t count = 0;

    for (size_t i = 0; i < f->program->step_count; i++) {
        if (f->marks[i] != 0 && f->program->steps[i].kind == VTR_REGEX_STEP_BYTE) {
            f->sorted[count++] = (uint16_t)i;
        }
        f->marks[i] = 0;
    }
    return count;
}

/* Forgets all states but the first, which it makes. */
static bool begin_table(struct vtr_regex_filter *f)
{
    vtr_regex_table_clear(&f->table);
    (void)follow(f, 0);
    return vtr_regex_table_state(&f->table, f->sorted, take_marked(f), false) == 0;
}

/* Where a byte of class `c` leads from the state whose row is `row`; a match may begin
 * anywhere. */
static uint32_t make_step(struct vtr_regex_filter *f, uint32_t row, unsigned c)
{
    struct vtr_regex_table *table = &f->table;
    const struct vtr_regex_state *state =
        vtr_regex_table_get(table, row / table->class_count);
    const uint16_t *steps = vtr_regex_table_steps(table, state);
    bool accepts = false;
    bool is_open = false;

    for (uint32_t i = 0; i < state->count; i++) {
        const struct vtr_regex_step *step = &f->program->steps[steps[i]];
        if (vtr_regex_set_has(&f->program->sets[step->x], table->examples[c])) {
            accepts = follow(f, (size_t)steps[i] + 1) || accepts;
            is_open = true;
        }
    }
    (void)follow(f, 0);
    const size_t count = take_marked(f);
    const uint32_t to = vtr_regex_table_state(table, f->sorted, count, is_open);
    if (to == UNKNOWN) {
        return UNKNOWN;
    }
    const uint32_t entry = to * table->class_count | (accepts ? ACCEPTS : 0);
    table->entries[row + c] = entry;
    return entry;
}

static void find_idle_bytes(struct vtr_regex_filter *f)
{
    const struct vtr_regex_table *table = &f->table;

    for (unsigned byte = 0; byte < 256; byte++) {
        const unsigned c = table->classes[byte];
        const uint32_t entry = table->entries[c];
        const uint32_t to = entry == UNKNOWN ? make_step(f, 0, c) : entry;
        f->is_idle[byte] = to == 0 ? 1 : 0;
    }
}

/* Notes the sets of the bytes that every match has, from its first one on. */
static void find_lead(struct vtr_regex_filter *f)
{
    struct vtr_regex_lead *lead = &f->lead;
    bool accepts = false;

    (void)follow(f, 0);
    while (lead->len < VTR_REGEX_LEAD_MAX && !accepts) {
        const size_t count = take_marked(f);

        for (size_t i = 0; i < count; i++) {
            const size_t at = f->sorted[i];
            const struct vtr_regex_set *set =
                &f->program->sets[f->program->steps[at].x];

            for (unsigned byte = 0; byte < 256; byte++) {
                lead->rows[byte] |= (uint64_t)vtr_regex_set_has(set, byte) << lead->len;
            }
            accepts = follow(f, at + 1) || accepts;
        }
        lead->len++;
    }
    (void)take_marked(f);
}

struct vtr_regex_filter *vtr_regex_filter_new(
    const struct vtr_regex_program_code *program)
{
    struct vtr_regex_filter *f = calloc(1, sizeof(*f));

    if (f == NULL) {
        return NULL;
    }
    f->program = program;
    if (!vtr_regex_table_init(&f->table, program) || !begin_table(f)) {
        vtr_regex_filter_free(f);
        return NULL;
    }
    find_idle_bytes(f);
    find_lead(f);
    f->has_given_up = follow(f, 0); /* it matches everywhere */
    (void)take_marked(f);
    return f;
}

/* A step that the table has no room for: the table is begun anew, and what is open is
 * looked for again from where it began.  False when that happened too often. */
static bool flush(struct vtr_regex_filter *f, struct vtr_regex_cursor *cursor)
{
    f->flush_count++;
    f->has_given_up = f->flush_count > FLUSH_LIMIT || !begin_table(f);
    cursor->at = cursor->start;
    cursor->state = 0;
    return !f->has_given_up;
}

/* The first byte from `at` on that does not lead from the first state to itself, or
 * where a match may begin. */
static size_t skip_idle(const struct vtr_regex_filter *f, struct vtr_bytes data,
                        size_t at, size_t limit)
{
    const uint8_t *p = data.ptr;

    if (f->lead.len >= VTR_REGEX_LEAD_MIN) {
        return vtr_regex_lead_find(&f->lead, data, at, limit);
    }
    while (limit - at >= 4 && (f->is_idle[p[at]] & f->is_idle[p[at + 1]] &
                               f->is_idle[p[at + 2]] & f->is_idle[p[at + 3]]) != 0) {
        at += 4;
    }
    while (at < limit && f->is_idle[p[at]] != 0) {
        at++;
    }
    return at;
}

/* Goes through the table until it is in its first state or does not know on; the entry
 * that it met last. */
static inline uint32_t run_table(const struct vtr_regex_filter *f,
                                 struct vtr_bytes data, size_t *at, size_t limit,
                                 uint32_t *row)
{
    const uint32_t *entries = f->table.entries;
    const uint8_t *classes = f->table.classes;
    const uint8_t *p = data.ptr;
    size_t place = *at;
    uint32_t from = *row;
    uint32_t entry = from;

    while (place < limit) {
        entry = entries[from + classes[p[place]]];
        if (entry >= ACCEPTS) {
            break;
        }
        place++;
        from = entry;
        if (from == 0) {
            break;
        }
    }
    *at = place;
    *row = from;
    return entry;
}

/* The byte at cursor->at leads to a state that accepts, or that is to be made.  False
 * when there is no room for it. */
static bool pass_special(struct vtr_regex_filter *f, struct vtr_bytes data,
                         struct vtr_regex_cursor *cursor, uint32_t entry,
                         bool *out_accepts)
{
    const unsigned c = f->table.classes[data.ptr[cursor->at]];

    if (entry == UNKNOWN) {
        entry = make_step(f, cursor->state, c);
    }
    *out_accepts = entry != UNKNOWN && (entry & ACCEPTS) != 0;
    if (entry == UNKNOWN) {
        return false;
    }
    cursor->at++;
    cursor->state = entry & ~ACCEPTS;
    return true;
}

enum vtr_filter_answer vtr_regex_filter_find(struct vtr_regex_filter *f,
                                             struct vtr_bytes data, size_t end,
                                             struct vtr_regex_cursor *cursor)
{
    const size_t limit = end < data.len ? end : data.len;

    while (cursor->at < limit && !f->has_given_up) {
        bool accepts = false;
        if (cursor->state == 0) {
            cursor->at = skip_idle(f, data, cursor->at, limit);
            cursor->start = cursor->at;
        }
        const uint32_t entry = run_table(f, data, &cursor->at, limit, &cursor->state);
        if (VTR_UNLIKELY(cursor->at < limit && entry >= ACCEPTS) &&
            !pass_special(f, data, cursor, entry, &accepts)) {
            (void)flush(f, cursor);
        }
        if (VTR_UNLIKELY(accepts)) {
            return VTR_FILTER_MAYBE;
        }
    }
    if (cursor->state == 0 && !f->has_given_up) {
        cursor->start = cursor->at;
    }
    return f->has_given_up ? VTR_FILTER_GIVES_UP : VTR_FILTER_NONE;
}

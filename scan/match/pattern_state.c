/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/match/pattern_state.h"

#include <stdlib.h>
#include <string.h>

#include "base/os_memory.h"
#include "format/image/image.h"
#include "scan/regex/expression.h"

#define FIRST_CAPACITY 64u
#define PART_LIMIT     65536u /* numbered in 16 bits by the index */

/* Of a rule what is known of so many patterns is fetched at once, and of the touched
 * ones each part when so many others are before it. */
#define RULE_FETCHES 16u
#define FETCH_STEP   8u

/* Past so many patterns what is kept from file to file is dropped. */
#define KEEP_LIMIT 131072u

static void begin_matches(struct vtr_pattern_state *state)
{
    vtr_match_list_lend(&state->matches, &state->first);
    state->settled = (struct vtr_match_list){0};
}

/* Gives back the room of all matches. */
static void drop_matches(struct vtr_pattern_state *state)
{
    vtr_match_list_deinit(&state->matches);
    vtr_match_list_deinit(&state->settled);
    for (size_t i = 0; i < state->part_count; i++) {
        vtr_match_list_deinit(&state->parts[i].found);
    }
    begin_matches(state);
}

/* Leaves the state itself to the arena. */
static void state_deinit(struct vtr_pattern_state *state)
{
    drop_matches(state);
    vtr_vector_deinit(&state->copies);
    for (size_t i = 0; i < state->part_count; i++) {
        vtr_expression_free(state->parts[i].expression);
        vtr_vector_deinit(&state->parts[i].candidates);
    }
}

static void drop_all(struct vtr_pattern_states *states)
{
    for (size_t i = 0; i < states->count; i++) {
        state_deinit(states->items[i]);
    }
    vtr_arena_deinit(&states->arena);
    vtr_match_pool_deinit(&states->pool);
    states->count = 0;
    states->touched_count = 0;
    free(states->places);
    states->places = NULL;
    free(states->plain_units);
    states->plain_units = NULL;
}

void vtr_pattern_states_deinit(struct vtr_pattern_states *states)
{
    if (states != NULL) {
        drop_all(states);
        free(states->items);
        free(states->slots);
        free(states->touched);
        *states = (struct vtr_pattern_states){.image = states->image};
    }
}

bool vtr_pattern_states_clear(struct vtr_pattern_states *states, bool has_room)
{
    if (states->count > KEEP_LIMIT) {
        drop_all(states);
        return false;
    }
    for (size_t i = 0; i < states->touched_count; i++) {
        struct vtr_pattern_state *state = states->touched[i];
        state->is_touched = false;
        vtr_match_list_clear(&state->matches);
        vtr_match_list_clear(&state->settled);
        state->copies.count = 0;
        for (size_t part = 0; part < state->part_count; part++) {
            vtr_match_list_clear(&state->parts[part].found);
            state->parts[part].candidates.count = 0;
        }
    }
    states->touched_count = 0;
    if (!has_room) {
        for (size_t i = 0; i < states->count; i++) {
            drop_matches(states->items[i]);
        }
        vtr_match_pool_deinit(&states->pool);
    }
    return true;
}

/* How many of the ascending u32 of a table are below `limit`. */
static uint32_t count_below(struct vtr_bytes table, uint64_t limit)
{
    const size_t count = table.len / 4;
    uint32_t low = 0;
    uint32_t high = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;

        if (vtr_table_u32(table, middle) < limit) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool vtr_pattern_row(const struct vtr_image *image, uint32_t pattern,
                     uint32_t *out_rule, uint32_t *out_offset)
{
    const struct vtr_bytes rows = image->sections[VTR_SECTION_PATTERNS].bytes;
    const struct vtr_bytes rules = image->sections[VTR_SECTION_RULE_OFFSETS].bytes;

    if (pattern >= rows.len / VTR_PATTERN_ROW_LEN) {
        return false;
    }
    const uint32_t offset = vtr_table_u32(rows, pattern);
    const uint32_t rule = count_below(rules, (uint64_t)offset + 1);
    if (rule == 0) {
        return false; /* before the first rule */
    }
    *out_rule = rule - 1;
    *out_offset = offset - vtr_table_u32(rules, rule - 1);
    return true;
}

uint32_t vtr_pattern_first(const struct vtr_image *image, uint32_t rule)
{
    const uint32_t begin =
        vtr_table_u32(image->sections[VTR_SECTION_RULE_OFFSETS].bytes, rule);

    return count_below(image->sections[VTR_SECTION_PATTERNS].bytes, begin);
}

/* Skips the atoms of a program: the index has them. */
static bool skip_atoms(struct vtr_reader *r)
{
    uint64_t count;

    if (!vtr_reader_varint(r, &count)) {
        return false;
    }
    for (uint64_t i = 0; i < count; i++) {
        struct vtr_bytes atom;
        uint64_t back;
        if (!vtr_reader_masked(r, &atom) || !vtr_reader_varint(r, &back) ||
            !vtr_reader_varint(r, &back)) {
            return false;
        }
    }
    return true;
}

static bool read_gap(struct vtr_reader *r, struct vtr_pattern_part *part)
{
    uint64_t max;

    if (!vtr_reader_varint(r, &part->gap_min) || !vtr_reader_varint(r, &max)) {
        return false;
    }
    part->gap_max = max == 0 ? UINT64_MAX : max - 1;
    return true;
}

/* The bytes of tokens that are one run of them; else none. */
static struct vtr_bytes find_literal(struct vtr_bytes tokens)
{
    struct vtr_reader r;
    struct vtr_bytes masked = {0};
    uint8_t kind;

    vtr_reader_init(&r, tokens, 0);
    const bool is_literal = vtr_reader_u8(&r, &kind) && kind == VTR_TOKEN_BYTES &&
                            vtr_reader_masked(&r, &masked) && vtr_reader_left(&r) == 0;
    return is_literal ? masked : (struct vtr_bytes){NULL, 0};
}

static bool read_part(struct vtr_reader *r, enum vtr_pattern_type type, bool is_first,
                      struct vtr_pattern_part *part)
{
    vtr_vector_init(&part->candidates, sizeof(struct vtr_candidate));
    switch (type) {
    case VTR_PATTERN_TEXT:
        return vtr_reader_masked(r, &part->bytes);
    case VTR_PATTERN_HEX:
        if ((!is_first && !read_gap(r, part)) || !vtr_reader_string(r, &part->bytes)) {
            return false;
        }
        part->literal = find_literal(part->bytes);
        return true;
    case VTR_PATTERN_REGEX:
        return vtr_reader_u8(r, &part->flags) && vtr_reader_masked(r, &part->bytes) &&
               skip_atoms(r);
    default:
        return false;
    }
}

/* Reads the parts; false when memory is out, `is_bad` when the bytes are bad. */
static bool read_parts(struct vtr_pattern_state *state, struct vtr_arena *arena)
{
    struct vtr_reader r = state->view.payload;
    uint64_t count;

    /* Every part takes a byte at least. */
    if (!vtr_reader_varint(&r, &count) || count > vtr_reader_left(&r) ||
        count > PART_LIMIT) {
        state->is_bad = true;
        return true;
    }
    state->parts = vtr_arena_array(arena, (size_t)count, sizeof(*state->parts));
    if (state->parts == NULL) {
        return false;
    }
    state->part_count = (size_t)count;
    for (size_t i = 0; i < state->part_count; i++) {
        state->parts[i].pattern = state->pattern;
        if (!read_part(&r, state->view.type, i == 0, &state->parts[i])) {
            state->is_bad = true;
            return true;
        }
    }
    return true;
}

/* The bytes of a pattern of which nothing else is asked; else none. */
static struct vtr_bytes find_plain(const struct vtr_pattern_state *state)
{
    const bool is_text = state->view.type == VTR_PATTERN_TEXT;
    const unsigned flags = (unsigned)state->view.flags & ~(unsigned)VTR_PATTERN_PRIVATE;
    struct vtr_bytes masked = {NULL, 0};

    if (state->part_count == 1 && is_text) {
        masked = state->parts[0].bytes;
    } else if (state->part_count == 1 && state->view.type == VTR_PATTERN_HEX) {
        masked = state->parts[0].literal;
    }
    return flags == (is_text ? VTR_PATTERN_ASCII : 0u) &&
                   masked.len <= VTR_PLAIN_LEN_MAX
               ? masked
               : (struct vtr_bytes){NULL, 0};
}

static struct vtr_pattern_state *state_new(struct vtr_pattern_states *states,
                                           uint32_t pattern)
{
    const struct vtr_image *image = states->image;
    struct vtr_pattern_state *state = vtr_arena_alloc(&states->arena, sizeof(*state));
    uint32_t offset;

    if (state == NULL) {
        return NULL;
    }
    vtr_vector_init(&state->copies, sizeof(struct vtr_bytes));
    begin_matches(state);
    state->pattern = pattern;
    if (!vtr_pattern_row(image, pattern, &state->rule, &offset) ||
        !vtr_rule_pattern_at(vtr_image_rule(image, state->rule), offset,
                             &state->view)) {
        state->is_bad = true;
    } else if (!read_parts(state, &states->arena)) {
        return NULL;
    }
    if (!state->is_bad) {
        state->plain = find_plain(state);
    }
    return state;
}

static bool grow_slots(struct vtr_pattern_states *states, size_t cap)
{
    const size_t len = cap * sizeof(struct vtr_plain_slot);
    struct vtr_plain_slot *slots = len >= VTR_LARGE_PAGE_LEN
                                       ? vtr_memory_new_large(len)
                                       : aligned_alloc(VTR_PLAIN_SLOT_ALIGN, len);

    if (slots == NULL) {
        return false;
    }
    if (states->count > 0) {
        memcpy(slots, states->slots, states->count * sizeof(*slots));
    }
    free(states->slots);
    states->slots = slots;
    return true;
}

static bool grow(struct vtr_pattern_states *states)
{
    const size_t cap = states->cap == 0 ? FIRST_CAPACITY : states->cap * 2;
    const size_t len = cap * sizeof(*states->items);
    struct vtr_pattern_state **items = realloc(states->items, len);

    if (items == NULL) {
        return false;
    }
    states->items = items;
    struct vtr_pattern_state **touched = realloc(states->touched, len);
    if (touched == NULL) {
        return false;
    }
    states->touched = touched;
    if (!grow_slots(states, cap)) {
        return false;
    }
    states->cap = cap;
    return true;
}

/* Where the place of a pattern is noted; NULL when memory is out.  Numbers that the
 * image has no pattern for share one. */
static uint32_t *place_of(struct vtr_pattern_states *states, uint32_t pattern)
{
    const uint64_t count = states->image->pattern_count;

    if (states->places == NULL) {
        states->places = calloc((size_t)count + 1, sizeof(*states->places));
    }
    return states->places == NULL
               ? NULL
               : &states->places[pattern < count ? pattern : (size_t)count];
}

void vtr_pattern_states_note_units(struct vtr_pattern_states *states,
                                   uint32_t unit_count)
{
    if (states->plain_units == NULL) {
        states->plain_units = calloc(unit_count, sizeof(*states->plain_units));
    }
}

/* Makes the state of a pattern, whose place goes to `place`. */
static struct vtr_pattern_state *add_state(struct vtr_pattern_states *states,
                                           uint32_t pattern, uint32_t *place)
{
    if (states->count == states->cap && !grow(states)) {
        return NULL;
    }
    struct vtr_pattern_state *state = state_new(states, pattern);
    if (state != NULL) {
        state->number = (uint32_t)states->count;
        states->slots[states->count] = (struct vtr_plain_slot){.wanted = 0};
        states->items[states->count++] = state;
        *place = (uint32_t)states->count;
    }
    return state;
}

struct vtr_pattern_state *vtr_pattern_states_get(struct vtr_pattern_states *states,
                                                 uint32_t pattern)
{
    uint32_t *place = place_of(states, pattern);

    if (place == NULL) {
        return NULL;
    }
    return *place > 0 ? states->items[*place - 1] : add_state(states, pattern, place);
}

static void fetch_state(const struct vtr_pattern_state *state)
{
    VTR_PREFETCH(state);
    VTR_PREFETCH(&state->view);
    VTR_PREFETCH(&state->parts);
    VTR_PREFETCH(&state->matches);
}

void vtr_pattern_states_fetch(const struct vtr_pattern_states *states, uint32_t number,
                              unsigned step)
{
    const struct vtr_pattern_state *state = states->items[number];

    if (step == 0) {
        fetch_state(state);
        return;
    }
    if (state->part_count > 0) {
        VTR_PREFETCH(state->parts);
        VTR_PREFETCH((const uint8_t *)state->parts + 64);
    }
    if (state->matches.items != NULL) {
        VTR_PREFETCH(state->matches.items + state->matches.count);
    }
}

void vtr_pattern_states_fetch_new(const struct vtr_pattern_states *states,
                                  uint32_t pattern, unsigned step)
{
    const struct vtr_image *image = states->image;
    const struct vtr_bytes rows = image->sections[VTR_SECTION_PATTERNS].bytes;
    const struct vtr_bytes bodies = image->sections[VTR_SECTION_RULE_DATA].bytes;

    if (pattern >= rows.len / VTR_PATTERN_ROW_LEN) {
        return;
    }
    if (step == 0) {
        VTR_PREFETCH(rows.ptr + (size_t)pattern * VTR_PATTERN_ROW_LEN);
        return;
    }
    const uint32_t offset = vtr_table_u32(rows, pattern);
    if (offset < bodies.len) {
        VTR_PREFETCH(bodies.ptr + offset);
    }
}

void vtr_pattern_states_fetch_rule(const struct vtr_pattern_states *states,
                                   uint32_t first, uint64_t count)
{
    for (uint32_t i = 0; i < RULE_FETCHES && i < count; i++) {
        const uint32_t *place = vtr_pattern_states_place(states, first + i);

        if (place != NULL && *place > 0) {
            fetch_state(states->items[*place - 1]);
        }
    }
}

void vtr_pattern_states_fetch_touched(const struct vtr_pattern_states *states,
                                      size_t index)
{
    const size_t count = states->touched_count;

    if (count > FETCH_STEP && index < count - FETCH_STEP) {
        const struct vtr_pattern_state *near = states->touched[index + FETCH_STEP];

        VTR_PREFETCH(near->parts);
        VTR_PREFETCH(&states->slots[near->number]);
    }
    if (count > 2 * FETCH_STEP && index < count - 2 * FETCH_STEP) {
        fetch_state(states->touched[index + 2 * FETCH_STEP]);
    }
}

void vtr_pattern_states_touch(struct vtr_pattern_states *states,
                              struct vtr_pattern_state *state)
{
    if (!state->is_touched) {
        state->is_touched = true;
        states->touched[states->touched_count++] = state;
    }
}

const struct vtr_pattern_state *vtr_pattern_states_find(
    const struct vtr_pattern_states *states, uint32_t pattern)
{
    if (states->places == NULL || pattern >= states->image->pattern_count ||
        states->places[pattern] == 0) {
        return NULL;
    }
    const struct vtr_pattern_state *state = states->items[states->places[pattern] - 1];
    return state->is_touched && state->matches.count > 0 ? state : NULL;
}

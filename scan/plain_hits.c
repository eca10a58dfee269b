/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/plain_hits.h"

#include <stdlib.h>
#include <string.h>

#include "scan/scan_run.h"
#include "scan/verify_pattern.h"

/* Hits of the log: at first, and at most. */
#define FIRST_CAPACITY 256u
#define LOG_LIMIT      131072u

/* A hit may begin so much before the first one of the log, whose atom came before. */
#define BASE_SLACK 4096u

/* Bits of a state's number that one pass of the sort looks at. */
#define DIGIT_BITS  8u
#define DIGIT_COUNT (1u << DIGIT_BITS)

/* A hit is added while what some after it will need is fetched: the list of matches,
 * and then its end. */
#define LIST_AHEAD 16u
#define END_AHEAD  8u

void vtr_plain_hits_deinit(struct vtr_plain_hits *hits)
{
    if (hits != NULL) {
        free(hits->items);
        free(hits->other);
        *hits = (struct vtr_plain_hits){0};
    }
}

void vtr_plain_hits_open(struct vtr_scan_run *run, struct vtr_pattern_state *state)
{
    struct vtr_plain_slot *slot = &run->patterns.slots[state->number];
    const struct vtr_match_list *list = &state->matches;

    if (state->plain.len == 0 || state->need != VTR_NEED_ALL || state->is_off ||
        state->has_only_offset || run->memory != NULL || run->profile != NULL) {
        return;
    }
    vtr_unmask_part(state->plain, 0,
                    state->plain.len < VTR_PLAIN_HEAD_LEN ? state->plain.len
                                                          : VTR_PLAIN_HEAD_LEN,
                    slot->head);
    slot->next = list->count == 0 ? 0 : list->items[list->count - 1].offset + 1;
    slot->wanted = run->file_number << 8 | state->plain.len;
}

/* Whether the first bytes of a pattern of this length are there. */
static bool has_head(const uint8_t *bytes, const uint8_t *head, size_t len)
{
    if (len >= 8) {
        const size_t last = len < VTR_PLAIN_HEAD_LEN ? len - 8 : VTR_PLAIN_HEAD_LEN - 8;

        return ((vtr_load_u64(bytes) ^ vtr_load_u64(head)) |
                (vtr_load_u64(bytes + last) ^ vtr_load_u64(head + last))) == 0;
    }
    return memcmp(bytes, head, len) == 0;
}

/* Whether what follows the first bytes is there too. */
static bool has_rest(const uint8_t *bytes, struct vtr_bytes masked)
{
    for (size_t i = VTR_PLAIN_HEAD_LEN; i < masked.len; i++) {
        if (bytes[i] != (masked.ptr[i] ^ vtr_mask(i))) {
            return false;
        }
    }
    return true;
}

/* Room for another hit. */
static bool make_room(struct vtr_scan_run *run)
{
    struct vtr_plain_hits *hits = &run->plain_hits;

    if (hits->cap >= LOG_LIMIT) {
        vtr_plain_hits_settle(run);
        return !run->is_memory_out;
    }
    const size_t cap = hits->cap == 0 ? FIRST_CAPACITY : hits->cap * 2;
    struct vtr_plain_hit *items = realloc(hits->items, cap * sizeof(*items));
    if (items != NULL) {
        hits->items = items;
    }
    struct vtr_plain_hit *other =
        items == NULL ? NULL : realloc(hits->other, cap * sizeof(*other));
    if (other == NULL) {
        run->is_memory_out = true;
        return false;
    }
    hits->other = other;
    hits->cap = cap;
    return true;
}

/* Adds a hit to the log; false when memory is out. */
static bool note(struct vtr_scan_run *run, uint32_t state, uint64_t start)
{
    struct vtr_plain_hits *hits = &run->plain_hits;

    if (VTR_UNLIKELY(hits->count == hits->cap) && !make_room(run)) {
        return false;
    }
    if (VTR_UNLIKELY(start - hits->base > UINT32_MAX)) { /* before it as well */
        vtr_plain_hits_settle(run);
    }
    if (hits->count == 0) {
        hits->base = start > BASE_SLACK ? start - BASE_SLACK : 0;
    }
    hits->items[hits->count] =
        (struct vtr_plain_hit){(uint32_t)(start - hits->base), state};
    hits->count++;
    return true;
}

bool vtr_plain_hits_take(struct vtr_scan_run *run, uint32_t pattern, size_t start)
{
    const struct vtr_pattern_states *states = &run->patterns;
    struct vtr_plain_slot *slot = vtr_pattern_states_slot(states, pattern);

    if (slot == NULL || slot->wanted >> 8 != run->file_number) {
        return false;
    }
    const uint32_t number = (uint32_t)(slot - states->slots);
    const size_t len = slot->wanted & 0xFFu;
    if (slot->next == start + 1 || start > run->data.len ||
        len > run->data.len - start ||
        !has_head(run->data.ptr + start, slot->head, len) ||
        (len > VTR_PLAIN_HEAD_LEN &&
         !has_rest(run->data.ptr + start, states->items[number]->plain))) {
        return true;
    }
    if (note(run, number, start)) {
        slot->next = start + 1;
    }
    return true;
}

/* Sorts the hits by some bits of the number of their states; those of one stay in their
 * order. */
static void sort_by_digit(struct vtr_plain_hits *hits, unsigned shift)
{
    size_t ends[DIGIT_COUNT + 1] = {0};

    for (size_t i = 0; i < hits->count; i++) {
        ends[(hits->items[i].state >> shift) % DIGIT_COUNT + 1]++;
    }
    for (size_t i = 0; i < DIGIT_COUNT; i++) {
        ends[i + 1] += ends[i];
    }
    for (size_t i = 0; i < hits->count; i++) {
        const struct vtr_plain_hit *hit = &hits->items[i];

        hits->other[ends[(hit->state >> shift) % DIGIT_COUNT]++] = *hit;
    }
    struct vtr_plain_hit *const sorted = hits->other;
    hits->other = hits->items;
    hits->items = sorted;
}

void vtr_plain_hits_settle(struct vtr_scan_run *run)
{
    struct vtr_plain_hits *hits = &run->plain_hits;
    const struct vtr_pattern_states *states = &run->patterns;

    for (unsigned shift = 0; shift < 32 && states->count >> shift > 0;
         shift += DIGIT_BITS) {
        sort_by_digit(hits, shift);
    }
    for (size_t i = 0; i < hits->count && !run->is_memory_out; i++) {
        const struct vtr_plain_hit *hit = &hits->items[i];
        struct vtr_pattern_state *state = states->items[hit->state];

        if (hits->count - i > LIST_AHEAD) {
            const struct vtr_match_list *list =
                &states->items[hit[END_AHEAD].state]->matches;
            VTR_PREFETCH(&states->items[hit[LIST_AHEAD].state]->matches);
            if (list->items != NULL) {
                VTR_PREFETCH(list->items + list->count);
            }
        }
        vtr_verify_add(run, state, &state->matches, (size_t)(hits->base + hit->offset),
                       state->plain.len);
    }
    hits->count = 0;
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/search/plain_hits.h"

#include <string.h>

#include "scan/condition/condition_needs.h"
#include "scan/run/scan_run.h"
#include "scan/search/verify_pattern.h"

/* A file with so many matches consists of them. */
#define POOLED_MATCHES 65536u

void vtr_plain_hits_open(struct vtr_scan_run *run, struct vtr_pattern_state *state)
{
    struct vtr_plain_slot *slot = &run->patterns.slots[state->number];
    const struct vtr_match_list *list = &state->matches;

    if (state->plain.len == 0 || state->need != VTR_NEED_ALL || state->is_off ||
        state->has_only_offset || run->memory != NULL || run->profile != NULL) {
        return;
    }
    if (slot->wanted == 0) {
        vtr_unmask(state->plain, slot->bytes);
    }
    slot->wanted = run->file_number << 8 | state->plain.len;
    slot->next = 0;
    slot->end = NULL;
    slot->limit = NULL;
    if (list->count > 0) { /* the first one is for vtr_verify_add */
        const size_t most = run->options.match_limit;

        slot->next = list->items[list->count - 1].offset + 1;
        slot->end = list->items + list->count;
        slot->limit = list->cap < most     ? list->items + list->cap
                      : list->count < most ? list->items + most
                                           : slot->end;
    }
}

void vtr_plain_hits_close(struct vtr_scan_run *run, struct vtr_pattern_state *state)
{
    struct vtr_plain_slot *slot = &run->patterns.slots[state->number];

    if (slot->wanted >> 8 == run->file_number) {
        if (slot->end != NULL) {
            state->matches.count = (size_t)(slot->end - state->matches.items);
        }
        slot->wanted &= 0xFFu; /* of no file: files are numbered from 1 */
    }
}

static bool are_equal(const uint8_t *left, const uint8_t *right, size_t len)
{
    if (len < 8) {
        return memcmp(left, right, len) == 0;
    }
    const size_t last = len - 8;
    uint64_t other = (vtr_load_u64(left) ^ vtr_load_u64(right)) |
                     (vtr_load_u64(left + last) ^ vtr_load_u64(right + last));

    if (len > 16) { /* and at most 32 */
        other |= (vtr_load_u64(left + 8) ^ vtr_load_u64(right + 8)) |
                 (vtr_load_u64(left + last - 8) ^ vtr_load_u64(right + last - 8));
    }
    return other == 0;
}

/* Adds a hit where the list has no room, or may have no more matches, or there was none
 * at an offset as high. */
static void add_slowly(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                       size_t start)
{
    struct vtr_match_list *list = &state->matches;

    vtr_plain_hits_close(run, state);
    if (list->count == list->cap && run->match_count >= POOLED_MATCHES) {
        vtr_match_pool_grow(&run->patterns.pool, list);
    }
    vtr_verify_add(run, state, list, start, state->plain.len);
    vtr_plain_hits_open(run, state);
}

bool vtr_plain_hits_take(struct vtr_scan_run *run, uint32_t number, size_t start)
{
    struct vtr_plain_slot *slot = &run->patterns.slots[number];
    const size_t len = slot->wanted & 0xFFu;

    if (VTR_UNLIKELY(slot->wanted >> 8 != run->file_number)) {
        return false;
    }
    if (start + len > run->data.len || slot->next == start + 1 ||
        !are_equal(run->data.ptr + start, slot->bytes, len)) {
        return true;
    }
    if (VTR_UNLIKELY(slot->end == slot->limit || start < slot->next ||
                     run->match_count >= VTR_VERIFY_TOTAL_LIMIT)) {
        add_slowly(run, run->patterns.items[number], start);
        return true;
    }
    *slot->end++ = (struct vtr_match){start, len};
    slot->next = start + 1;
    run->match_count++;
    return true;
}

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
    slot->room = 0;
    slot->waiting_count = 0;
    slot->waiting_limit = 0;
    if (list->count > 0) { /* the first one is for vtr_verify_add */
        const size_t most = run->options.match_limit;
        const size_t limit = list->cap < most ? list->cap : most;

        slot->next = list->items[list->count - 1].offset + 1;
        slot->end = list->items + list->count;
        const size_t room = limit > list->count ? limit - list->count : 0;
        slot->room = room < UINT32_MAX ? (uint32_t)room : UINT32_MAX;
        if (state->plain.len <= VTR_PLAIN_HITS_AT) { /* until the list's line is full */
            slot->waiting_limit =
                (uint8_t)(VTR_PLAIN_HITS_MAX - list->count % VTR_PLAIN_HITS_MAX);
        }
    }
}

void vtr_plain_hits_write(struct vtr_plain_slot *slot)
{
    const uint64_t high = (slot->next - 1) & ~(uint64_t)UINT32_MAX;
    const uint64_t len = slot->wanted & 0xFFu;

    if (slot->waiting_count == 0) {
        return;
    }
    for (unsigned i = 0; i < slot->waiting_count; i++) {
        uint32_t low;

        memcpy(&low, slot->bytes + VTR_PLAIN_HITS_AT + i * sizeof(low), sizeof(low));
        *slot->end++ = (struct vtr_match){high | low, len};
    }
    slot->waiting_count = 0;
    slot->waiting_limit = VTR_PLAIN_HITS_MAX;
}

void vtr_plain_hits_close(struct vtr_scan_run *run, struct vtr_pattern_state *state)
{
    struct vtr_plain_slot *slot = &run->patterns.slots[state->number];

    if (slot->wanted >> 8 == run->file_number) {
        if (slot->end != NULL) {
            vtr_plain_hits_write(slot);
            state->matches.count = (size_t)(slot->end - state->matches.items);
        }
        slot->wanted &= 0xFFu; /* of no file: files are numbered from 1 */
    }
}

void vtr_plain_hits_add(struct vtr_scan_run *run, uint32_t number, size_t start)
{
    struct vtr_pattern_state *state = run->patterns.items[number];
    struct vtr_match_list *list = &state->matches;

    vtr_plain_hits_close(run, state);
    if (list->count == list->cap && run->match_count >= POOLED_MATCHES) {
        vtr_match_pool_grow(&run->patterns.pool, list);
    }
    vtr_verify_add(run, state, list, start, state->plain.len);
    vtr_plain_hits_open(run, state);
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/plain_hits.h"

#include <string.h>

#include "scan/scan_run.h"
#include "scan/verify_pattern.h"

void vtr_plain_hits_open(struct vtr_scan_run *run, struct vtr_pattern_state *state)
{
    struct vtr_plain_slot *slot = &run->patterns.slots[state->number];
    const struct vtr_match_list *list = &state->matches;

    if (state->plain.len == 0 || state->need != VTR_NEED_ALL || state->is_off ||
        state->has_only_offset || run->memory != NULL || run->profile != NULL) {
        return;
    }
    if (slot->wanted == 0) {
        vtr_unmask_part(state->plain, 0,
                        state->plain.len < VTR_PLAIN_HEAD_LEN ? state->plain.len
                                                              : VTR_PLAIN_HEAD_LEN,
                        slot->head);
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

/* Whether the first bytes of a pattern of this length are there. */
static bool has_head(const uint8_t *bytes, const uint8_t *head, size_t len)
{
    if (len >= 8) {
        const size_t last = len < VTR_PLAIN_HEAD_LEN ? len - 8 : VTR_PLAIN_HEAD_LEN - 8;
        uint64_t other = (vtr_load_u64(bytes) ^ vtr_load_u64(head)) |
                         (vtr_load_u64(bytes + last) ^ vtr_load_u64(head + last));

        if (len > 16) {
            other |= (vtr_load_u64(bytes + 8) ^ vtr_load_u64(head + 8)) |
                     (vtr_load_u64(bytes + last - 8) ^ vtr_load_u64(head + last - 8));
        }
        return other == 0;
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

/* Adds a hit where the list has no room, or may have no more matches, or there was none
 * at an offset as high. */
static void add_slowly(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                       size_t start)
{
    vtr_verify_add(run, state, &state->matches, start, state->plain.len);
    vtr_plain_hits_open(run, state);
}

bool vtr_plain_hits_take(struct vtr_scan_run *run, uint32_t number, size_t start)
{
    struct vtr_plain_slot *slot = &run->patterns.slots[number];

    if (slot->wanted >> 8 != run->file_number) {
        return false;
    }
    const size_t len = slot->wanted & 0xFFu;
    if (slot->next == start + 1 || start > run->data.len ||
        len > run->data.len - start ||
        !has_head(run->data.ptr + start, slot->head, len) ||
        (len > VTR_PLAIN_HEAD_LEN &&
         !has_rest(run->data.ptr + start, run->patterns.items[number]->plain))) {
        return true;
    }
    if (VTR_UNLIKELY(slot->end == slot->limit || start < slot->next ||
                     run->match_count >= VTR_VERIFY_TOTAL_LIMIT)) {
        add_slowly(run, run->patterns.items[number], start);
        return true;
    }
    *slot->end = (struct vtr_match){start, len};
    slot->end++;
    slot->next = start + 1;
    run->match_count++;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Hits of plain patterns: those that match some bytes alone, wherever they stand, and
 * of which all matches are wanted.
 *
 * A file may consist of them.  So that one costs little, all that it reads is in one
 * line of memory, the pattern's slot, and what it writes is there as well: a few hits
 * wait in it, until they fill a line of the pattern's list of matches.  Where the end
 * of the list is, the slot says.  Both can be fetched before they are needed.  While a
 * slot is open, the list's own count is behind.
 */
#ifndef VTR_SCAN_SEARCH_PLAIN_HITS_H
#define VTR_SCAN_SEARCH_PLAIN_HITS_H

#include <stdbool.h>
#include <string.h>

#include "scan/run/scan_run.h"
#include "scan/search/verify_pattern.h"

/* From now on hits of this pattern are taken, where it is a plain one and all of its
 * matches in the file are wanted. */
void vtr_plain_hits_open(struct vtr_scan_run *run, struct vtr_pattern_state *state);

/* Tells the pattern's list of matches what was added to it.  Before anything else looks
 * at the list; until the pattern is opened again, no hits of it are taken. */
void vtr_plain_hits_close(struct vtr_scan_run *run, struct vtr_pattern_state *state);

/* Writes the matches that wait in a slot to the end of the list: when they are as many
 * as may wait, or before anything else is added there. */
void vtr_plain_hits_write(struct vtr_plain_slot *slot);

/* Whether no more matches may wait, since they fill a line of the list's memory. */
static inline bool vtr_plain_hits_are_full(const struct vtr_plain_slot *slot)
{
    return slot->waiting_count == slot->waiting_limit;
}

/* Adds a hit where the list has no room, or may have no more matches, or the one before
 * it is behind it or far away. */
void vtr_plain_hits_add(struct vtr_scan_run *run, uint32_t number, size_t start);

/* Fetches what is written beside the slot when the next hit fills it. */
static inline void vtr_plain_hits_fetch(const struct vtr_plain_slot *slot)
{
    const bool is_next = slot->waiting_count + 1 >= slot->waiting_limit;

    VTR_PREFETCH(is_next ? (const void *)slot->end : slot);
}

/* Adds a hit behind the others, which is less than 2^32 bytes from the last.  When one
 * has filled the line, the caller writes it, with others: which hit that is cannot be
 * foreseen, and asking at each costs more than it does to write one. */
static inline void vtr_plain_hits_append(struct vtr_plain_slot *slot, size_t start)
{
    const uint32_t low = (uint32_t)start;

    slot->next = (uint64_t)start + 1;
    slot->room--;
    if (VTR_UNLIKELY(vtr_plain_hits_are_full(slot))) {
        if (slot->waiting_limit == 0) {
            *slot->end++ = (struct vtr_match){start, slot->wanted & 0xFFu};
            return;
        }
        vtr_plain_hits_write(slot);
    }
    memcpy(slot->bytes + VTR_PLAIN_HITS_AT + slot->waiting_count * sizeof(low), &low,
           sizeof(low));
    slot->waiting_count++;
}

/* Whether so many bytes, up to VTR_PLAIN_LEN_MAX, are equal. */
static inline bool vtr_plain_hits_are_equal(const uint8_t *left, const uint8_t *right,
                                            size_t len)
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

/* Takes what may be a hit, beginning at `start`, of the pattern whose state has this
 * number; false, with nothing done, when hits of that pattern are not taken. */
VTR_MUST_CHECK static inline bool vtr_plain_hits_take(struct vtr_scan_run *run,
                                                      uint32_t number, size_t start)
{
    struct vtr_plain_slot *slot = &run->patterns.slots[number];
    const size_t len = slot->wanted & 0xFFu;

    if (VTR_UNLIKELY(slot->wanted >> 8 != run->file_number)) {
        return false;
    }
    if (start + len > run->data.len || slot->next == start + 1 ||
        !vtr_plain_hits_are_equal(run->data.ptr + start, slot->bytes, len)) {
        return true;
    }
    if (VTR_UNLIKELY(slot->room == 0 || start < slot->next ||
                     (start ^ (slot->next - 1)) > UINT32_MAX ||
                     run->match_count >= VTR_VERIFY_TOTAL_LIMIT)) {
        vtr_plain_hits_add(run, number, start);
        return true;
    }
    vtr_plain_hits_append(slot, start);
    run->match_count++;
    return true;
}

#endif

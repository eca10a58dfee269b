/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/run/memory.h"

#include "base/error.h"

enum vtr_status vtr_memory_measure(const struct vtr_memory *memory, uint64_t *out_total,
                                   size_t *out_longest, struct vtr_error *err)
{
    uint64_t total = 0;
    uint64_t end = 0;
    size_t longest = 0;

    for (size_t i = 0; i < memory->range_count; i++) {
        const struct vtr_memory_range *range = &memory->ranges[i];
        if (range->base < end || range->len == 0 ||
            range->len > VTR_MEMORY_RANGE_LIMIT ||
            range->len > UINT64_MAX - range->base) {
            return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                                 "ranges of memory must ascend, none empty or longer "
                                 "than %zu bytes",
                                 (size_t)VTR_MEMORY_RANGE_LIMIT);
        }
        end = range->base + range->len;
        total += range->len;
        longest = range->len > longest ? (size_t)range->len : longest;
    }
    *out_total = total;
    *out_longest = longest;
    return VTR_OK;
}

/* Adds one match of the block with a copy of its first bytes. */
static bool settle_match(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                         const struct vtr_match *match)
{
    struct vtr_bytes *copy = vtr_vector_push(&state->copies);
    const size_t len =
        match->length < VTR_MATCH_COPY_LEN ? (size_t)match->length : VTR_MATCH_COPY_LEN;

    if (copy == NULL) {
        return false;
    }
    *copy = vtr_arena_dup(&run->copies,
                          (struct vtr_bytes){run->data.ptr + match->offset, len});
    return copy->ptr != NULL &&
           vtr_match_list_add(&state->settled, run->base + match->offset,
                              match->length);
}

static bool settle_state(struct vtr_scan_run *run, struct vtr_pattern_state *state)
{
    for (size_t i = 0; i < state->matches.count; i++) {
        if (state->settled.count >= run->options.match_limit) {
            vtr_run_overflow(run, state->pattern);
            break;
        }
        if (!settle_match(run, state, &state->matches.items[i])) {
            return false;
        }
    }
    vtr_match_list_clear(&state->matches);
    for (size_t part = 0; part < state->part_count; part++) {
        vtr_match_list_clear(&state->parts[part].found);
    }
    return true;
}

void vtr_memory_settle(struct vtr_scan_run *run)
{
    for (size_t i = 0; i < run->patterns.touched_count; i++) {
        if (!settle_state(run, run->patterns.touched[i])) {
            run->is_memory_out = true;
            return;
        }
    }
}

void vtr_memory_finish(struct vtr_scan_run *run)
{
    for (size_t i = 0; i < run->patterns.touched_count; i++) {
        struct vtr_pattern_state *state = run->patterns.touched[i];
        const struct vtr_match_list block = state->matches;
        state->matches = state->settled;
        state->settled = block;
    }
}

bool vtr_memory_read(const struct vtr_memory *memory, uint64_t address, uint8_t *to,
                     size_t len)
{
    size_t low = 0;
    size_t high = memory->range_count;

    while (low < high) { /* the first range that ends after the address */
        const size_t middle = low + (high - low) / 2;
        const struct vtr_memory_range *range = &memory->ranges[middle];
        if (range->base + range->len <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == memory->range_count) {
        return false;
    }
    const struct vtr_memory_range *range = &memory->ranges[low];
    return address >= range->base && len <= range->base + range->len - address &&
           memory->read(memory->context, address, to, len) == len;
}

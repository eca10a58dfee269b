/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/match/verify_hex.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 64u
#define STEP_LIMIT     4000000u /* tokens times ends of one match */
#define BYTES_PER_STEP 8u       /* of a run of bytes that is compared */

void vtr_hex_matcher_deinit(struct vtr_hex_matcher *matcher)
{
    if (matcher == NULL) {
        return;
    }
    for (size_t i = 0; i <= VTR_ALT_DEPTH_LIMIT; i++) {
        free(matcher->levels[i].ends.items);
        free(matcher->levels[i].next.items);
        free(matcher->levels[i].seen);
    }
    memset(matcher, 0, sizeof(*matcher));
}

/* What one match works on. */
struct match {
    struct vtr_hex_matcher *matcher;
    const uint8_t *at; /* where the match begins */
    size_t left;       /* bytes from there to the end of the data */
};

static bool push_end(struct match *m, struct vtr_hex_ends *ends, size_t end)
{
    if (ends->count == ends->cap) {
        const size_t cap = ends->cap == 0 ? FIRST_CAPACITY : ends->cap * 2;
        uint32_t *items = realloc(ends->items, cap * sizeof(*items));
        if (items == NULL) {
            m->matcher->has_failed = true;
            return false;
        }
        ends->items = items;
        ends->cap = cap;
    }
    ends->items[ends->count++] = (uint32_t)end;
    return true;
}

/* Counts work against the limit. */
static bool spend(struct match *m, uint64_t steps)
{
    if (m->matcher->steps < steps) {
        m->matcher->has_hit_limit = true;
        return false;
    }
    m->matcher->steps -= steps;
    return true;
}

static size_t least_end(const struct vtr_hex_ends *ends)
{
    size_t least = SIZE_MAX;

    for (size_t i = 0; i < ends->count; i++) {
        least = ends->items[i] < least ? ends->items[i] : least;
    }
    return least;
}

/* Adds `end` to the level's next ends unless it is there; `base` is below all of them.
 */
static bool add_next(struct match *m, struct vtr_hex_level *level, size_t base,
                     size_t end)
{
    const size_t bit = end - base;

    if (bit >= VTR_HEX_SPREAD_LIMIT) {
        m->matcher->has_hit_limit = true;
        return true;
    }
    if (level->seen == NULL) {
        level->seen = calloc(VTR_HEX_SPREAD_LIMIT / 8, 1);
        if (level->seen == NULL) {
            m->matcher->has_failed = true;
            return false;
        }
    }
    const uint8_t flag = (uint8_t)(1u << (bit & 7u));
    if ((level->seen[bit >> 3] & flag) != 0) {
        return true;
    }
    level->seen[bit >> 3] |= flag;
    return push_end(m, &level->next, end);
}

/* The next ends become the ends; the marks are wiped for the next use. */
static void take_next(struct vtr_hex_level *level, size_t base)
{
    const struct vtr_hex_ends old = level->ends;

    for (size_t i = 0; i < level->next.count; i++) {
        level->seen[(level->next.items[i] - base) >> 3] = 0;
    }
    level->ends = level->next;
    level->next = old;
    level->next.count = 0;
}

/* Keeps the ends after which `len` more bytes exist and `masked` (NULL: any) stands. */
static void step_bytes(struct match *m, struct vtr_hex_ends *ends,
                       const uint8_t *masked, size_t len)
{
    size_t kept = 0;

    for (size_t i = 0; i < ends->count; i++) {
        const size_t end = ends->items[i];
        if (len > m->left - end) {
            continue;
        }
        size_t same = masked == NULL ? len : 0;
        while (same < len && m->at[end + same] == (masked[same] ^ vtr_mask(same))) {
            same++;
        }
        if (same == len) {
            ends->items[kept++] = (uint32_t)(end + len);
        }
    }
    ends->count = kept;
}

/* Keeps the ends whose next byte has `value` under `mask`, or has not. */
static void step_masked(struct match *m, struct vtr_hex_ends *ends, uint8_t value,
                        uint8_t mask, bool is_wanted)
{
    size_t kept = 0;

    for (size_t i = 0; i < ends->count; i++) {
        const size_t end = ends->items[i];
        if (end < m->left && ((m->at[end] & mask) == value) == is_wanted) {
            ends->items[kept++] = (uint32_t)(end + 1);
        }
    }
    ends->count = kept;
}

/* Adds the ends from `first` to `last`, as far as there are data. */
static bool add_range(struct match *m, struct vtr_hex_level *level, size_t base,
                      size_t first, size_t last)
{
    last = last < m->left ? last : m->left;
    if (first > last) {
        return true;
    }
    if (!spend(m, last - first + 1)) {
        return false;
    }
    for (size_t end = first; end <= last; end++) {
        if (!add_next(m, level, base, end)) {
            return false;
        }
    }
    return true;
}

/* From each end jumps on by `min` to `max` bytes.  Where the end before it lies so near
 * that both reach a range in common, only what is not in that range is added: ends one
 * beside the other, which jumps leave behind, cost one step each. */
static bool step_jump(struct match *m, struct vtr_hex_level *level, uint64_t min,
                      uint64_t max)
{
    const size_t base = least_end(&level->ends);

    if (max > VTR_JUMP_LIMIT || min > max) {
        return false;
    }
    if (min == max) {
        step_bytes(m, &level->ends, NULL, (size_t)min);
        return true;
    }
    for (size_t i = 0; i < level->ends.count; i++) {
        const size_t end = level->ends.items[i];
        const size_t before = i == 0 ? end : level->ends.items[i - 1];
        size_t first = end + (size_t)min;
        size_t last = end + (size_t)max;
        if (end > before && end - before <= max - min) {
            first = before + (size_t)max + 1;
        } else if (end < before && before - end <= max - min) {
            last = before + (size_t)min - 1;
        }
        if (!add_range(m, level, base, first, last)) {
            return false;
        }
    }
    take_next(level, base);
    return true;
}

static bool run_stream(struct match *m, unsigned depth, struct vtr_bytes tokens);

/* Each end goes on with each alternative in turn. */
static bool step_alternatives(struct match *m, unsigned depth, struct vtr_reader *r)
{
    struct vtr_hex_level *level = &m->matcher->levels[depth];
    const size_t base = least_end(&level->ends);
    uint64_t count;

    if (depth == VTR_ALT_DEPTH_LIMIT || !vtr_reader_varint(r, &count)) {
        return false;
    }
    struct vtr_reader after = *r;
    for (size_t i = 0; i < level->ends.count; i++) {
        struct vtr_reader alternatives = *r;
        for (uint64_t n = 0; n < count; n++) {
            struct vtr_hex_level *nested = &m->matcher->levels[depth + 1];
            struct vtr_bytes tokens;
            if (!vtr_reader_string(&alternatives, &tokens) || !spend(m, 1)) {
                return false;
            }
            nested->ends.count = 0;
            if (!push_end(m, &nested->ends, level->ends.items[i]) ||
                !run_stream(m, depth + 1, tokens)) {
                return false;
            }
            for (size_t k = 0; k < nested->ends.count; k++) {
                if (!add_next(m, level, base, nested->ends.items[k])) {
                    return false;
                }
            }
        }
        after = alternatives;
    }
    take_next(level, base);
    *r = after;
    return true;
}

/* One token.  False when it is not one, or a limit was hit. */
static bool run_token(struct match *m, unsigned depth, struct vtr_reader *r)
{
    struct vtr_hex_level *level = &m->matcher->levels[depth];
    struct vtr_bytes masked;
    uint64_t min;
    uint64_t max;
    uint8_t kind = 0;
    uint8_t value;
    uint8_t mask;

    if (!vtr_reader_u8(r, &kind) || !spend(m, level->ends.count)) {
        return false;
    }
    switch (kind) {
    case VTR_TOKEN_BYTES:
        if (!vtr_reader_masked(r, &masked) ||
            !spend(m, level->ends.count * (uint64_t)(masked.len / BYTES_PER_STEP))) {
            return false;
        }
        step_bytes(m, &level->ends, masked.ptr, masked.len);
        return true;
    case VTR_TOKEN_MASKED:
    case VTR_TOKEN_NOT:
        if (!vtr_reader_u8(r, &value) || !vtr_reader_u8(r, &mask)) {
            return false;
        }
        step_masked(m, &level->ends, value, mask, kind == VTR_TOKEN_MASKED);
        return true;
    case VTR_TOKEN_ANY:
        if (!vtr_reader_varint(r, &min) || min > SIZE_MAX) {
            return false;
        }
        step_bytes(m, &level->ends, NULL, (size_t)min);
        return true;
    case VTR_TOKEN_JUMP:
        return vtr_reader_varint(r, &min) && vtr_reader_varint(r, &max) &&
               step_jump(m, level, min, max);
    case VTR_TOKEN_ALT:
        return step_alternatives(m, depth, r);
    default:
        return false;
    }
}

/* Moves the ends of level `depth` past `tokens`; the depth is bounded by
 * VTR_ALT_DEPTH_LIMIT.  No ends are left when nothing matches. */
static bool run_stream(struct match *m, unsigned depth, struct vtr_bytes tokens)
{
    struct vtr_hex_level *level = &m->matcher->levels[depth];
    struct vtr_reader r;

    vtr_reader_init(&r, tokens, 0);
    while (vtr_reader_left(&r) > 0 && level->ends.count > 0) {
        if (!run_token(m, depth, &r)) {
            return false;
        }
    }
    return true;
}

/* After a failure marks may be left; they are wiped here, off the common path. */
static void wipe(struct vtr_hex_matcher *matcher)
{
    for (size_t i = 0; i <= VTR_ALT_DEPTH_LIMIT; i++) {
        if (matcher->levels[i].seen != NULL) {
            memset(matcher->levels[i].seen, 0, VTR_HEX_SPREAD_LIMIT / 8);
        }
        matcher->levels[i].next.count = 0;
    }
}

bool vtr_hex_match(struct vtr_hex_matcher *matcher, struct vtr_bytes tokens,
                   struct vtr_bytes data, size_t start, size_t *out_len)
{
    struct vtr_hex_ends *ends = &matcher->levels[0].ends;

    if (start > data.len) {
        return false;
    }
    /* Ends are counted in 32 bits: no fragment reaches further. */
    struct match m = {matcher, data.ptr + start, data.len - start};
    m.left = m.left > UINT32_MAX ? UINT32_MAX : m.left;
    const uint64_t limit = matcher->step_limit == 0 || matcher->step_limit > STEP_LIMIT
                               ? STEP_LIMIT
                               : matcher->step_limit;
    matcher->steps = limit;
    ends->count = 0;
    const bool is_done = push_end(&m, ends, 0) && run_stream(&m, 0, tokens);
    matcher->used = limit - matcher->steps;
    if (!is_done) {
        wipe(matcher);
        return false;
    }
    if (ends->count == 0) {
        return false;
    }
    *out_len = ends->items[0];
    return *out_len != 0;
}

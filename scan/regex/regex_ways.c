/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A way is a step of the program that waits for a byte, and where the match began that
 * led there.  Of several that wait at one step the one that began first is kept, since
 * what follows is the same for all of them.
 */
#include "scan/regex/regex_ways.h"

#include <stdlib.h>
#include <string.h>

#include "scan/regex/regex_program.h"

#define NO_PLACE SIZE_MAX

struct way {
    size_t start; /* of the match */
    uint16_t step;
};

/* In the order of their starts, each step once. */
struct way_set {
    struct way items[VTR_REGEX_STEP_LIMIT];
    size_t count;
};

struct vtr_regex_ways {
    const struct vtr_regex_program_code *program; /* borrowed */
    struct way_set sets[2];                       /* of this byte and of the next one */
    uint32_t marks[VTR_REGEX_STEP_LIMIT]; /* number of the byte that last led there */
    uint32_t mark;
    uint16_t work[VTR_REGEX_STEP_LIMIT]; /* steps to follow */

    /* Of one search. */
    struct vtr_bytes data;
    size_t found; /* NO_PLACE: no match so far */
};

struct vtr_regex_ways *vtr_regex_ways_new(const struct vtr_regex_program_code *program)
{
    struct vtr_regex_ways *ways = calloc(1, sizeof(*ways));

    if (ways != NULL) {
        ways->program = program;
    }
    return ways;
}

void vtr_regex_ways_free(struct vtr_regex_ways *ways)
{
    free(ways);
}

/* From here on no step is in a set. */
static void begin_set(struct vtr_regex_ways *ways, struct way_set *set)
{
    if (ways->mark == UINT32_MAX) {
        memset(ways->marks, 0, sizeof(ways->marks));
        ways->mark = 0;
    }
    ways->mark++;
    set->count = 0;
}

static void note(struct vtr_regex_ways *ways, size_t step, size_t *count)
{
    if (ways->marks[step] != ways->mark) {
        ways->marks[step] = ways->mark;
        ways->work[(*count)++] = (uint16_t)step;
    }
}

/* Adds the steps that wait for the byte at `at` and can be reached from `first.step`
 * without one.  Where the end can, the match is noted instead. */
static void add(struct vtr_regex_ways *ways, struct way_set *set, struct way first,
                size_t at)
{
    const size_t old_count = set->count;
    size_t count = 0;

    note(ways, first.step, &count);
    while (count > 0) {
        const size_t number = ways->work[--count];
        const struct vtr_regex_step *step = &ways->program->steps[number];

        switch ((enum vtr_regex_step_kind)step->kind) {
        case VTR_REGEX_STEP_BYTE:
            set->items[set->count++] = (struct way){first.start, (uint16_t)number};
            break;
        case VTR_REGEX_STEP_SPLIT:
            note(ways, (size_t)((ptrdiff_t)number + step->y), &count);
            note(ways, (size_t)((ptrdiff_t)number + step->x), &count);
            break;
        case VTR_REGEX_STEP_JUMP:
            note(ways, (size_t)((ptrdiff_t)number + step->x), &count);
            break;
        case VTR_REGEX_STEP_BEGIN:
            if (at == 0) {
                note(ways, number + 1, &count);
            }
            break;
        case VTR_REGEX_STEP_FINISH:
            if (at == ways->data.len) {
                note(ways, number + 1, &count);
            }
            break;
        case VTR_REGEX_STEP_END:
            ways->found = first.start;
            set->count = old_count;
            return;
        }
    }
}

/* What of the ways that wait for the byte at `at` waits for the one behind it. */
static void pass(struct vtr_regex_ways *ways, const struct way_set *now,
                 struct way_set *next, size_t at)
{
    const struct vtr_regex_program_code *program = ways->program;

    begin_set(ways, next);
    for (size_t i = 0; i < now->count && now->items[i].start < ways->found; i++) {
        struct way way = now->items[i];
        const struct vtr_regex_set *set = &program->sets[program->steps[way.step].x];

        if (vtr_regex_set_has(set, ways->data.ptr[at])) {
            way.step++;
            add(ways, next, way, at + 1);
        }
    }
}

bool vtr_regex_ways_find(struct vtr_regex_ways *ways, struct vtr_bytes data,
                         size_t start, size_t last, uint64_t *steps, size_t *out_place)
{
    struct way_set *now = &ways->sets[0];
    struct way_set *next = &ways->sets[1];

    ways->data = data;
    ways->found = NO_PLACE;
    begin_set(ways, now);
    for (size_t at = start; at <= data.len; at++) {
        if (ways->found == NO_PLACE && at <= last) {
            add(ways, now, (struct way){at, 0}, at);
        }
        /* A match that began before the one that was found may still end. */
        const bool is_open = now->count > 0 && now->items[0].start < ways->found;
        if (at == data.len || (!is_open && (ways->found != NO_PLACE || at >= last))) {
            break;
        }
        const uint64_t cost = now->count + 1;
        if (*steps < cost) {
            *steps = 0;
            *out_place = is_open ? now->items[0].start : at;
            return true;
        }
        *steps -= cost;
        pass(ways, now, next, at);
        struct way_set *done = now;
        now = next;
        next = done;
    }
    *out_place = ways->found;
    return ways->found != NO_PLACE;
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/regex/regex_ways.h"

#include <stdlib.h>
#include <string.h>

#include "scan/regex/regex_program.h"

/* Steps of the program that wait for a byte, each once. */
struct step_set {
    uint16_t items[VTR_REGEX_STEP_LIMIT];
    size_t count;
};

struct vtr_regex_ways {
    struct vtr_regex_program_code program;
    struct step_set sets[2];              /* of this byte and of the next one */
    uint32_t marks[VTR_REGEX_STEP_LIMIT]; /* number of the byte that last led there */
    uint32_t mark;
    uint16_t work[VTR_REGEX_STEP_LIMIT]; /* steps to follow */
};

struct vtr_regex_ways *vtr_regex_ways_new(struct vtr_bytes text, uint8_t program_flags)
{
    struct vtr_regex_ways *ways = calloc(1, sizeof(*ways));

    if (ways != NULL && !vtr_regex_program_read(&ways->program, text, program_flags)) {
        free(ways);
        ways = NULL;
    }
    return ways;
}

void vtr_regex_ways_free(struct vtr_regex_ways *ways)
{
    free(ways);
}

/* From here on no step is in a set. */
static void begin_set(struct vtr_regex_ways *ways, struct step_set *set)
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

/* Adds the steps that wait for a byte and can be reached from `step` without one;
 * whether the end can. */
static bool add(struct vtr_regex_ways *ways, struct step_set *set, size_t step)
{
    const struct vtr_regex_step *steps = ways->program.steps;
    size_t count = 0;

    note(ways, step, &count);
    while (count > 0) {
        const size_t at = ways->work[--count];
        const struct vtr_regex_step *now = &steps[at];

        if (now->kind == VTR_REGEX_STEP_END) {
            return true;
        }
        if (now->kind == VTR_REGEX_STEP_BYTE) {
            set->items[set->count++] = (uint16_t)at;
            continue;
        }
        note(ways, (size_t)((ptrdiff_t)at + now->x), &count);
        if (now->kind == VTR_REGEX_STEP_SPLIT) {
            note(ways, (size_t)((ptrdiff_t)at + now->y), &count);
        }
    }
    return false;
}

bool vtr_regex_ways_may_begin(struct vtr_regex_ways *ways, struct vtr_bytes data,
                              size_t start, uint64_t *steps)
{
    const struct vtr_regex_program_code *program = &ways->program;
    struct step_set *now = &ways->sets[0];
    struct step_set *next = &ways->sets[1];

    begin_set(ways, now);
    bool is_end = add(ways, now, 0);
    for (size_t at = start; at < data.len && !is_end && now->count > 0; at++) {
        if (*steps < now->count) {
            *steps = 0;
            return true;
        }
        *steps -= now->count;
        begin_set(ways, next);
        for (size_t i = 0; i < now->count && !is_end; i++) {
            const size_t step = now->items[i];
            const struct vtr_regex_set *set = &program->sets[program->steps[step].x];

            is_end = vtr_regex_set_has(set, data.ptr[at]) && add(ways, next, step + 1);
        }
        struct step_set *done = now;
        now = next;
        next = done;
    }
    return is_end;
}

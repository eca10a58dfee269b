/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a condition asks of each pattern of its rule: that it occurs, that it stands at
 * one place, or where all of its matches are.
 */
#ifndef VTR_SCAN_CONDITION_CONDITION_NEEDS_H
#define VTR_SCAN_CONDITION_CONDITION_NEEDS_H

#include <stdbool.h>

#include "base/compiler.h"

enum vtr_need {
    VTR_NEED_NOTHING = 0, /* the condition does not name it */
    VTR_NEED_ONE,         /* one match is as good as all */
    VTR_NEED_PLACE,       /* only a match that begins at `place` counts */
    VTR_NEED_ALL
};

struct vtr_pattern_need {
    uint8_t need;  /* enum vtr_need */
    uint8_t place; /* PLACE: its number in the list of places */
};

/* A place that a condition names by one instruction. */
struct vtr_place {
    uint8_t op;            /* INT, ENTRYPOINT or FIELD of bytecode.h */
    int64_t number;        /* INT */
    struct vtr_bytes path; /* FIELD, without indices */
};

#define VTR_PLACE_LIMIT 64u

/* Places of all rules, each once. */
struct vtr_places {
    struct vtr_place items[VTR_PLACE_LIMIT];
    size_t count;
};

/* Fills `needs`, `count` of them, which are those of the rule's patterns.  Bytes that
 * are no condition, and more places than fit, need all. */
void vtr_condition_needs(struct vtr_bytes condition, struct vtr_places *places,
                         struct vtr_pattern_need *needs, size_t count);

#endif

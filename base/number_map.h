/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A sparse map from numbers (of patterns, of rules) to numbers: its memory is in
 * proportion to what is in it, and clearing it costs nothing.
 */
#ifndef VTR_BASE_NUMBER_MAP_H
#define VTR_BASE_NUMBER_MAP_H

#include <stdbool.h>

#include "base/compiler.h"

struct vtr_number_map {
    struct vtr_number_slot *slots; /* owned */
    size_t slot_count;             /* a power of two, or 0 */
    size_t count;
    uint32_t epoch; /* slots of another epoch are free */
};

/* {0} is a valid empty map. */
void vtr_number_map_deinit(struct vtr_number_map *map);

/* Forgets everything, keeps the memory. */
void vtr_number_map_clear(struct vtr_number_map *map);

/* The value of `key`, or NULL.  Valid until the next put. */
uint32_t *vtr_number_map_get(const struct vtr_number_map *map, uint32_t key);

/* Sets the value of `key`.  False when memory is out. */
VTR_MUST_CHECK bool vtr_number_map_put(struct vtr_number_map *map, uint32_t key,
                                       uint32_t value);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

#include "base/number_map.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 64u

struct vtr_number_slot {
    uint32_t key;
    uint32_t value;
    uint32_t epoch; /* the map's + 1; 0: never used */
};

void vtr_number_map_deinit(struct vtr_number_map *map)
{
    if (map != NULL) {
        free(map->slots);
        *map = (struct vtr_number_map){0};
    }
}

void vtr_number_map_clear(struct vtr_number_map *map)
{
    map->count = 0;
    map->epoch++;
    if (map->epoch == UINT32_MAX) {
        map->epoch = 0;
        if (map->slots != NULL) {
            memset(map->slots, 0, map->slot_count * sizeof(*map->slots));
        }
    }
}

/* The slot that holds `key`, or the free one where it belongs. */
static struct vtr_number_slot *find(const struct vtr_number_map *map, uint32_t key)
{
    const size_t mask = map->slot_count - 1;
    size_t at = (key * 0x9E3779B1u ^ key >> 15) & mask;

    while (map->slots[at].epoch == map->epoch + 1 && map->slots[at].key != key) {
        at = (at + 1) & mask;
    }
    return &map->slots[at];
}

uint32_t *vtr_number_map_get(const struct vtr_number_map *map, uint32_t key)
{
    if (map->count == 0) {
        return NULL;
    }
    struct vtr_number_slot *slot = find(map, key);
    return slot->epoch == map->epoch + 1 ? &slot->value : NULL;
}

static bool grow(struct vtr_number_map *map)
{
    struct vtr_number_map bigger = {0};

    bigger.slot_count = map->slot_count == 0 ? FIRST_SLOTS : map->slot_count * 2;
    bigger.slots = calloc(bigger.slot_count, sizeof(*bigger.slots));
    if (bigger.slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < map->slot_count; i++) {
        const struct vtr_number_slot *old = &map->slots[i];
        if (old->epoch == map->epoch + 1) {
            struct vtr_number_slot *slot = find(&bigger, old->key);
            *slot = (struct vtr_number_slot){old->key, old->value, bigger.epoch + 1};
        }
    }
    bigger.count = map->count;
    free(map->slots);
    *map = bigger;
    return true;
}

bool vtr_number_map_put(struct vtr_number_map *map, uint32_t key, uint32_t value)
{
    /* At most half full: chains stay short. */
    if (map->count * 2 >= map->slot_count && !grow(map)) {
        return false;
    }
    struct vtr_number_slot *slot = find(map, key);
    if (slot->epoch != map->epoch + 1) {
        map->count++;
    }
    *slot = (struct vtr_number_slot){key, value, map->epoch + 1};
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/syntax/name_table.h"

#include <assert.h>

#include "base/bytes.h"
#include "base/digest.h"

enum vtr_status vtr_name_table_init(struct vtr_name_table *table,
                                    struct vtr_arena *arena, size_t count)
{
    size_t cap = 8;

    while (cap / 2 < count) {
        if (cap > SIZE_MAX / 2) {
            return VTR_ERROR_MEMORY;
        }
        cap *= 2;
    }
    table->slots = vtr_arena_array(arena, cap, sizeof(*table->slots));
    table->cap = cap;
    return table->slots == NULL ? VTR_ERROR_MEMORY : VTR_OK;
}

/* The slot that holds the name, or the free one that would. */
static struct vtr_name_slot *find_slot(const struct vtr_name_table *table,
                                       uint32_t space, struct vtr_bytes name)
{
    const uint64_t hash = vtr_digest_xxh3(name) ^ space * UINT64_C(0x9E3779B97F4A7C15);
    size_t i = (size_t)(hash ^ hash >> 32) & (table->cap - 1);

    while (table->slots[i].name.ptr != NULL &&
           (table->slots[i].space != space ||
            !vtr_bytes_equal(table->slots[i].name, name))) {
        i = (i + 1) & (table->cap - 1);
    }
    return &table->slots[i];
}

uint32_t vtr_name_table_find(const struct vtr_name_table *table, uint32_t space,
                             struct vtr_bytes name)
{
    if (table->cap == 0) {
        return VTR_NAME_NOT_FOUND;
    }
    const struct vtr_name_slot *slot = find_slot(table, space, name);
    return slot->name.ptr == NULL ? VTR_NAME_NOT_FOUND : slot->value;
}

uint32_t vtr_name_table_add(struct vtr_name_table *table, uint32_t space,
                            struct vtr_bytes name, uint32_t value)
{
    struct vtr_name_slot *slot = find_slot(table, space, name);

    assert(name.ptr != NULL);
    if (slot->name.ptr != NULL) {
        return slot->value;
    }
    *slot = (struct vtr_name_slot){name, space, value};
    return VTR_NAME_NOT_FOUND;
}

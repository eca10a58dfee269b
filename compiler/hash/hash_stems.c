/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/hash/hash_stems.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/sort.h"

/* Slots of a new table; a power of two. */
#define FIRST_SLOTS 1024u

void vtr_hash_stems_init(struct vtr_hash_stems *stems)
{
    *stems = (struct vtr_hash_stems){0};
    vtr_vector_init(&stems->items, sizeof(struct vtr_bytes));
}

void vtr_hash_stems_deinit(struct vtr_hash_stems *stems)
{
    if (stems != NULL) {
        free(stems->slots);
        vtr_vector_deinit(&stems->items);
        vtr_arena_deinit(&stems->arena);
    }
}

static struct vtr_bytes *stem_at(const struct vtr_hash_stems *stems, uint32_t stem)
{
    return (struct vtr_bytes *)stems->items.items + stem;
}

/* The slot of `stem`, or the empty one where it belongs.  Most other stems on the way
 * differ in the half of the hash that the slot keeps. */
static size_t find_slot(const struct vtr_hash_stems *stems, struct vtr_bytes stem,
                        uint64_t hash)
{
    const size_t mask = stems->slot_count - 1;
    size_t at = (size_t)hash & mask;

    while (stems->slots[at].stem != 0) {
        const struct vtr_hash_stem_slot slot = stems->slots[at];
        if (slot.hash == hash >> 32 &&
            vtr_bytes_equal(*stem_at(stems, slot.stem - 1), stem)) {
            break;
        }
        at = (at + 1) & mask;
    }
    return at;
}

/* Doubles the table; false when memory is out. */
static bool grow_table(struct vtr_hash_stems *stems)
{
    const size_t count = stems->slot_count == 0 ? FIRST_SLOTS : stems->slot_count * 2;
    struct vtr_hash_stem_slot *slots = calloc(count, sizeof *slots);

    if (slots == NULL) {
        return false;
    }
    free(stems->slots);
    stems->slots = slots;
    stems->slot_count = count;
    for (uint32_t i = 0; i < stems->items.count; i++) {
        const uint64_t hash = vtr_digest_xxh3(*stem_at(stems, i));
        slots[find_slot(stems, *stem_at(stems, i), hash)] =
            (struct vtr_hash_stem_slot){(uint32_t)(hash >> 32), i + 1};
    }
    return true;
}

bool vtr_hash_stems_intern(struct vtr_hash_stems *stems, struct vtr_bytes stem,
                           uint32_t *out)
{
    if (stems->items.count > 0 && vtr_bytes_equal(*stem_at(stems, stems->last), stem)) {
        *out = stems->last;
        return true;
    }
    if (stems->items.count * 2 >= stems->slot_count && !grow_table(stems)) {
        return false;
    }
    const uint64_t hash = vtr_digest_xxh3(stem);
    struct vtr_hash_stem_slot *slot = &stems->slots[find_slot(stems, stem, hash)];
    if (slot->stem == 0) {
        const struct vtr_bytes copy = vtr_arena_dup(&stems->arena, stem);
        struct vtr_bytes *item =
            copy.ptr == NULL ? NULL : vtr_vector_push(&stems->items);
        if (item == NULL) {
            return false;
        }
        *item = copy;
        slot->hash = (uint32_t)(hash >> 32);
        slot->stem = (uint32_t)stems->items.count;
    }
    stems->last = slot->stem - 1;
    *out = stems->last;
    return true;
}

static int compare_stems(const void *a, const void *b, void *context)
{
    const struct vtr_bytes *stems = context;

    return vtr_bytes_compare(stems[*(const uint32_t *)a], stems[*(const uint32_t *)b]);
}

/* Puts the stems in order: `order` names them, equal ones beside each other. */
static void place_stems(struct vtr_hash_stem_list *list, const struct vtr_bytes *all,
                        const uint32_t *order, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct vtr_bytes stem = all[order[i]];
        if (list->count == 0 || !vtr_bytes_equal(stem, list->items[list->count - 1])) {
            list->items[list->count++] = stem;
        }
        list->places[order[i]] = (uint32_t)(list->count - 1);
    }
}

enum vtr_status vtr_hash_stems_unite(struct vtr_hash_stem_list *out,
                                     const struct vtr_hash_stems *const *sets,
                                     size_t set_count)
{
    struct vtr_hash_stem_list list = {0};
    enum vtr_status status = VTR_ERROR_MEMORY;
    size_t count = 0;

    for (size_t i = 0; i < set_count; i++) {
        count += sets[i]->items.count;
    }
    if (count > UINT32_MAX - 1) {
        return VTR_ERROR_LIMIT;
    }
    struct vtr_bytes *all = calloc(count + 1, sizeof *all);
    uint32_t *order = calloc(count + 1, sizeof *order);
    list.items = calloc(count + 1, sizeof *list.items);
    list.places = calloc(count + 1, sizeof *list.places);
    if (all == NULL || order == NULL || list.items == NULL || list.places == NULL) {
        goto out;
    }
    count = 0;
    for (size_t i = 0; i < set_count; i++) {
        for (size_t n = 0; n < sets[i]->items.count; n++) {
            order[count] = (uint32_t)count;
            all[count++] = *stem_at(sets[i], (uint32_t)n);
        }
    }
    status = vtr_sort(order, count, sizeof *order, compare_stems, all);
    if (status == VTR_OK) {
        place_stems(&list, all, order, count);
        *out = list;
        list = (struct vtr_hash_stem_list){0};
    }
out:
    vtr_hash_stem_list_deinit(&list);
    free(order);
    free(all);
    return status;
}

void vtr_hash_stem_list_deinit(struct vtr_hash_stem_list *list)
{
    if (list != NULL) {
        free(list->items);
        free(list->places);
        *list = (struct vtr_hash_stem_list){0};
    }
}

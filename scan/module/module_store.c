/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/module_store.h"

#include <string.h>

#include "base/bytes.h"

#define FIRST_CAP 8u

bool vtr_store_init(struct vtr_module_store *store,
                    const struct vtr_module_info *module, struct vtr_arena *arena)
{
    *store = (struct vtr_module_store){
        .arena = arena,
        .first = module->first,
        .column_count = module->end - module->first,
    };
    store->columns =
        vtr_arena_array(arena, store->column_count, sizeof(*store->columns));
    return store->columns != NULL;
}

static struct vtr_store_column *column_of(const struct vtr_module_store *store,
                                          uint32_t field)
{
    return &store->columns[field - store->first];
}

/* `array` with room for element `index`, or NULL; `cap` counts elements of `size`. */
static void *grown(struct vtr_module_store *store, void *array, uint32_t *cap,
                   uint32_t index, size_t size)
{
    uint32_t wanted = *cap == 0 ? (index == 0 ? 1 : FIRST_CAP) : *cap;

    if (index < *cap) {
        return array;
    }
    while (wanted <= index) {
        wanted *= 2;
    }
    void *larger = store->arena->used_bytes > VTR_STORE_BYTE_LIMIT
                       ? NULL
                       : vtr_arena_array(store->arena, wanted, size);
    if (larger == NULL) {
        store->is_full = true;
        return NULL;
    }
    if (*cap > 0) {
        memcpy(larger, array, (size_t)*cap * size);
    }
    *cap = wanted;
    return larger;
}

/* Where the value of an item is kept, or NULL. */
static struct vtr_module_value *value_place(struct vtr_module_store *store,
                                            uint32_t field, uint32_t item)
{
    struct vtr_store_column *column = column_of(store, field);
    struct vtr_module_value *values;

    if (item >= VTR_STORE_ITEM_LIMIT) {
        return NULL;
    }
    values = grown(store, column->values, &column->value_cap, item, sizeof(*values));
    if (values == NULL) {
        return NULL;
    }
    column->values = values;
    return &values[item];
}

static void set(struct vtr_module_store *store, uint32_t field, uint32_t item,
                struct vtr_module_value value)
{
    struct vtr_module_value *place = value_place(store, field, item);

    if (place != NULL) {
        *place = value;
    }
}

void vtr_store_int(struct vtr_module_store *store, uint32_t field, uint32_t item,
                   int64_t number)
{
    set(store, field, item,
        (struct vtr_module_value){VTR_MODULE_INT, {.number = number}});
}

void vtr_store_float(struct vtr_module_store *store, uint32_t field, uint32_t item,
                     double real)
{
    set(store, field, item,
        (struct vtr_module_value){VTR_MODULE_FLOAT, {.real = real}});
}

void vtr_store_text(struct vtr_module_store *store, uint32_t field, uint32_t item,
                    struct vtr_bytes text)
{
    set(store, field, item, (struct vtr_module_value){VTR_MODULE_TEXT, {.text = text}});
}

void vtr_store_text_copy(struct vtr_module_store *store, uint32_t field, uint32_t item,
                         struct vtr_bytes text)
{
    struct vtr_bytes copy = {NULL, 0};

    if (store->arena->used_bytes <= VTR_STORE_BYTE_LIMIT) {
        copy = vtr_arena_dup(store->arena, text);
    }
    if (copy.ptr == NULL) {
        store->is_full = true;
        return;
    }
    vtr_store_text(store, field, item, copy);
}

uint32_t vtr_store_append(struct vtr_module_store *store, uint32_t array,
                          uint32_t parent)
{
    struct vtr_store_column *column = column_of(store, array);
    struct vtr_module_value *items;

    if (store->item_count == VTR_STORE_ITEM_LIMIT) {
        store->is_full = true;
        return VTR_NO_ITEM;
    }
    items = value_place(store, array, parent);
    if (items == NULL) {
        return VTR_NO_ITEM;
    }
    if (items->kind != VTR_MODULE_ITEMS) {
        items->kind = VTR_MODULE_ITEMS;
        items->is.items.first = column->item_count;
        items->is.items.count = 0;
    }
    if (items->is.items.first + items->is.items.count != column->item_count) {
        return VTR_NO_ITEM; /* another parent has come between */
    }
    items->is.items.count++;
    store->item_count++;
    return column->item_count++;
}

uint32_t vtr_store_append_key(struct vtr_module_store *store, uint32_t dict,
                              uint32_t parent, struct vtr_bytes key)
{
    struct vtr_store_column *column = column_of(store, dict);
    const int64_t index = vtr_store_find_key(store, dict, parent, key);
    struct vtr_bytes *keys;
    uint32_t item;

    if (index >= 0) {
        return vtr_store_item(store, dict, parent, index);
    }
    item = vtr_store_append(store, dict, parent);
    if (item == VTR_NO_ITEM) {
        return item;
    }
    keys = grown(store, column->keys, &column->key_cap, item, sizeof(*keys));
    if (keys != NULL) {
        column->keys = keys;
        keys[item] = key;
    }
    return item;
}

struct vtr_module_value vtr_store_get(const struct vtr_module_store *store,
                                      uint32_t field, uint32_t item)
{
    const struct vtr_store_column *column = column_of(store, field);

    return item < column->value_cap ? column->values[item]
                                    : (struct vtr_module_value){0};
}

/* The items of a parent; {0, 0} when it has none. */
static struct vtr_module_value items_of(const struct vtr_module_store *store,
                                        uint32_t array, uint32_t parent)
{
    const struct vtr_module_value value = vtr_store_get(store, array, parent);

    return value.kind == VTR_MODULE_ITEMS
               ? value
               : (struct vtr_module_value){VTR_MODULE_ITEMS, {.items = {0, 0}}};
}

uint32_t vtr_store_count(const struct vtr_module_store *store, uint32_t array,
                         uint32_t parent)
{
    return items_of(store, array, parent).is.items.count;
}

uint32_t vtr_store_item(const struct vtr_module_store *store, uint32_t array,
                        uint32_t parent, int64_t index)
{
    const struct vtr_module_value value = items_of(store, array, parent);

    return index >= 0 && index < value.is.items.count
               ? value.is.items.first + (uint32_t)index
               : VTR_NO_ITEM;
}

struct vtr_bytes vtr_store_key(const struct vtr_module_store *store, uint32_t dict,
                               uint32_t parent, int64_t index)
{
    const struct vtr_store_column *column = column_of(store, dict);
    const uint32_t item = vtr_store_item(store, dict, parent, index);

    return item < column->key_cap ? column->keys[item]
                                  : (struct vtr_bytes){(const uint8_t *)"", 0};
}

int64_t vtr_store_find_key(const struct vtr_module_store *store, uint32_t dict,
                           uint32_t parent, struct vtr_bytes key)
{
    const uint32_t count = vtr_store_count(store, dict, parent);

    for (uint32_t i = 0; i < count; i++) {
        if (vtr_bytes_equal(vtr_store_key(store, dict, parent, i), key)) {
            return i;
        }
    }
    return -1;
}

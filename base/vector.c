/* SPDX-License-Identifier: Apache-2.0 */

#include "base/vector.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 16u

void vtr_vector_init(struct vtr_vector *v, size_t size)
{
    assert(size > 0);
    *v = (struct vtr_vector){.size = size};
}

void vtr_vector_deinit(struct vtr_vector *v)
{
    if (v != NULL) {
        free(v->items);
        *v = (struct vtr_vector){.size = v->size};
    }
}

bool vtr_vector_reserve(struct vtr_vector *v, size_t count)
{
    assert(v->size > 0);
    if (count <= v->cap) {
        return true;
    }
    void *items =
        count > SIZE_MAX / v->size ? NULL : realloc(v->items, count * v->size);
    if (items == NULL) {
        return false;
    }
    v->items = items;
    v->cap = count;
    return true;
}

void *vtr_vector_push(struct vtr_vector *v)
{
    assert(v->size > 0);
    if (v->count == v->cap &&
        (v->cap > SIZE_MAX / 2 ||
         !vtr_vector_reserve(v, v->cap == 0 ? FIRST_CAPACITY : v->cap * 2))) {
        return NULL;
    }
    uint8_t *item = (uint8_t *)v->items + v->count * v->size;
    memset(item, 0, v->size);
    v->count++;
    return item;
}

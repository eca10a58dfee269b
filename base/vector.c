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

void *vtr_vector_push(struct vtr_vector *v)
{
    assert(v->size > 0);
    if (v->count == v->cap) {
        const size_t cap = v->cap == 0 ? FIRST_CAPACITY : v->cap * 2;
        if (cap < v->cap || cap > SIZE_MAX / v->size) {
            return NULL;
        }
        void *items = realloc(v->items, cap * v->size);
        if (items == NULL) {
            return NULL;
        }
        v->items = items;
        v->cap = cap;
    }
    uint8_t *item = (uint8_t *)v->items + v->count * v->size;
    memset(item, 0, v->size);
    v->count++;
    return item;
}

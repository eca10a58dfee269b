/* SPDX-License-Identifier: Apache-2.0 */

#include "base/sort.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define RUN_LEN 8u /* runs this short are sorted by insertion */

struct sorter {
    size_t size;
    vtr_compare_fn compare;
    void *context;
};

static void insert_sort(const struct sorter *s, uint8_t *items, size_t count,
                        uint8_t *one)
{
    for (size_t i = 1; i < count; i++) {
        size_t at = i;
        while (at > 0 && s->compare(items + (at - 1) * s->size, items + i * s->size,
                                    s->context) > 0) {
            at--;
        }
        if (at < i) {
            memcpy(one, items + i * s->size, s->size);
            memmove(items + (at + 1) * s->size, items + at * s->size,
                    (i - at) * s->size);
            memcpy(items + at * s->size, one, s->size);
        }
    }
}

/* Merges the neighbours from[0 .. middle) and from[middle .. count) into `to`. */
static void merge(const struct sorter *s, const uint8_t *from, size_t middle,
                  size_t count, uint8_t *to)
{
    size_t left = 0;
    size_t right = middle;

    while (left < middle || right < count) {
        const uint8_t *l = from + left * s->size;
        const uint8_t *r = from + right * s->size;
        const bool takes_left =
            right == count || (left < middle && s->compare(l, r, s->context) <= 0);

        memcpy(to, takes_left ? l : r, s->size);
        to += s->size;
        if (takes_left) {
            left++;
        } else {
            right++;
        }
    }
}

enum vtr_status vtr_sort(void *items, size_t count, size_t size, vtr_compare_fn compare,
                         void *context)
{
    const struct sorter s = {size, compare, context};

    if (count < 2) {
        return VTR_OK;
    }
    uint8_t *room = calloc(count, size); /* checks the product */
    if (room == NULL) {
        return VTR_ERROR_MEMORY;
    }
    for (size_t at = 0; at < count; at += RUN_LEN) {
        const size_t left = count - at;
        insert_sort(&s, (uint8_t *)items + at * size, left < RUN_LEN ? left : RUN_LEN,
                    room);
    }
    uint8_t *from = items;
    uint8_t *to = room;
    for (size_t width = RUN_LEN; width < count; width *= 2) {
        for (size_t at = 0; at < count; at += width * 2) {
            const size_t left = count - at;
            const size_t len = left < width * 2 ? left : width * 2;
            merge(&s, from + at * size, len < width ? len : width, len, to + at * size);
        }
        uint8_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != items) {
        memcpy(items, from, count * size);
    }
    free(room);
    return VTR_OK;
}

size_t vtr_sort_find_first(const void *items, size_t count, size_t size,
                           const void *key, vtr_compare_fn compare, void *context)
{
    const uint8_t *bytes = items;
    size_t low = 0;
    size_t high = count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (compare(bytes + middle * size, key, context) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

size_t vtr_sort_find(const void *items, size_t count, size_t size, const void *key,
                     vtr_compare_fn compare, void *context)
{
    const size_t first = vtr_sort_find_first(items, count, size, key, compare, context);
    const uint8_t *bytes = items;

    if (first < count && compare(bytes + first * size, key, context) != 0) {
        return count;
    }
    return first;
}

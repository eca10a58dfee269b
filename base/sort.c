/* SPDX-License-Identifier: Apache-2.0 */

#include "base/sort.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define RUN_LEN 8u /* runs this short are sorted by insertion */

/* Fewer numbers are sorted by insertion, more by their bytes, the lowest first. */
#define FEW_NUMBERS 48u
#define BYTE_VALUES 256u

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

static void insert_numbers(uint32_t *numbers, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const uint32_t number = numbers[i];
        size_t at = i;

        for (; at > 0 && numbers[at - 1] > number; at--) {
            numbers[at] = numbers[at - 1];
        }
        numbers[at] = number;
    }
}

/* Copies the numbers in the order of one of their bytes, equal ones in theirs; false,
 * with nothing copied, when that byte is the same of all. */
static bool order_by_byte(const uint32_t *from, size_t count, unsigned shift,
                          uint32_t *to)
{
    size_t places[BYTE_VALUES] = {0};
    size_t next = 0;

    for (size_t i = 0; i < count; i++) {
        places[from[i] >> shift & 0xFFu]++;
    }
    if (places[from[0] >> shift & 0xFFu] == count) {
        return false;
    }
    for (unsigned value = 0; value < BYTE_VALUES; value++) {
        const size_t same = places[value];

        places[value] = next;
        next += same;
    }
    for (size_t i = 0; i < count; i++) {
        to[places[from[i] >> shift & 0xFFu]++] = from[i];
    }
    return true;
}

enum vtr_status vtr_sort_u32(uint32_t *numbers, size_t count)
{
    if (count < FEW_NUMBERS) {
        insert_numbers(numbers, count);
        return VTR_OK;
    }
    uint32_t *room = calloc(count, sizeof(*room)); /* checks the product */
    if (room == NULL) {
        return VTR_ERROR_MEMORY;
    }
    uint32_t *from = numbers;
    uint32_t *to = room;
    for (unsigned shift = 0; shift < 32; shift += 8) {
        if (order_by_byte(from, count, shift, to)) {
            uint32_t *swap = from;
            from = to;
            to = swap;
        }
    }
    if (from != numbers) {
        memcpy(numbers, from, count * sizeof(*numbers));
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

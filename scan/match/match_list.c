/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/match/match_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/sort.h"

#define FIRST_CAPACITY 8u

void vtr_match_list_deinit(struct vtr_match_list *list)
{
    if (list != NULL) {
        if (!list->is_lent) {
            free(list->items);
        }
        *list = (struct vtr_match_list){0};
    }
}

void vtr_match_list_clear(struct vtr_match_list *list)
{
    list->count = 0;
    list->is_disordered = false;
}

bool vtr_match_list_grow(struct vtr_match_list *list)
{
    const size_t cap = list->cap < FIRST_CAPACITY ? FIRST_CAPACITY : list->cap * 2;

    if (cap > SIZE_MAX / sizeof(*list->items)) {
        return false;
    }
    struct vtr_match *items =
        realloc(list->is_lent ? NULL : list->items, cap * sizeof(*items));
    if (items == NULL) {
        return false;
    }
    if (list->is_lent) {
        memcpy(items, list->items, list->count * sizeof(*items));
        list->is_lent = false; /* a pool's room is lost to it until that goes */
    }
    list->items = items;
    list->cap = cap;
    return true;
}

static int compare_offsets(const void *a, const void *b, void *context)
{
    const struct vtr_match *left = a;
    const struct vtr_match *right = b;

    (void)context;
    return (left->offset > right->offset) - (left->offset < right->offset);
}

bool vtr_match_list_finish(struct vtr_match_list *list)
{
    if (!list->is_disordered) {
        return true;
    }
    /* The sort is stable: at one offset the match added first stays first. */
    if (vtr_sort(list->items, list->count, sizeof(*list->items), compare_offsets,
                 NULL) != VTR_OK) {
        return false;
    }
    size_t kept = 1;
    for (size_t i = 1; i < list->count; i++) {
        if (list->items[i].offset != list->items[kept - 1].offset) {
            list->items[kept++] = list->items[i];
        }
    }
    list->count = kept;
    list->is_disordered = false;
    return true;
}

size_t vtr_match_list_lower(const struct vtr_match_list *list, int64_t offset)
{
    size_t low = 0;
    size_t high = list->count;

    if (offset <= 0) {
        return 0;
    }
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (list->items[middle].offset < (uint64_t)offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool vtr_match_list_has(const struct vtr_match_list *list, int64_t offset)
{
    const size_t at = vtr_match_list_lower(list, offset);

    return offset >= 0 && at < list->count &&
           list->items[at].offset == (uint64_t)offset;
}

size_t vtr_match_list_count_in(const struct vtr_match_list *list, int64_t low,
                               int64_t high)
{
    if (high < 0 || high < low) {
        return 0;
    }
    const size_t first = vtr_match_list_lower(list, low);
    const size_t end =
        high == INT64_MAX ? list->count : vtr_match_list_lower(list, high + 1);
    return end - first;
}

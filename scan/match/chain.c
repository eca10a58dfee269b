/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/match/chain.h"

#include <stdlib.h>

#include "base/vector.h"

#define NO_END UINT64_MAX

/*
 * Nearest end of the whole for each match of one link.  Above them a tree of minima
 * answers for any run of matches in O(log n), since the gaps of matches of different
 * lengths do not move in step.
 */
struct ends {
    uint64_t *tree; /* 2 * count nodes; the leaves are the upper half */
    size_t count;
};

static bool ends_init(struct ends *ends, size_t count)
{
    ends->count = count;
    ends->tree = count > SIZE_MAX / 16 ? NULL : malloc((count == 0 ? 1 : count) * 16);
    return ends->tree != NULL;
}

static void ends_build(struct ends *ends)
{
    for (size_t i = ends->count; i-- > 1;) {
        const uint64_t left = ends->tree[2 * i];
        const uint64_t right = ends->tree[2 * i + 1];
        ends->tree[i] = left < right ? left : right;
    }
}

/* The least end among matches first..end-1. */
static uint64_t ends_least(const struct ends *ends, size_t first, size_t end)
{
    uint64_t least = NO_END;
    size_t low = first + ends->count;
    size_t high = end + ends->count;

    for (; low < high; low /= 2, high /= 2) {
        if ((low & 1) != 0) {
            least = ends->tree[low] < least ? ends->tree[low] : least;
            low++;
        }
        if ((high & 1) != 0) {
            high--;
            least = ends->tree[high] < least ? ends->tree[high] : least;
        }
    }
    return least;
}

/* Index of the first match at `offset` or after it. */
static size_t lower(const struct vtr_match_list *list, uint64_t offset)
{
    return offset > INT64_MAX ? list->count
                              : vtr_match_list_lower(list, (int64_t)offset);
}

/* The nearest end that a match can reach through `link`. */
static uint64_t reach(const struct vtr_match *match, const struct vtr_chain_link *link,
                      const struct ends *next)
{
    const uint64_t end = match->offset + match->length;

    if (link->gap_min > UINT64_MAX - end) {
        return NO_END;
    }
    const size_t first = lower(link->found, end + link->gap_min);
    const size_t last = link->gap_max >= UINT64_MAX - end
                            ? link->found->count
                            : lower(link->found, end + link->gap_max + 1);
    return first < last ? ends_least(next, first, last) : NO_END;
}

bool vtr_chain_resolve(const struct vtr_chain_link *links, size_t count,
                       struct vtr_match_list *out)
{
    struct ends next = {0};
    bool is_ok = false;

    for (size_t link = count; link-- > 0;) {
        const struct vtr_match_list *found = links[link].found;
        struct ends here;
        if (!ends_init(&here, found->count)) {
            goto out;
        }
        for (size_t i = 0; i < found->count; i++) {
            const struct vtr_match *match = &found->items[i];
            here.tree[found->count + i] = link + 1 == count
                                              ? match->offset + match->length
                                              : reach(match, &links[link + 1], &next);
        }
        ends_build(&here);
        free(next.tree);
        next = here;
    }
    for (size_t i = 0; count > 0 && i < next.count; i++) {
        const uint64_t offset = links[0].found->items[i].offset;
        const uint64_t end = next.tree[next.count + i];
        if (end != NO_END && !vtr_match_list_add(out, offset, end - offset)) {
            goto out;
        }
    }
    is_ok = true;
out:
    free(next.tree);
    return is_ok;
}

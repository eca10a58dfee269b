/* SPDX-License-Identifier: Apache-2.0 */

/* The stems of a hash list's names, each once, by number, as threads collect them; and
 * what they have collected, brought together. */
#ifndef VTR_COMPILER_HASH_HASH_STEMS_H
#define VTR_COMPILER_HASH_HASH_STEMS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/vector.h"

struct vtr_hash_stem_slot {
    uint32_t hash; /* the upper half */
    uint32_t stem; /* its number + 1, or 0: empty */
};

/* Open addressing, at most half full.  {0} with the vector initialised is empty. */
struct vtr_hash_stems {
    struct vtr_arena arena;
    struct vtr_vector items;          /* struct vtr_bytes */
    struct vtr_hash_stem_slot *slots; /* owned */
    size_t slot_count;
    uint32_t last; /* the stem that was asked for last: lists have long runs of one */
};

void vtr_hash_stems_init(struct vtr_hash_stems *stems);
void vtr_hash_stems_deinit(struct vtr_hash_stems *stems);

/* The number of `stem`, a new one when it is new; false when memory is out. */
VTR_MUST_CHECK bool vtr_hash_stems_intern(struct vtr_hash_stems *stems,
                                          struct vtr_bytes stem, uint32_t *out);

/* The stems of several such sets, each once, sorted by bytes.  {0} is empty. */
struct vtr_hash_stem_list {
    struct vtr_bytes *items; /* owned; the bytes are those of the sets */
    size_t count;
    uint32_t *places; /* owned: where each stem of each set is, set after set */
};

VTR_MUST_CHECK enum vtr_status vtr_hash_stems_unite(
    struct vtr_hash_stem_list *out, const struct vtr_hash_stems *const *sets,
    size_t set_count);
void vtr_hash_stem_list_deinit(struct vtr_hash_stem_list *list);

static inline const struct vtr_bytes *vtr_hash_stems_get(
    const struct vtr_hash_stems *stems)
{
    return stems->items.items;
}

#endif

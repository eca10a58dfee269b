/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Small sets of short strings, and what it costs to look for them: the arithmetic of
 * atom selection.
 */
#ifndef VTR_COMPILER_PATTERN_ATOM_SET_H
#define VTR_COMPILER_PATTERN_ATOM_SET_H

#include <stdbool.h>

#include "base/compiler.h"

/* Bytes of a string at most: those of the index's longest windows. */
#define VTR_ATOM_STRING_LIMIT 8u

/* Strings of a set at most. */
#define VTR_ATOM_SET_LIMIT 64u

/* A distance without bound. */
#define VTR_ATOM_FAR UINT32_MAX

/* Distances past this one are as good as none. */
#define VTR_ATOM_BACK_LIMIT 4096u

struct vtr_atom_string {
    uint8_t len;
    uint8_t bytes[VTR_ATOM_STRING_LIMIT];
};

struct vtr_atom_set {
    unsigned count;
    struct vtr_atom_string items[VTR_ATOM_SET_LIMIT];
};

/* An atom with its distance from the start of the match. */
struct vtr_atom {
    struct vtr_atom_string string;
    uint32_t back_min;
    uint32_t back_max; /* VTR_ATOM_FAR: no bound */
};

/* Saturating sums of distances. */
static inline uint32_t vtr_atom_add(uint32_t a, uint32_t b)
{
    return a > VTR_ATOM_FAR - b ? VTR_ATOM_FAR : a + b;
}

/* The set of the empty string alone. */
void vtr_atom_set_clear(struct vtr_atom_set *set);

/* Every string of `set` followed by every string of `tail`.  False, and nothing is
 * changed, when that is too many or too long. */
bool vtr_atom_set_append(struct vtr_atom_set *set, const struct vtr_atom_set *tail);

/* Adds a string; false when the set is full. */
bool vtr_atom_set_add(struct vtr_atom_set *set, const struct vtr_atom_string *string);

/* The length that all strings have, or 0. */
unsigned vtr_atom_set_len(const struct vtr_atom_set *set);

/* Removes the first `len` bytes of every string, which all have more, and strings that
 * then are there twice. */
void vtr_atom_set_drop(struct vtr_atom_set *set, unsigned len);

/*
 * How often a string is met by chance, as a share of 2^32 positions, times what a wide
 * range of distances costs; UINT64_MAX when it is not worth looking for.  `len_min` is
 * the least length that is.
 */
uint64_t vtr_atom_cost(const struct vtr_atom_string *string, uint32_t back_min,
                       uint32_t back_max, unsigned len_min);

#endif

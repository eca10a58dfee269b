/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Writes the hash table of one tier of the index of atoms: lines of slots, and the
 * lists of grams that many atoms share.  The bytes depend on the set of grams alone.
 */
#ifndef VTR_FORMAT_ATOM_ATOM_SLOTS_H
#define VTR_FORMAT_ATOM_ATOM_SLOTS_H

#include "base/compiler.h"
#include "base/vector.h"
#include "format/image/atom_index.h"

/* The window of an atom. */
struct vtr_atom_gram {
    uint64_t key;   /* vtr_gram_key */
    uint32_t print; /* vtr_atom_prints, by its kin */
    uint32_t
        place; /* unit of the row + 1, and in the lowest VTR_ATOM_KIN_BITS its kin */
};

/* The length of lines and lists together, in u32: a multiple of VTR_ATOM_LINE_SLOTS.
 * Long atoms are many, and their table is dense; others are met often, and theirs has
 * room. */
uint64_t vtr_atom_slots_len(enum vtr_atom_tier tier, uint64_t gram_count);

/* What the parameters say of the table. */
struct vtr_atom_slots_shape {
    uint32_t line_count;
    uint32_t list_len;
};

/* Fills zeroed memory of vtr_atom_slots_len(tier, count) u32; puts the grams into
 * order. `count` is not 0, `unit_count` as in the parameters. */
VTR_MUST_CHECK enum vtr_status vtr_atom_slots_write(
    uint8_t *slots, struct vtr_atom_slots_shape *out, enum vtr_atom_tier tier,
    struct vtr_vector *grams, uint32_t unit_count, struct vtr_error *err);

#endif

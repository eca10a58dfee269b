/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The choice of atoms: which few bytes of a pattern the scan looks for.
 *
 * Every match of the pattern (of each fragment of a hex string) contains one of the
 * atoms chosen, at a distance from its start that the entry states.
 */
#ifndef VTR_FORMAT_ATOM_ATOM_H
#define VTR_FORMAT_ATOM_ATOM_H

#include "base/compiler.h"
#include "base/vector.h"
#include "format/image/atom_index.h"
#include "format/record/rule.h"

/* Entries of one pattern: more are refused. */
#define VTR_ATOM_ENTRY_LIMIT 65536u

/* The entries of one pattern; used again for the next, so that memory is kept. */
struct vtr_atom_choice {
    struct vtr_vector entries; /* of struct vtr_atom_entry, sorted, nothing twice; none
                                  when the pattern has to do without */
};

void vtr_atom_choice_init(struct vtr_atom_choice *choice);
void vtr_atom_choice_deinit(struct vtr_atom_choice *choice);

/* Chooses for a pattern whose number is `number`.  VTR_ERROR_FORMAT at a malformed
 * payload (what is behind the atoms is not looked at), VTR_ERROR_LIMIT past
 * VTR_ATOM_ENTRY_LIMIT entries. */
VTR_MUST_CHECK enum vtr_status vtr_atom_choose(struct vtr_atom_choice *choice,
                                               const struct vtr_pattern_view *pattern,
                                               uint32_t number, struct vtr_error *err);

#endif

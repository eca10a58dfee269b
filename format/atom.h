/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The choice of atoms: which few bytes of a pattern the scan looks for.
 *
 * Every match of the pattern (of each fragment of a hex string) contains one of the
 * atoms chosen, at a distance from its start that the entry states.
 */
#ifndef VTR_FORMAT_ATOM_H
#define VTR_FORMAT_ATOM_H

#include "base/compiler.h"
#include "base/vector.h"
#include "base/writer.h"
#include "format/atom_index.h"
#include "format/rule.h"

/* Entries of one pattern: more are refused. */
#define VTR_ATOM_ENTRY_LIMIT 65536u

/* The entries of one pattern; used again for the next, so that memory is kept. */
struct vtr_atom_choice {
    struct vtr_vector entries; /* of struct vtr_atom_entry, sorted, nothing twice; none
                                  when the pattern has to do without */
    struct vtr_writer scratch;
};

void vtr_atom_choice_init(struct vtr_atom_choice *choice);
void vtr_atom_choice_deinit(struct vtr_atom_choice *choice);

/* Chooses for a pattern whose number is `number`.  VTR_ERROR_FORMAT at a malformed
 * payload, VTR_ERROR_LIMIT past VTR_ATOM_ENTRY_LIMIT entries. */
VTR_MUST_CHECK enum vtr_status vtr_atom_choose(struct vtr_atom_choice *choice,
                                               const struct vtr_pattern_view *pattern,
                                               uint32_t number, struct vtr_error *err);

/* How rare `len` bytes are, at most VTR_ATOM_LEN_MAX: quarter bits, so that chance
 * brings them once in 2^(score / 4) places. */
int vtr_atom_score(const uint8_t *bytes, unsigned len);

/* Total order of entries in a bucket: key, len, pattern, fragment, distances, flags. */
int vtr_atom_compare(const struct vtr_atom_entry *a, const struct vtr_atom_entry *b);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The search for atoms in one large file, by several threads.
 *
 * The file is cut into blocks.  Threads note the places where atoms stand in the blocks
 * of a round, while one of them verifies those of the round before, in the order in
 * which a search by one thread meets them: what is found, and what each limit stops, is
 * the same with any number of threads.
 */
#ifndef VTR_SCAN_SEARCH_ATOM_AHEAD_H
#define VTR_SCAN_SEARCH_ATOM_AHEAD_H

#include <stdbool.h>

#include "base/compiler.h"

struct vtr_atom_block;
struct vtr_atom_entry;
struct vtr_scan_run;

/* Whether the run's data is so large that its options' threads are of use. */
bool vtr_atom_ahead_is_worth(const struct vtr_scan_run *run);

/* vtr_atom_search by the threads of the run's options.  False when memory is out before
 * anything was searched. */
VTR_MUST_CHECK bool vtr_atom_ahead_search(struct vtr_scan_run *run);

/* In a run that only notes, instead of verifying; vtr_verify_atom and vtr_atom_visit
 * call them.  A block that is full takes no more: false. */
void vtr_atom_ahead_note(struct vtr_scan_run *run, const struct vtr_atom_entry *entry,
                         size_t at);
bool vtr_atom_ahead_visit(struct vtr_atom_block *block, uint64_t count);

#endif

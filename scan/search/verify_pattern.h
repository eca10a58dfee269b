/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From a place where a pattern may match to its matches.
 *
 * Where a part can begin at one offset only it is verified at once.  Where it can begin
 * at many, and for regular expressions always, the places are collected and looked at
 * together, so that no offset is tried twice for two atoms.
 */
#ifndef VTR_SCAN_SEARCH_VERIFY_PATTERN_H
#define VTR_SCAN_SEARCH_VERIFY_PATTERN_H

#include "scan/run/scan_run.h"

/* The atom of `entry` stands at `at`.  False when no place behind it, where it stands
 * again, can matter to what is said of this file. */
bool vtr_verify_atom(struct vtr_scan_run *run, const struct vtr_atom_entry *entry,
                     size_t at);

/* Whether a match of the entry's pattern (of a hex string: of its fragment), of which
 * an atom stands at `at`, may begin at `offset`. */
bool vtr_verify_may_begin_at(const struct vtr_atom_entry *entry, size_t at,
                             uint64_t offset);

/* A pattern that has no atoms is tried everywhere. */
void vtr_verify_everywhere(struct vtr_scan_run *run, uint32_t pattern);

/* After the last atom: what was collected is looked at, fragments are joined, and every
 * list of matches is finished. */
void vtr_verify_finish(struct vtr_scan_run *run);

/* Matches kept of all patterns of a file, but for the first one of each. */
#define VTR_VERIFY_TOTAL_LIMIT 16000000u

/* Adds a match of a pattern, or of a part of it that its other parts must complete. */
void vtr_verify_add(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                    struct vtr_match_list *list, size_t start, size_t len);

#endif

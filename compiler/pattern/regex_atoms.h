/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Atoms of a regular expression: a set of byte strings of which every match contains at
 * least one, at a known distance from its start.  The index looks for them, so that an
 * expression runs only where one of them stands.
 */
#ifndef VTR_COMPILER_PATTERN_REGEX_ATOMS_H
#define VTR_COMPILER_PATTERN_REGEX_ATOMS_H

#include "compiler/pattern/regex_parser.h"

/* Appends varint natoms and the atoms (format/record/rule.h): the set that is the least
 * likely to be met by chance.  None when some way through the expression has no string
 * of two characters that are known.  False when memory is out. */
VTR_MUST_CHECK bool vtr_regex_write_atoms(struct vtr_arena *arena,
                                          const struct vtr_regex_tree *tree,
                                          bool is_wide, struct vtr_writer *w);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Matches that an expression has and YARA 4 does not see.
 *
 * Both are what YARA 4 does of any file, so that rules which are tested with it depend
 * on them: an expression without an atom is tried from behind the choice that it may
 * begin with, and of one that is ascii and wide the wide form is not tried where what
 * stands from the atom on reads as plain text too.
 */
#ifndef VTR_COMPILER_PATTERN_YARA_LOSS_H
#define VTR_COMPILER_PATTERN_YARA_LOSS_H

#include "compiler/pattern/regex_parser.h"

struct vtr_arena;

/* The expression as YARA tries it when it has found no atom in it: what may be absent
 * at its beginning, and no more than once there, is not (\d?\d is \d\d).  Shares nodes
 * of `root`; NULL when memory is out. */
const struct vtr_regex_node *vtr_yara_begin(struct vtr_arena *arena,
                                            const struct vtr_regex_node *root);

/* Whether the plain form of an expression, or of one that is a full word, hides each
 * match of its wide form. */
bool vtr_yara_hides_wide(const struct vtr_regex_node *root, bool is_fullword);

#endif

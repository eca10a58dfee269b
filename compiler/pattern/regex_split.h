/* SPDX-License-Identifier: Apache-2.0 */

/*
 * An expression of alternatives as several expressions.
 *
 * YARA looks for each alternative by itself, and where several match at one offset with
 * different lengths, which of them counts has little to do with their order: of the
 * atoms that it has found last (an expression with greedy repeats) or first (another).
 * So alternatives that can match at one offset become programs of their own, in the
 * order in which their matches count: those that the expression is, and those inside
 * it that YARA takes its atoms from.
 *
 * With fullword, it is enough when one of the lengths ends at a word's end.  YARA tries
 * every way of what stands before an atom, and one of what follows: from there on the
 * tree is `settled`.
 */
#ifndef VTR_COMPILER_PATTERN_REGEX_SPLIT_H
#define VTR_COMPILER_PATTERN_REGEX_SPLIT_H

#include "compiler/pattern/regex_parser.h"

/* More alternatives stay together: then the first that matches counts. */
#define VTR_REGEX_SPLIT_MAX 32u

/* The expressions that together are one, the one whose match counts first. */
struct vtr_regex_split {
    unsigned count;
    struct vtr_regex_tree trees[VTR_REGEX_SPLIT_MAX];
};

/* Splits `tree`; a single expression when there is nothing to split.  `out` shares
 * nodes of `tree`, others are in the arena.  False when memory is out. */
VTR_MUST_CHECK bool vtr_regex_split(struct vtr_arena *arena,
                                    const struct vtr_regex_tree *tree, bool is_wide,
                                    bool is_fullword, struct vtr_regex_split *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The parts of a condition that must all be true for it to be true, and those of them
 * that say so from the size and the first bytes of a file: they are worth running
 * before anything else is looked for.
 */
#ifndef VTR_FORMAT_BYTECODE_CONDITION_TERMS_H
#define VTR_FORMAT_BYTECODE_CONDITION_TERMS_H

#include <stdbool.h>

#include "base/compiler.h"

/* Parts beyond so many are not told. */
#define VTR_TERM_LIMIT 32u

/* The terms that a program joins by AND (or, where `joint` is OR, by that), one when it
 * joins none: a chain of one kind that spans all of it.  How many of the VTR_TERM_LIMIT
 * at `out` there are. */
size_t vtr_condition_terms(struct vtr_bytes code, uint8_t joint, struct vtr_bytes *out);

/* The same, 0 when running the program may log something. */
size_t vtr_condition_quiet_terms(struct vtr_bytes code, uint8_t joint,
                                 struct vtr_bytes *out);

/* Whether running a program may log something. */
bool vtr_condition_may_log(struct vtr_bytes term);

/* Whether the bytes of a condition have a name, not an empty one, in them. */
bool vtr_condition_names(struct vtr_bytes condition, const char *name);

/* Whether the bytes of a condition name the module that logs, its loops' bodies
 * included: none that does not can log anything. */
bool vtr_condition_names_log(struct vtr_bytes condition);

/* The cheap terms of a condition, each a program that leaves one value; how many of the
 * VTR_TERM_LIMIT at `out` there are.  Those after a term that may log something are
 * left out: it would log no more.  `out_dear` (may be NULL) receives the first term
 * that is not cheap, no bytes when all are. */
size_t vtr_condition_cheap_terms(struct vtr_bytes condition, struct vtr_bytes *out,
                                 struct vtr_bytes *out_dear);

#endif

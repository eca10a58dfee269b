/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The parts of a condition that must all be true for it to be true, and those of them
 * that say so from the size and the first bytes of a file: they are worth running
 * before anything else is looked for.
 */
#ifndef VTR_SCAN_CONDITION_TERMS_H
#define VTR_SCAN_CONDITION_TERMS_H

#include <stdbool.h>

#include "base/compiler.h"

/* Parts beyond so many are not told. */
#define VTR_TERM_LIMIT 32u

/* The cheap terms of a condition, each a program that leaves one value; how many of the
 * VTR_TERM_LIMIT at `out` there are.  Those after a term that may log something are
 * left out: it would log no more. */
size_t vtr_condition_cheap_terms(struct vtr_bytes condition, struct vtr_bytes *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Whether a condition can be true at all when only some of its rule's patterns occur:
 * what the others need not be looked for, and which ones can be looked for later.
 */
#ifndef VTR_FORMAT_BYTECODE_CONDITION_POSSIBLE_H
#define VTR_FORMAT_BYTECODE_CONDITION_POSSIBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/* Whether a pattern of the rule, by its number in it, may occur. */
typedef bool (*vtr_may_occur_fn)(void *context, uint64_t pattern);

/* False only if the condition is true of no file in which no other patterns occur than
 * those of which `may_occur` says so; more of them never make it false.  True, too, of
 * a condition that may log something, which it might say of patterns. */
bool vtr_condition_is_possible(struct vtr_bytes condition, vtr_may_occur_fn may_occur,
                               void *context);

#endif

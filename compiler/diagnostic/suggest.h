/* SPDX-License-Identifier: Apache-2.0 */

/* "Did you mean": how far a misspelt name is from one that exists. */
#ifndef VTR_COMPILER_DIAGNOSTIC_SUGGEST_H
#define VTR_COMPILER_DIAGNOSTIC_SUGGEST_H

#include <stdbool.h>

#include "base/compiler.h"

/* Names of a rule's strings that a misspelt one is held against. */
#define VTR_SUGGESTION_STRINGS 1000u

/* Misspelt strings of a rule that are held against them. */
#define VTR_SUGGESTION_ERRORS 100u

/* Whether one of two names is probably a misspelling of the other: at most two letters
 * put in, left out, changed or swapped, and not more than a third of them. */
bool vtr_names_are_close(struct vtr_bytes a, struct vtr_bytes b);

/* Whether YARA has a module of that name. */
bool vtr_is_module_name(struct vtr_bytes name);

#endif

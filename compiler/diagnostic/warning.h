/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The warnings by name: what authors write in comments and on the command line.
 *
 * A warning has a name of its own ("slow_pattern"), its code ("W060"), and may have
 * names that other compilers give it.
 */
#ifndef VTR_COMPILER_DIAGNOSTIC_WARNING_H
#define VTR_COMPILER_DIAGNOSTIC_WARNING_H

#include "compiler/diagnostic/diagnose.h"

/* The set of warnings that a name or code means, 0: none. */
uint64_t vtr_warning_find(struct vtr_bytes name);

/* Whether a set holds every warning. */
bool vtr_warning_are_all(uint64_t set);

/* The warning with that code, or VTR_WARNING_COUNT. */
enum vtr_warning vtr_warning_of_code(const char *code);

/* Its name, "" of a code that is no warning's. */
const char *vtr_warning_name(const char *code);

/* A name that `name` was probably meant to be, or NULL. */
const char *vtr_warning_nearest(struct vtr_bytes name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* Fills a struct vtr_pattern_problem.  Functions that report an error return false, so
 * that `return vtr_problem_set(...)` reads as one step. */
#ifndef VTR_COMPILER_PATTERN_PATTERN_PROBLEM_H
#define VTR_COMPILER_PATTERN_PATTERN_PROBLEM_H

#include "compiler/pattern/pattern.h"

/* No problem so far. */
void vtr_problem_clear(struct vtr_pattern_problem *problem);

/* An error `code` at `length` bytes from `offset`; no note, no help. */
bool vtr_problem_set(struct vtr_pattern_problem *problem, const char *code,
                     size_t offset, size_t length, const char *format, ...)
    VTR_PRINTF(5, 6);

/* Adds why, and what to do, to a problem that was just set. */
bool vtr_problem_note(struct vtr_pattern_problem *problem, const char *format, ...)
    VTR_PRINTF(2, 3);
bool vtr_problem_help(struct vtr_pattern_problem *problem, const char *format, ...)
    VTR_PRINTF(2, 3);

/* An allocation failed. */
bool vtr_problem_set_memory(struct vtr_pattern_problem *problem);

#endif

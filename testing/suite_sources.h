/* SPDX-License-Identifier: Apache-2.0 */

/* Which of the arguments of a run are rules, and where the test files are. */
#ifndef VTR_TESTING_SUITE_SOURCES_H
#define VTR_TESTING_SUITE_SOURCES_H

#include "base/arena.h"
#include "base/vector.h"

struct vtr_suite_sources {
    struct vtr_arena *arena; /* borrowed */
    struct vtr_vector rules; /* const char *: sources for the compiler */
    struct vtr_vector files; /* struct vtr_bytes: paths of test files, sorted */
};

void vtr_suite_sources_init(struct vtr_suite_sources *sources, struct vtr_arena *arena);
void vtr_suite_sources_deinit(struct vtr_suite_sources *sources);

/* Sorts the arguments, walks folders, looks beside rule files.  Paths borrow from the
 * arguments and from the arena. */
VTR_MUST_CHECK enum vtr_status vtr_suite_sources_collect(
    struct vtr_suite_sources *sources, const char *const *arguments, size_t count,
    struct vtr_error *err);

#endif

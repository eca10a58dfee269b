/* SPDX-License-Identifier: Apache-2.0 */

/* The files below a folder. */
#ifndef VTR_BASE_OS_WALK_H
#define VTR_BASE_OS_WALK_H

#include <stdbool.h>

#include "base/compiler.h"

/* Called for each regular file of a walk, and for what could not be read (`status` not
 * VTR_OK, `err` says why).  Returning false ends the walk. */
typedef bool (*vtr_walk_fn)(const char *path, enum vtr_status status,
                            const struct vtr_error *err, void *context);

/* Walks a file or folder, names sorted by unsigned bytes, without following symbolic
 * links below `path`. */
VTR_MUST_CHECK enum vtr_status vtr_walk(const char *path, vtr_walk_fn visit,
                                        void *context, struct vtr_error *err);

/* Called for what a walk passes over: symbolic links, pipes, devices and the like. */
typedef void (*vtr_walk_passed_fn)(const char *path, void *context);

/* The same, and tells what was passed over. */
VTR_MUST_CHECK enum vtr_status vtr_walk_telling(const char *path, vtr_walk_fn visit,
                                                vtr_walk_passed_fn passed,
                                                void *context, struct vtr_error *err);

#endif

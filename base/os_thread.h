/* SPDX-License-Identifier: Apache-2.0 */

/* Runs one function on several threads over a shared counter of tasks. */
#ifndef VTR_BASE_OS_THREAD_H
#define VTR_BASE_OS_THREAD_H

#include <stdbool.h>

#include "base/compiler.h"

/* Called once for each task number; `worker` is below the number of workers and never
 * runs two tasks at a time.  Returns VTR_OK to go on. */
typedef enum vtr_status (*vtr_task_fn)(size_t task, unsigned worker, void *context);

/* Runs tasks 0 .. count-1 on `workers` threads (0 or 1: on the caller's own) and waits.
 * Returns the status of the lowest task number that failed; which other tasks ran is
 * then open. */
VTR_MUST_CHECK enum vtr_status vtr_run_tasks(size_t count, unsigned workers,
                                             vtr_task_fn run, void *context);

/* Work that comes piece by piece.  `take` gets a worker its next piece, for one worker
 * at a time, or says that there is none; `run` works on it while others do. */
struct vtr_piecework {
    enum vtr_status (*take)(unsigned worker, bool *out_has, void *context);
    enum vtr_status (*run)(unsigned worker, void *context);
    void *context;
};

/* Takes and runs all pieces on `workers` threads and waits.  A worker's pieces come in
 * the order in which they were taken.  After a failure no more are taken, and the
 * status is that of the first piece that failed. */
VTR_MUST_CHECK enum vtr_status vtr_run_pieces(unsigned workers,
                                              const struct vtr_piecework *work);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* Runs one function on several threads over a shared counter of tasks. */
#ifndef VTR_BASE_OS_THREAD_H
#define VTR_BASE_OS_THREAD_H

#include "base/compiler.h"

/* Called once for each task number; `worker` is below the number of workers and never
 * runs two tasks at a time.  Returns VTR_OK to go on. */
typedef enum vtr_status (*vtr_task_fn)(size_t task, unsigned worker, void *context);

/* Runs tasks 0 .. count-1 on `workers` threads (0 or 1: on the caller's own) and waits.
 * Returns the status of the lowest task number that failed; which other tasks ran is
 * then open. */
VTR_MUST_CHECK enum vtr_status vtr_run_tasks(size_t count, unsigned workers,
                                             vtr_task_fn run, void *context);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* Runs tasks on several threads and hands their results over in order. */
#ifndef VTR_CLI_SYSTEM_OS_PARALLEL_H
#define VTR_CLI_SYSTEM_OS_PARALLEL_H

#include <stddef.h>

struct vtr_parallel {
    size_t count;     /* tasks, numbered from 0 */
    unsigned workers; /* threads; 0 or 1: the caller's own */

    /* Tasks that take long, ascending; they may be none.  One of several workers does
     * them from the last one on, so that none of them is begun when nothing else is
     * left to do. */
    const size_t *longs;
    size_t long_count;

    /* Does a task; its result is the callee's to keep.  A worker does one at a time. */
    void (*run)(size_t task, unsigned worker, void *context);

    /* Bytes that the result of a task that was run keeps until it is finished; NULL:
     * too few to count. */
    size_t (*result_len)(size_t task, void *context);

    /* Called once for each task, in order, never by two threads at a time. */
    void (*finish)(size_t task, void *context);
    void *context;
};

/* Returns when all tasks are finished.  Threads that the system does not give are done
 * without. */
void vtr_parallel_run(const struct vtr_parallel *parallel);

/* Processors of the machine, at least 1. */
unsigned vtr_parallel_processors(void);

#endif

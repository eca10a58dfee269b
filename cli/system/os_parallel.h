/* SPDX-License-Identifier: Apache-2.0 */

/* Runs tasks on several threads and hands their results over in order. */
#ifndef VTR_CLI_SYSTEM_OS_PARALLEL_H
#define VTR_CLI_SYSTEM_OS_PARALLEL_H

#include <stdbool.h>
#include <stddef.h>

/* A task that is being done. */
struct vtr_parallel_task {
    size_t number;   /* from 0 */
    unsigned worker; /* who does one at a time */
    struct vtr_parallel_shared *shared;
};

struct vtr_parallel {
    size_t count;     /* tasks, numbered from 0 */
    unsigned workers; /* threads; 0 or 1: the caller's own */

    /* Tasks that take long, ascending; they may be none.  One of several workers does
     * them from the last one on, so that none of them is begun when nothing else is
     * left to do. */
    const size_t *longs;
    size_t long_count;

    /* Does a task; its result is the callee's to keep. */
    void (*run)(const struct vtr_parallel_task *task, void *context);

    /* Bytes that the result of a task that was run keeps until it is finished; NULL:
     * too few to count. */
    size_t (*result_len)(size_t task, void *context);

    /* Called once for each task, in order, never by two threads at a time, nor while
     * another has its turn. */
    void (*finish)(size_t task, void *context);
    void *context;
};

/* Returns when all tasks are finished.  Threads that the system does not give are done
 * without. */
void vtr_parallel_run(const struct vtr_parallel *parallel);

/* Whether all tasks before this one, which is being done, are finished.  Then it is the
 * only one with its turn, and a part of its result may be handed over already. */
bool vtr_parallel_has_turn(const struct vtr_parallel_task *task);

/* Waits until it has. */
void vtr_parallel_await_turn(const struct vtr_parallel_task *task);

/* Processors of the machine, at least 1. */
unsigned vtr_parallel_processors(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/os_parallel.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

/* How far the fastest worker may be ahead of the task whose turn it is, in tasks and in
 * bytes of results that wait: far enough that one long task does not stop the others.
 */
#define AHEAD_LIMIT     65536u
#define RESULTS_LEN_MAX ((size_t)64 << 20)

/* What the workers share, under one lock. */
struct shared {
    const struct vtr_parallel *parallel;
    pthread_mutex_t lock;
    pthread_cond_t moved;      /* `finished` has grown */
    size_t next;               /* task that nobody has taken */
    size_t finished;           /* tasks below it are finished */
    size_t results_len;        /* bytes of results that wait for their turn */
    bool is_finishing;         /* a worker hands results over */
    bool is_done[AHEAD_LIMIT]; /* of task t at t % AHEAD_LIMIT: run, not finished */
};

struct worker {
    struct shared *shared;
    unsigned number;
    pthread_t thread;
};

static size_t result_len(const struct vtr_parallel *parallel, size_t task)
{
    return parallel->result_len == NULL ? 0
                                        : parallel->result_len(task, parallel->context);
}

/* Whether to wait before the next task.  Never when it is its turn: then nobody would
 * be left to go on. */
static bool is_too_far(const struct shared *shared)
{
    const size_t ahead = shared->next - shared->finished;

    return shared->next < shared->parallel->count && ahead > 0 &&
           (ahead >= AHEAD_LIMIT || shared->results_len > RESULTS_LEN_MAX);
}

/* Hands over what is next in order; the lock is held, and given back meanwhile. */
static void finish_in_order(struct shared *shared)
{
    const struct vtr_parallel *parallel = shared->parallel;

    if (shared->is_finishing) {
        return; /* that worker will see what was just done */
    }
    shared->is_finishing = true;
    while (shared->finished < parallel->count &&
           shared->is_done[shared->finished % AHEAD_LIMIT]) {
        const size_t task = shared->finished;
        const size_t len = result_len(parallel, task);
        pthread_mutex_unlock(&shared->lock);
        parallel->finish(task, parallel->context);
        pthread_mutex_lock(&shared->lock);
        shared->results_len -= len;
        shared->is_done[task % AHEAD_LIMIT] = false;
        shared->finished++;
        pthread_cond_broadcast(&shared->moved);
    }
    shared->is_finishing = false;
}

static void *work(void *argument)
{
    const struct worker *worker = argument;
    struct shared *shared = worker->shared;
    const struct vtr_parallel *parallel = shared->parallel;

    pthread_mutex_lock(&shared->lock);
    for (;;) {
        while (is_too_far(shared)) {
            pthread_cond_wait(&shared->moved, &shared->lock);
        }
        if (shared->next >= parallel->count) {
            break;
        }
        const size_t task = shared->next++;
        pthread_mutex_unlock(&shared->lock);
        parallel->run(task, worker->number, parallel->context);
        pthread_mutex_lock(&shared->lock);
        shared->is_done[task % AHEAD_LIMIT] = true;
        shared->results_len += result_len(parallel, task);
        finish_in_order(shared);
    }
    pthread_mutex_unlock(&shared->lock);
    return NULL;
}

void vtr_parallel_run(const struct vtr_parallel *parallel)
{
    struct shared shared = {.parallel = parallel};
    struct worker self = {.shared = &shared};
    const unsigned wanted = parallel->workers > 1 ? parallel->workers - 1 : 0;
    struct worker *workers = wanted == 0 ? NULL : calloc(wanted, sizeof(*workers));
    unsigned started = 0;

    if (pthread_mutex_init(&shared.lock, NULL) != 0 ||
        pthread_cond_init(&shared.moved, NULL) != 0) {
        /* Not on any system that we know; the work is done all the same. */
        for (size_t task = 0; task < parallel->count; task++) {
            parallel->run(task, 0, parallel->context);
            parallel->finish(task, parallel->context);
        }
        free(workers);
        return;
    }
    while (workers != NULL && started < wanted) {
        workers[started] = (struct worker){.shared = &shared, .number = started + 1};
        if (pthread_create(&workers[started].thread, NULL, work, &workers[started]) !=
            0) {
            break;
        }
        started++;
    }
    (void)work(&self);
    for (unsigned i = 0; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
    }
    pthread_cond_destroy(&shared.moved);
    pthread_mutex_destroy(&shared.lock);
    free(workers);
}

unsigned vtr_parallel_processors(void)
{
    const long count = sysconf(_SC_NPROCESSORS_ONLN);

    return count < 1 ? 1 : (unsigned)count;
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/system/os_parallel.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

/* How far the fastest worker may be ahead of the task whose turn it is, in tasks and in
 * bytes of results that wait: far enough that one long task does not stop the others.
 */
#define AHEAD_LIMIT     65536u
#define RESULTS_LEN_MAX ((size_t)64 << 20)

/* What the workers share, under one lock. */
struct vtr_parallel_shared {
    const struct vtr_parallel *parallel;
    pthread_mutex_t lock;
    pthread_cond_t moved; /* `finished` has grown */
    size_t next;          /* those below it were taken */
    size_t long_count;  /* the first of the long ones, so many, may not be taken yet */
    size_t finished;    /* tasks below it are finished */
    size_t results_len; /* bytes of results that wait for their turn */
    bool is_finishing;  /* a worker hands results over */
    uint8_t *states;    /* of each task: enum state; owned */
};

enum state {
    WAITING = 0,
    TAKEN,
    DONE
};

struct worker {
    struct vtr_parallel_shared *shared;
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
static bool is_too_far(const struct vtr_parallel_shared *shared)
{
    const size_t ahead = shared->next - shared->finished;

    return shared->next < shared->parallel->count && ahead > 0 &&
           (ahead >= AHEAD_LIMIT || shared->results_len > RESULTS_LEN_MAX);
}

/* Hands over what is next in order; the lock is held, and given back meanwhile. */
static void finish_in_order(struct vtr_parallel_shared *shared)
{
    const struct vtr_parallel *parallel = shared->parallel;

    if (shared->is_finishing) {
        return; /* that worker will see what was just done */
    }
    shared->is_finishing = true;
    while (shared->finished < parallel->count &&
           shared->states[shared->finished] == DONE) {
        const size_t task = shared->finished;
        const size_t len = result_len(parallel, task);
        pthread_mutex_unlock(&shared->lock);
        parallel->finish(task, parallel->context);
        pthread_mutex_lock(&shared->lock);
        shared->results_len -= len;
        shared->finished++;
        pthread_cond_broadcast(&shared->moved);
    }
    shared->is_finishing = false;
}

/* The last of the long tasks that nobody has taken; where there is none, or results
 * that wait are many, `count`. */
static size_t take_long(struct vtr_parallel_shared *shared)
{
    const struct vtr_parallel *parallel = shared->parallel;

    while (shared->long_count > 0 && shared->results_len <= RESULTS_LEN_MAX) {
        const size_t task = parallel->longs[shared->long_count - 1];
        if (task < shared->next) {
            break;
        }
        shared->long_count--;
        if (shared->states[task] == WAITING) {
            return task;
        }
    }
    return parallel->count;
}

/* The next task in order, which is waited for as long as it is too far; `count` when
 * there is none. */
static size_t take_next(struct vtr_parallel_shared *shared)
{
    const size_t count = shared->parallel->count;

    for (;;) {
        while (shared->next < count && shared->states[shared->next] != WAITING) {
            shared->next++;
        }
        if (!is_too_far(shared)) {
            return shared->next < count ? shared->next++ : count;
        }
        pthread_cond_wait(&shared->moved, &shared->lock);
    }
}

static void *work(void *argument)
{
    const struct worker *worker = argument;
    struct vtr_parallel_shared *shared = worker->shared;
    const struct vtr_parallel *parallel = shared->parallel;
    const size_t count = parallel->count;

    pthread_mutex_lock(&shared->lock);
    for (;;) {
        size_t task = worker->number == 1 ? take_long(shared) : count;

        task = task == count ? take_next(shared) : task;
        if (task == count) {
            break;
        }
        shared->states[task] = TAKEN;
        pthread_mutex_unlock(&shared->lock);
        parallel->run(&(struct vtr_parallel_task){task, worker->number, shared},
                      parallel->context);
        pthread_mutex_lock(&shared->lock);
        shared->states[task] = DONE;
        shared->results_len += result_len(parallel, task);
        finish_in_order(shared);
    }
    pthread_mutex_unlock(&shared->lock);
    return NULL;
}

/* All of them by the caller's thread: where there is no memory for more. */
static void run_alone(const struct vtr_parallel *parallel)
{
    for (size_t task = 0; task < parallel->count; task++) {
        parallel->run(&(struct vtr_parallel_task){.number = task}, parallel->context);
        parallel->finish(task, parallel->context);
    }
}

void vtr_parallel_run(const struct vtr_parallel *parallel)
{
    struct vtr_parallel_shared shared = {.parallel = parallel,
                                         .long_count = parallel->long_count,
                                         .states = calloc(parallel->count + 1,
                                                          sizeof(uint8_t))};
    struct worker self = {.shared = &shared};
    const unsigned wanted = parallel->workers > 1 ? parallel->workers - 1 : 0;
    struct worker *workers = wanted == 0 ? NULL : calloc(wanted, sizeof(*workers));
    unsigned started = 0;

    if (shared.states == NULL || pthread_mutex_init(&shared.lock, NULL) != 0 ||
        pthread_cond_init(&shared.moved, NULL) != 0) {
        run_alone(parallel);
        free(shared.states);
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
    free(shared.states);
    free(workers);
}

bool vtr_parallel_has_turn(const struct vtr_parallel_task *task)
{
    struct vtr_parallel_shared *shared = task->shared;

    if (shared == NULL) {
        return true; /* one after the other */
    }
    pthread_mutex_lock(&shared->lock);
    const bool has_turn = shared->finished == task->number;
    pthread_mutex_unlock(&shared->lock);
    return has_turn;
}

/* The first task that is not finished never waits here, and those after it that are not
 * taken yet are for other workers: so there is always one that goes on. */
void vtr_parallel_await_turn(const struct vtr_parallel_task *task)
{
    struct vtr_parallel_shared *shared = task->shared;

    if (shared == NULL) {
        return;
    }
    pthread_mutex_lock(&shared->lock);
    while (shared->finished != task->number) {
        pthread_cond_wait(&shared->moved, &shared->lock);
    }
    pthread_mutex_unlock(&shared->lock);
}

unsigned vtr_parallel_processors(void)
{
    const long count = sysconf(_SC_NPROCESSORS_ONLN);

    return count < 1 ? 1 : (unsigned)count;
}

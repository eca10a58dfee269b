/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_thread.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define WORKERS_LIMIT 256u

struct crew {
    size_t count;
    vtr_task_fn run;
    void *context;
    atomic_size_t next;
    atomic_bool has_failed;
    pthread_mutex_t mutex; /* of the two below */
    size_t failed_task;
    enum vtr_status failure;
};

struct worker {
    struct crew *crew;
    unsigned number;
    pthread_t thread;
};

static void *work(void *argument)
{
    const struct worker *worker = argument;
    struct crew *crew = worker->crew;

    for (;;) {
        const size_t task = atomic_fetch_add(&crew->next, 1);
        if (task >= crew->count || atomic_load(&crew->has_failed)) {
            return NULL;
        }
        const enum vtr_status status = crew->run(task, worker->number, crew->context);
        if (status != VTR_OK) {
            (void)pthread_mutex_lock(&crew->mutex);
            if (crew->failure == VTR_OK || task < crew->failed_task) {
                crew->failure = status;
                crew->failed_task = task;
            }
            (void)pthread_mutex_unlock(&crew->mutex);
            atomic_store(&crew->has_failed, true);
        }
    }
}

/* Tasks are handed out in ascending order, so when one fails every lower one has been
 * handed out and reports before its worker stops: the lowest failure wins always. */
enum vtr_status vtr_run_tasks(size_t count, unsigned workers, vtr_task_fn run,
                              void *context)
{
    struct crew crew = {.count = count, .run = run, .context = context};
    unsigned started = 0;

    if (workers > WORKERS_LIMIT) {
        workers = WORKERS_LIMIT;
    }
    if (workers > count) {
        workers = (unsigned)count;
    }
    if (workers == 0) {
        workers = 1;
    }
    struct worker *crew_list = calloc(workers, sizeof(*crew_list));
    if (crew_list == NULL) {
        return VTR_ERROR_MEMORY;
    }
    (void)pthread_mutex_init(&crew.mutex, NULL);
    for (unsigned i = 0; i < workers; i++) {
        crew_list[i].crew = &crew;
        crew_list[i].number = i;
    }
    /* Worker 0 is the caller itself: with one worker no thread is made, and where no
     * thread can be made the work is done all the same. */
    for (unsigned i = 1; i < workers; i++) {
        if (pthread_create(&crew_list[i].thread, NULL, work, &crew_list[i]) != 0) {
            break;
        }
        started = i;
    }
    (void)work(&crew_list[0]);
    for (unsigned i = 1; i <= started; i++) {
        (void)pthread_join(crew_list[i].thread, NULL);
    }
    (void)pthread_mutex_destroy(&crew.mutex);
    free(crew_list);
    return crew.failure;
}

/* The threads of a piecework. */
struct line {
    const struct vtr_piecework *work;
    pthread_mutex_t mutex; /* of what follows, and held while a piece is taken */
    uint64_t taken;
    uint64_t failed_piece;
    enum vtr_status failure;
    bool is_over; /* nothing more is taken */
};

/* Notes a failure of piece `number`; under the mutex. */
static void note_failure(struct line *line, uint64_t number, enum vtr_status status)
{
    if (line->failure == VTR_OK || number < line->failed_piece) {
        line->failure = status;
        line->failed_piece = number;
    }
    line->is_over = true;
}

/* Takes the next piece; its number, or UINT64_MAX when there is none. */
static uint64_t take_piece(struct line *line, unsigned worker)
{
    uint64_t number = UINT64_MAX;
    bool has_piece = false;

    (void)pthread_mutex_lock(&line->mutex);
    if (!line->is_over) {
        const enum vtr_status status =
            line->work->take(worker, &has_piece, line->work->context);
        if (status != VTR_OK) {
            note_failure(line, line->taken, status);
        } else if (has_piece) {
            number = line->taken++;
        } else {
            line->is_over = true;
        }
    }
    (void)pthread_mutex_unlock(&line->mutex);
    return number;
}

static enum vtr_status work_on_pieces(size_t task, unsigned worker, void *context)
{
    struct line *line = context;

    (void)task;
    for (;;) {
        const uint64_t number = take_piece(line, worker);
        if (number == UINT64_MAX) {
            return VTR_OK;
        }
        const enum vtr_status status = line->work->run(worker, line->work->context);
        if (status != VTR_OK) {
            (void)pthread_mutex_lock(&line->mutex);
            note_failure(line, number, status);
            (void)pthread_mutex_unlock(&line->mutex);
        }
    }
}

enum vtr_status vtr_run_pieces(unsigned workers, const struct vtr_piecework *work)
{
    struct line line = {.work = work};

    (void)pthread_mutex_init(&line.mutex, NULL);
    const enum vtr_status status =
        vtr_run_tasks(workers == 0 ? 1 : workers, workers, work_on_pieces, &line);
    (void)pthread_mutex_destroy(&line.mutex);
    return status == VTR_OK ? line.failure : status;
}

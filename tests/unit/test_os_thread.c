/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_thread.h"

#include <stdatomic.h>

#include "tests/support/cmocka.h"

enum {
    TASKS = 1000
};

struct tally {
    atomic_int runs[TASKS];
    size_t failing; /* this task and those above it fail */
};

static enum vtr_status count_run(size_t task, unsigned worker, void *context)
{
    struct tally *tally = context;

    (void)worker;
    atomic_fetch_add(&tally->runs[task], 1);
    if (task == tally->failing) {
        return VTR_ERROR_LIMIT;
    }
    return task > tally->failing ? VTR_ERROR_IO : VTR_OK;
}

static void every_task_runs_once_on_any_number_of_threads(void **state)
{
    (void)state;
    static const unsigned WORKERS[] = {0, 1, 2, 7, 5000};

    for (size_t i = 0; i < sizeof(WORKERS) / sizeof(WORKERS[0]); i++) {
        struct tally tally = {.failing = TASKS};
        assert_int_equal(vtr_run_tasks(TASKS, WORKERS[i], count_run, &tally), VTR_OK);
        for (size_t task = 0; task < TASKS; task++) {
            assert_int_equal(atomic_load(&tally.runs[task]), 1);
        }
    }
}

static void the_lowest_failure_is_returned(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        struct tally tally = {.failing = round};
        assert_int_equal(vtr_run_tasks(TASKS, 4, count_run, &tally), VTR_ERROR_LIMIT);
    }
}

static void no_task_is_no_work(void **state)
{
    (void)state;
    assert_int_equal(vtr_run_tasks(0, 4, count_run, NULL), VTR_OK);
}

/* Pieces that are numbers, and what each thread has made of them. */
struct line {
    atomic_int takers; /* at a time */
    size_t taken;
    size_t count;
    size_t failing_take; /* this piece cannot be taken */
    size_t failing_run;  /* this piece and those above it fail */
    size_t held[8];      /* the piece of a worker */
    size_t last[8];      /* the one before, plus one */
    atomic_int runs[TASKS];
    atomic_bool is_disorderly;
};

static enum vtr_status take(unsigned worker, bool *out_has, void *context)
{
    struct line *line = context;

    if (atomic_fetch_add(&line->takers, 1) != 0) {
        atomic_store(&line->is_disorderly, true);
    }
    *out_has = line->taken < line->count;
    line->held[worker] = line->taken;
    const bool fails = line->taken == line->failing_take;
    line->taken++;
    (void)atomic_fetch_sub(&line->takers, 1);
    return fails ? VTR_ERROR_MEMORY : VTR_OK;
}

static enum vtr_status run(unsigned worker, void *context)
{
    struct line *line = context;
    const size_t piece = line->held[worker];

    if (piece < line->last[worker]) {
        atomic_store(&line->is_disorderly, true);
    }
    line->last[worker] = piece + 1;
    atomic_fetch_add(&line->runs[piece], 1);
    if (piece == line->failing_run) {
        return VTR_ERROR_LIMIT;
    }
    return piece > line->failing_run ? VTR_ERROR_IO : VTR_OK;
}

static void pieces_are_taken_one_at_a_time_and_each_runs_once(void **state)
{
    (void)state;
    for (unsigned workers = 0; workers <= 8; workers++) {
        struct line line = {.count = TASKS,
                            .failing_take = SIZE_MAX,
                            .failing_run = SIZE_MAX};
        const struct vtr_piecework work = {take, run, &line};
        assert_int_equal(vtr_run_pieces(workers, &work), VTR_OK);
        assert_false(atomic_load(&line.is_disorderly));
        for (size_t piece = 0; piece < TASKS; piece++) {
            assert_int_equal(atomic_load(&line.runs[piece]), 1);
        }
    }
}

static void the_first_piece_that_fails_is_the_reason(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        struct line line = {.count = TASKS,
                            .failing_take = SIZE_MAX,
                            .failing_run = round};
        const struct vtr_piecework work = {take, run, &line};
        assert_int_equal(vtr_run_pieces(4, &work), VTR_ERROR_LIMIT);
        line = (struct line){.count = TASKS,
                             .failing_take = round,
                             .failing_run = SIZE_MAX};
        assert_int_equal(vtr_run_pieces(4, &work), VTR_ERROR_MEMORY);
        for (size_t piece = 0; piece < TASKS; piece++) {
            assert_int_equal(atomic_load(&line.runs[piece]), piece < round ? 1 : 0);
        }
    }
}

static void no_piece_is_no_work(void **state)
{
    struct line line = {.failing_take = SIZE_MAX};
    const struct vtr_piecework work = {take, run, &line};

    (void)state;
    assert_int_equal(vtr_run_pieces(4, &work), VTR_OK);
    assert_int_equal(atomic_load(&line.runs[0]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_runs_once_on_any_number_of_threads),
        cmocka_unit_test(the_lowest_failure_is_returned),
        cmocka_unit_test(no_task_is_no_work),
        cmocka_unit_test(pieces_are_taken_one_at_a_time_and_each_runs_once),
        cmocka_unit_test(the_first_piece_that_fails_is_the_reason),
        cmocka_unit_test(no_piece_is_no_work),
    };
    return cmocka_run_group_tests_name("os_thread", tests, NULL, NULL);
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_runs_once_on_any_number_of_threads),
        cmocka_unit_test(the_lowest_failure_is_returned),
        cmocka_unit_test(no_task_is_no_work),
    };
    return cmocka_run_group_tests_name("os_thread", tests, NULL, NULL);
}

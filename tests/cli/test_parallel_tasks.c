/* SPDX-License-Identifier: Apache-2.0 */

/* Tasks are run once each, by whomever, and handed over in order; long files are found
 * where they are listed. */
#include "cli/system/os_parallel.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/system/os_path_list.h"
#include "tests/support/cmocka.h"
#include "tests/support/random_records.h"

#define COUNT 3000u

struct trial {
    atomic_uint runs[COUNT];
    atomic_uint first; /* of all that was run, plus 1 */
    size_t result_len;
    size_t finished;
};

static void run(const struct vtr_parallel_task *task, void *context)
{
    struct trial *trial = context;
    unsigned none = 0;

    (void)atomic_compare_exchange_strong(&trial->first, &none,
                                         (unsigned)task->number + 1);
    atomic_fetch_add(&trial->runs[task->number], 1);
}

static size_t result_len(size_t task, void *context)
{
    const struct trial *trial = context;

    return task % 7 == 0 ? trial->result_len : 0;
}

static void finish(size_t task, void *context)
{
    struct trial *trial = context;

    assert_int_equal(task, trial->finished);
    assert_int_equal(atomic_load(&trial->runs[task]), 1);
    trial->finished++;
}

static void try_tasks(unsigned workers, size_t count, const size_t *longs,
                      size_t long_count, size_t len)
{
    struct trial *trial = calloc(1, sizeof(*trial));

    assert_non_null(trial);
    trial->result_len = len;
    const struct vtr_parallel parallel = {.count = count,
                                          .workers = workers,
                                          .longs = longs,
                                          .long_count = long_count,
                                          .run = run,
                                          .result_len = result_len,
                                          .finish = finish,
                                          .context = trial};
    vtr_parallel_run(&parallel);
    assert_int_equal(trial->finished, count);
    if (workers <= 1 && count > 0) {
        assert_int_equal(atomic_load(&trial->first), 1);
    }
    free(trial);
}

/* Whether results are few or too many to wait for. */
static void each_task_is_run_once_and_finished_in_order(void **state)
{
    (void)state;
    static const size_t COUNTS[] = {0, 1, 2, 3, COUNT};
    static const size_t LENS[] = {0, (size_t)40 << 20};
    size_t *longs = calloc(COUNT, sizeof(*longs));
    uint64_t random = 5;

    assert_non_null(longs);
    for (unsigned workers = 0; workers <= 5; workers++) {
        for (size_t i = 0; i < sizeof(COUNTS) / sizeof(COUNTS[0]); i++) {
            for (uint64_t share = 0; share <= 3; share++) {
                size_t long_count = 0;
                for (size_t task = 0; task < COUNTS[i]; task++) {
                    if (vtr_test_below(&random, 3) < share) {
                        longs[long_count++] = task;
                    }
                }
                try_tasks(workers, COUNTS[i], longs, long_count, LENS[share % 2]);
            }
        }
    }
    free(longs);
}

struct turns {
    struct trial trial;
    atomic_bool is_open; /* a task has its turn */
};

/* Half of the tasks wait for their turn. */
static void run_in_turn(const struct vtr_parallel_task *task, void *context)
{
    struct turns *turns = context;

    run(task, &turns->trial);
    if (task->number % 2 == 0) {
        vtr_parallel_await_turn(task);
        assert_true(vtr_parallel_has_turn(task));
    }
    if (vtr_parallel_has_turn(task)) {
        assert_false(atomic_exchange(&turns->is_open, true));
        assert_int_equal(turns->trial.finished, task->number);
        assert_true(vtr_parallel_has_turn(task));
        atomic_store(&turns->is_open, false);
    }
}

static void finish_in_turn(size_t task, void *context)
{
    struct turns *turns = context;

    assert_false(atomic_load(&turns->is_open));
    finish(task, &turns->trial);
}

static size_t len_in_turn(size_t task, void *context)
{
    struct turns *turns = context;

    return result_len(task, &turns->trial);
}

static void only_one_task_has_its_turn(void **state)
{
    (void)state;
    static const size_t LONGS[] = {1, 17, 400, 401, 2990, COUNT - 1};

    for (unsigned workers = 0; workers <= 5; workers++) {
        struct turns *turns = calloc(1, sizeof(*turns));

        assert_non_null(turns);
        turns->trial.result_len = (size_t)40 << 20;
        const struct vtr_parallel parallel = {.count = COUNT,
                                              .workers = workers,
                                              .longs = LONGS,
                                              .long_count =
                                                  sizeof(LONGS) / sizeof(LONGS[0]),
                                              .run = run_in_turn,
                                              .result_len = len_in_turn,
                                              .finish = finish_in_turn,
                                              .context = turns};
        vtr_parallel_run(&parallel);
        assert_int_equal(turns->trial.finished, COUNT);
        free(turns);
    }
}

static void walk_failed(const struct vtr_error *err, void *context)
{
    (void)context;
    fail_msg("%s", err->message);
}

static void pass_over(const char *path, void *context)
{
    (void)path;
    (void)context;
}

static void put_file(const char *folder, const char *name, uint64_t len)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(truncate(path, (off_t)len), 0);
}

static bool is_not_b(const char *path, void *context)
{
    (void)context;
    return strstr(path, "/b") == NULL;
}

static void long_files_are_noted_where_they_are_listed(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"a", "b", "c", "d", "e"};
    static const uint64_t LENS[] = {VTR_LONG_FILE_LEN - 1, VTR_LONG_FILE_LEN, 0,
                                    VTR_LONG_FILE_LEN + 1, VTR_LONG_FILE_LEN};
    const struct vtr_walk walk = {.failed = walk_failed,
                                  .left_out = pass_over,
                                  .not_followed = pass_over};
    struct vtr_path_list list = {0};
    char folder[] = "/tmp/vitrine-test-XXXXXX";
    char path[128];

    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < 5; i++) {
        put_file(folder, NAMES[i], LENS[i]);
    }
    (void)snprintf(path, sizeof(path), "%s/d", folder);
    assert_true(vtr_walk_collect(&list, path, &walk)); /* named */
    assert_true(vtr_walk_collect(&list, folder, &walk));
    assert_int_equal(list.count, 6);
    assert_int_equal(list.long_count, 4);
    assert_int_equal(list.longs[0], 0);
    assert_int_equal(list.longs[1], 2);
    assert_int_equal(list.longs[2], 4);
    assert_int_equal(list.longs[3], 5);
    vtr_path_list_keep(&list, is_not_b, NULL);
    assert_int_equal(list.count, 5);
    assert_int_equal(list.long_count, 3);
    assert_int_equal(list.longs[1], 3);
    assert_int_equal(list.longs[2], 4);
    for (size_t i = 1; i < list.count; i++) {
        assert_int_equal(unlink(list.items[i]), 0);
    }
    (void)snprintf(path, sizeof(path), "%s/b", folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    vtr_path_list_deinit(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_task_is_run_once_and_finished_in_order),
        cmocka_unit_test(only_one_task_has_its_turn),
        cmocka_unit_test(long_files_are_noted_where_they_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

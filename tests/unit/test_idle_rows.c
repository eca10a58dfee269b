/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/match/idle_rows.h"

#include "tests/support/cmocka.h"

#define UNITS 130u

static const uint32_t EDGES[] = {0, 1, 63, 64, 65, 127, 128, UNITS - 1};
#define EDGE_COUNT (sizeof(EDGES) / sizeof(EDGES[0]))

static void rows_that_are_marked_are_idle_and_no_others(void **state)
{
    (void)state;
    struct vtr_idle_rows rows;
    size_t next = 0;

    vtr_idle_rows_init(&rows);
    for (uint32_t unit = 0; unit < UNITS; unit++) {
        assert_false(vtr_idle_rows_has(&rows, unit));
    }
    for (size_t i = 0; i < 2 * EDGE_COUNT; i++) { /* each twice */
        vtr_idle_rows_mark(&rows, EDGES[i % EDGE_COUNT], UNITS);
    }
    assert_int_equal(rows.marked.count, EDGE_COUNT);
    for (uint32_t unit = 0; unit < UNITS; unit++) {
        const bool is_edge = next < EDGE_COUNT && EDGES[next] == unit;

        assert_int_equal(vtr_idle_rows_has(&rows, unit), is_edge);
        next += is_edge;
    }
    vtr_idle_rows_deinit(&rows);
}

static void the_next_file_begins_without_idle_rows(void **state)
{
    (void)state;
    struct vtr_idle_rows rows;

    vtr_idle_rows_init(&rows);
    vtr_idle_rows_clear(&rows);
    for (size_t round = 0; round < 2; round++) {
        for (size_t i = 0; i < EDGE_COUNT; i++) {
            vtr_idle_rows_mark(&rows, EDGES[i], UNITS);
            assert_true(vtr_idle_rows_has(&rows, EDGES[i]));
        }
        vtr_idle_rows_clear(&rows);
        for (uint32_t unit = 0; unit < UNITS; unit++) {
            assert_false(vtr_idle_rows_has(&rows, unit));
        }
    }
    vtr_idle_rows_deinit(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_that_are_marked_are_idle_and_no_others),
        cmocka_unit_test(the_next_file_begins_without_idle_rows),
    };
    return cmocka_run_group_tests_name("idle_rows", tests, NULL, NULL);
}

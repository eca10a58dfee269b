/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/search/atom_visit.h"

#include "tests/support/cmocka.h"

/* Entries that are counted at once, as threads do that note places, use up the same
 * work as the same entries one by one. */
static void visits_cost_the_same_however_they_are_counted(void **state)
{
    (void)state;
    static const uint64_t COUNTS[] = {0,     1,      65535,  65536,
                                      65537, 131071, 131072, 700000};

    for (size_t i = 0; i < sizeof(COUNTS) / sizeof(COUNTS[0]); i++) {
        struct vtr_scan_run one = {.options = {.work_limit = 1u << 20},
                                   .work_left = 1u << 20};
        struct vtr_scan_run all = one;
        bool is_over = false;

        for (uint64_t n = 0; n < COUNTS[i]; n++) {
            is_over = !vtr_atom_visit(&one, 1);
        }
        assert_int_equal(!vtr_atom_visit(&all, COUNTS[i]), is_over);
        assert_int_equal(one.work_left, all.work_left);
        assert_int_equal(one.is_search_over, all.is_search_over);
        assert_int_equal(one.limits, all.limits);
        assert_int_equal(one.is_search_over, is_over);
    }
}

static void what_is_used_up_stays_used_up(void **state)
{
    (void)state;
    struct vtr_scan_run run = {.options = {.work_limit = 1u << 20}, .work_left = 65536};

    assert_true(vtr_atom_visit(&run, 65535));
    assert_false(vtr_atom_visit(&run, 1)); /* worth more than is left */
    assert_true(run.is_search_over);
    assert_int_equal(run.work_left, 0);
    assert_int_equal(run.limits, VTR_SCAN_LIMIT_REGEX);
    assert_false(vtr_atom_visit(&run, 0));
    assert_false(vtr_atom_visit(&run, 1));
}

/* A pattern is named that uses up its own work, not one that asks when that of all is.
 */
static void what_uses_up_its_own_work_is_to_blame(void **state)
{
    struct vtr_scan_run run = {.options = {.work_limit = 1000},
                               .work_left = 16000,
                               .file_number = 1};
    struct vtr_pattern_part modest = {.pattern = 6};
    struct vtr_pattern_part greedy = {.pattern = 7};

    (void)state;
    assert_true(vtr_run_spend(&run, &modest, 999));
    assert_int_equal(run.limits, 0);
    assert_false(vtr_run_spend(&run, &greedy, 1001));
    assert_int_equal(run.limits, VTR_SCAN_LIMIT_REGEX);
    assert_int_equal(run.costly_pattern, 8);

    run.costly_pattern = 0;
    run.limits = 0;
    run.work_left = 0;
    assert_false(vtr_run_spend(&run, &modest, 1));
    assert_int_equal(run.limits, VTR_SCAN_LIMIT_REGEX);
    assert_int_equal(run.costly_pattern, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(visits_cost_the_same_however_they_are_counted),
        cmocka_unit_test(what_is_used_up_stays_used_up),
        cmocka_unit_test(what_uses_up_its_own_work_is_to_blame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

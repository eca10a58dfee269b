/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/match/match_list.h"

#include "tests/support/cmocka.h"

static void add(struct vtr_match_list *list, uint64_t offset, uint64_t length)
{
    assert_true(vtr_match_list_add(list, offset, length));
}

static void matches_come_out_sorted_and_one_an_offset(void **state)
{
    (void)state;
    struct vtr_match_list list = {0};

    add(&list, 7, 3);
    add(&list, 2, 4);
    add(&list, 7, 9);
    assert_true(vtr_match_list_finish(&list));
    assert_int_equal(list.count, 2);
    assert_int_equal(list.items[0].offset, 2);
    assert_int_equal(list.items[1].offset, 7);
    assert_int_equal(list.items[1].length, 3); /* the one added first */
    vtr_match_list_deinit(&list);
}

static void ranges_include_both_ends(void **state)
{
    (void)state;
    struct vtr_match_list list = {0};

    for (uint64_t offset = 10; offset <= 30; offset += 10) {
        add(&list, offset, 1);
    }
    assert_true(vtr_match_list_finish(&list));
    assert_int_equal(vtr_match_list_count_in(&list, 10, 30), 3);
    assert_int_equal(vtr_match_list_count_in(&list, 11, 29), 1);
    assert_int_equal(vtr_match_list_count_in(&list, 31, INT64_MAX), 0);
    assert_int_equal(vtr_match_list_count_in(&list, INT64_MIN, INT64_MAX), 3);
    assert_int_equal(vtr_match_list_count_in(&list, 20, 19), 0);
    assert_int_equal(vtr_match_list_count_in(&list, -5, -1), 0);
    vtr_match_list_deinit(&list);
}

static void an_offset_is_found_exactly(void **state)
{
    (void)state;
    struct vtr_match_list list = {0};

    assert_false(vtr_match_list_has(&list, 0));
    add(&list, 0, 1);
    add(&list, 5, 1);
    assert_true(vtr_match_list_has(&list, 0));
    assert_true(vtr_match_list_has(&list, 5));
    assert_false(vtr_match_list_has(&list, 4));
    assert_false(vtr_match_list_has(&list, 6));
    assert_false(vtr_match_list_has(&list, -1));
    vtr_match_list_deinit(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_come_out_sorted_and_one_an_offset),
        cmocka_unit_test(ranges_include_both_ends),
        cmocka_unit_test(an_offset_is_found_exactly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

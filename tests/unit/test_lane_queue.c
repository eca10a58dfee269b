/* SPDX-License-Identifier: Apache-2.0 */

#include "base/lane_queue.h"

#include "tests/support/cmocka.h"

static void long_messages_have_their_turn_first_and_too_long_ones_none(void **state)
{
    static const uint8_t BYTES[40] = {0};
    static const size_t LENGTHS[] = {10, 30, 11, 0, 31, 12};
    static const size_t ORDER[] = {1, 2, 5, 0, 3, 6, 6};
    struct vtr_bytes runs[6];
    struct vtr_lane_queue queue = {.runs = runs,
                                   .count = 6,
                                   .long_len = 10,
                                   .len_max = 30};

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        runs[i] = (struct vtr_bytes){BYTES, LENGTHS[i]};
    }
    for (size_t i = 0; i < sizeof(ORDER) / sizeof(ORDER[0]); i++) {
        assert_int_equal(vtr_lane_queue_take(&queue), ORDER[i]);
    }
}

static void of_nothing_nothing_is_taken(void **state)
{
    struct vtr_lane_queue queue = {.runs = NULL, .count = 0, .len_max = SIZE_MAX};

    (void)state;
    assert_int_equal(vtr_lane_queue_take(&queue), 0);
    assert_int_equal(vtr_lane_queue_take(&queue), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_messages_have_their_turn_first_and_too_long_ones_none),
        cmocka_unit_test(of_nothing_nothing_is_taken),
    };
    return cmocka_run_group_tests_name("lane_queue", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "format/image/atom_buckets.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/cmocka.h"
#include "tests/support/random_records.h"

static void add(struct vtr_vector *windows, const void *bytes, unsigned len)
{
    struct vtr_atom_window *window = vtr_vector_push(windows);

    assert_non_null(window);
    memcpy(window->bytes, bytes, len);
    window->len = (uint8_t)len;
}

static void fill_at_random(struct vtr_vector *windows, uint64_t *random, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint64_t bytes = vtr_test_random(random);
        uint8_t window[8];

        memcpy(window, &bytes, sizeof(window));
        add(windows, window, 1 + (unsigned)vtr_test_below(random, VTR_BUCKET_BYTES));
    }
}

/* An atom with anything behind it passes. */
static void check_window(const uint8_t *tables, unsigned groups,
                         const struct vtr_atom_window *window, uint64_t *random)
{
    uint8_t place[VTR_BUCKET_BYTES];

    for (unsigned round = 0; round < 8; round++) {
        for (unsigned i = 0; i < VTR_BUCKET_BYTES; i++) {
            place[i] =
                i < window->len ? window->bytes[i] : (uint8_t)vtr_test_random(random);
        }
        assert_true(vtr_buckets_pass(tables, groups, place));
    }
}

static void every_atom_passes_whatever_follows_it(void **state)
{
    (void)state;
    static const size_t COUNTS[] = {1, 2, 7, 8, 9, 16, 17, 48, 160, 161, 480};
    uint64_t random = 3;

    for (size_t c = 0; c < sizeof(COUNTS) / sizeof(COUNTS[0]); c++) {
        for (unsigned groups = 1; groups <= VTR_BUCKET_GROUPS_MAX; groups++) {
            uint8_t tables[VTR_BUCKET_GROUPS_MAX * VTR_BUCKET_GROUP_LEN] = {0};
            struct vtr_vector windows;

            vtr_vector_init(&windows, sizeof(struct vtr_atom_window));
            fill_at_random(&windows, &random, COUNTS[c]);
            assert_int_equal(vtr_buckets_write(tables, groups, &windows, NULL), VTR_OK);
            for (size_t i = 0; i < windows.count; i++) {
                check_window(tables, groups,
                             &((struct vtr_atom_window *)windows.items)[i], &random);
            }
            vtr_vector_deinit(&windows);
        }
    }
}

static void the_order_of_the_atoms_changes_nothing(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {"curl", "wget", "http", "ftp:", "ws2_", "eval",
                                        ".exe", ".dll", "cmd ", "exec", "wget", "curt"};
    const size_t count = sizeof(TEXTS) / sizeof(TEXTS[0]);
    uint8_t tables[2][VTR_BUCKET_GROUP_LEN] = {{0}};

    for (size_t round = 0; round < 2; round++) {
        struct vtr_vector windows;

        vtr_vector_init(&windows, sizeof(struct vtr_atom_window));
        for (size_t i = 0; i < count; i++) {
            add(&windows, TEXTS[round == 0 ? i : count - 1 - i], 4);
        }
        assert_int_equal(vtr_buckets_write(tables[round], 1, &windows, NULL), VTR_OK);
        assert_int_equal(windows.count, count - 1); /* one was there twice */
        vtr_vector_deinit(&windows);
    }
    assert_memory_equal(tables[0], tables[1], sizeof(tables[0]));
}

/* With a bucket for each nothing else passes, and the estimate counts them. */
static void eight_atoms_have_a_bucket_each(void **state)
{
    (void)state;
    uint8_t tables[VTR_BUCKET_GROUP_LEN] = {0};
    struct vtr_vector windows;
    unsigned passed = 0;

    vtr_vector_init(&windows, sizeof(struct vtr_atom_window));
    for (unsigned i = 0; i < VTR_BUCKETS; i++) {
        const uint8_t bytes[] = {(uint8_t)(i * 37), (uint8_t)(i * 11)};

        add(&windows, bytes, sizeof(bytes));
    }
    assert_int_equal(vtr_buckets_write(tables, 1, &windows, NULL), VTR_OK);
    vtr_vector_deinit(&windows);
    for (unsigned place = 0; place < 65536; place++) {
        const uint8_t bytes[] = {(uint8_t)place, (uint8_t)(place >> 8), 5, 250};

        passed += vtr_buckets_pass(tables, 1, bytes);
    }
    assert_int_equal(passed, VTR_BUCKETS);
    assert_int_equal(vtr_buckets_estimate(tables, 1), VTR_BUCKETS << 16);
}

static void a_last_byte_that_no_atom_has_makes_no_difference(void **state)
{
    (void)state;
    for (unsigned len = 1; len <= VTR_BUCKET_BYTES; len++) {
        uint8_t tables[2 * VTR_BUCKET_GROUP_LEN] = {0};
        struct vtr_vector windows;

        vtr_vector_init(&windows, sizeof(struct vtr_atom_window));
        add(&windows, "abcd", len);
        add(&windows, "xy", 2);
        assert_int_equal(vtr_buckets_write(tables, 2, &windows, NULL), VTR_OK);
        vtr_vector_deinit(&windows);
        assert_int_equal(vtr_buckets_take_any_last(tables, 2), len < VTR_BUCKET_BYTES);
    }
}

static void many_atoms_have_no_buckets(void **state)
{
    (void)state;
    assert_int_equal(vtr_bucket_groups(0), 0);
    assert_int_equal(vtr_bucket_groups(1), 1);
    assert_int_equal(vtr_bucket_groups(48), 1);
    assert_int_equal(vtr_bucket_groups(49), 2);
    assert_int_equal(vtr_bucket_groups(160), 2);
    assert_int_equal(vtr_bucket_groups(161), 3);
    assert_int_equal(vtr_bucket_groups(480), 3);
    assert_int_equal(vtr_bucket_groups(481), 0);
    assert_int_equal(vtr_bucket_groups(UINT64_MAX), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_atom_passes_whatever_follows_it),
        cmocka_unit_test(the_order_of_the_atoms_changes_nothing),
        cmocka_unit_test(eight_atoms_have_a_bucket_each),
        cmocka_unit_test(a_last_byte_that_no_atom_has_makes_no_difference),
        cmocka_unit_test(many_atoms_have_no_buckets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

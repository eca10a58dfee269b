/* SPDX-License-Identifier: Apache-2.0 */

#include "base/sort.h"

#include <stdlib.h>

#include "tests/support/cmocka.h"

struct item {
    unsigned key;
    unsigned place; /* before sorting */
};

static int compare_keys(const void *a, const void *b, void *context)
{
    const unsigned x = ((const struct item *)a)->key;
    const unsigned y = ((const struct item *)b)->key;

    (*(size_t *)context)++;
    return (x > y) - (x < y);
}

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

static void every_length_is_sorted_and_stable(void **state)
{
    (void)state;
    enum {
        LONGEST = 300
    };
    struct item items[LONGEST];
    unsigned seed = 7;

    for (size_t count = 0; count <= LONGEST; count++) {
        size_t comparisons = 0;
        for (size_t i = 0; i < count; i++) {
            items[i] = (struct item){next_random(&seed) % 20, (unsigned)i};
        }
        assert_int_equal(vtr_sort(items, count, sizeof(items[0]), compare_keys,
                                  &comparisons),
                         VTR_OK);
        for (size_t i = 1; i < count; i++) {
            assert_true(items[i - 1].key <= items[i].key);
            if (items[i - 1].key == items[i].key) {
                assert_true(items[i - 1].place < items[i].place);
            }
        }
    }
}

static void numbers_of_every_length_and_width_are_sorted(void **state)
{
    (void)state;
    enum {
        LONGEST = 300
    };
    static const uint32_t MASKS[] = {0, 0xFF, 0xFF00, 0xFF0000FF, UINT32_MAX};
    uint32_t numbers[LONGEST];
    unsigned seed = 11;

    for (size_t n = 0; n < sizeof(MASKS) / sizeof(MASKS[0]) * (LONGEST + 1); n++) {
        const size_t count = n % (LONGEST + 1);
        uint32_t sum = 0;
        for (size_t i = 0; i < count; i++) {
            numbers[i] = (next_random(&seed) << 16 | next_random(&seed)) &
                         MASKS[n / (LONGEST + 1)];
            sum += numbers[i] * numbers[i];
        }
        assert_int_equal(vtr_sort_u32(numbers, count), VTR_OK);
        for (size_t i = 0; i < count; i++) {
            assert_true(i == 0 || numbers[i - 1] <= numbers[i]);
            sum -= numbers[i] * numbers[i];
        }
        assert_int_equal(sum, 0); /* the same numbers */
    }
}

static void descending_input_is_not_quadratic(void **state)
{
    (void)state;
    enum {
        COUNT = 100000
    };
    struct item *items = calloc(COUNT, sizeof(*items));
    size_t comparisons = 0;

    assert_non_null(items);
    for (unsigned i = 0; i < COUNT; i++) {
        items[i].key = COUNT - i;
    }
    assert_int_equal(vtr_sort(items, COUNT, sizeof(*items), compare_keys, &comparisons),
                     VTR_OK);
    assert_int_equal(items[0].key, 1);
    assert_true(comparisons < (size_t)COUNT * 20);
    free(items);
}

/* Every list of even numbers and every number from below the first to past the last. */
static void what_is_sorted_is_found(void **state)
{
    (void)state;
    enum {
        LONGEST = 40
    };
    struct item items[2 * LONGEST];
    size_t comparisons = 0;

    for (size_t count = 0; count <= LONGEST; count++) {
        for (size_t i = 0; i < 2 * count; i++) {
            items[i].key = (unsigned)(2 * (i / 2 + 1)); /* each twice */
        }
        for (unsigned key = 1; key <= 2 * count + 1; key++) {
            const struct item wanted = {.key = key};
            const size_t first =
                vtr_sort_find_first(items, 2 * count, sizeof(items[0]), &wanted,
                                    compare_keys, &comparisons);
            const size_t found = vtr_sort_find(items, 2 * count, sizeof(items[0]),
                                               &wanted, compare_keys, &comparisons);
            assert_int_equal(first, 2 * ((key + 1) / 2 - 1));
            assert_int_equal(found, key % 2 == 0 ? first : 2 * count);
        }
    }
    assert_int_equal(vtr_sort_find(NULL, 0, sizeof(items[0]), &items[0], compare_keys,
                                   &comparisons),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length_is_sorted_and_stable),
        cmocka_unit_test(numbers_of_every_length_and_width_are_sorted),
        cmocka_unit_test(descending_input_is_not_quadratic),
        cmocka_unit_test(what_is_sorted_is_found),
    };
    return cmocka_run_group_tests_name("sort", tests, NULL, NULL);
}

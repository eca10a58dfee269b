/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/regex/regex_lead.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/cmocka.h"

#define DATA_LEN   300u
#define CASES      20000u
#define FIRST_SEED 20240607u

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void allow(struct vtr_regex_lead *lead, unsigned place, const char *bytes)
{
    for (; *bytes != '\0'; bytes++) {
        lead->rows[(uint8_t)*bytes] |= UINT64_C(1) << place;
    }
}

static size_t find(const struct vtr_regex_lead *lead, const char *data, size_t at,
                   size_t limit)
{
    /* from the heap, so that a byte too many is seen */
    const size_t len = strlen(data);
    uint8_t *copy = malloc(len == 0 ? 1 : len);

    assert_non_null(copy);
    memcpy(copy, data, len);
    const size_t found =
        vtr_regex_lead_find(lead, (struct vtr_bytes){copy, len}, at, limit);
    free(copy);
    return found;
}

static void the_first_place_where_all_bytes_may_be_is_found(void **state)
{
    struct vtr_regex_lead lead = {.len = 4};

    (void)state;
    allow(&lead, 0, "ab");
    allow(&lead, 1, "0");
    allow(&lead, 2, "0");
    allow(&lead, 3, "xyz");
    assert_int_equal(find(&lead, "a00x", 0, 4), 0);
    assert_int_equal(find(&lead, "..b00z", 0, 6), 2);
    assert_int_equal(find(&lead, "a00ab00y", 0, 8), 4);
    assert_int_equal(find(&lead, "a00ab00y", 4, 8), 4);
    assert_int_equal(find(&lead, "a00ab00y", 5, 8), 8);
    assert_int_equal(find(&lead, "a00ab00y", 0, 4), 4);
    assert_int_equal(find(&lead, "b00", 0, 3), 3);
    assert_int_equal(find(&lead, "", 0, 0), 0);
}

/* Whether the bytes at a place are of their sets. */
static bool may_be_at(const struct vtr_regex_lead *lead, const uint8_t *data,
                      size_t len, size_t at)
{
    for (unsigned i = 0; i < lead->len; i++) {
        if (at + i >= len || (lead->rows[data[at + i]] >> i & 1) == 0) {
            return false;
        }
    }
    return true;
}

/* Nothing is passed by, and what is returned moves on. */
static void try_random(uint32_t *seed)
{
    static const char LETTERS[] = "abcd";
    struct vtr_regex_lead lead = {.len = 1 + next_random(seed) % VTR_REGEX_LEAD_MAX};
    const unsigned dense = 1 + next_random(seed) % 16;
    uint8_t data[DATA_LEN];
    size_t at = next_random(seed) % 8;

    for (unsigned i = 0; i < lead.len; i++) {
        for (unsigned letter = 0; letter < 4; letter++) {
            const bool is_in = next_random(seed) % dense != 0 || letter == i % 4;
            lead.rows[(uint8_t)LETTERS[letter]] |= (uint64_t)is_in << i;
        }
    }
    for (size_t i = 0; i < DATA_LEN; i++) {
        data[i] = (uint8_t)LETTERS[next_random(seed) % 4];
    }
    const size_t limit = DATA_LEN - next_random(seed) % 100;
    while (at < limit) {
        const size_t found =
            vtr_regex_lead_find(&lead, (struct vtr_bytes){data, DATA_LEN}, at, limit);
        assert_true(found >= at && found <= limit);
        for (; at < found; at++) {
            assert_false(may_be_at(&lead, data, DATA_LEN, at));
        }
        at++;
    }
}

static void no_place_is_passed_by(void **state)
{
    uint32_t seed = FIRST_SEED;

    (void)state;
    for (unsigned i = 0; i < CASES; i++) {
        try_random(&seed);
    }
}

static void what_would_take_long_is_left_to_others(void **state)
{
    struct vtr_regex_lead lead = {.len = VTR_REGEX_LEAD_MAX};
    char data[DATA_LEN + 1];

    (void)state;
    for (unsigned i = 0; i + 1 < VTR_REGEX_LEAD_MAX; i++) {
        allow(&lead, i, "a");
    }
    allow(&lead, VTR_REGEX_LEAD_MAX - 1, "ab");
    lead.rows['a'] &= ~UINT64_C(1); /* not at first: all but one byte agree */
    memset(data, 'a', DATA_LEN);
    data[DATA_LEN] = '\0';
    assert_int_equal(find(&lead, data, 0, DATA_LEN), DATA_LEN);
    lead.rows['a'] |= 1;
    allow(&lead, 0, "c");
    lead.rows['a'] &= ~(UINT64_C(1) << (VTR_REGEX_LEAD_MAX / 2));
    for (size_t at = 0; at < DATA_LEN; at++) {
        const size_t found = find(&lead, data, at, DATA_LEN);
        assert_true(found >= at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_place_where_all_bytes_may_be_is_found),
        cmocka_unit_test(no_place_is_passed_by),
        cmocka_unit_test(what_would_take_long_is_left_to_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

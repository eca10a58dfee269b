/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/regex/regex_ways.h"

#include <string.h>

#include "base/bytes.h"
#include "scan/regex/regex.h"
#include "tests/support/cmocka.h"
#include "tests/support/random_regex.h"

#define DATA_LEN   100u
#define CASES      4000u
#define FIRST_SEED 20261123u
#define STEPS      1000000u

static bool may_begin(const char *text, const char *data, size_t start)
{
    struct vtr_regex_ways *ways = vtr_regex_ways_new(vtr_bytes_from_text(text), 0);
    uint64_t steps = STEPS;

    assert_non_null(ways);
    const bool is_possible =
        vtr_regex_ways_may_begin(ways, vtr_bytes_from_text(data), start, &steps);
    assert_true(steps > 0);
    vtr_regex_ways_free(ways);
    return is_possible;
}

static void a_match_begins_at_its_first_byte_alone(void **state)
{
    (void)state;
    assert_true(may_begin("abc", "xabcx", 1));
    assert_false(may_begin("abc", "xabcx", 0));
    assert_false(may_begin("abc", "xabcx", 2));
    assert_false(may_begin("abc", "xabc", 4)); /* at the end of the data */
    assert_false(may_begin("abc", "xab", 1));
    assert_true(may_begin("a*", "xab", 0)); /* of nothing */
    assert_true(may_begin("a(?:b|cd)+e", "acdbe", 0));
    assert_false(may_begin("a(?:b|cd)+e", "acbde", 0));
    assert_true(may_begin("(?<g0>ab)(?&g0){1,2}c", "ababc", 0));
    assert_false(may_begin("(?<g0>ab)(?&g0){1,2}c", "abc", 0));
}

/* Two repeats of anything and a byte that is not there: going back takes the square of
 * the length in steps. */
static void steps_are_in_proportion_to_the_data(void **state)
{
    enum {
        LEN = 100000
    };
    static uint8_t data[LEN];
    struct vtr_regex_ways *ways = vtr_regex_ways_new(vtr_bytes_from_text(".*x?.*y"), 0);
    uint64_t steps = STEPS;

    (void)state;
    assert_non_null(ways);
    memset(data, 'a', LEN);
    assert_false(
        vtr_regex_ways_may_begin(ways, (struct vtr_bytes){data, LEN}, 0, &steps));
    assert_in_range(STEPS - steps, LEN, 5 * LEN);

    steps = LEN; /* are too few to say */
    assert_true(
        vtr_regex_ways_may_begin(ways, (struct vtr_bytes){data, LEN}, 0, &steps));
    assert_int_equal(steps, 0);
    vtr_regex_ways_free(ways);
}

static void what_has_no_place_in_it_is_not_followed(void **state)
{
    (void)state;
    assert_null(vtr_regex_ways_new(vtr_bytes_from_text("(a)"), 0));
    assert_null(vtr_regex_ways_new(vtr_bytes_from_text("a{9999}"), 0));
}

/* Where PCRE2 finds a match one may begin; where it finds none none may, unless the
 * expression looks around itself. */
static void hold_against_pcre2(const char *text, uint8_t flags, struct vtr_bytes data)
{
    bool is_memory_out;
    struct vtr_regex *regex =
        vtr_regex_new(vtr_bytes_from_text(text), flags, &is_memory_out);
    struct vtr_regex_machine *machine = vtr_regex_machine_new(100000, 16384);
    struct vtr_regex_ways *ways = vtr_regex_ways_new(vtr_bytes_from_text(text), flags);
    const bool looks_around =
        strstr(text, "(?=") != NULL || strstr(text, "(?<!") != NULL;

    assert_non_null(regex);
    assert_non_null(machine);
    assert_non_null(ways);
    for (size_t i = 0; i < data.len; i++) {
        size_t start;
        size_t end;
        uint64_t steps = STEPS;
        const bool is_match =
            vtr_regex_run(machine, regex, data, i, true, &start, &end) == VTR_REGEX_YES;
        const bool is_possible = vtr_regex_ways_may_begin(ways, data, i, &steps);

        if (is_match ? !is_possible : is_possible && !looks_around) {
            fail_msg("/%s/ with flags %u at %zu of '%.*s': %d", text, flags, i,
                     (int)data.len, (const char *)data.ptr, is_match);
        }
    }
    vtr_regex_ways_free(ways);
    vtr_regex_machine_free(machine);
    vtr_regex_free(regex);
}

static void it_agrees_with_pcre2(void **state)
{
    uint64_t random = FIRST_SEED;
    char text[VTR_TEST_REGEX_CAP];
    uint8_t data[DATA_LEN];

    (void)state;
    for (unsigned i = 0; i < CASES; i++) {
        const uint8_t flags = vtr_test_random_flags(&random);

        vtr_test_random_regex(text, &random);
        hold_against_pcre2(
            text, flags,
            (struct vtr_bytes){data, vtr_test_random_subject(data, DATA_LEN, &random)});
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_match_begins_at_its_first_byte_alone),
        cmocka_unit_test(steps_are_in_proportion_to_the_data),
        cmocka_unit_test(what_has_no_place_in_it_is_not_followed),
        cmocka_unit_test(it_agrees_with_pcre2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

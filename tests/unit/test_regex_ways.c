/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/regex/regex_ways.h"

#include <string.h>

#include "base/bytes.h"
#include "scan/regex/regex.h"
#include "scan/regex/regex_program.h"
#include "tests/support/cmocka.h"
#include "tests/support/random_regex.h"

#define DATA_LEN   100u
#define CASES      4000u
#define FIRST_SEED 20261123u
#define STEPS      1000000u
#define NONE       SIZE_MAX
#define REACHES    4u

struct subject {
    struct vtr_regex_program_code *program;
    struct vtr_regex_ways *ways;
};

static struct subject subject_of(const char *text, uint8_t flags)
{
    struct subject out;

    out.program = vtr_regex_program_new(vtr_bytes_from_text(text), flags);
    assert_non_null(out.program);
    out.ways = vtr_regex_ways_new(out.program);
    assert_non_null(out.ways);
    return out;
}

static void subject_free(struct subject *subject)
{
    vtr_regex_ways_free(subject->ways);
    vtr_regex_program_free(subject->program);
}

/* The place that a search finds; NONE: it is certain that there is none. */
static size_t find(const char *text, const char *data, size_t start, size_t last)
{
    struct subject subject = subject_of(text, 0);
    uint64_t steps = STEPS;
    size_t place;
    const bool is_possible =
        vtr_regex_ways_find(subject.ways, vtr_bytes_from_text(data), start, last,
                            &steps, &place);

    assert_true(steps > 0);
    subject_free(&subject);
    return is_possible ? place : NONE;
}

static bool may_begin(const char *text, const char *data, size_t start)
{
    const size_t place = find(text, data, start, start);

    assert_true(place == NONE || place == start);
    return place == start;
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

static void the_first_match_is_the_one_that_begins_first(void **state)
{
    (void)state;
    assert_int_equal(find("abc", "xabcabc", 0, VTR_REGEX_ANYWHERE), 1);
    assert_int_equal(find("abc", "xabcabc", 2, VTR_REGEX_ANYWHERE), 4);
    assert_int_equal(find("abc", "xabcabc", 5, VTR_REGEX_ANYWHERE), NONE);
    /* One that ends earlier begins later. */
    assert_int_equal(find("abcde|cd", "xabcde", 0, VTR_REGEX_ANYWHERE), 1);
    assert_int_equal(find("abcde|cd", "xabcdx", 0, VTR_REGEX_ANYWHERE), 3);
    assert_int_equal(find("a*", "xab", 0, VTR_REGEX_ANYWHERE), 0);
    assert_int_equal(find("b*\\z", "ab", 0, VTR_REGEX_ANYWHERE), 1);
    assert_int_equal(find("b*\\z", "ba", 0, VTR_REGEX_ANYWHERE),
                     2); /* of nothing, at the end */
    assert_int_equal(find("", "", 0, VTR_REGEX_ANYWHERE), 0);
    assert_int_equal(find("a", "", 0, VTR_REGEX_ANYWHERE), NONE);
    /* One that begins too late is none. */
    assert_int_equal(find("cd|abcde", "xabcdx", 0, 2), NONE);
    assert_int_equal(find("cd|abcde", "xabcdx", 0, 3), 3);
    assert_int_equal(find("cd|abcde", "xabcdex", 0, 1), 1);
}

static void the_begin_and_the_end_of_the_data_are_where_they_are(void **state)
{
    (void)state;
    assert_int_equal(find("\\Aab", "abab", 0, VTR_REGEX_ANYWHERE), 0);
    assert_int_equal(find("\\Aab", "abab", 1, VTR_REGEX_ANYWHERE), NONE);
    assert_int_equal(find("ab\\z", "abab", 0, VTR_REGEX_ANYWHERE), 2);
    assert_int_equal(find("ab\\z", "abab\n", 0, VTR_REGEX_ANYWHERE), NONE);
    assert_int_equal(find("(?:\\A|x)+b\\z", "bxbxxb", 1, VTR_REGEX_ANYWHERE), 3);
    assert_int_equal(find("\\A\\z", "", 0, 0), 0);
    assert_int_equal(find("(?:a|\\z)b*", "b", 0, VTR_REGEX_ANYWHERE), 1);
}

/* Two repeats of anything and a byte that is not there: going back takes the square of
 * the length in steps, and its third power from all places. */
static void steps_are_in_proportion_to_the_data(void **state)
{
    enum {
        LEN = 100000
    };
    static uint8_t bytes[LEN];
    const struct vtr_bytes data = {bytes, LEN};
    struct subject subject = subject_of(".*x?.*y", 0);
    size_t place;

    (void)state;
    memset(bytes, 'a', LEN);
    for (size_t last = 0; last <= LEN; last += LEN / 2) {
        uint64_t steps = STEPS;
        assert_false(vtr_regex_ways_find(subject.ways, data, 0, last, &steps, &place));
        assert_in_range(STEPS - steps, LEN, 6 * LEN);
    }
    subject_free(&subject);
}

static void with_too_few_steps_one_may_begin(void **state)
{
    struct subject subject = subject_of("a+b", 0);
    const struct vtr_bytes data = vtr_bytes_from_text("xxaxxaaaab");
    size_t place = NONE;

    (void)state;
    for (uint64_t most = 0; most < 30; most++) {
        uint64_t steps = most;

        assert_true(vtr_regex_ways_find(subject.ways, data, 0, VTR_REGEX_ANYWHERE,
                                        &steps, &place));
        assert_in_range(place, 0, 5);
        assert_true(steps == 0 || place == 5);
    }
    assert_int_equal(place, 5);
    subject_free(&subject);
}

/* Where PCRE2 finds a match one may begin; where it finds none none may, unless the
 * expression looks around itself. */
static void hold_against_pcre2(const char *text, uint8_t flags, struct vtr_bytes data)
{
    bool is_memory_out;
    struct vtr_regex *regex = vtr_regex_new(vtr_bytes_from_text(text), flags,
                                            VTR_REGEX_SEARCH, &is_memory_out);
    struct vtr_regex_machine *machine = vtr_regex_machine_new(100000, 16384);
    struct subject subject = subject_of(text, flags);
    const bool looks_around =
        strstr(text, "(?=") != NULL || strstr(text, "(?<!") != NULL;

    assert_non_null(regex);
    assert_non_null(machine);
    for (size_t i = 0; i < (data.len + 1) * REACHES; i++) {
        static const size_t REACH[REACHES] = {0, 1, 7, VTR_REGEX_ANYWHERE};
        const size_t start = i / REACHES;
        const size_t reach = REACH[i % REACHES];
        const size_t last = reach < VTR_REGEX_ANYWHERE ? start + reach : reach;
        uint64_t steps = STEPS;
        size_t want = NONE;
        size_t got = NONE;
        size_t end;

        (void)vtr_regex_run(machine, regex, data, start, last, &want, &end);
        if (!vtr_regex_ways_find(subject.ways, data, start, last, &steps, &got)) {
            got = NONE;
        }
        if (looks_around ? got > want : got != want) {
            fail_msg("/%s/ with flags %u at %zu of '%.*s': %zu instead of %zu", text,
                     flags, start, (int)data.len, (const char *)data.ptr, got, want);
        }
    }
    subject_free(&subject);
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
        cmocka_unit_test(the_first_match_is_the_one_that_begins_first),
        cmocka_unit_test(the_begin_and_the_end_of_the_data_are_where_they_are),
        cmocka_unit_test(steps_are_in_proportion_to_the_data),
        cmocka_unit_test(with_too_few_steps_one_may_begin),
        cmocka_unit_test(it_agrees_with_pcre2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

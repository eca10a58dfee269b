/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/regex/regex_sweep.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "scan/regex/regex.h"
#include "scan/regex/regex_program.h"
#include "tests/support/cmocka.h"
#include "tests/support/random_records.h"
#include "tests/support/random_regex.h"

#define DATA_LEN   100u
#define LONG_LEN   10000u
#define CASES      9000u
#define FIRST_SEED 20261124u
#define MANY       1000000u
#define NONE       SIZE_MAX
#define UNKNOWN    (SIZE_MAX - 1)

struct subject {
    struct vtr_regex_program_code *program;
    struct vtr_regex_sweep *sweep; /* NULL: none is to be had */
    struct vtr_regex *regex;
    struct vtr_regex_machine *machine;
};

static struct subject subject_of(const char *text, uint8_t flags)
{
    struct subject out;
    bool is_memory_out;

    out.program = vtr_regex_program_new(vtr_bytes_from_text(text), flags);
    assert_non_null(out.program);
    out.sweep = vtr_regex_sweep_new(out.program);
    out.regex =
        vtr_regex_new(vtr_bytes_from_text(text), flags, VTR_REGEX_AT, &is_memory_out);
    assert_non_null(out.regex);
    out.machine = vtr_regex_machine_new(MANY, 16384);
    assert_non_null(out.machine);
    return out;
}

static void subject_free(struct subject *subject)
{
    vtr_regex_machine_free(subject->machine);
    vtr_regex_free(subject->regex);
    vtr_regex_sweep_free(subject->sweep);
    vtr_regex_program_free(subject->program);
}

/* Where the match that begins at `start` ends for PCRE2; UNKNOWN when it takes too many
 * steps to say. */
static size_t end_at(const struct subject *subject, struct vtr_bytes data, size_t start)
{
    size_t end = NONE;

    if (data.len - start > VTR_REGEX_SWEEP_REACH) {
        data.len = start + VTR_REGEX_SWEEP_REACH;
    }
    const enum vtr_regex_answer answer =
        vtr_regex_run(subject->machine, subject->regex, data, start, start, &start,
                      &end);
    assert_int_not_equal(answer, VTR_REGEX_FAILED);
    return answer == VTR_REGEX_LIMIT ? UNKNOWN : answer == VTR_REGEX_YES ? end : NONE;
}

/* Goes through the data from `start` on, `pace` steps at a time, and holds what is
 * found against PCRE2; where that came to its end. */
static size_t hold_sweep(const struct subject *subject, const char *text,
                         struct vtr_bytes data, size_t start, size_t last,
                         uint64_t pace)
{
    enum vtr_sweep_answer answer = VTR_SWEEP_PAUSE;
    size_t known = start;

    assert_true(vtr_regex_sweep_begin(subject->sweep, start));
    while (answer != VTR_SWEEP_OVER) {
        uint64_t steps = pace;
        size_t place;
        size_t end;

        answer = vtr_regex_sweep_next(subject->sweep, data, last, &steps, &place, &end);
        assert_true(steps < pace || answer != VTR_SWEEP_PAUSE);
        assert_in_range(place, known, data.len);
        const bool is_match = answer == VTR_SWEEP_MATCH;
        for (; known < place + (is_match ? 1 : 0); known++) {
            const size_t got = is_match && known == place ? end : NONE;
            const size_t want = end_at(subject, data, known);
            if (got != want && want != UNKNOWN) {
                fail_msg("/%s/ at %zu of '%.*s': ends at %zu instead of %zu", text,
                         known, (int)data.len, (const char *)data.ptr, got, want);
            }
        }
    }
    return known;
}

/* All of the data, however often a sweep is over. */
static void hold_all(const struct subject *subject, const char *text,
                     struct vtr_bytes data, uint64_t pace)
{
    size_t start = 0;

    while (start < data.len) {
        const size_t next = hold_sweep(subject, text, data, start, data.len - 1, pace);
        assert_true(next > start);
        start = next;
    }
}

static void each_match_is_told_as_pcre2_finds_it(void **state)
{
    static const char *const TEXTS[] = {"a+",
                                        "a+?",
                                        "a|ab",
                                        "ab|a",
                                        "a(?:b|bc)+",
                                        "a(?:bc|b)*?",
                                        "[ab]{2,3}",
                                        "[ab]{2,3}?c",
                                        "a.*c",
                                        "a.*?c",
                                        "(?:a|ab)(?:c|bcd)?",
                                        "b{0,2}?a",
                                        "(?:ab?)*c",
                                        "a*",
                                        "c(?:a|b|)a?",
                                        "(?<g>ab|a)(?&g){1,2}c",
                                        "(?(DEFINE)(?<g>a|b))(?&g)+c"};
    const struct vtr_bytes data =
        vtr_bytes_from_text("abcabbbcaaabccabcdababcaababaaacbbcabbabcc");

    (void)state;
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        struct subject subject = subject_of(TEXTS[i], 0);
        assert_non_null(subject.sweep);
        hold_all(&subject, TEXTS[i], data, MANY);
        hold_all(&subject, TEXTS[i], data, 1);
        subject_free(&subject);
    }
}

/* Of a match that would be longer the best that is not. */
static void no_match_goes_too_far(void **state)
{
    static const char *const TEXTS[] = {"a+",         "(?:[ab]{4}){3,}(?:b|[ab]{2}c)?",
                                        "a[ab]*b",    "a.*?c",
                                        "(?:a|b.)+c", "[ab]{5,}?c?",
                                        "[ab]{300,}"};
    static uint8_t bytes[LONG_LEN];
    const struct vtr_bytes data = {bytes, LONG_LEN};
    uint64_t random = FIRST_SEED;

    (void)state;
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        struct subject subject = subject_of(TEXTS[i], 0);
        for (size_t k = 0; k < LONG_LEN; k++) {
            const uint64_t pick = vtr_test_below(&random, 3000);
            bytes[k] = pick == 0 ? 'c' : pick < 6 ? 'b' : 'a';
        }
        assert_non_null(subject.sweep);
        hold_all(&subject, TEXTS[i], data, MANY);
        subject_free(&subject);
    }
}

static void it_begins_and_ends_where_it_is_told(void **state)
{
    struct subject subject = subject_of("ab+", 0);
    const struct vtr_bytes data = vtr_bytes_from_text("xabbxabbbb");

    (void)state;
    assert_int_equal(hold_sweep(&subject, "ab+", data, 0, 9, MANY), 1);
    assert_int_equal(hold_sweep(&subject, "ab+", data, 1, 9, MANY), 5);
    assert_int_equal(hold_sweep(&subject, "ab+", data, 5, 9, MANY), 10);
    assert_int_equal(hold_sweep(&subject, "ab+", data, 5, 6, MANY), 7);
    assert_int_equal(hold_sweep(&subject, "ab+", data, 2, 4, MANY), 3);
    /* What it knew of other data is no more. */
    assert_int_equal(hold_sweep(&subject, "ab+", vtr_bytes_from_text("ab"), 0, 1, MANY),
                     2);
    subject_free(&subject);
}

static void what_asks_for_more_than_bytes_has_no_order(void **state)
{
    static const char *const TEXTS[] = {"a(?=b)", "(?<!a)b",  "(?>a|ab)c", "\\Aa",
                                        "a\\z",   "(?:a|)*b", "(?:a*)+",   "(?:a?){2}"};

    (void)state;
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        struct subject subject = subject_of(TEXTS[i], 0);
        assert_null(subject.sweep);
        subject_free(&subject);
    }
}

/* Which of the last bytes were an a: too many states.  What is known is told, and after
 * some times no sweep begins. */
static void without_room_it_ends_early(void **state)
{
    static const char TEXT[] = "[ab]*a[ab]{14}c";
    static uint8_t bytes[LONG_LEN];
    const struct vtr_bytes data = {bytes, LONG_LEN};
    struct subject subject = subject_of(TEXT, 0);
    uint64_t random = FIRST_SEED;
    unsigned count = 0;

    (void)state;
    for (size_t k = 0; k < LONG_LEN; k++) {
        bytes[k] = vtr_test_below(&random, 2) == 0 ? 'a' : 'b';
    }
    while (vtr_regex_sweep_begin(subject.sweep, 0)) {
        uint64_t steps = MANY;
        size_t start;
        size_t end;
        assert_int_equal(vtr_regex_sweep_next(subject.sweep, data, LONG_LEN - 1, &steps,
                                              &start, &end),
                         VTR_SWEEP_OVER);
        assert_int_equal(start, 0);
        count++;
    }
    assert_in_range(count, 1, 100);
    subject_free(&subject);
}

/* Many matches over each other take few steps each. */
static void steps_are_in_proportion_to_the_data(void **state)
{
    static uint8_t bytes[LONG_LEN];
    const struct vtr_bytes data = {bytes, LONG_LEN};
    struct subject subject = subject_of("(?:[a-z]{4}){3,}", 0);
    uint64_t steps = MANY;
    size_t start = 0;
    size_t end;
    size_t count = 0;

    (void)state;
    memset(bytes, 'q', LONG_LEN);
    assert_true(vtr_regex_sweep_begin(subject.sweep, 0));
    while (vtr_regex_sweep_next(subject.sweep, data, LONG_LEN - 1, &steps, &start,
                                &end) == VTR_SWEEP_MATCH) {
        count++;
    }
    assert_int_equal(count, LONG_LEN - 11);
    assert_in_range(MANY - steps, LONG_LEN, 20 * LONG_LEN);
    subject_free(&subject);
}

/* One that is repeated in front of another. */
static void random_nested_regex(char out[2 * VTR_TEST_REGEX_CAP], uint64_t *random)
{
    static const char *const COUNTS[] = {"",     "+",     "*",  "?",
                                         "{2,}", "{0,3}", "+?", "*?"};
    const char *times =
        COUNTS[vtr_test_below(random, sizeof(COUNTS) / sizeof(COUNTS[0]))];
    char inner[VTR_TEST_REGEX_CAP];
    char outer[VTR_TEST_REGEX_CAP];

    vtr_test_random_regex(inner, random);
    vtr_test_random_regex(outer, random);
    assert_in_range(snprintf(out, 2 * VTR_TEST_REGEX_CAP, "(?:%s)%s%s", inner, times,
                             outer),
                    1, 2 * VTR_TEST_REGEX_CAP - 1);
}

static void it_agrees_with_pcre2(void **state)
{
    uint64_t random = FIRST_SEED;
    char text[2 * VTR_TEST_REGEX_CAP];
    uint8_t data[DATA_LEN];
    unsigned count = 0;

    (void)state;
    for (unsigned i = 0; i < CASES; i++) {
        const uint8_t flags = vtr_test_random_flags(&random);

        random_nested_regex(text, &random);
        const struct vtr_bytes bytes = {data, vtr_test_random_subject(data, DATA_LEN,
                                                                      &random)};
        struct subject subject = subject_of(text, flags);
        if (subject.sweep != NULL) {
            hold_all(&subject, text, bytes, MANY);
            count++;
        }
        subject_free(&subject);
    }
    assert_true(count > 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_match_is_told_as_pcre2_finds_it),
        cmocka_unit_test(no_match_goes_too_far),
        cmocka_unit_test(it_begins_and_ends_where_it_is_told),
        cmocka_unit_test(what_asks_for_more_than_bytes_has_no_order),
        cmocka_unit_test(without_room_it_ends_early),
        cmocka_unit_test(steps_are_in_proportion_to_the_data),
        cmocka_unit_test(it_agrees_with_pcre2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/regex/regex_filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "format/record/rule.h"
#include "scan/regex/regex.h"
#include "scan/regex/regex_program.h"
#include "tests/support/cmocka.h"
#include "tests/support/random_records.h"
#include "tests/support/random_regex.h"

#define DATA_LEN   300u
#define CASES      4000u
#define FIRST_SEED 20240607u

static struct vtr_bytes bytes_of(const char *text)
{
    return vtr_bytes_from_text(text);
}

static struct vtr_regex_program_code *program_of(const char *text, uint8_t flags)
{
    struct vtr_regex_program_code *program =
        vtr_regex_program_new(bytes_of(text), flags);

    assert_non_null(program);
    return program;
}

/* Where the filter says that a match may be: "3-7 " for one that begins at 3 or later
 * and ends at 7. */
static void places(const char *text, uint8_t flags, struct vtr_bytes data, char *out,
                   size_t size)
{
    struct vtr_regex_program_code *program = program_of(text, flags);
    struct vtr_regex_filter *filter = vtr_regex_filter_new(program);
    struct vtr_regex_cursor cursor = {0};
    size_t len = 0;

    assert_non_null(filter);
    out[0] = '\0';
    while (vtr_regex_filter_find(filter, data, data.len, &cursor) == VTR_FILTER_MAYBE) {
        const int added =
            snprintf(out + len, size - len, "%zu-%zu ", cursor.start, cursor.at);
        assert_true(added > 0 && (size_t)added < size - len);
        len += (size_t)added;
        cursor = (struct vtr_regex_cursor){.at = cursor.at, .start = cursor.at};
    }
    assert_int_equal(cursor.at, data.len);
    vtr_regex_filter_free(filter);
    vtr_regex_program_free(program);
}

static void expect(const char *text, const char *data, const char *expected)
{
    char found[256];

    places(text, 0, bytes_of(data), found, sizeof(found));
    assert_string_equal(found, expected);
}

static void matches_are_found_where_they_end_first(void **state)
{
    (void)state;
    expect("abc", "xxabcabxabc", "2-5 8-11 ");
    expect("[0-9a-f]{4}", "123 beef zz 12345", "4-8 12-16 ");
    expect("a(?:b|cd)+e", "abe acdbe ae", "0-3 4-9 ");
    expect("x.z", "x\nz xyz", "4-7 ");
    expect("(?:ab){2,3}c", "abc ababc", "4-9 ");
    expect("[a-z]+(?>\\x2ec)(?![0-9A-Za-z])", "x a.c", "2-5 ");
    expect("a{0}b", "ab", "1-2 ");
    expect("\\Aab\\z", "ab ab", "0-2 3-5 ");
    expect("(?<g0>ab)(?&g0){1,2}c", "abc ababc", "4-9 ");
    expect("(?(DEFINE)(?<r0_0>a)(?<r0_1>(?&r0_0)(?&r0_0)))(?&r0_1)b", "ab aab", "3-6 ");
}

static void what_takes_no_byte_matches_everywhere(void **state)
{
    static const char *const TEXTS[] = {"BADD|Bad|", "a*", "", "(?!a)"};

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        struct vtr_regex_program_code *program = program_of(TEXTS[i], 0);
        struct vtr_regex_filter *filter = vtr_regex_filter_new(program);
        struct vtr_regex_cursor cursor = {.at = 1, .start = 1};

        assert_non_null(filter);
        assert_int_equal(vtr_regex_filter_find(filter, bytes_of("xxx"), 3, &cursor),
                         VTR_FILTER_GIVES_UP);
        assert_int_equal(cursor.start, 1);
        vtr_regex_filter_free(filter);
        vtr_regex_program_free(program);
    }
}

static void a_search_may_go_on_in_pieces(void **state)
{
    struct vtr_regex_program_code *program = program_of("abcd", 0);
    struct vtr_regex_filter *filter = vtr_regex_filter_new(program);
    const struct vtr_bytes data = bytes_of("xxabcdxx");
    struct vtr_regex_cursor cursor = {0};

    (void)state;
    assert_non_null(filter);
    assert_int_equal(vtr_regex_filter_find(filter, data, 4, &cursor), VTR_FILTER_NONE);
    assert_int_equal(cursor.at, 4);
    assert_int_equal(cursor.start, 2);
    assert_int_equal(vtr_regex_filter_find(filter, data, 6, &cursor), VTR_FILTER_MAYBE);
    assert_int_equal(cursor.start, 2);
    assert_int_equal(cursor.at, 6);
    vtr_regex_filter_free(filter);
    vtr_regex_program_free(program);
}

static void what_has_no_place_in_it_has_no_program(void **state)
{
    static const char *const TEXTS[] = {
        "(a)",          "a)",      "(?:a",   "[a",
        "a{",           "a{3,2}",  "\\d",    "(?&g0)",
        "(?>a",         "a{9999}", "(?<g>a", "(?:(?:(?:a{99}){99}){99})",
        "(?(DEFINE)a)",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        if (vtr_regex_program_new(bytes_of(TEXTS[i]), 0) != NULL) {
            fail_msg("/%s/ has a program", TEXTS[i]);
        }
    }
}

static void too_many_states_make_it_give_up(void **state)
{
    uint8_t data[65536];
    struct vtr_regex_cursor cursor = {0};
    uint64_t random = FIRST_SEED;
    struct vtr_regex_program_code *program = program_of("a[ab]{90}c", 0);
    struct vtr_regex_filter *filter = vtr_regex_filter_new(program);

    (void)state;
    assert_non_null(filter);
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)("ab"[vtr_test_below(&random, 2)]);
    }
    data[0] = 'a';
    const struct vtr_bytes bytes = {data, sizeof(data)};
    assert_int_equal(vtr_regex_filter_find(filter, bytes, bytes.len, &cursor),
                     VTR_FILTER_GIVES_UP);
    assert_int_equal(cursor.start, 0);
    cursor = (struct vtr_regex_cursor){0};
    assert_int_equal(vtr_regex_filter_find(filter, bytes, bytes.len, &cursor),
                     VTR_FILTER_GIVES_UP);
    vtr_regex_filter_free(filter);
    vtr_regex_program_free(program);
}

/* Fails when a match begins where the filter lets nobody look. */
static void hold_against_pcre2(const char *text, uint8_t flags, struct vtr_bytes data)
{
    bool is_memory_out;
    struct vtr_regex *regex =
        vtr_regex_new(bytes_of(text), flags, VTR_REGEX_AT, &is_memory_out);
    struct vtr_regex_machine *machine = vtr_regex_machine_new(100000, 16384);
    struct vtr_regex_program_code *program = program_of(text, flags);
    struct vtr_regex_filter *filter = vtr_regex_filter_new(program);
    struct vtr_regex_cursor cursor = {0};
    bool may_begin[DATA_LEN] = {false};

    assert_non_null(regex);
    assert_non_null(machine);
    assert_non_null(filter);
    enum vtr_filter_answer answer;
    while ((answer = vtr_regex_filter_find(filter, data, data.len, &cursor)) !=
               VTR_FILTER_NONE &&
           cursor.start < data.len) {
        const size_t last = answer == VTR_FILTER_MAYBE ? cursor.at : data.len;
        for (size_t i = cursor.start; i < last; i++) {
            may_begin[i] = true;
        }
        cursor = (struct vtr_regex_cursor){.at = last, .start = last};
    }
    for (size_t i = 0; i < data.len; i++) {
        size_t start;
        size_t end;
        if (vtr_regex_run(machine, regex, data, i, i, &start, &end) == VTR_REGEX_YES &&
            !may_begin[i]) {
            fail_msg("/%s/ with flags %u matches at %zu of '%.*s'", text, flags, i,
                     (int)data.len, (const char *)data.ptr);
        }
    }
    vtr_regex_filter_free(filter);
    vtr_regex_program_free(program);
    vtr_regex_machine_free(machine);
    vtr_regex_free(regex);
}

static void no_match_of_pcre2_is_missed(void **state)
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
        cmocka_unit_test(matches_are_found_where_they_end_first),
        cmocka_unit_test(what_takes_no_byte_matches_everywhere),
        cmocka_unit_test(a_search_may_go_on_in_pieces),
        cmocka_unit_test(what_has_no_place_in_it_has_no_program),
        cmocka_unit_test(too_many_states_make_it_give_up),
        cmocka_unit_test(no_match_of_pcre2_is_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

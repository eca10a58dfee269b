/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/regex/class_run.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/writer.h"
#include "compiler/pattern/regex_emit.h"
#include "format/record/rule.h"
#include "tests/support/cmocka.h"

static bool parse(const char *text, uint8_t flags, struct vtr_class_run *out)
{
    return vtr_class_run_parse(vtr_bytes_from_text(text), flags, out);
}

/* The program is a run of exactly these bytes. */
static void expect(const char *text, uint8_t flags, const char *bytes, size_t min,
                   size_t max)
{
    struct vtr_class_run run;

    if (!parse(text, flags, &run)) {
        fail_msg("%s is no run", text);
    }
    for (unsigned b = 1; b < 256; b++) {
        assert_int_equal(run.set[b], strchr(bytes, (int)b) != NULL ? 1 : 0);
    }
    assert_int_equal(run.min, min);
    assert_true(run.max == max);
}

static void runs_of_a_class_are_known(void **state)
{
    (void)state;
    expect("a+", 0, "a", 1, SIZE_MAX);
    expect("a*", VTR_PROGRAM_NOCASE, "aA", 0, SIZE_MAX);
    expect("\\x2e{3}", VTR_PROGRAM_NOCASE, ".", 3, 3);
    expect("[a-c_\\x2d]{2,}", 0, "abc_-", 2, SIZE_MAX);
    expect("[0-2x]{0,7}", 0, "012x", 0, 7);
    expect("_{4,32767}", VTR_PROGRAM_NOCASE, "_", 4, 32767);
}

static void classes_may_say_what_is_missing(void **state)
{
    struct vtr_class_run run;
    unsigned count = 0;

    (void)state;
    assert_true(parse("[^\\x0a\\x61-\\x63]+", 0, &run));
    for (unsigned b = 0; b < 256; b++) {
        count += run.set[b];
    }
    assert_int_equal(count, 252);
    assert_false(run.set['\n'] || run.set['a'] || run.set['c']);
    assert_true(run.set[0] && run.set['`'] && run.set['d'] && run.set[255]);
    assert_true(parse(".*", VTR_PROGRAM_DOTALL, &run));
    assert_true(run.set['\n'] && run.set[0]);
}

static void anything_else_is_no_run(void **state)
{
    static const char *const OTHERS[] = {
        "",        "a",        "a+?",      "ab+",
        "a+b",     ".+",       "a{1,2}?",  "a++",
        "(?:a)+",  "(?:a|b)+", "[ab+",     "[]+",
        "[b-a]+",  "[a-]+",    "\\x0+",    "\\x:;+",
        "\\x4G+",  "\\d+",     "[\\d]+",   "a{,3}",
        "a{3",     "a{x}",     "[[:a:]]+", "-+",
        "a|b+",    "^+",       "[^]+",     "a{99999999999}",
        "(?i)a+",  "\\A+",     "[a",       "a{1,2",
        "a{1,2x}",
    };
    struct vtr_class_run run;

    (void)state;
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        if (parse(OTHERS[i], 0, &run)) {
            fail_msg("%s is taken for a run", OTHERS[i]);
        }
    }
    assert_false(parse("a+", VTR_PROGRAM_WIDE, &run));
    assert_false(parse("a+", VTR_PROGRAM_END_ANCHOR, &run));
    assert_false(parse("a+\\z", 0, &run));
    assert_false(parse("a*\\z", VTR_PROGRAM_END_ANCHOR, &run));
    assert_false(parse("a+\\z|b", VTR_PROGRAM_END_ANCHOR, &run));
}

/* The expression of a string, as the compiler writes it, and where in "ab c" a match
 * may end: "01" for no and yes. */
static void expect_ends(const char *source, enum vtr_class_run_tail tail,
                        const char *expected)
{
    const struct vtr_regex_source regex = {.text = vtr_bytes_from_text(source)};
    const struct vtr_bytes data = vtr_bytes_from_text("ab c");
    struct vtr_pattern_problem problem;
    struct vtr_regex_tree tree;
    struct vtr_writer text = {0};
    struct vtr_class_run run;
    struct vtr_arena arena = {0};
    uint8_t flags = 0;

    assert_true(vtr_regex_parse(&arena, &regex, &tree, &problem));
    assert_true(vtr_regex_emit(&tree, false, &text, &flags, &problem));
    assert_true(vtr_class_run_parse(vtr_writer_bytes(&text), flags, &run));
    assert_int_equal(run.tail, tail);
    for (size_t at = 0; at <= data.len; at++) {
        assert_int_equal(vtr_class_run_ends(&run, data, at), expected[at] == '1');
    }
    vtr_writer_deinit(&text);
    vtr_arena_deinit(&arena);
}

static void what_holds_at_an_end_is_known(void **state)
{
    (void)state;
    expect_ends("[a-z ]+", VTR_CLASS_RUN_ANY, "11111");
    expect_ends("[a-z ]+$", VTR_CLASS_RUN_END, "00001");
    expect_ends("[a-z ]{2,}\\b", VTR_CLASS_RUN_BOUNDARY, "10111");
    expect_ends("[a-z ]+\\B", VTR_CLASS_RUN_NO_BOUNDARY, "01000");
}

/* "2-4 " for each run from 2 up to 4. */
static void expect_runs(const char *text, const char *bytes, size_t limit,
                        const char *expected)
{
    const struct vtr_bytes data = vtr_bytes_from_text(bytes);
    struct vtr_class_run run;
    char found[64] = "";
    size_t len = 0;
    size_t start;
    size_t end;

    assert_true(parse(text, 0, &run));
    for (size_t at = 0; vtr_class_run_find(&run, data, at, limit, &start, &end);
         at = end + 1) {
        const int added =
            snprintf(found + len, sizeof found - len, "%zu-%zu ", start, end);
        assert_true(added > 0 && (size_t)added < sizeof found - len);
        len += (size_t)added;
    }
    assert_true(end <= data.len);
    assert_string_equal(found, expected);
}

static void a_run_ends_at_another_byte_or_with_the_data(void **state)
{
    (void)state;
    expect_runs("a+", "aabba", 5, "0-2 4-5 ");
    expect_runs("a+", "aabba", 4, "0-2 ");
    expect_runs("a+", "bbb", 3, "");
    expect_runs("a+", "", 0, "");
    expect_runs("a*", "ba", 2, "1-2 ");
}

static void runs_that_are_too_short_are_passed_over(void **state)
{
    (void)state;
    expect_runs("a{3}", "aabaaabaaaa", 11, "3-6 7-11 ");
    expect_runs("a{4,}", "aabaaabaaaa", 11, "7-11 ");
    expect_runs("a{5}", "aabaaabaaaa", 11, "");
    expect_runs("a{3}", "aab", 3, "");
}

static void random_texts_are_safe(void **state)
{
    static const char BYTES[] = "[]^-\\xaz09{},*+?.(";
    struct vtr_class_run run;
    uint32_t seed = 5;
    char text[10] = "";
    unsigned taken = 0;

    (void)state;
    for (unsigned round = 0; round < 100000; round++) {
        for (size_t i = 0; i < sizeof text - 1; i++) {
            seed = seed * 1664525u + 1013904223u;
            text[i] = BYTES[(seed >> 16) % sizeof BYTES];
        }
        taken += parse(text, 0, &run) ? 1 : 0;
    }
    assert_true(taken > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_of_a_class_are_known),
        cmocka_unit_test(classes_may_say_what_is_missing),
        cmocka_unit_test(anything_else_is_no_run),
        cmocka_unit_test(what_holds_at_an_end_is_known),
        cmocka_unit_test(a_run_ends_at_another_byte_or_with_the_data),
        cmocka_unit_test(runs_that_are_too_short_are_passed_over),
        cmocka_unit_test(random_texts_are_safe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

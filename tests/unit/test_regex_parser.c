/* SPDX-License-Identifier: Apache-2.0 */

/* Which regular expressions are accepted, and where the others are refused.  What YARA
 * 4.2.3 says of each was asked with yarac. */
#include "compiler/pattern/pattern.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/writer.h"
#include "compiler/pattern/regex_parser.h"
#include "tests/support/cmocka.h"

static bool compile(const char *text, uint32_t *flags,
                    struct vtr_pattern_problem *problem)
{
    const struct vtr_pattern_modifiers mods = {0};
    const struct vtr_regex_source source = {.text = vtr_bytes_from_text(text)};
    struct vtr_arena arena = {0};
    struct vtr_writer w = {0};
    const bool ok = vtr_pattern_regex(&arena, &mods, &source, &w, flags, problem);

    vtr_writer_deinit(&w);
    vtr_arena_deinit(&arena);
    return ok;
}

static void accept(const char *text)
{
    struct vtr_pattern_problem problem;
    uint32_t flags;

    if (!compile(text, &flags, &problem)) {
        fail_msg("/%s/ refused: %s", text, problem.message);
    }
    assert_null(problem.code);
}

static void refuse(const char *text, const char *code, size_t offset, size_t length)
{
    struct vtr_pattern_problem problem;
    uint32_t flags;

    if (compile(text, &flags, &problem)) {
        fail_msg("/%s/ accepted", text);
    }
    if (strcmp(problem.code, code) != 0 || problem.offset != offset ||
        problem.length != length) {
        fail_msg("/%s/: %s at %zu, %zu: %s", text, problem.code, problem.offset,
                 problem.length, problem.message);
    }
}

static void plain_expressions_are_accepted(void **state)
{
    static const char *const GOOD[] = {
        "abcd",      "ab.*cd",       "a|b",       "abc|",    "abc||def",  "(abc|)def",
        "(a||b)",    "a||",          "^abc$",     "ab^cd",   "\\babc\\B", "(^)*abc",
        "(\\b)*abc", "((((abc))))",  "(a{2}){3}", "(a*)*b",  ".",         "^$",
        "abc\\/def", "abc \"def\t,", "\xe9",      "\\\xe9.",
    };

    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        accept(GOOD[i]);
    }
}

static void braces_that_are_no_repeat_are_literal(void **state)
{
    static const char *const GOOD[] = {
        "{abc",   "abc{",    "abc}",     "abc{}",     "abc{x}",  "abc{2",
        "abc{2,", "abc{2,3", "abc{ 2 }", "abc{2,3 }", "abc{2}{", "abc{2}{x",
    };

    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        accept(GOOD[i]);
    }
}

static void repeats_have_limits(void **state)
{
    (void)state;
    accept("abc{2}");
    accept("abc{,}");
    accept("abc{,3}");
    accept("abc{2,}");
    accept("abc{00002,00003}");
    accept("abc{32767}");
    accept("abc{0,32767}");
    refuse("abc{32768}", "E206", 3, 7);
    refuse("abc{1,32768}", "E206", 3, 9);
    refuse("abc{32768,}", "E206", 3, 8);
    refuse("abc{99999999999999999999}", "E206", 3, 22);
    refuse("abc{3,2}", "E207", 3, 5);
    accept("abc{0}");
    accept("abc{0,0}");
    accept("abc{,0}");
    accept("abc{2 , 3}");
    refuse("abc{3 , 2}", "E207", 3, 7);
}

static void repeats_need_something_to_repeat(void **state)
{
    (void)state;
    refuse("*abc", "E212", 0, 1);
    refuse("+abc", "E212", 0, 1);
    refuse("?abc", "E212", 0, 1);
    refuse("{2}abc", "E212", 0, 1);
    refuse("^*abc", "E212", 1, 1);
    refuse("\\b{2}abc", "E212", 2, 1);
    refuse("a|*", "E212", 2, 1);
    refuse("(*abc)", "E212", 1, 1);
    refuse("(abc**|*)", "E212", 7, 1);
    refuse("abc{2}{2}{2}{2}{2}{2}{2}{2}{2}{2}", "E212", 30, 1);
}

static void groups_come_in_pairs(void **state)
{
    (void)state;
    refuse("(abc", "E211", 0, 1);
    refuse("a(b(c)", "E211", 1, 1);
    refuse("abc)", "E211", 3, 1);
    refuse("", "E213", 0, 0);
    refuse("|abc", "E213", 0, 1);
    refuse("(?!abc)", "E210", 0, 2);
    refuse("a(?=abc)", "E210", 1, 2);
}

static void escapes_are_read_as_in_yara(void **state)
{
    (void)state;
    accept("\\w\\W\\s\\S\\d\\D\\n\\t\\r\\f\\a\\x41\\.\\-\\q\\R\\\"\\\\");
    refuse("abc\\1", "E208", 3, 2);
    refuse("\\0abc", "E208", 0, 2);
    refuse("abc\\x4", "E202", 3, 2);
    refuse("abc\\xg0", "E202", 3, 2);
    refuse("abc\\", "E202", 3, 1);
}

static void classes_are_read_as_in_yara(void **state)
{
    static const char *const GOOD[] = {
        "[abc]",     "[^abc]",      "[]abc]",   "[^]abc]",  "[a-z]",  "[a-]",
        "[-a]",      "[a-c-e]",     "[\\w-z]",  "[a-\\w]",  "[^\\w]", "[\\x41-\\x5a]",
        "[\\n-\\r]", "[\\]]",       "[[]",      "[\\b]",    "[\\1]",  "[^^]",
        "[+--]",     "[\xe9-\xff]", "[a-\xff]", "[\\\xe9]", "[]-a]",  "[a-\x7f]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        accept(GOOD[i]);
    }
    refuse("a[bc", "E203", 1, 1);
    refuse("[]", "E203", 0, 1);
    refuse("[^]", "E203", 0, 1);
    refuse("[", "E203", 0, 1);
    refuse("[a\\]", "E203", 0, 1);
    refuse("[z-a]", "E204", 1, 3);
    refuse("[\\x5a-\\x41]", "E204", 1, 9);
    refuse("[\xe9]", "E205", 1, 1);
    refuse("[a\tb]", "E205", 2, 1);
    refuse("[\\x4]", "E202", 1, 2);
    refuse("[a-\\xz]", "E202", 3, 2);
    refuse("[\\", "E202", 1, 1);
}

static void greedy_and_lazy_do_not_mix(void **state)
{
    struct vtr_pattern_problem problem;
    uint32_t flags;

    (void)state;
    refuse("ab.*cd.*?ef", "E215", 0, 11);
    refuse("ab{3}cd.*?ef", "E215", 0, 12);
    refuse("ab{3}?cd.*ef", "E215", 0, 12);
    assert_true(compile("ab{3}cd", &flags, &problem));
    assert_int_equal(flags, VTR_PATTERN_ASCII);
    assert_true(compile("ab{3,4}cd", &flags, &problem));
    assert_int_equal(flags, VTR_PATTERN_ASCII | VTR_PATTERN_GREEDY);
    assert_true(compile("ab{3,4}?cd", &flags, &problem));
    assert_int_equal(flags, VTR_PATTERN_ASCII);
}

static void conditions_take_greedy_and_lazy_together(void **state)
{
    const struct vtr_regex_source source = {.text = vtr_bytes_from_text("a.*b.*?c"),
                                            .is_nocase = true,
                                            .is_dotall = true};
    struct vtr_arena arena = {0};
    struct vtr_writer w = {0};
    struct vtr_pattern_problem problem;
    char text[16] = "";

    (void)state;
    assert_true(vtr_condition_regex(&arena, &source, &w, &problem));
    assert_int_equal(w.ptr[0], VTR_PROGRAM_NOCASE | VTR_PROGRAM_DOTALL);
    assert_int_equal(w.ptr[1], 8);
    vtr_unmask((struct vtr_bytes){w.ptr + 2, 8}, (uint8_t *)text);
    assert_string_equal(text, "a.*b.*?c");
    assert_int_equal(w.len, 10);
    vtr_writer_deinit(&w);
    vtr_arena_deinit(&arena);
}

/* The flags of `text` as the expression of a condition. */
static unsigned condition_flags(const char *text, enum vtr_dialect dialect)
{
    const struct vtr_regex_source source = {.text = vtr_bytes_from_text(text),
                                            .dialect = dialect};
    struct vtr_arena arena = {0};
    struct vtr_writer w = {0};
    struct vtr_pattern_problem problem;

    assert_true(vtr_condition_regex(&arena, &source, &w, &problem));
    const unsigned flags = w.ptr[0];
    vtr_writer_deinit(&w);
    vtr_arena_deinit(&arena);
    return flags;
}

static void nothing_at_the_end_of_a_text_is_matched_by_yara_x_alone(void **state)
{
    (void)state;
    assert_int_equal(condition_flags("a*", VTR_DIALECT_ANY), VTR_PROGRAM_INSIDE);
    assert_int_equal(condition_flags("$", VTR_DIALECT_YARA4),
                     VTR_PROGRAM_INSIDE | VTR_PROGRAM_END_ANCHOR);
    assert_int_equal(condition_flags("(a|)", VTR_DIALECT_YARA_X), 0);
    assert_int_equal(condition_flags("a$", VTR_DIALECT_ANY), VTR_PROGRAM_END_ANCHOR);
    assert_int_equal(condition_flags("a+", VTR_DIALECT_ANY), 0);
}

static void nesting_has_a_limit(void **state)
{
    char text[512];

    (void)state;
    for (size_t depth = VTR_REGEX_DEPTH_LIMIT - 1; depth <= VTR_REGEX_DEPTH_LIMIT + 1;
         depth++) {
        memset(text, '(', depth);
        memcpy(text + depth, "abc", 3);
        memset(text + depth + 3, ')', depth);
        text[2 * depth + 3] = '\0';
        if (depth <= VTR_REGEX_DEPTH_LIMIT) {
            accept(text);
        } else {
            refuse(text, "E209", VTR_REGEX_DEPTH_LIMIT, 1);
        }
    }
}

static void size_has_a_limit(void **state)
{
    (void)state;
    accept("(ab){100}");
    accept("[a-z]{1,20000}abcd");
    accept("(ab){32767}"); /* too long for any match */
    accept("((((ab){99}){99}){99}){99}");
    accept("((a{1,100}){1,100}){1,100}");
    accept("(ab){0,3000}");
    refuse("(ab){0,4000}", "E214", 0, 0);
    refuse("(ab|c){7000}", "E214", 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_expressions_are_accepted),
        cmocka_unit_test(braces_that_are_no_repeat_are_literal),
        cmocka_unit_test(repeats_have_limits),
        cmocka_unit_test(repeats_need_something_to_repeat),
        cmocka_unit_test(groups_come_in_pairs),
        cmocka_unit_test(escapes_are_read_as_in_yara),
        cmocka_unit_test(classes_are_read_as_in_yara),
        cmocka_unit_test(greedy_and_lazy_do_not_mix),
        cmocka_unit_test(conditions_take_greedy_and_lazy_together),
        cmocka_unit_test(nothing_at_the_end_of_a_text_is_matched_by_yara_x_alone),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(size_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

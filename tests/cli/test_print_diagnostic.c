/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/report/print_diagnostic.h"

#include <string.h>

#include "tests/support/cmocka.h"

/* A diagnostic at one place with one label. */
static struct vtr_diagnostic sample(const char *text, uint32_t column, uint32_t length)
{
    const struct vtr_diagnostic diagnostic = {.severity = VTR_SEVERITY_ERROR,
                                              .code = "E001",
                                              .message = "wrong",
                                              .span = {.path = "a.yar",
                                                       .line = 7,
                                                       .column = column,
                                                       .length = length,
                                                       .text = text},
                                              .label = "here",
                                              .other = {.path = ""},
                                              .note = "",
                                              .help = ""};
    return diagnostic;
}

static void assert_printed(const struct vtr_diagnostic *diagnostic,
                           const char *expected)
{
    struct vtr_text text = {0};

    vtr_print_diagnostic(&text, diagnostic, false);
    vtr_text_repeat(&text, '\0', 1);
    assert_false(text.has_failed);
    assert_string_equal(text.ptr, expected);
    vtr_text_deinit(&text);
}

static void carets_stand_below_the_span(void **state)
{
    (void)state;
    const struct vtr_diagnostic diagnostic = sample("  $a and $b", 10, 2);

    assert_printed(&diagnostic, "error[E001]: wrong\n"
                                " --> a.yar:7:10\n"
                                "  |\n"
                                "7 |   $a and $b\n"
                                "  |          ^^ here\n"
                                "\n");
}

static void a_part_of_a_line_is_marked_from_where_it_begins(void **state)
{
    (void)state;
    struct vtr_diagnostic diagnostic = sample("$a and $b", 5008, 2);

    diagnostic.span.text_column = 5001;
    assert_printed(&diagnostic, "error[E001]: wrong\n"
                                " --> a.yar:7:5008\n"
                                "  |\n"
                                "7 | $a and $b\n"
                                "  |        ^^ here\n"
                                "\n");
}

static void tabs_stay_aligned(void **state)
{
    (void)state;
    const struct vtr_diagnostic diagnostic = sample("\t$a\t$b", 5, 2);

    assert_printed(&diagnostic, "error[E001]: wrong\n"
                                " --> a.yar:7:5\n"
                                "  |\n"
                                "7 |     $a  $b\n"
                                "  |         ^^ here\n"
                                "\n");
}

static void columns_count_bytes_and_carets_count_characters(void **state)
{
    (void)state;
    const struct vtr_diagnostic diagnostic = sample("\"\xc3\xa9\" \xff x", 6, 1);

    assert_printed(&diagnostic, "error[E001]: wrong\n"
                                " --> a.yar:7:6\n"
                                "  |\n"
                                "7 | \"\xc3\xa9\" \\xff x\n"
                                "  |     ^^^^ here\n"
                                "\n");
}

static void span_at_the_end_of_the_line_gets_one_caret(void **state)
{
    (void)state;
    const struct vtr_diagnostic diagnostic = sample("abc\r", 4, 1);

    assert_printed(&diagnostic, "error[E001]: wrong\n"
                                " --> a.yar:7:4\n"
                                "  |\n"
                                "7 | abc\n"
                                "  |    ^ here\n"
                                "\n");
}

static void span_past_the_end_of_the_line_is_cut(void **state)
{
    (void)state;
    const struct vtr_diagnostic diagnostic = sample("abc", 400, UINT32_MAX);

    assert_printed(&diagnostic, "error[E001]: wrong\n"
                                " --> a.yar:7:400\n"
                                "  |\n"
                                "7 | abc\n"
                                "  |    ^ here\n"
                                "\n");
}

static void long_lines_are_cut_around_the_span(void **state)
{
    (void)state;
    char line[5001];
    char expected[400];
    char window[101];

    memset(line, 'x', 5000);
    line[5000] = '\0';
    memcpy(line + 3000, "HERE", 4);
    memset(window, 'x', 100);
    window[100] = '\0';
    memcpy(window + 24, "HERE", 4);
    (void)snprintf(expected, sizeof(expected),
                   "error[E001]: wrong\n --> a.yar:7:3001\n  |\n7 | ...%s...\n"
                   "  | %27s^^^^ here\n\n",
                   window, "");
    const struct vtr_diagnostic diagnostic = sample(line, 3001, 4);
    assert_printed(&diagnostic, expected);
}

static void second_place_note_and_help_follow(void **state)
{
    (void)state;
    struct vtr_diagnostic diagnostic = sample("rule b", 6, 1);

    diagnostic.other = (struct vtr_span){
        .path = "b.yar", .line = 1234, .column = 1, .length = 4, .text = "rule b {"};
    diagnostic.other_label = "first here";
    diagnostic.note = "names are unique";
    diagnostic.help = "rename one";
    assert_printed(&diagnostic, "error[E001]: wrong\n"
                                "    --> a.yar:7:6\n"
                                "     |\n"
                                "   7 | rule b\n"
                                "     |      ^ here\n"
                                "    ::: b.yar:1234:1\n"
                                "     |\n"
                                "1234 | rule b {\n"
                                "     | ---- first here\n"
                                "     = note: names are unique\n"
                                "     = help: rename one\n"
                                "\n");
}

/* A second place in the same file. */
static struct vtr_diagnostic sample_pair(uint32_t line, uint32_t column,
                                         uint32_t length, const char *text)
{
    struct vtr_diagnostic diagnostic = sample("left == right", 9, 5);

    diagnostic.other = (struct vtr_span){.path = "a.yar",
                                         .line = line,
                                         .column = column,
                                         .length = length,
                                         .text = text};
    diagnostic.other_label = "there";
    return diagnostic;
}

static void two_places_share_a_line(void **state)
{
    (void)state;
    const struct vtr_diagnostic before = sample_pair(7, 1, 4, "left == right");
    struct vtr_diagnostic after = sample_pair(7, 9, 5, "left == right");

    assert_printed(&before, "error[E001]: wrong\n"
                            " --> a.yar:7:9\n"
                            "  |\n"
                            "7 | left == right\n"
                            "  | ----    ^^^^^ here\n"
                            "  | there\n"
                            "\n");
    after.span.column = 1;
    after.span.length = 4;
    assert_printed(&after, "error[E001]: wrong\n"
                           " --> a.yar:7:1\n"
                           "  |\n"
                           "7 | left == right\n"
                           "  | ^^^^    ----- there\n"
                           "  | here\n"
                           "\n");
}

static void places_that_overlap_are_shown_one_by_one(void **state)
{
    (void)state;
    const struct vtr_diagnostic diagnostic = sample_pair(7, 1, 10, "left == right");

    assert_printed(&diagnostic, "error[E001]: wrong\n"
                                " --> a.yar:7:9\n"
                                "  |\n"
                                "7 | left == right\n"
                                "  |         ^^^^^ here\n"
                                "7 | left == right\n"
                                "  | ---------- there\n"
                                "\n");
}

static void lines_of_one_file_are_in_their_order(void **state)
{
    (void)state;
    const struct vtr_diagnostic before = sample_pair(6, 1, 3, "the line before");
    const struct vtr_diagnostic after = sample_pair(9, 1, 3, "two lines on");

    assert_printed(&before, "error[E001]: wrong\n"
                            " --> a.yar:7:9\n"
                            "  |\n"
                            "6 | the line before\n"
                            "  | --- there\n"
                            "7 | left == right\n"
                            "  |         ^^^^^ here\n"
                            "\n");
    assert_printed(&after, "error[E001]: wrong\n"
                           " --> a.yar:7:9\n"
                           "  |\n"
                           "7 | left == right\n"
                           "  |         ^^^^^ here\n"
                           "...\n"
                           "9 | two lines on\n"
                           "  | --- there\n"
                           "\n");
}

static void help_with_a_replacement_is_a_line_before_and_after(void **state)
{
    (void)state;
    struct vtr_diagnostic diagnostic = sample("  $a = 1", 8, 1);

    diagnostic.help = "write it so";
    diagnostic.edit = diagnostic.span;
    diagnostic.edit.end_line = 7;
    diagnostic.replacement = "two";
    assert_printed(&diagnostic, "error[E001]: wrong\n"
                                " --> a.yar:7:8\n"
                                "  |\n"
                                "7 |   $a = 1\n"
                                "  |        ^ here\n"
                                "help: write it so\n"
                                "  |\n"
                                "7 -   $a = 1\n"
                                "7 +   $a = two\n"
                                "\n");
    diagnostic.edit.column = 3;
    diagnostic.edit.length = 6;
    diagnostic.replacement = "";
    diagnostic.name = "some_warning";
    assert_printed(&diagnostic, "error[E001 some_warning]: wrong\n"
                                " --> a.yar:7:8\n"
                                "  |\n"
                                "7 |   $a = 1\n"
                                "  |        ^ here\n"
                                "help: write it so\n"
                                "  |\n"
                                "7 -   $a = 1\n"
                                "\n");
    /* over several lines there is no such pair */
    diagnostic.edit.end_line = 8;
    diagnostic.name = "";
    assert_printed(&diagnostic, "error[E001]: wrong\n"
                                " --> a.yar:7:8\n"
                                "  |\n"
                                "7 |   $a = 1\n"
                                "  |        ^ here\n"
                                "  = help: write it so\n"
                                "\n");
}

static void file_as_a_whole_has_no_line(void **state)
{
    (void)state;
    struct vtr_diagnostic diagnostic = sample("", 0, 0);

    diagnostic.severity = VTR_SEVERITY_WARNING;
    diagnostic.span.line = 0;
    assert_printed(&diagnostic, "warning[E001]: wrong\n --> a.yar\n\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carets_stand_below_the_span),
        cmocka_unit_test(a_part_of_a_line_is_marked_from_where_it_begins),
        cmocka_unit_test(tabs_stay_aligned),
        cmocka_unit_test(columns_count_bytes_and_carets_count_characters),
        cmocka_unit_test(span_at_the_end_of_the_line_gets_one_caret),
        cmocka_unit_test(span_past_the_end_of_the_line_is_cut),
        cmocka_unit_test(long_lines_are_cut_around_the_span),
        cmocka_unit_test(second_place_note_and_help_follow),
        cmocka_unit_test(two_places_share_a_line),
        cmocka_unit_test(places_that_overlap_are_shown_one_by_one),
        cmocka_unit_test(lines_of_one_file_are_in_their_order),
        cmocka_unit_test(help_with_a_replacement_is_a_line_before_and_after),
        cmocka_unit_test(file_as_a_whole_has_no_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

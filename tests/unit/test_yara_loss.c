/* SPDX-License-Identifier: Apache-2.0 */

/* What YARA does not see of an expression: how it begins without an atom, and wide
 * forms that plain ones hide. */
#include "compiler/pattern/yara_loss.h"

#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/writer.h"
#include "compiler/pattern/regex_emit.h"
#include "tests/support/cmocka.h"

static struct vtr_regex_tree parse(struct vtr_arena *arena, const char *text)
{
    const struct vtr_regex_source source = {.text = vtr_bytes_from_text(text)};
    struct vtr_regex_tree tree;
    struct vtr_pattern_problem problem;

    if (!vtr_regex_parse(arena, &source, &tree, &problem)) {
        fail_msg("/%s/: %s", text, problem.message);
    }
    return tree;
}

static void expect_begin(const char *text, const char *want)
{
    struct vtr_arena arena = {0};
    struct vtr_writer w = {0};
    struct vtr_pattern_problem problem;
    struct vtr_regex_tree tree = parse(&arena, text);
    uint8_t flags;

    tree.root = vtr_yara_begin(&arena, tree.root);
    assert_non_null(tree.root);
    assert_true(vtr_regex_emit(&tree, false, &w, &flags, &problem));
    vtr_writer_u8(&w, 0);
    assert_string_equal((const char *)w.ptr, want);
    vtr_writer_deinit(&w);
    vtr_arena_deinit(&arena);
}

static void a_choice_at_the_beginning_is_not_one(void **state)
{
    (void)state;
    expect_begin("[0-9]?[a-b]", "[0-9][a-b]");
    expect_begin("[0-9]?\?[a-b]", "[0-9][a-b]");
    expect_begin("[0-9]{0,1}", "[0-9]");
    expect_begin("([0-9]?[a-b])[c-d]", "[0-9][a-b][c-d]");
    expect_begin("(([0-9]?)?x)?y", "[0-9]xy");
}

static void a_choice_in_a_first_turn_is_none_there(void **state)
{
    (void)state;
    expect_begin("([0-9]?){2,4}x", "[0-9](?:[0-9]?){1,3}x");
    expect_begin("([0-9]?){1,2}x", "[0-9](?:[0-9]?)?x");
    expect_begin("([0-9]?)+x", "[0-9]+x");
}

static void other_beginnings_stay(void **state)
{
    static const char *const TEXTS[][2] = {
        {"[0-9]{0,2}x", "[0-9]{0,2}x"}, {"[0-9]*x", "[0-9]*x"},
        {"(.?)x", "[^\\x0a]?x"},        {"^[0-9]?x", "\\A[0-9]?x"},
        {"[0-9]x?", "[0-9]x?"},         {"([0-9]?|[a-b])x", "(?:[0-9]?|[a-b])x"},
        {"[0-9]{2}", "[0-9]{2}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        expect_begin(TEXTS[i][0], TEXTS[i][1]);
    }
}

static bool hides(const char *text)
{
    struct vtr_arena arena = {0};
    const bool is_hidden = vtr_yara_hides_wide(parse(&arena, text).root, false);

    vtr_arena_deinit(&arena);
    return is_hidden;
}

static void an_atom_of_one_character_that_may_be_the_last_hides_the_wide_form(
    void **state)
{
    static const char *const TEXTS[] = {
        "[ab]c",    "[ab]c+",  "[ab]c?d*",   "[ab]c.d?",   "[ab]c[^x]",
        "[ab]c\\b", "\\bc",    "[ab](c|d)",  "[ab]c(d|)",  "\\w{2}(xc)?c",
        "[ab]",     "[ab].?",  "[ab]*",      "x?[ab]?",    "[ab]c[^x]{1,6}",
        "[ab]+",    "([ab]c)", "[ab]c{1,3}", "[ab]c\\x00", "[ab]c.{3}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        if (!hides(TEXTS[i])) {
            fail_msg("/%s/", TEXTS[i]);
        }
    }
}

static void what_reads_on_as_wide_text_alone_hides_nothing(void **state)
{
    static const char *const TEXTS[] = {
        "abc",      "c",           "[ab]cd",     "[ab]c[de]",    "[ab]c\\B",
        "[ab]c$",   "[ab](c|de)",  "[ab][cd]",   "[ab]{2}",      "\\d*[ab]",
        "[ab]c{2}", "[ab]c[^x]d",  "(a|[bc]d)e", "[ab]c(de|fg)", "^",
        "(a|b){2}", "(a|b|c){2,}", "((a|b)){3}", "x?(a|b){2}",   ".\\b",
    };

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        if (hides(TEXTS[i])) {
            fail_msg("/%s/", TEXTS[i]);
        }
    }
}

static void groups_in_groups_cost_no_more_than_their_number(void **state)
{
    char text[1024] = "[ab]";
    size_t len = 4;

    (void)state;
    for (unsigned i = 0; i < VTR_REGEX_DEPTH_LIMIT; i++) {
        text[len++] = '(';
    }
    text[len++] = 'c';
    for (unsigned i = 0; i < VTR_REGEX_DEPTH_LIMIT; i++) {
        memcpy(text + len, "){1,9}", 7);
        len += 6;
    }
    assert_true(hides(text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_choice_at_the_beginning_is_not_one),
        cmocka_unit_test(a_choice_in_a_first_turn_is_none_there),
        cmocka_unit_test(other_beginnings_stay),
        cmocka_unit_test(
            an_atom_of_one_character_that_may_be_the_last_hides_the_wide_form),
        cmocka_unit_test(what_reads_on_as_wide_text_alone_hides_nothing),
        cmocka_unit_test(groups_in_groups_cost_no_more_than_their_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

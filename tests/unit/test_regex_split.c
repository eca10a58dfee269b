/* SPDX-License-Identifier: Apache-2.0 */

/* Alternatives as expressions of their own, and where fullword looks for the end of a
 * word: the texts of the expressions, in the order in which their matches count. */
#include "compiler/pattern/regex_split.h"

#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/writer.h"
#include "compiler/pattern/regex_emit.h"
#include "compiler/pattern/yara_atom.h"
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

/* The expressions are `want`, with a blank between them. */
static void expect(const char *text, bool is_wide, bool is_fullword, const char *want)
{
    struct vtr_arena arena = {0};
    struct vtr_writer w = {0};
    struct vtr_pattern_problem problem;
    struct vtr_regex_split split;
    const struct vtr_regex_tree tree = parse(&arena, text);

    assert_true(vtr_regex_split(&arena, &tree, is_wide, is_fullword, &split));
    for (unsigned i = 0; i < split.count; i++) {
        uint8_t flags;
        vtr_writer_raw(&w, vtr_bytes_from_text(i == 0 ? "" : " "));
        assert_true(vtr_regex_emit(&split.trees[i], is_wide, &w, &flags, &problem));
    }
    vtr_writer_u8(&w, 0);
    assert_string_equal((const char *)w.ptr, want);
    vtr_writer_deinit(&w);
    vtr_arena_deinit(&arena);
}

#define END "(?![0-9A-Za-z])"

static void alternatives_that_can_differ_are_expressions_of_their_own(void **state)
{
    (void)state;
    expect("ab|abc", false, false, "ab abc");
    expect("ab|cd", false, false, "(?:ab|cd)");
    expect("x(ab|abc)y*", false, false, "xabcy* xaby*");
    expect("foo(ab|abc)", false, false, "foo(?:ab|abc)");
    expect("(ab|abc)d", false, false, "(?:ab|abc)d");
    expect("(a|ab)+", false, false, "(?:a|ab)+");
}

static void what_varies_before_alternatives_keeps_them_together(void **state)
{
    (void)state;
    expect("b+(ab|abc)", false, false, "b+(?:abc|ab)");
    expect("b+?(abc|ab)", false, false, "b+?(?:ab|abc)");
}

static void fullword_tries_all_ways_up_to_the_atom(void **state)
{
    (void)state;
    expect("[ab]+c", false, true, "[a-b]+(?>c)" END);
    expect("[ab]+cd*", false, true, "[a-b]+(?>cd*)" END);
    expect("[ab]+(c|d)e*", false, true, "[a-b]+(?:c|d)(?>e*)" END);
    expect("[ab]+c", true, true, "(?:[a-b]\\x00)+(?>c\\x00)(?![0-9A-Za-z]\\x00)");
    expect("a+?", false, true, "a+?" END);
}

static void fullword_changes_nothing_where_there_is_one_way(void **state)
{
    (void)state;
    expect("ab[cd]+", false, true, "ab[c-d]+");
    expect("[ab]c", false, true, "[a-b]c");
    expect("[ab]+[cd]", false, true, "[a-b]+[c-d]");
    expect("[ab]+c", false, false, "[a-b]+c");
    expect("a+", false, true, "a+");
}

static void of_equal_atoms_the_first_is_chosen(void **state)
{
    static const struct {
        const char *text;
        unsigned child; /* where the atom begins */
        bool is_of_alternatives;
    } CASES[] = {
        {"a.*b", 0, false},      {"a.*bc", 2, false},    {"[ab]c", 1, false},
        {"a(b|bb)", 1, true},    {"ab(b|bb)", 0, false}, {"a.*(b|bb)", 0, false},
        {"(bc|cd)+e", 0, false}, {"\\.com", 0, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct vtr_arena arena = {0};
        const struct vtr_regex_tree tree = parse(&arena, CASES[i].text);
        const struct vtr_yara_atom atom = vtr_yara_atom_choose(tree.root, false);
        const struct vtr_regex_node *child = tree.root->first;

        for (unsigned n = 0; n < CASES[i].child; n++) {
            child = child->next;
        }
        assert_ptr_equal(atom.child, child);
        assert_int_equal(atom.is_of_alternatives, CASES[i].is_of_alternatives);
        vtr_arena_deinit(&arena);
    }
}

static void an_expression_may_have_no_atom(void **state)
{
    struct vtr_arena arena = {0};
    const struct vtr_regex_tree tree = parse(&arena, "[ab]+(c|[de])");
    const struct vtr_yara_atom atom = vtr_yara_atom_choose(tree.root, false);

    (void)state;
    assert_null(atom.child);
    assert_int_equal(atom.quality, 0);
    vtr_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alternatives_that_can_differ_are_expressions_of_their_own),
        cmocka_unit_test(what_varies_before_alternatives_keeps_them_together),
        cmocka_unit_test(fullword_tries_all_ways_up_to_the_atom),
        cmocka_unit_test(fullword_changes_nothing_where_there_is_one_way),
        cmocka_unit_test(of_equal_atoms_the_first_is_chosen),
        cmocka_unit_test(an_expression_may_have_no_atom),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */

/* Which rules are refused, with which code, at which place. */
#include "compiler/check/check.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "compiler/compilation.h"

#include "tests/support/cmocka.h"

static const char *const DEFINES[] = {"number=5", "fraction=1.5", "word=text",
                                      "flag=true"};

static struct vtr_compilation *compile(const char *text)
{
    const struct vtr_compile_options options = {.defines = DEFINES, .define_count = 4};
    struct vtr_compilation *compilation = NULL;
    const enum vtr_status status =
        vtr_compile_text(&compilation, "test.yar", vtr_bytes_from_text(text), &options,
                         NULL);

    assert_true(status == VTR_OK || status == VTR_ERROR_RULES);
    return compilation;
}

/* Compiles "rule t { strings: $a $b condition: `condition` }". */
static struct vtr_compilation *compile_condition(const char *condition)
{
    char text[1024];

    (void)
        snprintf(text, sizeof(text),
                 "rule t { strings: $a = \"abc\" $b = \"def\" condition: (%s) and (any "
                 "of them or true) }",
                 condition);
    return compile(text);
}

static void assert_good(const char *condition)
{
    struct vtr_compilation *c = compile_condition(condition);

    if (vtr_compilation_get_stats(c)->rules != 1) {
        print_error("refused: %s: %s\n", condition, c->reports[0].message);
    }
    assert_int_equal(vtr_compilation_get_stats(c)->rules, 1);
    vtr_compilation_free(c);
}

static void assert_refused(const char *condition, const char *code)
{
    struct vtr_compilation *c = compile_condition(condition);

    if (c->report_count == 0) {
        print_error("accepted: %s\n", condition);
    }
    assert_true(c->report_count > 0);
    assert_string_equal(c->reports[0].code, code);
    assert_int_equal(vtr_compilation_get_stats(c)->rules, 0);
    vtr_compilation_free(c);
}

static void types_must_go_together(void **state)
{
    (void)state;
    assert_good("number == fraction");
    assert_good("flag + 1 == 2");
    assert_good("word contains \"x\" and word == \"y\"");
    assert_refused("number == word", "E031");
    assert_refused("number contains \"x\"", "E031");
    assert_refused("1.5 % 2 == 1", "E031");
    assert_refused("~1.5 == 1", "E031");
    assert_refused("word + 1 == 1", "E031");
    assert_refused("uint8(\"x\") == 1", "E031");
    assert_refused("$a at 1.5", "E031");
    assert_refused("\"a\" == /a/", "E031");
    assert_refused("for any i in (1, \"a\") : (i == 1)", "E031");
    assert_refused("number.x == 1", "E031");
}

static void yes_or_no_is_no_operand(void **state)
{
    (void)state;
    assert_refused("true == true", "E014");
    assert_refused("$a == 1", "E014");
    assert_refused("($a) + 1 == 1", "E014");
    assert_refused("1 < 2 < 3", "E014");
    assert_refused("-true == 1", "E014");
    assert_good("((1)) + 1 == 2");
}

static void constants_are_worked_out(void **state)
{
    (void)state;
    assert_refused("9223372036854775807 + 1 > 0", "E032");
    assert_good("-9223372036854775807 - 1 < 0");
    assert_refused("-9223372036854775807 - 2 < 0", "E032");
    assert_refused("4611686018427387904 * 2 > 0", "E032");
    assert_good("4611686018427387903 * -2 < 0");
    assert_refused("4611686018427387904 * -2 < 0", "E032");
    assert_refused("-4611686018427387904 * 2 < 0", "E032");
    assert_refused("(-9223372036854775807 - 1) \\ -1 > 0", "E032");
    assert_refused("filesize \\ 0 == 1", "E033");
    assert_refused("1 % (2 - 2) == 1", "E033");
    assert_good("1.0 \\ 0 == 1");
    assert_refused("1 << -1 == 1", "E034");
    assert_good("1 << 64 == 0");
    assert_refused("0% of them", "E035");
    assert_refused("-1% of them", "E035");
    assert_good("1% of them");
    assert_good("100% of them");
    assert_refused("101% of them", "E035");
    assert_good("0 of them");
    assert_refused("-1 of them", "E049");
    assert_refused("for 1 - 2 of them : ($)", "E049");
    assert_refused("for -1 i in (1, 2) : (i == 1)", "E049");
    assert_good("$a in (0..0)");
    assert_refused("$a in (-1..0)", "E048");
    assert_refused("$a in (-2..-1)", "E048");
    assert_refused("#a in (1..0) == 1", "E048");
    assert_refused("any of them in (1 + 1..1)", "E048");
    assert_refused("for any i in (3..2) : (i == 1)", "E048");
    assert_good("$a in (filesize..1)");
    assert_good("$a in (-1..filesize)");
}

/* What a name is that is nothing at all is asked after the rule was checked. */
static void names_that_are_nothing_are_refused(void **state)
{
    (void)state;
    assert_refused("for any i in nothing : (uint8(i) == 5)", "E026");
    assert_refused("for any i in nothing.x.y : (i == 5)", "E026");
    assert_refused("for any i in nothing[1] : (i == 5)", "E026");
    assert_refused("nothing.x.y == 5", "E026");
    assert_refused("with x = nothing : (x == 5)", "E026");
    assert_refused("with x = nothing.x.y : (x == 5)", "E026");
}

static void strings_must_be_there(void **state)
{
    (void)state;
    assert_refused("$c", "E025");
    assert_refused("#c > 1", "E025");
    assert_refused("all of ($a, $c)", "E025");
    assert_refused("any of ($c*)", "E025");
    assert_refused("any of ($)", "E025");
    assert_refused("# > 1", "E030");
    assert_good("for any of them : (# > 1 and @ > 1 and ! > 1 and $ at 3)");
}

static void loops_have_rules_of_their_own(void **state)
{
    (void)state;
    assert_refused("for any of them : (for any of them : ($))", "E036");
    assert_refused("for any of them : (for any i in (1..2) : (for all of them : (#)))",
                   "E036");
    assert_refused("for any i in (1..2) : (for any i in (1..2) : (true))", "E037");
    assert_refused("for any i, j in (1..2) : (true)", "E038");
    assert_refused("for any i in number : (true)", "E042");
    assert_refused("for any i in (1..2) : (true) and i == 1", "E026");
    assert_good("for any number in (1..2) : (number == 1)");
    assert_good("for any s in (\"a\", \"b\") : (s == word)");
}

/* "for any i1 in (1..1) : ( ... true ... )", so deep. */
static void write_loops(char *out, size_t room, unsigned depth)
{
    size_t len = 0;

    for (unsigned i = 0; i < depth; i++) {
        len += (size_t)snprintf(out + len, room - len, "for any i%u in (1..1) : (", i);
    }
    len += (size_t)snprintf(out + len, room - len, "true");
    for (unsigned i = 0; i < depth; i++) {
        len += (size_t)snprintf(out + len, room - len, ")");
    }
}

static void loops_nest_sixteen_deep(void **state)
{
    (void)state;
    char condition[800];

    write_loops(condition, sizeof(condition), VTR_LOOP_DEPTH_LIMIT);
    assert_good(condition);
    write_loops(condition, sizeof(condition), VTR_LOOP_DEPTH_LIMIT + 1);
    assert_refused(condition, "E039");
}

/* "((...true...))", so deep. */
static void write_parentheses(char *out, size_t depth)
{
    memset(out, '(', depth);
    memcpy(out + depth, "true", 4);
    memset(out + depth + 4, ')', depth);
    out[2 * depth + 4] = '\0';
}

static void each_parenthesis_is_one_level(void **state)
{
    (void)state;
    char condition[2 * VTR_NESTING_LIMIT + 5];

    /* Also a level are the condition, the parenthesis around this one, and what stands
     * inside of all of them. */
    write_parentheses(condition, VTR_NESTING_LIMIT - 3);
    assert_good(condition);
    write_parentheses(condition, VTR_NESTING_LIMIT - 2);
    assert_refused(condition, "E015");
}

static void every_string_is_used_unless_its_name_says_otherwise(void **state)
{
    (void)state;
    struct vtr_compilation *c =
        compile("rule a { strings: $a = \"abc\" $_b = \"def\" condition: true }");

    assert_int_equal(c->report_count, 1);
    assert_string_equal(c->reports[0].code, "E024");
    assert_int_equal(c->reports[0].span.line, 1);
    assert_int_equal(c->reports[0].span.column, 19);
    assert_int_equal(c->reports[0].span.length, 2);
    vtr_compilation_free(c);
}

static void names_are_given_once(void **state)
{
    (void)state;
    struct vtr_compilation *c = compile("rule a : x y x { strings: $s = \"abc\" $s = "
                                        "\"def\" condition: $s }\n"
                                        "rule b { condition: true }\n"
                                        "rule b { condition: true }\n"
                                        "rule word { condition: true }\n");

    assert_int_equal(c->report_count, 4);
    assert_string_equal(c->reports[0].code, "E021");
    assert_string_equal(c->reports[1].code, "E022");
    assert_string_equal(c->reports[2].code, "E020");
    assert_int_equal(c->reports[2].span.line, 3);
    assert_int_equal(c->reports[2].other.line, 2);
    assert_string_equal(c->reports[3].code, "E023");
    assert_int_equal(vtr_compilation_get_stats(c)->rules, 1);
    vtr_compilation_free(c);
}

static void a_misspelt_string_is_guessed(void **state)
{
    (void)state;
    struct vtr_compilation *c =
        compile("rule a { strings: $payload = \"abc\" condition: $paylaod }");

    assert_int_equal(c->report_count, 1);
    assert_string_equal(c->reports[0].code, "E025");
    assert_string_equal(c->reports[0].help, "did you mean '$payload'?");
    vtr_compilation_free(c);
}

static void assert_one_report(const char *text, const char *code, const char *help)
{
    struct vtr_compilation *c = compile(text);

    assert_int_equal(c->report_count, 1);
    assert_string_equal(c->reports[0].code, code);
    assert_non_null(strstr(c->reports[0].help, help));
    vtr_compilation_free(c);
}

/* Each name that is not there may be what an unused string was meant to be. */
static void a_string_under_another_name_is_one_mistake(void **state)
{
    (void)state;
    assert_one_report("rule a { strings: $a = \"abc\" condition: $b }", "E025", "");
    assert_one_report("rule a { strings: $a = \"abc\" condition: any of ($b*) }",
                      "E025", "");
    struct vtr_compilation *c =
        compile("rule a { strings: $a = \"abc\" $b = \"def\" condition: $c }");
    assert_int_equal(c->report_count, 3);
    assert_string_equal(c->reports[0].code, "E024");
    assert_string_equal(c->reports[1].code, "E024");
    assert_string_equal(c->reports[2].code, "E025");
    vtr_compilation_free(c);
    c = compile(
        "rule a { strings: $payload = \"abc\" $b = \"def\" condition: $paylaod }");
    assert_int_equal(c->report_count, 2);
    assert_string_equal(c->reports[0].code, "E024");
    assert_int_equal(c->reports[0].span.column, 36);
    vtr_compilation_free(c);
}

/* The set of 300 strings, $b0 to $b299, has so many members. */
static void assert_members(const char *set, const char *count)
{
    char text[16384];
    size_t at = 0;

    at += (size_t)snprintf(text, sizeof(text), "rule a { strings:");
    for (unsigned i = 0; i < 300; i++) {
        at += (size_t)snprintf(text + at, sizeof(text) - at, " $b%u = \"text %u\"",
                               299 - i, i);
    }
    (void)snprintf(text + at, sizeof(text) - at,
                   " condition: any of them and 1000 of (%s) }", set);
    struct vtr_compilation *c = compile(text);
    assert_int_equal(c->report_count, 1);
    assert_string_equal(c->reports[0].code, "W052");
    assert_non_null(strstr(c->reports[0].message, count));
    vtr_compilation_free(c);
}

static void sets_of_many_strings_are_found_by_their_names(void **state)
{
    (void)state;
    assert_members("$b*", "there are 300");
    assert_members("$b1*", "there are 111");
    assert_members("$b29*", "there are 11");
    assert_members("$b299*", "there are 1");
    assert_members("$b0*", "there are 1");
    assert_members("$b1*, $b1*, $b20*, $b7", "there are 234");
}

static void strings_may_be_named_where_nobody_could_look(void **state)
{
    (void)state;
    assert_one_report("rule a { strings: $a = \"abc\" condition: len(#a) > 3 }", "E026",
                      "--define len=");
    assert_one_report("rule a { strings: $a = \"abc\" condition: math.abs(#a) > 3 }",
                      "E043", "import it");
    assert_one_report("import \"pe\"\n"
                      "rule a { strings: $a = \"abc\" condition: pe.sectons[#a] == 3 }",
                      "E044", "did you mean 'sections'?");
}

static void a_name_that_is_not_ascii_is_one_mistake(void **state)
{
    (void)state;
    assert_one_report("rule a { condition: \xc3\xbcn\xc3\xaf"
                      "code }",
                      "E010", "ASCII");
    assert_one_report("rule a { strings: $\xc3\xbc = \"abc\" condition: any of them }",
                      "E010", "ASCII");
    assert_one_report("rule a { strings: $a = \"abc\" condition: $a or $\xc3\xbcx }",
                      "E010", "ASCII");
}

static void a_word_of_the_language_is_no_name(void **state)
{
    (void)state;
    assert_one_report("rule a { meta: strings = 1 condition: true }", "E014",
                      "a word of the language");
    assert_one_report("rule rule { condition: true }", "E014",
                      "a word of the language");
}

static void a_word_is_offered_where_it_may_stand(void **state)
{
    (void)state;
    assert_one_report("rule a { condition: foo }", "E026", "--define foo=");
    assert_one_report("rule a { condition: tru }", "E026", "did you mean 'true'?");
    assert_one_report("rule a { condition: True }", "E026", "did you mean 'true'?");
    assert_one_report("rule a { condition: filsize > 1 }", "E026", "'filesize'");
    assert_one_report("rule a { strings: $a = \"abc\" condition: some of them }",
                      "E026", "did you mean 'any'?");
}

static void signs_of_other_languages_are_understood(void **state)
{
    (void)state;
    static const char *const SIGNS[][2] = {{"filesize => 1", ">="},
                                           {"filesize =< 1", "<="},
                                           {"filesize <> 1", "!="}};
    char text[80];

    for (size_t i = 0; i < sizeof(SIGNS) / sizeof(SIGNS[0]); i++) {
        (void)snprintf(text, sizeof(text), "rule a { condition: %s }", SIGNS[i][0]);
        struct vtr_compilation *c = compile(text);
        assert_int_equal(c->report_count, 1);
        assert_int_equal(c->reports[0].edit.column, 30);
        assert_int_equal(c->reports[0].edit.length, 2);
        assert_string_equal(c->reports[0].replacement, SIGNS[i][1]);
        vtr_compilation_free(c);
    }
}

static void each_rule_has_its_own_mistake(void **state)
{
    (void)state;
    struct vtr_compilation *c = compile("rule my-rule { condition: true }\n"
                                        "rule 1abc { condition: true }\n"
                                        "rule rule\n{ condition: true }\n"
                                        "private rule \"x\" { condition: true }\n"
                                        "  rule her rule { condition: true }\n"
                                        "rule good { condition: true }\n"
                                        "This is a\nrule of thumb.\n"
                                        "rule last { condition: true }\n");
    static const uint32_t LINES[] = {1, 2, 3, 5, 6, 8};

    assert_int_equal(c->report_count, 6);
    for (uint32_t i = 0; i < 6; i++) {
        assert_string_equal(c->reports[i].code, "E014");
        assert_int_equal(c->reports[i].span.line, LINES[i]);
    }
    assert_int_equal(vtr_compilation_get_stats(c)->rules, 2);
    vtr_compilation_free(c);
}

static void of_no_strings_it_is_not_said_that_they_are_too_few(void **state)
{
    (void)state;
    struct vtr_compilation *c = compile("rule a { condition: 3 of them }");

    assert_int_equal(c->report_count, 1);
    assert_string_equal(c->reports[0].code, "E041");
    vtr_compilation_free(c);
}

static void what_is_no_value_is_shown_with_its_parentheses(void **state)
{
    (void)state;
    struct vtr_compilation *c =
        compile("rule a { condition: uint8( ((true) ) ) == 1 }");

    assert_int_equal(c->report_count, 1);
    assert_int_equal(c->reports[0].span.column, 28);
    assert_int_equal(c->reports[0].span.length, 9);
    vtr_compilation_free(c);
}

static void marks_of_a_merge_are_known(void **state)
{
    (void)state;
    struct vtr_compilation *c = compile("<<<<<<< HEAD\n"
                                        "rule a { condition: true }\n"
                                        "=======\n"
                                        "rule b { condition: true }\n"
                                        ">>>>>>> branch\n");

    assert_int_equal(c->report_count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_non_null(strstr(c->reports[i].help, "a merge has left this"));
        assert_string_equal(c->reports[i].edit.path, "");
    }
    vtr_compilation_free(c);
}

static void an_unknown_module_costs_the_rules_that_use_it(void **state)
{
    (void)state;
    struct vtr_compilation *c = compile("import \"vt\"\n"
                                        "rule a { condition: vt.x and vt.y(1) }\n"
                                        "rule b { condition: true }\n");

    assert_int_equal(c->report_count, 2);
    assert_string_equal(c->reports[0].code, "E007");
    assert_string_equal(c->reports[1].code, "E008");
    assert_int_equal(vtr_compilation_get_stats(c)->rules, 1);
    vtr_compilation_free(c);
}

static void an_import_behind_its_use_is_too_late(void **state)
{
    (void)state;
    struct vtr_compilation *c =
        compile("import \"math\"\n"
                "rule a { condition: pe.is_pe }\n"
                "import \"pe\"\n"
                "rule b { condition: pe.is_pe and math.abs(1) }\n");

    assert_int_equal(c->report_count, 1);
    assert_string_equal(c->reports[0].code, "E043");
    assert_int_equal(c->reports[0].span.line, 2);
    assert_int_equal(c->reports[0].other.line, 3);
    assert_int_equal(vtr_compilation_get_stats(c)->rules, 1);
    vtr_compilation_free(c);
}

/* Nor a second time, nor of a name that is not imported. */
static void an_import_whose_name_is_no_text_is_none(void **state)
{
    (void)state;
    struct vtr_compilation *c = compile("import \"\\q\"\n"
                                        "import \"\\q\"\n"
                                        "rule a { condition: pe.is_pe }\n");

    assert_int_equal(c->report_count, 3);
    assert_string_equal(c->reports[0].code, "E301");
    assert_string_equal(c->reports[1].code, "E301");
    assert_string_equal(c->reports[2].code, "E043");
    vtr_compilation_free(c);
}

static void a_missing_import_is_offered_at_the_beginning_of_the_file(void **state)
{
    static const struct {
        const char *text;
        unsigned column;
    } FILES[] = {
        {"rule a { condition: math.abs(1) }", 1},
        {"\nrule a { condition: math.abs(1) }", 1},
        {"\xEF\xBB\xBFrule a { condition: math.abs(1) }", 4},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
        struct vtr_compilation *c = compile(FILES[i].text);

        assert_int_equal(c->report_count, 1);
        assert_string_equal(c->reports[0].code, "E043");
        assert_string_equal(c->reports[0].edit.path, c->reports[0].span.path);
        assert_int_equal(c->reports[0].edit.line, 1);
        assert_int_equal(c->reports[0].edit.column, FILES[i].column);
        assert_int_equal(c->reports[0].edit.length, 0);
        assert_string_equal(c->reports[0].replacement, "import \"math\"\n");
        vtr_compilation_free(c);
    }
}

/* A condition of a rule of its own, and what is wrong with it; NULL: nothing. */
static void expect_code(const char *text, const char *code)
{
    struct vtr_compilation *c = compile(text);

    if (code == NULL) {
        assert_int_equal(c->report_count, 0);
    } else {
        assert_int_equal(c->report_count, 1);
        assert_string_equal(c->reports[0].code, code);
    }
    vtr_compilation_free(c);
}

static void what_a_module_has_is_checked_by_name_and_type(void **state)
{
    static const struct {
        const char *condition;
        const char *code;
    } CASES[] = {
        {"time.now() > 1", NULL},
        {"time.nwo() > 1", "E044"},
        {"time.now > 1", "E046"},
        {"time", "E046"},
        {"time.now(1) > 1", "E045"},
        {"time.now()[0] > 1", "E031"},
        {"time.now().x > 1", "E031"},
        {"time.now()() > 1", "E031"},
        {"time[0] > 1", "E031"},
        {"time.now() == \"x\"", "E031"},
        {"for any i in time : (i == 1)", "E042"},
        {"for any i in time.now() : (i == 1)", "E042"},
        {"for any i, j in (1..2) : (i == 1)", "E038"},
        {"for any i, j in (1, 2) : (i == 1)", "E038"},
        {"console.log(1)", "E043"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        char text[200];
        (void)snprintf(text, sizeof(text),
                       "import \"time\"\nrule a { condition: %s }\n",
                       CASES[i].condition);
        expect_code(text, CASES[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_must_go_together),
        cmocka_unit_test(yes_or_no_is_no_operand),
        cmocka_unit_test(constants_are_worked_out),
        cmocka_unit_test(names_that_are_nothing_are_refused),
        cmocka_unit_test(strings_must_be_there),
        cmocka_unit_test(loops_have_rules_of_their_own),
        cmocka_unit_test(loops_nest_sixteen_deep),
        cmocka_unit_test(each_parenthesis_is_one_level),
        cmocka_unit_test(every_string_is_used_unless_its_name_says_otherwise),
        cmocka_unit_test(names_are_given_once),
        cmocka_unit_test(a_misspelt_string_is_guessed),
        cmocka_unit_test(a_string_under_another_name_is_one_mistake),
        cmocka_unit_test(sets_of_many_strings_are_found_by_their_names),
        cmocka_unit_test(strings_may_be_named_where_nobody_could_look),
        cmocka_unit_test(a_name_that_is_not_ascii_is_one_mistake),
        cmocka_unit_test(a_word_of_the_language_is_no_name),
        cmocka_unit_test(a_word_is_offered_where_it_may_stand),
        cmocka_unit_test(signs_of_other_languages_are_understood),
        cmocka_unit_test(each_rule_has_its_own_mistake),
        cmocka_unit_test(of_no_strings_it_is_not_said_that_they_are_too_few),
        cmocka_unit_test(what_is_no_value_is_shown_with_its_parentheses),
        cmocka_unit_test(marks_of_a_merge_are_known),
        cmocka_unit_test(what_a_module_has_is_checked_by_name_and_type),
        cmocka_unit_test(an_unknown_module_costs_the_rules_that_use_it),
        cmocka_unit_test(an_import_behind_its_use_is_too_late),
        cmocka_unit_test(an_import_whose_name_is_no_text_is_none),
        cmocka_unit_test(a_missing_import_is_offered_at_the_beginning_of_the_file),
    };
    return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}

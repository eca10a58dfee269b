/* SPDX-License-Identifier: Apache-2.0 */

/* Real mistakes of authors: that the first report names each, and that doing what it
 * says gives a good rule. */
#include "compiler/syntax/slip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "compiler/compilation.h"

#include "tests/support/cmocka.h"

static struct vtr_compilation *compile(struct vtr_bytes text)
{
    const struct vtr_compile_options options = {.lint = 1};
    struct vtr_compilation *compilation = NULL;
    const enum vtr_status status =
        vtr_compile_text(&compilation, "test.yar", text, &options, NULL);

    assert_true(status == VTR_OK || status == VTR_ERROR_RULES);
    return compilation;
}

static const struct vtr_diagnostic *first_error(const struct vtr_compilation *c)
{
    for (size_t i = 0; i < c->report_count; i++) {
        if (c->reports[i].severity == VTR_SEVERITY_ERROR) {
            return &c->reports[i];
        }
    }
    return NULL;
}

/* What the first report with an edit makes of a text of one line. */
static void apply_edit(const struct vtr_compilation *c, const char *text, char *out,
                       size_t out_len)
{
    const struct vtr_diagnostic *d = NULL;

    for (size_t i = 0; i < c->report_count && d == NULL; i++) {
        d = c->reports[i].edit.path[0] != '\0' ? &c->reports[i] : NULL;
    }
    if (d == NULL) {
        print_error("no edit: %s\n", text);
    }
    assert_non_null(d);
    const size_t begin = d->edit.column - 1;
    (void)snprintf(out, out_len, "%.*s%s%s", (int)begin, text, d->replacement,
                   text + begin + d->edit.length);
}

static void doing_what_help_says_gives_a_good_rule(void **state)
{
    static const char *const CASES[][2] = {
        {"rulle a { condition: true }", "rule a { condition: true }"},
        {"privat rule a { condition: true }", "private rule a { condition: true }"},
        {"rule a { conditions: true }", "rule a { condition: true }"},
        {"rule a { string: $a = \"x1y2\" condition: $a }",
         "rule a { strings: $a = \"x1y2\" condition: $a }"},
        {"rule a { strings: $a = \"x1y2\" conditon: $a }",
         "rule a { strings: $a = \"x1y2\" condition: $a }"},
        {"rule a { meta: author = me condition: true }",
         "rule a { meta: author = \"me\" condition: true }"},
        {"rule a { strings: $a = \"x1y2\" nocas condition: $a }",
         "rule a { strings: $a = \"x1y2\" nocase condition: $a }"},
        {"rule a { strings: $a = \"x1y2\" NOCASE condition: $a }",
         "rule a { strings: $a = \"x1y2\" nocase condition: $a }"},
        {"rule a { strings: $a = \"x1y2\" wide, ascii condition: $a }",
         "rule a { strings: $a = \"x1y2\" wide ascii condition: $a }"},
        {"rule a { strings: $a = 'x1y2' condition: $a }",
         "rule a { strings: $a = \"x1y2\" condition: $a }"},
        {"rule a { strings: $a = \xe2\x80\x9cx1y2\xe2\x80\x9d condition: $a }",
         "rule a { strings: $a = \"x1y2\" condition: $a }"},
        {"rule a { strings: $a = \xc2\xabx1y2\xc2\xbb condition: $a }",
         "rule a { strings: $a = \"x1y2\" condition: $a }"},
        {"rule a {\xc2\xa0"
         "condition: true }",
         "rule a { condition: true }"},
        {"rule a { condition: filesize \xe2\x89\xa5 5 }",
         "rule a { condition: filesize >= 5 }"},
        {"rule a { strings: $a = x1y2 condition: $a }",
         "rule a { strings: $a = \"x1y2\" condition: $a }"},
        {"rule a { strings: a = \"x1y2\" condition: $a }",
         "rule a { strings: $a = \"x1y2\" condition: $a }"},
        {"rule a { strings: $a := \"x1y2\" condition: $a }",
         "rule a { strings: $a = \"x1y2\" condition: $a }"},
        {"rule a { strings: $a == \"x1y2\" condition: $a }",
         "rule a { strings: $a = \"x1y2\" condition: $a }"},
        {"rule a { strings: $a = \"x1y2\"; condition: $a }",
         "rule a { strings: $a = \"x1y2\" condition: $a }"},
        {"rule a-b { condition: true }", "rule a_b { condition: true }"},
        {"rule a : one, two { condition: true }",
         "rule a : one two { condition: true }"},
        {"rule a { condition: filesize = 5 }", "rule a { condition: filesize == 5 }"},
        {"rule a { strings: $a = \"x1y2\" condition: $a && filesize > 5 }",
         "rule a { strings: $a = \"x1y2\" condition: $a and filesize > 5 }"},
        {"rule a { strings: $a = \"x1y2\" condition: $a || filesize > 5 }",
         "rule a { strings: $a = \"x1y2\" condition: $a or filesize > 5 }"},
        {"rule a { strings: $a = \"x1y2\" condition: !$a }",
         "rule a { strings: $a = \"x1y2\" condition: not $a }"},
        {"rule a { strings: $a = \"x1y2\" condition: $a AND filesize > 5 }",
         "rule a { strings: $a = \"x1y2\" condition: $a and filesize > 5 }"},
        {"rule a { strings: $a = \"x1y2\" condition: any of then }",
         "rule a { strings: $a = \"x1y2\" condition: any of them }"},
        {"rule a { strings: $a = \"x1y2\" condition: all off them }",
         "rule a { strings: $a = \"x1y2\" condition: all of them }"},
        {"rule a { strings: $a = \"x1y2\" condition: any of $a* }",
         "rule a { strings: $a = \"x1y2\" condition: any of ($a*) }"},
        {"rule a { strings: $a = \"x1y2\" condition: $a in (0,100) }",
         "rule a { strings: $a = \"x1y2\" condition: $a in (0..100) }"},
        {"rule b { strings: $a = \"x1y2\" condition: a }",
         "rule b { strings: $a = \"x1y2\" condition: $a }"},
        {"rule b { strings: $a = \"x1y2\" condition: any of (a*) }",
         "rule b { strings: $a = \"x1y2\" condition: any of ($a*) }"},
        {"rule a { condition: Filesize > 5 }", "rule a { condition: filesize > 5 }"},
        {"rule a { condition: file_size > 5 }", "rule a { condition: filesize > 5 }"},
        {"rule a { condition: uint16(0) == \"MZ\" }",
         "rule a { condition: uint16(0) == 0x5A4D }"},
        {"rule a { condition: uint32be(0) == \"RIFF\" }",
         "rule a { condition: uint32be(0) == 0x52494646 }"},
        {"rule a { strings: $a = \"x1y2\" condition: #a > \"2\" }",
         "rule a { strings: $a = \"x1y2\" condition: #a > 2 }"},
        {"import math\nrule a { condition: true }",
         "import \"math\"\nrule a { condition: true }"},
        {"import 'math'\nrule a { condition: true }",
         "import \"math\"\nrule a { condition: true }"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        char fixed[512];
        struct vtr_compilation *c = compile(vtr_bytes_from_text(CASES[i][0]));
        assert_true(c->stats.errors > 0);
        apply_edit(c, CASES[i][0], fixed, sizeof(fixed));
        assert_string_equal(fixed, CASES[i][1]);
        vtr_compilation_free(c);
        c = compile(vtr_bytes_from_text(fixed));
        if (c->stats.errors > 0) {
            print_error("%s: %s\n", fixed, first_error(c)->message);
        }
        assert_int_equal(c->stats.errors, 0);
        vtr_compilation_free(c);
    }
}

static void mistakes_without_one_remedy_are_named(void **state)
{
    static const char *const CASES[][3] = {
        {"rule a { condition: filesize < 10kb }", "E014", "sizes are KB or MB"},
        {"rule a { condition: filesize < 10 MB }", "E014", "sizes are KB or MB"},
        {"rule a { condition: filesize / 2 > 5 }", "E011", "division is written '\\'"},
        {"rule a { condition: uint16(0) == 0x5A4G }", "E014", "behind a number"},
        {"rule a { condition: $a $b }", "E014", "'and' or 'or'"},
        {"rule a { condition: (true }", "E014", ""},
        {"rule a { condition: true) }", "E014", "no '(' is open"},
        {"rule a { condition: true", "E014", "write '}'"},
        {"rule a { condition: true\nrule b { condition: true }", "E014", "write '}'"},
        {"rule a { strings: $a = { DE AD condition: $a }", "E011", "write '}'"},
        {"rule a { strings: $a = { DE // AD }\n condition: $a }", "E011", "write '}'"},
        {"rule a { strings: $a = { 0xDE 0xAD } condition: $a }", "E102", "no 0x"},
        {"rule a { strings: $a = { DE, AD } condition: $a }", "E103", "blanks"},
        {"rule a { strings: $a = \"C:\\\" condition: $a }", "E011", "takes the quote"},
        {"rule a { strings: $a = /http://x/ condition: $a }", "E014", "'\\/'"},
        {"rule a { strings: $a = /abc/g condition: $a }", "E014", "'i' and 's'"},
        {"rule 1a { condition: true }", "E014", "begins with a letter"},
        {"rule for { condition: true }", "E014", "word of the language"},
        {"include x.yar", "E014", "in quotes"},
        {"# comment", "E014", "'//'"},
        {"rule a { condition: true } -- end", "E014", "'//'"},
        {"rule a { strings: $a = \"x\" condition: $a in 0..5 }", "E014", "parentheses"},
        {"rule a { strings: $a = \"x\" condition: any of ($a $a) }", "E014", "','"},
        {"rule a { condition: for any i in (1 2) : (i) }", "E014", "','"},
        {"rule a { condition: for any i in 1 : (i) }", "E014", "stands in parentheses"},
        {"rule a { strings: $a = \"x\" condition: any of (them) }", "E014", "without"},
        {"rule a : 1a { condition: true }", "E014", "begins with a letter"},
        {"rule a : for { condition: true }", "E014", "word of the language"},
        {"rule a { meta: for = 1 condition: true }", "E014", "word of the language"},
        {"rule a { condition: word matches \"x\" }", "E014", "in slashes"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct vtr_compilation *c = compile(vtr_bytes_from_text(CASES[i][0]));
        const struct vtr_diagnostic *d = first_error(c);
        assert_non_null(d);
        assert_string_equal(d->code, CASES[i][1]);
        if (strstr(d->help, CASES[i][2]) == NULL) {
            print_error("%s: help is '%s'\n", CASES[i][0], d->help);
        }
        assert_non_null(strstr(d->help, CASES[i][2]));
        vtr_compilation_free(c);
    }
}

static void commas_are_not_called_blanks_where_they_may_stand(void **state)
{
    static const char *const CASES[] = {
        "rule a { condition: uint16(0, 1) == 1 }",
        "rule a { condition: filesize > 1 and , true }",
        "rule a { strings: $a = \"x\" condition: for all of (, $a) : ($) }",
        "rule a { meta: a , 1 condition: true }",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct vtr_compilation *c = compile(vtr_bytes_from_text(CASES[i]));
        assert_string_equal(first_error(c)->code, "E014");
        assert_string_equal(first_error(c)->help, "");
        vtr_compilation_free(c);
    }
}

static void a_missing_end_points_at_the_beginning(void **state)
{
    struct vtr_compilation *c =
        compile(vtr_bytes_from_text("rule a { condition: (true\n}"));

    (void)state;
    assert_int_equal(c->reports[0].span.line, 2);
    assert_int_equal(c->reports[0].other.line, 1);
    assert_int_equal(c->reports[0].other.column, 21);
    vtr_compilation_free(c);
    c = compile(vtr_bytes_from_text("rule a { condition: true }\n/* the rest"));
    assert_int_equal(c->report_count, 1);
    assert_string_equal(c->reports[0].code, "W057");
    assert_int_equal(c->reports[0].span.line, 2);
    vtr_compilation_free(c);
    c = compile(vtr_bytes_from_text("rule a { condition: true } /**/ // /*\n/* */"));
    assert_int_equal(c->report_count, 0);
    vtr_compilation_free(c);
}

/* A megabyte of one thing over and over, and two: the time at most doubles, and what is
 * said has an end. */
static void any_megabyte_takes_its_time_and_no_more(void **state)
{
    static const char *const CASES[] = {
        "(",
        "{",
        "}",
        "\"",
        "/",
        "/*",
        "'",
        ";",
        ",",
        "&&",
        "=",
        "$",
        "$a = ",
        "rule ",
        "rule a {",
        "rule a { condition: ( ",
        "a.",
        "not ",
        "-",
        "1kb ",
        "x ",
        "x = ",
        "\n",
        "\xe2\x80\x9c",
        "\xc2\xa0",
        "\xff",
        "import x ",
        "// x\n",
        "[",
        "rule a { strings: $a = ",
        "rule a { condition: x }\n",
        "rule a { condition: any of (b*) }\n",
        "rule a { strings: $a = { 0x } }\n",
        "rule a { condition: for any i in ",
        "0x",
        "include ",
    };
    const size_t len = 500000;
    char *text = malloc(2 * len + 64);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const size_t part = strlen(CASES[i]);
        clock_t spent[2];
        size_t filled = 0;
        for (unsigned n = 0; n < 2; n++) {
            for (; filled + part <= len << n; filled += part) {
                memcpy(text + filled, CASES[i], part);
            }
            const clock_t start = clock();
            struct vtr_compilation *c =
                compile((struct vtr_bytes){(const uint8_t *)text, filled});
            spent[n] = clock() - start;
            assert_true(c->report_count <= 1000);
            vtr_compilation_free(c);
        }
        if (spent[1] > 3 * spent[0] + CLOCKS_PER_SEC / 4) {
            print_error("'%s': %ld, then %ld ticks\n", CASES[i], (long)spent[0],
                        (long)spent[1]);
        }
        assert_true(spent[1] <= 3 * spent[0] + CLOCKS_PER_SEC / 4);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doing_what_help_says_gives_a_good_rule),
        cmocka_unit_test(mistakes_without_one_remedy_are_named),
        cmocka_unit_test(commas_are_not_called_blanks_where_they_may_stand),
        cmocka_unit_test(a_missing_end_points_at_the_beginning),
        cmocka_unit_test(any_megabyte_takes_its_time_and_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

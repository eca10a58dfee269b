/* SPDX-License-Identifier: Apache-2.0 */

#include "vitrine/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "tests/support/cmocka.h"

/* Formats; the test fails when that does.  The caller frees. */
static struct vtr_formatting *format(struct vtr_bytes source)
{
    struct vtr_formatting *formatting = NULL;

    assert_int_equal(vtr_format_text(&formatting, "a.yar", source, NULL), VTR_OK);
    return formatting;
}

static void assert_bytes(struct vtr_bytes actual, const char *expected)
{
    if (!vtr_bytes_equal(actual, vtr_bytes_from_text(expected))) {
        print_error("%.*s", (int)actual.len, (const char *)actual.ptr);
        assert_memory_equal(actual.ptr, expected, actual.len);
        assert_int_equal(actual.len, strlen(expected));
    }
}

/* `source` becomes `expected`, which stays as it is. */
static void assert_formatted(const char *source, const char *expected)
{
    const char *const texts[] = {source, expected};

    for (size_t i = 0; i < 2; i++) {
        struct vtr_formatting *f = format(vtr_bytes_from_text(texts[i]));
        assert_bytes(vtr_formatting_get_text(f), expected);
        vtr_formatting_free(f);
    }
}

/* A source whose condition is `from` comes out with `to`. */
static void assert_condition(const char *from, const char *to)
{
    static const char HEAD[] = "rule a\n{\n    condition:\n        ";
    char source[1024];
    char expected[1024];

    (void)snprintf(source, sizeof(source), "%s%s\n}\n", HEAD, from);
    (void)snprintf(expected, sizeof(expected), "%s%s\n}\n", HEAD, to);
    assert_formatted(source, expected);
}

static void assert_string(const char *from, const char *to)
{
    static const char HEAD[] = "rule a\n{\n    strings:\n        $a = ";
    static const char TAIL[] = "\n\n    condition:\n        $a\n}\n";
    char source[1024];
    char expected[1024];

    (void)snprintf(source, sizeof(source), "%s%s%s", HEAD, from, TAIL);
    (void)snprintf(expected, sizeof(expected), "%s%s%s", HEAD, to, TAIL);
    assert_formatted(source, expected);
}

static void sections_and_entries_have_lines_of_their_own(void **state)
{
    (void)state;
    assert_formatted(
        "import \"pe\" import\"math\"\ninclude \"x.yar\"\n"
        "private global rule a:t u{meta:x=\"1\" y=-5 strings:$a=\"a\" $=/b/i"
        " wide condition:$a}rule b{condition:true}",
        "import \"pe\"\n"
        "import \"math\"\n"
        "include \"x.yar\"\n"
        "\n"
        "private global rule a : t u\n"
        "{\n"
        "    meta:\n"
        "        x = \"1\"\n"
        "        y = -5\n"
        "\n"
        "    strings:\n"
        "        $a = \"a\"\n"
        "        $ = /b/i wide\n"
        "\n"
        "    condition:\n"
        "        $a\n"
        "}\n"
        "\n"
        "rule b\n"
        "{\n"
        "    condition:\n"
        "        true\n"
        "}\n");
}

static void nothing_stays_nothing(void **state)
{
    (void)state;
    struct vtr_formatting *f = format((struct vtr_bytes){NULL, 0});

    assert_int_equal(vtr_formatting_get_text(f).len, 0);
    vtr_formatting_free(f);
    assert_formatted("\n \t\r\n", "");
    assert_formatted("\n\n// a\n\n\n\n/* b */  \n\n", "// a\n\n/* b */\n");
}

static void blank_lines_are_one_between_rules_and_none_at_edges(void **state)
{
    (void)state;
    assert_formatted(
        "rule a\n{\n\n\n    condition:\n\n        true and\n\n\n        true\n\n}\n"
        "// of b\n\n\n// more of b\nrule b\n{\n    condition:\n        true\n}\n",
        "rule a\n{\n    condition:\n        true and\n\n        true\n}\n"
        "// of b\n\n// more of b\n"
        "rule b\n{\n    condition:\n        true\n}\n");
    assert_formatted("rule a { condition: true }\n// of b\nrule b { condition: true }",
                     "rule a\n{\n    condition:\n        true\n}\n"
                     "\n// of b\n"
                     "rule b\n{\n    condition:\n        true\n}\n");
}

static void comments_stay_where_they_were(void **state)
{
    (void)state;
    assert_formatted("/* lead */ import \"pe\" // p\n"
                     "rule a // name\n"
                     ": t { // open\n"
                     "  // of meta\n"
                     "  meta: // m\n"
                     "    x = /* value */ 1\n"
                     "      // deeper: of meta\n"
                     "  // as deep: of the strings\n"
                     "  strings:\n"
                     "    $a = // next\n"
                     "\"x\"\n"
                     "  condition: /* c */ $a /* d */\n"
                     "  // last\n"
                     "} // end\n",
                     "/* lead */ import \"pe\" // p\n"
                     "\n"
                     "rule a // name\n"
                     "    : t\n"
                     "{ // open\n"
                     "    // of meta\n"
                     "    meta: // m\n"
                     "        x = /* value */ 1\n"
                     "        // deeper: of meta\n"
                     "\n"
                     "    // as deep: of the strings\n"
                     "    strings:\n"
                     "        $a = // next\n"
                     "            \"x\"\n"
                     "\n"
                     "    condition: /* c */\n"
                     "        $a /* d */\n"
                     "        // last\n"
                     "} // end\n");
}

static void comments_at_line_ends_are_aligned(void **state)
{
    (void)state;
    assert_formatted(
        "rule a { strings:\n$a = \"a\" // one\n$bcd = \"\xC3\xA4\" // two\n"
        "$e = \"e\"\n$f = \"f\" // three\n\n$ghij = \"g\" // four\n"
        "condition: all of them }",
        "rule a\n{\n    strings:\n"
        "        $a = \"a\"   // one\n"
        "        $bcd = \"\xC3\xA4\" // two\n"
        "        $e = \"e\"\n"
        "        $f = \"f\" // three\n"
        "\n"
        "        $ghij = \"g\" // four\n"
        "\n"
        "    condition:\n        all of them\n}\n");
}

static void long_lines_do_not_move_the_comments_of_others(void **state)
{
    (void)state;
    /* Eight blanks, "$a = ", quotes: 65 bytes of text end at column 80. */
    static const char SIXTY_FIVE[] =
        "01234567890123456789012345678901234567890123456789012345678901234";
    char source[512];
    char expected[512];

    for (int extra = 0; extra < 2; extra++) {
        const char *more = extra == 0 ? "" : "5";
        const int pad = extra == 0 ? 65 : 1;
        (void)snprintf(source, sizeof(source),
                       "rule a { strings: $a = \"%s%s\" // a\n$b = \"\" // b\n"
                       "condition: $a and $b }",
                       SIXTY_FIVE, more);
        (void)snprintf(expected, sizeof(expected),
                       "rule a\n{\n    strings:\n        $a = \"%s%s\" // a\n"
                       "        $b = \"\"%*s// b\n\n    condition:\n"
                       "        $a and $b\n}\n",
                       SIXTY_FIVE, more, extra == 0 ? pad + 1 : pad, "");
        assert_formatted(source, expected);
    }
}

static void stars_of_a_comment_stand_below_one_another(void **state)
{
    (void)state;
    assert_formatted("rule a {\n/* one\n\t\t* two\n* three\n\t\t\t*/\n\n"
                     "/*\n\tas it is  \r\n  is*/ condition: true }",
                     "rule a\n{\n    /* one\n     * two\n     * three\n     */\n\n"
                     "    /*\n\tas it is\n  is*/ condition:\n        true\n}\n");
}

static void conditions_are_spaced(void **state)
{
    (void)state;
    assert_condition("( $a   and($b or#c*2>3))", "($a and ($b or #c * 2 > 3))");
    assert_condition("50  %of them and 7%2==1", "50% of them and 7 % 2 == 1");
    assert_condition("any of(a*,b *)and 1*2==2", "any of (a*, b*) and 1 * 2 == 2");
    assert_condition("for any i in(1 .. #a):(@a[ i ]<- 5)",
                     "for any i in (1..#a) : (@a[i] < -5)");
    assert_condition("1-1==~ 2 and - - 1<1", "1 - 1 == ~2 and --1 < 1");
    assert_condition("pe . imports( \"x\" , 1 ) [ 0 ].y==not_a(1)",
                     "pe.imports(\"x\", 1)[0].y == not_a(1)");
    assert_condition("not(true)and defined(x)", "not (true) and defined (x)");
    assert_condition("uint16( 0 )==0x5a4d and x matches/a b/i",
                     "uint16(0) == 0x5a4d and x matches /a b/i");
    assert_condition("filesize\\2>1KB and 1<<2>>3==4|5^6&7",
                     "filesize \\ 2 > 1KB and 1 << 2 >> 3 == 4 | 5 ^ 6 & 7");
}

static void lines_of_conditions_are_indented_by_their_brackets(void **state)
{
    (void)state;
    assert_condition("$a and\n((\n$b or\n$c\n) and\n$d)\nor not\n$e",
                     "$a and\n"
                     "        ((\n"
                     "            $b or\n"
                     "            $c\n"
                     "        ) and\n"
                     "            $d)\n"
                     "        or not\n"
                     "            $e");
    assert_condition("for all i in (1,\n2) :\n(\n// c\n\n@a[i] == 1\n\n// d\n)",
                     "for all i in (1,\n"
                     "            2) :\n"
                     "            (\n"
                     "                // c\n"
                     "\n"
                     "                @a[i] == 1\n"
                     "\n"
                     "                // d\n"
                     "            )");
}

static void hex_strings_keep_lines_and_groups(void **state)
{
    (void)state;
    assert_string("{4d5A??[ 2 - 4 ](9?|~91 [-]( A|B) )|}",
                  "{ 4d5A?? [2-4] (9? | ~91 [-] (A | B)) | }");
    assert_string("{\n4D 5A // mz\n\n\n( 90 |\n91 )\n\n}  private",
                  "{\n"
                  "            4D 5A // mz\n"
                  "\n"
                  "            (90 |\n"
                  "                91)\n"
                  "        } private");
    assert_string("{ 4 D [1 2-3] - }", "{ 4 D [1 2-3] - }");
    assert_string("{ }", "{ }");
}

static void strings_are_not_touched(void **state)
{
    (void)state;
    assert_string("\"  //  \\\" /*\t\"   wide  ascii",
                  "\"  //  \\\" /*\t\" wide ascii");
    assert_string("/a  \\/\\/ [ b]{ 2 }/is fullword",
                  "/a  \\/\\/ [ b]{ 2 }/is fullword");
    assert_string("\"x\" xor ( 0x01\n-\n0xff ) base64( \"\\\" \" )",
                  "\"x\" xor(0x01-0xff) base64(\"\\\" \")");
    assert_string("\"\xFF\xFE\"", "\"\xFF\xFE\"");
}

static void line_ends_become_one_and_the_byte_order_mark_goes(void **state)
{
    (void)state;
    static const char RULE[] = "rule a\n{\n    condition:\n        true // c\n}\n";

    assert_formatted("\xEF\xBB\xBFrule a {\r\ncondition: true // c  \t\r\n}\r\n", RULE);
    assert_formatted("rule a {\rcondition:\r true // c\n}", RULE);
}

static void open_comment_reaches_to_the_end(void **state)
{
    (void)state;
    assert_formatted("rule a { condition: true } /* open \n\n *\n\n",
                     "rule a\n{\n    condition:\n        true\n} /* open\n\n *\n");
}

static void what_is_no_error_of_syntax_does_not_hinder(void **state)
{
    (void)state;
    assert_condition("nobody.knows( $x )and 1+\"a\" and nothing",
                     "nobody.knows($x) and 1 + \"a\" and nothing");
    assert_formatted("import  \"nobody\"", "import \"nobody\"\n");
    assert_string("/(/", "/(/");
    assert_string("\"\\q\"", "\"\\q\"");
    assert_string("{ 4D [4-2] 5A (}", "{ 4D [4-2] 5A (}");
}

static void assert_refused(const char *source, const char *code)
{
    struct vtr_formatting *f = NULL;
    struct vtr_error err = {0};
    size_t count;

    assert_int_equal(vtr_format_text(&f, "a.yar", vtr_bytes_from_text(source), &err),
                     VTR_ERROR_RULES);
    assert_string_equal(err.message, "'a.yar' does not parse");
    const struct vtr_diagnostic *diagnostics =
        vtr_formatting_get_diagnostics(f, &count);
    assert_int_equal(count, 1);
    assert_string_equal(diagnostics[0].code, code);
    assert_int_equal(diagnostics[0].span.line, 2);
    assert_bytes(vtr_formatting_get_text(f), "");
    assert_bytes(vtr_formatting_get_source(f), source);
    vtr_formatting_free(f);
}

static void what_does_not_parse_is_refused_with_its_place(void **state)
{
    (void)state;
    assert_refused("import \"x\"\nrule", "E014");
    assert_refused("rule a { condition:\n\"open }", "E011");
    assert_refused("rule a { condition:\n99999999999999999999 }", "E012");
    assert_refused("rule a { condition:\n\x80 true }", "E010");
    assert_refused("rule a { strings:\n$a = { 4D XX } condition: $a }", "E103");
    assert_refused("rule a { condition:\n{ 4D } }", "E014");
}

/* Text from malloc: `count` times `piece`, between `head` and `tail`. */
static struct vtr_bytes repeat(const char *head, const char *piece, size_t count,
                               const char *tail)
{
    const size_t piece_len = strlen(piece);
    const size_t len = strlen(head) + piece_len * count + strlen(tail);
    char *text = malloc(len + 1);

    assert_non_null(text);
    memcpy(text, head, strlen(head));
    for (size_t i = 0; i < count; i++) {
        memcpy(text + strlen(head) + i * piece_len, piece, piece_len);
    }
    memcpy(text + len - strlen(tail), tail, strlen(tail) + 1);
    return (struct vtr_bytes){(const uint8_t *)text, len};
}

static void deep_brackets_do_not_swell_the_text(void **state)
{
    (void)state;
    char inner[512] = {0};
    char outer[512] = {0};

    memset(inner, '(', 90);
    memset(outer, ')', 90);
    for (size_t i = 0; i < 90; i++) { /* each on a line of its own */
        inner[2 * i] = '(';
        inner[2 * i + 1] = '\n';
    }
    (void)snprintf(inner + 180, 64, "true ");
    (void)snprintf(outer + 90, 64, "}");
    char head[600];
    (void)snprintf(head, sizeof(head), "rule a { condition: %s", inner);
    const struct vtr_bytes source = repeat(head, "\nand true", 100000, outer);
    struct vtr_formatting *f = format(source);
    assert_true(vtr_formatting_get_text(f).len < source.len * 10);
    vtr_formatting_free(f);
    free((void *)(uintptr_t)source.ptr);
}

static void long_sources_take_time_in_proportion(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        const char *piece;
        const char *tail;
    } CASES[] = {
        {"", "/**/ ", ""},
        {"rule a { condition: ", "/* c */\n", "true }"},
        {"rule a { condition: true", " and true", "}"},
        {"rule a { strings: $a = {", "4D /*", "*/} condition: $a }"},
        {"rule a { strings: $a = { 4D ", "//\n", "} condition: $a }"},
        {"rule a { condition: true } // ", "\t ", "x"},
        {"/*", "\n * ", "*/"},
    };

    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const struct vtr_bytes source =
            repeat(CASES[i].head, CASES[i].piece, 200000, CASES[i].tail);
        vtr_formatting_free(format(source));
        free((void *)(uintptr_t)source.ptr);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_and_entries_have_lines_of_their_own),
        cmocka_unit_test(nothing_stays_nothing),
        cmocka_unit_test(blank_lines_are_one_between_rules_and_none_at_edges),
        cmocka_unit_test(comments_stay_where_they_were),
        cmocka_unit_test(comments_at_line_ends_are_aligned),
        cmocka_unit_test(long_lines_do_not_move_the_comments_of_others),
        cmocka_unit_test(stars_of_a_comment_stand_below_one_another),
        cmocka_unit_test(conditions_are_spaced),
        cmocka_unit_test(lines_of_conditions_are_indented_by_their_brackets),
        cmocka_unit_test(hex_strings_keep_lines_and_groups),
        cmocka_unit_test(strings_are_not_touched),
        cmocka_unit_test(line_ends_become_one_and_the_byte_order_mark_goes),
        cmocka_unit_test(open_comment_reaches_to_the_end),
        cmocka_unit_test(what_is_no_error_of_syntax_does_not_hinder),
        cmocka_unit_test(what_does_not_parse_is_refused_with_its_place),
        cmocka_unit_test(deep_brackets_do_not_swell_the_text),
        cmocka_unit_test(long_sources_take_time_in_proportion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

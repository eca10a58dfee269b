/* SPDX-License-Identifier: Apache-2.0 */

/* Which rules are warned of, at which place, and which are left in peace. */
#include "compiler/lint/lint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "compiler/compilation.h"
#include "format/atom/atom_weight.h"

#include "tests/support/cmocka.h"

static struct vtr_compilation *compile_with(const char *text, uint64_t allow,
                                            uint64_t deny)
{
    const char *const defines[] = {"flag=true", "number=1"};
    const struct vtr_compile_options options = {
        .lint = 1, .allow = allow, .deny = deny, .defines = defines, .define_count = 2};
    struct vtr_compilation *compilation = NULL;
    const enum vtr_status status =
        vtr_compile_text(&compilation, "test.yar", vtr_bytes_from_text(text), &options,
                         NULL);

    assert_true(status == VTR_OK || status == VTR_ERROR_RULES);
    return compilation;
}

/* "CODE line:column 'what stands there'" of each report. */
static void assert_reports(const char *text, const char *wanted)
{
    struct vtr_compilation *c = compile_with(text, 0, 0);
    char found[2000] = "";
    size_t len = 0;

    for (size_t i = 0; i < c->report_count; i++) {
        const struct vtr_diagnostic *d = &c->reports[i];
        len += (size_t)snprintf(found + len, sizeof(found) - len, "%s%s %u '%.*s'",
                                i == 0 ? "" : ", ", d->code, d->span.line,
                                (int)d->span.length, d->span.text + d->span.column - 1);
    }
    if (strcmp(found, wanted) != 0) {
        print_error("%s\n", text);
    }
    assert_string_equal(found, wanted);
    vtr_compilation_free(c);
}

/* A condition of a rule whose strings are $a, $b, $s1, $s2 and $start. */
static void assert_condition(const char *condition, const char *wanted)
{
    char text[2048];

    (void)
        snprintf(text, sizeof(text),
                 "rule r { strings: $a = \"alpha\" $b = \"beta\" $s1 = \"one1\" $s2 = "
                 "\"two2\" $start = \"begin\" condition: (%s) and (all of them or "
                 "filesize == 5 or filesize == 6) }",
                 condition);
    assert_reports(text, wanted);
}

/* A string of a rule that asks for it and nothing else. */
static void assert_string(const char *string, const char *wanted)
{
    char text[2048];

    (void)snprintf(text, sizeof(text), "rule r { strings: $a = %s condition: $a }",
                   string);
    assert_reports(text, wanted);
}

static void strings_of_common_bytes_are_slow(void **state)
{
    (void)state;
    assert_string("\"a\"", "W060 1 '\"a\"'");
    assert_string("\"ab\"", "");
    assert_string("{ 00 00 00 00 }", "W060 1 '{ 00 00 00 00 }'");
    assert_string("{ 00 00 00 00 DE AD }", "");
    assert_string("{ E8 [4] E9 [4] EA }", "W060 1 '{ E8 [4] E9 [4] EA }'");
    assert_string("{ E8 (DE AD BE | 00) }", "W060 1 '{ E8 (DE AD BE | 00) }'");
    assert_string("{ E8 (DE AD BE | BE AD DE) }", "");
    assert_string("{ DE AD BE EF [300-400] 00 }",
                  "W060 1 '{ DE AD BE EF [300-400] 00 }'");
    assert_string("/[0-9a-f]{32}/", "W060 1 '/[0-9a-f]{32}/'");
    assert_string("/[0-9a-f]{32}needle/", "");
    assert_string("/.*/", "W060 1 '/.*/'");
    assert_string("\"AAAAAAAA\" wide", "W060 1 '\"AAAAAAAA\"'");
    /* what is asked for at one offset is not looked for */
    assert_reports("rule r { strings: $a = { 00 00 } condition: $a at 0 }", "");
    assert_reports("rule r { strings: $a = { 00 00 } condition: $a at 0 or $a at 2 }",
                   "W060 1 '{ 00 00 }'");
}

/* What lint_string.c relies on: three that differ are rare. */
static void a_byte_that_is_not_zero_has_some_weight(void **state)
{
    (void)state;
    for (unsigned i = 1; i < 256; i++) {
        const uint8_t byte = (uint8_t)i;
        assert_true(vtr_atom_score(&byte, 1) >= 16);
    }
    assert_string("{ 01 73 FF }", "");
    assert_string("{ 65 45 65 }", "W060 1 '{ 65 45 65 }'");
    assert_string("{ 73 00 FF }", "");
}

static void hex_strings_that_are_text_are_named(void **state)
{
    (void)state;
    assert_string("{ 61 62 63 64 }", "W065 1 '{ 61 62 63 64 }'");
    assert_string("{61626364}", "W065 1 '{61626364}'");
    assert_string("{ 61 00 62 00 63 00 64 00 }",
                  "W065 1 '{ 61 00 62 00 63 00 64 00 }'");
    assert_string("{ 61 62 63 }", "");
    assert_string("{ 61 62 63 64 00 }", "");
    assert_string("{ 61 62 63 ?4 }", "");
    assert_string("{ 61 62 [2] 63 64 }", "");
    assert_string("{ 23 24 25 26 }", "");
    assert_string("{ 61 62 /* ab */ 63 64 }", "");
}

static void replacements_are_what_is_meant(void **state)
{
    static const struct {
        const char *text;
        const char *at;
        const char *replacement;
    } CASES[] = {
        {"rule r { strings: $a = { 61 22 62 63 64 } condition: $a }",
         "{ 61 22 62 63 64 }", "\"a\\\"bcd\""},
        {"rule r { strings: $a = { 61 00 62 00 63 00 64 00 } condition: $a }",
         "{ 61 00 62 00 63 00 64 00 }", "\"abcd\" wide"},
        {"rule r { strings: $a = { DE AD BE [4] [0-7] EF } condition: $a }",
         "[4] [0-7]", "[4-11]"},
        {"rule r { strings: $a = { DE AD BE [4] [3] EF } condition: $a }", "[4] [3]",
         "[7]"},
        {"rule r { strings: $a = { DE AD BE [4-] [3] EF BA BE } condition: $a }",
         "[4-] [3]", "[7-]"},
        {"rule r { strings: $a = \"alpha\" condition: #a }", "#a", "#a > 0"},
        {"rule r { condition: uint8(0) }", "uint8(0)", "uint8(0) != 0"},
        {"rule r { strings: $a = \"alpha\" condition: 0 of them }", "0", "none"},
        {"rule r { strings: $a = { DE AD BE [0x1a] [0o7-0x10] EF } condition: $a }",
         "[0x1a] [0o7-0x10]", "[33-42]"},
        {"rule r { strings: $a = { DE AD /* [1] [2] */ BE [3] // [1]\n EF C0 [4] [5] "
         "BA }"
         " condition: $a }",
         "[4] [5]", "[9]"},
        {"rule r { strings: $a = /alpha/i nocase condition: $a }", " nocase", ""},
        {"rule r { strings: $a = \"1234\"nocase condition: $a }", "nocase", ""},
        {"// suppress: x\n// vitrine: allow(slow_patern)\nrule r { condition: 1 }",
         "slow_patern", "slow_pattern"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct vtr_compilation *c = compile_with(CASES[i].text, 0, 0);
        assert_true(c->report_count >= 1);
        const struct vtr_diagnostic *d = &c->reports[0];
        const size_t len = strlen(CASES[i].at);
        assert_string_equal(d->replacement, CASES[i].replacement);
        assert_int_equal(d->edit.length, len);
        assert_memory_equal(d->edit.text + d->edit.column - 1, CASES[i].at, len);
        vtr_compilation_free(c);
    }
}

static void modifiers_without_effect_are_named(void **state)
{
    (void)state;
    assert_string("/alpha/i nocase", "W061 1 'nocase'");
    assert_string("/alpha/is nocase", "W061 1 'nocase'");
    assert_string("/alpha/s nocase", "");
    assert_string("/alpha\\/i/ nocase", "");
    assert_string("\"1234\" wide nocase", "W061 1 'nocase'");
    assert_string("\"123a\" nocase", "");
}

static void equal_strings_are_named(void **state)
{
    (void)state;
    assert_reports("rule r { strings: $a = \"alpha\" $b = \"alpha\" condition: any of "
                   "them }",
                   "W062 1 '$b'");
    assert_reports(
        "rule r { strings: $a = \"alpha\" $b = \"alpha\" wide condition: any "
        "of them }",
        "");
    assert_reports(
        "rule r { strings: $a = { DE AD BE EF } $b = {deadbeef} condition: any "
        "of them }",
        "W062 1 '$b'");
    assert_reports("rule r { strings: $a = \"alpha\" xor(1) $b = \"alpha\" xor(2) "
                   "condition: any of them }",
                   "");
    assert_reports("rule r { strings: $a = \"alpha\" private $b = \"alpha\" condition: "
                   "any of them }",
                   "W062 1 '$b'");
}

static void what_no_file_fulfils_is_named(void **state)
{
    (void)state;
    assert_condition("uint8(0) == 255", "");
    assert_condition("uint8(0) == 256", "W063 1 'uint8(0) == 256'");
    assert_condition("int8(0) == -128", "");
    assert_condition("int8(0) == -129", "W063 1 'int8(0) == -129'");
    assert_condition("uint32be(0) == 0xFFFFFFFF", "");
    assert_condition("0x1FFFFFFFF == uint32be(0)",
                     "W063 1 '0x1FFFFFFFF == uint32be(0)'");
    assert_condition("int32(0) == 0xFFFFFFFF", "W063 1 'int32(0) == 0xFFFFFFFF'");
    assert_condition("filesize < 0", "W063 1 'filesize < 0'");
    assert_condition("filesize < 1", "");
    assert_condition("#a < 0", "W063 1 '#a < 0'");
    assert_condition("#a >= 0", "W064 1 '#a >= 0'");
    assert_condition("#a > 0", "");
    assert_condition("uint8(0) >= 0", ""); /* not past the end of the file */
    assert_condition("1 == 2", "W063 1 '1 == 2'");
    assert_condition("2 of ($s1, $a) at 0", "W063 1 '2 of ($s1, $a) at 0'");
    assert_condition("any of ($s1, $a) at 0", "");
    assert_condition("6 of them", "W052 1 '6'");
    assert_condition("@a[0] < 9", "W063 1 '@a[0]'");
    assert_condition("!a[1 - 1] < 9", "W063 1 '!a[1 - 1]'");
    assert_condition("@a[1] < 9", "");
    assert_condition("for any i in (1..#a) : (@a[i - 1] > 9)", "");
}

static void eight_bytes_without_a_sign_are_not_negative(void **state)
{
    (void)state;
    assert_condition("uint64(0) == -1", "W063 1 'uint64(0) == -1'");
    assert_condition("0 > uint64be(0)", "W063 1 '0 > uint64be(0)'");
    assert_condition("uint64(0) > 0x7FFFFFFFFFFFFFFF", "");
    assert_condition("uint64(0) <= 0x7FFFFFFFFFFFFFFF", "");
    assert_condition("uint64(0) != 0", "");
    assert_condition("int64(0) == -1", "");
}

static void floats_that_are_read_are_no_integers(void **state)
{
    (void)state;
    assert_condition("float32(0) < 0", "");
    assert_condition("float64be(0) < 0", "");
    assert_condition("float32be(0) == 5000000000", "");
    assert_condition("float64(0) == 5000000000", "");
    assert_condition("float32(0) > 1 and float32(0) < 2", "");
    assert_condition("uint32(0) > 1 and uint32(0) < 2", "W063 1 'uint32(0) < 2'");
}

static void functions_of_the_math_module_have_bounds(void **state)
{
    static const char *const FORMAT = "import \"math\"\nrule r { condition: %s }";
    static const struct {
        const char *condition;
        const char *wanted;
    } CASES[] = {
        {"math.entropy(0, 9) > 8", "W063 2 'math.entropy(0, 9) > 8'"},
        {"math.entropy(0, 9) >= 8", ""},
        {"math.entropy(0, 9) > 7.99", ""},
        {"math.entropy(0, 9) >= 8.0", ""},
        {"math.entropy(0, 9) >= 8.01", "W063 2 'math.entropy(0, 9) >= 8.01'"},
        {"80.0 == math.percentage(0)", "W063 2 '80.0 == math.percentage(0)'"},
        {"1 < math.percentage(0)", "W063 2 '1 < math.percentage(0)'"},
        {"1 > math.percentage(0)", ""},
        {"math.percentage(0) < 80", ""},
        {"math.percentage(0) * 100 > 80", ""},
        {"math.mean(0, 9) > 255.0", "W063 2 'math.mean(0, 9) > 255.0'"},
        {"math.mean(0, 9) > 254.999", ""},
        {"math.count(0) > 300", ""},
    };
    char text[256];

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        (void)snprintf(text, sizeof(text), FORMAT, CASES[i].condition);
        assert_reports(text, CASES[i].wanted);
    }
}

static void characters_behind_the_end_are_named(void **state)
{
    (void)state;
    assert_string("/php\\?$_GETabc/", "W063 1 '$_'");
    assert_string("/abcdef$ghi/i", "W063 1 '$g'");
    assert_string("/abcdef$/is", "");
    assert_string("/abcdef\\$ghi/", "");
    assert_string("/abcdef[$a]/", "");
    assert_string("/abcdef[]$a]/", "");
    assert_string("/abcdef[^]$a]/", "");
    assert_string("/abcdef[\\]$a]/", "");
    assert_string("/abcdef[a]$b/", "W063 1 '$b'");
    assert_string("/abcdef$a?/", "");
    assert_string("/abcdef$a{0,2}/", "");
    assert_string("/abcdef($|ghi)/", "");
    assert_string("/(?m)abcdef$ghi/", "");
    assert_reports("rule r { condition: \"avb\" matches /a$b/ }", "W063 1 '$b'");
}

static void contradictions_are_named(void **state)
{
    (void)state;
    assert_condition("filesize > 10KB and filesize < 5KB", "W063 1 'filesize < 5KB'");
    assert_condition("filesize > 5KB and filesize < 10KB", "");
    assert_condition("filesize > 5 and filesize < 6", "W063 1 'filesize < 6'");
    assert_condition("filesize >= 5 and filesize <= 5", "");
    assert_condition("5 < filesize and 3 > filesize", "W063 1 '3 > filesize'");
    assert_condition("uint16(0) == 0x5A4D and uint16(0) == 0x457F",
                     "W063 1 'uint16(0) == 0x457F'");
    assert_condition("uint16(0) == 0x5A4D and uint16(2) == 0x457F", "");
    assert_condition("uint16(0) == 0x5A4D or uint16(0) == 0x457F", "");
    assert_condition("uint16(0) != 0x5A4D or uint16(0) != 0x457F",
                     "W064 1 'uint16(0) != 0x457F'");
    assert_condition("filesize > 10 or filesize < 20", "W064 1 'filesize < 20'");
    assert_condition("filesize > 20 or filesize < 10", "");
    assert_condition("filesize < 10 or filesize >= 10", "W064 1 'filesize >= 10'");
    assert_condition("filesize <= 10 or filesize > 10", "W064 1 'filesize > 10'");
    assert_condition("filesize < 10 or filesize > 10", "");
    assert_condition("$a or true", "W064 1 'true'");
    assert_condition("$a and false", "W064 1 'false'");
    assert_condition("$a and true", "");
    assert_reports("rule r { condition: true }", "");
    assert_reports("rule r { condition: false }", "");
}

static void numbers_are_no_questions(void **state)
{
    (void)state;
    assert_condition("#a and $b", "W070 1 '#a'");
    assert_condition("not filesize", "W070 1 'filesize'");
    assert_condition("uint8(0) & 1", "");
    assert_condition("uint8(0) & filesize", "W070 1 'uint8(0) & filesize'");
    assert_condition("for any of them : (@)", "W070 1 '@'");
    assert_condition("number", ""); /* an external variable may be a flag */
    assert_condition("flag == 1", "");
    assert_condition("\"text\"", "W050 1 '\"text\"'");
}

static void fields_of_modules_are_understood(void **state)
{
    (void)state;
    assert_reports("import \"pe\"\nrule r { condition: pe.is_pe and "
                   "pe.characteristics & pe.DLL }",
                   "");
    assert_reports("import \"pe\"\nrule r { condition: pe.characteristics & "
                   "pe.machine }",
                   "W070 2 'pe.characteristics & pe.machine'");
    assert_reports("import \"pe\"\nrule r { condition: pe.imphash() == "
                   "\"09D278F9DE118EF09163C6140255C690\" }",
                   "W063 2 '\"09D278F9DE118EF09163C6140255C690\"'");
    assert_reports("import \"pe\"\nrule r { condition: pe.imphash() != "
                   "\"09D278F9DE118EF09163C6140255C690\" }",
                   "W064 2 '\"09D278F9DE118EF09163C6140255C690\"'");
    assert_reports("import \"pe\"\nrule r { condition: pe.imphash() == "
                   "\"09d278f9de118ef09163c6140255c690\" }",
                   "");
    assert_reports("import \"hash\"\nrule r { condition: hash.sha1(0, filesize) == "
                   "\"09d278f9de118ef09163c6140255c690\" }",
                   "W063 2 '\"09d278f9de118ef09163c6140255c690\"'");
    assert_reports("import \"hash\"\nrule r { condition: hash.md5(0, filesize) == "
                   "\"09d278f9de118ef09163c6140255c69z\" }",
                   "W063 2 '\"09d278f9de118ef09163c6140255c69z\"'");
    assert_reports("import \"pe\"\nrule r { condition: for any s in pe.sections : "
                   "(pe.is_pe) }",
                   "W066 2 's'");
    assert_reports("import \"pe\"\nrule r { condition: for any s in pe.sections : "
                   "(s.name == \".text\") }",
                   "");
    assert_reports("import \"pe\"\nrule r { condition: for any k, v in "
                   "pe.version_info : (v == \"x\") }",
                   "");
}

static void operands_that_are_there_twice_are_named(void **state)
{
    (void)state;
    assert_condition("$a or $b or $a", "W079 1 '$a'");
    assert_condition("$a or ($b and $a)", "");
    assert_condition("#a > 1 and #a > 1", "W079 1 '#a > 1'");
    assert_condition("any of ($a, $b, $a)", "W078 1 '($a, $b, $a)'");
    assert_condition("any of ($s*, $s1)", "W078 1 '($s*, $s1)'");
    assert_condition("for any i in (1, 2, 1) : ($a at i)", "W078 1 '1'");
    assert_condition("for any i in (1, 2, 3) : ($a at i)", "");
    /* eleven and more go another way */
    assert_condition(
        "for any i in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0x0b) : ($a at i)",
        "W078 1 '0x0b'");
}

static void loops_that_cost_or_do_nothing_are_named(void **state)
{
    (void)state;
    assert_condition("for any i in (0..filesize) : (uint8(i) == 1)",
                     "W073 1 '0..filesize'");
    assert_condition("for any i in (filesize - 10..filesize) : (uint8(i) == 1)", "");
    assert_condition("for any i in (1..#a) : (@a[i] == 1)", "");
    assert_condition("for any i in (1..1000) : (for any j in (1..1000) : (uint8(i + j) "
                     "== 1))",
                     "");
    assert_condition("for any i in (1..1000) : (for any j in (1..1001) : (uint8(i + j) "
                     "== 1))",
                     "W074 1 '1..1001'");
    assert_condition("for any i in (1..3) : ($a)", "W066 1 'i'");
    assert_condition("for any _i in (1..3) : ($a)", "");
    assert_condition("for any at1 in (1..3) : ($a at at1 + 1)", "");
}

static void strings_that_a_wildcard_takes_in_are_named(void **state)
{
    (void)state;
    assert_condition("$start and any of ($s*)", "W067 1 '$s*'");
    assert_condition("$s1 and any of ($s*)", "W067 1 '$s*'");
    assert_condition("$start and 2 of ($s*)", "W067 1 '$s*'");
    assert_condition("$s1 and 2 of ($s*)", "");
    assert_condition("$start or any of ($s*)", "");
    assert_condition("$a and any of ($s*)", "");
    assert_condition("$start and all of ($s*)", "");
    assert_condition("$start at 0 and any of ($s*)", "W067 1 '$s*'");
    assert_condition("$start at 0 and 2 of ($s*)", "");
    assert_condition("$a and any of them", "W067 1 'any of them'");
    assert_condition("1 of them and $a at 0", "W067 1 '1 of them'");
    assert_condition("$a in (0..9) and filesize > 5 and any of them",
                     "W067 1 'any of them'");
    assert_condition("$a and 2 of them", "");
    assert_condition("not $a and any of them", "");
    assert_condition("$a or any of them", "");
    assert_condition("$a and any of them in (0..9)", "");
    assert_condition("$a and any of them at 9", "");
    assert_condition("all of ($s*) and any of ($st*)", "W067 1 '$s*'");
    assert_condition("none of ($s*) and any of ($st*)", "");
    assert_condition("all of ($s*) and any of ($s1*)", "");
    assert_condition("2 of ($s*) and any of ($st*)", "W067 1 '$s*'");
    assert_condition("0 of ($s*)", "W071 1 '0'");
}

static void files_and_rules_say_nothing_twice(void **state)
{
    (void)state;
    assert_reports("rule r { meta: a = \"x\" b = \"x\" a = \"y\" a = \"x\" condition: "
                   "true }",
                   "W076 1 'a = \"x\"'");
    assert_reports("global rule g { condition: filesize > 5 }\n"
                   "rule r { condition: g and filesize < 9 }",
                   "W077 2 'g'");
}

static void comments_allow_warnings(void **state)
{
    (void)state;
    assert_reports("// vitrine: allow(slow_pattern)\n"
                   "rule r { strings: $a = \"a\" condition: $a }\n"
                   "rule s { strings: $a = \"a\" condition: $a }",
                   "W060 3 '\"a\"'");
    assert_reports("rule r { strings:\n $a = \"a\" // suppress: slow_pattern\n"
                   " $b = \"b\"\n condition: $a and $b }",
                   "W060 3 '\"b\"'");
    assert_reports("rule r { strings:\n // suppress: W060\n $a = \"a\"\n"
                   " $b = \"b\"\n condition: $a and $b }",
                   "W060 4 '\"b\"'");
    assert_reports(
        "rule r { // vitrine: allow(W060, non_bool_expr)\n strings: $a = \"a\"\n"
        " condition: #a }",
        "");
    assert_reports("rule r { strings: $a = \"a\"\n condition:\n"
                   " // vitrine: allow(slow_pattern)\n $a }",
                   "");
    assert_reports("rule r { strings: $a = \"a\" /* vitrine: allow(slow_pattern) */\n"
                   " $b = \"b\" condition: $a and $b }",
                   "");
    /* where formatting puts what stood on the line of the name */
    assert_reports("rule r\n{ // suppress: slow_pattern\n strings: $a = \"a\"\n"
                   " condition: $a }",
                   "");
    assert_reports("rule r {\n strings: $a = \"a\"\n condition: $a\n"
                   "} // suppress: slow_pattern\nrule s {\n strings: $a = \"a\"\n"
                   " condition: $a\n}",
                   "W060 6 '\"a\"'");
    assert_reports("rule r { strings: $a =\n{ 4D } // suppress: text_as_hex\n"
                   " $b = \"b\" condition: $a and $b\n} // suppress: text_as_hex",
                   "W060 2 '{ 4D }', W060 3 '\"b\"'");
    /* not a comment, another warning, a word that is none */
    assert_reports("rule r { meta: x = \"// suppress: slow_pattern\"\n"
                   "strings: $a = \"a\" // suppress: text_as_hex\ncondition: $a }",
                   "W060 2 '\"a\"'");
    assert_reports("rule r { strings: $a = \"a\" // see suppress: slow_pattern\n"
                   "condition: $a }",
                   "W060 1 '\"a\"'");
    assert_reports(
        "rule r { strings: $a = \"a\" // vitrine: allow(slow)\ncondition: $a }",
        "W060 1 '\"a\"', W056 1 'slow'");
    assert_reports("rule r { strings: $a = \"a\" // vitrine: allow slow_pattern\n"
                   "condition: $a }",
                   "W060 1 '\"a\"', W056 1 'vitrine: allow slow_pattern'");
    assert_reports("// vitrine: what it is\nrule r { condition: filesize > 1 }", "");
    /* names that other compilers have */
    assert_reports("rule r { strings: $a = \"alpha\"\n"
                   "condition: 3 of them // suppress: invariant_expr\n}",
                   "");
}

static void warnings_are_allowed_and_denied_by_name(void **state)
{
    const char *text = "rule r { strings: $a = \"a\" condition: #a }";
    const uint64_t slow = vtr_warning_set("slow_pattern");
    struct vtr_compilation *c;

    (void)state;
    assert_int_not_equal(slow, 0);
    assert_true(vtr_warning_set("W060") == slow);
    assert_true(vtr_warning_set("E031") == 0);
    assert_true(vtr_warning_set("") == 0);
    assert_true((vtr_warning_set("warnings") & slow) == slow);
    assert_string_equal(vtr_warning_suggest("slow_patern"), "slow_pattern");
    assert_null(vtr_warning_suggest("nothing_like_it"));

    c = compile_with(text, slow, 0);
    assert_int_equal(c->stats.warnings, 1);
    assert_string_equal(c->reports[0].name, "non_bool_expr");
    vtr_compilation_free(c);
    c = compile_with(text, 0, slow);
    assert_int_equal(c->stats.warnings, 1);
    assert_int_equal(c->stats.errors, 1);
    assert_int_equal(c->stats.rules, 1); /* it is a good rule all the same */
    vtr_compilation_free(c);
}

/* Of more problems than are kept the errors are, wherever they stand. */
static void warnings_make_room_for_errors(void **state)
{
    static const char TEXT[] = "rule a { strings: $a = \"a\" $b = \"b\" $c = \"c\" $d "
                               "= \"d\" condition: all of "
                               "them }\nrule b { condition: $x }\nrule c { strings: $a "
                               "= \"a\" condition: $a }";
    const struct vtr_compile_options options = {.lint = 1, .diagnostic_limit = 3};
    struct vtr_compilation *c = NULL;

    (void)state;
    assert_int_equal(vtr_compile_text(&c, "test.yar", vtr_bytes_from_text(TEXT),
                                      &options, NULL),
                     VTR_ERROR_RULES);
    assert_int_equal(c->stats.errors, 1);
    assert_int_equal(c->stats.warnings, 5);
    assert_int_equal(c->report_count, 3);
    assert_string_equal(c->reports[0].code, "W060");
    assert_string_equal(c->reports[1].code, "W060");
    assert_string_equal(c->reports[2].code, "E025");
    vtr_compilation_free(c);
}

/* Second places in the order of the source turned round. */
static clock_t time_pairs(unsigned count)
{
    char *text = malloc(2 * (size_t)count * 48 + 1);
    size_t len = 0;

    assert_non_null(text);
    for (unsigned i = 0; i < 2 * count; i++) {
        len += (size_t)sprintf(text + len, "rule r%u\n{\n condition:\n  true\n}\n",
                               i < count ? i : 2 * count - 1 - i);
    }
    const struct vtr_compile_options options = {.diagnostic_limit = 100000};
    struct vtr_compilation *c = NULL;
    const clock_t start = clock();
    assert_int_equal(vtr_compile_text(&c, "test.yar",
                                      (struct vtr_bytes){(uint8_t *)text, len},
                                      &options, NULL),
                     VTR_ERROR_RULES);
    const clock_t spent = clock() - start;
    assert_int_equal(c->report_count, count);
    assert_int_equal(c->reports[0].span.line, 5 * count + 1);
    assert_int_equal(c->reports[0].other.line, 5 * count - 4);
    vtr_compilation_free(c);
    free(text);
    return spent;
}

/* Whether twice the work took no more than three times as long.  A neighbour may take
 * the processor's cache away: what is linear is so in one of three tries, a square in
 * none. */
static bool is_linear(clock_t (*measure)(unsigned half, const void *context),
                      const void *context)
{
    for (unsigned i = 0; i < 3; i++) {
        const clock_t one = measure(0, context);
        const clock_t two = measure(1, context);
        if (two <= 3 * one + CLOCKS_PER_SEC / 20) {
            return true;
        }
        print_message("%ld, then %ld ticks\n", (long)one, (long)two);
    }
    return false;
}

static clock_t measure_pairs(unsigned half, const void *context)
{
    (void)context;
    return time_pairs(20000u << half);
}

static void places_in_any_order_are_found_in_one_pass(void **state)
{
    (void)state;
    assert_true(is_linear(measure_pairs, NULL));
}

/* What the compile of `rules` rules takes, in clock ticks: the least of three. */
static clock_t time_rules(unsigned rules)
{
    static const char RULE[] =
        "rule r%u { meta: a = \"x\" b = \"y\" strings: $a = \"a\" $b = { 61 62 63 64 } "
        "$c "
        "= { 00 [2] [3] 00 } condition: #a or #b or $c or $c or filesize < 0 }\n";
    char *text = malloc(rules * (sizeof(RULE) + 10) + 1);
    clock_t best = 0;
    size_t len = 0;

    assert_non_null(text);
    for (unsigned i = 0; i < rules; i++) {
        len += (size_t)sprintf(text + len, RULE, i);
    }
    for (int i = 0; i < 3; i++) {
        const clock_t start = clock();
        struct vtr_compilation *c = compile_with(text, 0, 0);
        const clock_t spent = clock() - start;
        assert_true(c->stats.warnings >= 7 * (uint64_t)rules);
        vtr_compilation_free(c);
        best = i == 0 || spent < best ? spent : best;
    }
    free(text);
    return best;
}

static clock_t measure_rules(unsigned half, const void *context)
{
    (void)context;
    return time_rules(20000u << half);
}

static void twice_the_rules_take_twice_the_time(void **state)
{
    (void)state;
    assert_true(is_linear(measure_rules, NULL));
}

/* `count` times `part`, between `head` and `tail`. */
static char *repeat(const char *head, const char *part, unsigned count,
                    const char *tail)
{
    const size_t part_len = strlen(part);
    char *text = malloc(strlen(head) + count * (part_len + 8) + strlen(tail) + 1);
    size_t len = strlen(head);

    assert_non_null(text);
    memcpy(text, head, len);
    for (unsigned i = 0; i < count; i++) {
        len += (size_t)sprintf(text + len, part, i);
    }
    memcpy(text + len, tail, strlen(tail) + 1);
    return text;
}

struct large {
    const char *head;
    const char *part;
    const char *tail;
};

static clock_t measure_large(unsigned half, const void *context)
{
    const struct large *large = context;
    char *text = repeat(large->head, large->part, 20000u << half, large->tail);
    const clock_t start = clock();

    vtr_compilation_free(compile_with(text, 0, 0));
    const clock_t spent = clock() - start;
    free(text);
    return spent;
}

/* One rule that is large in one way, and then twice as large. */
static void large_rules_take_no_square(void **state)
{
    static const struct large CASES[] = {
        {"rule r { strings: ", "$ = \"same text\" ", "condition: any of them }"},
        {"rule r { strings: ", "$s%u = \"text\" ",
         "condition: $s1 and 2 of ($s*) and any of ($s1*) }"},
        {"rule r { strings: $a = \"alpha\" condition: $a", " or #a", "}"},
        {"rule r { strings: $a = \"alpha\" condition: $a", " and #a > %u", "}"},
        {"rule r { meta: ", "a = \"x\" ", "condition: true }"},
        {"rule r { strings: $a = { DE AD BE EF ", "[2] ", "FF } condition: $a }"},
        {"rule r { condition: for any i in (0", ", %u", ") : (i == filesize) }"},
        {"", "/* suppress: slow_pattern */ ",
         "rule r { strings: $a = \"a\" condition: $a }"},
        {"rule r { strings: $a = \"a\" condition: $a }",
         "// vitrine: allow(nothing%u)\n", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        print_message("%s\n", CASES[i].part);
        assert_true(is_linear(measure_large, &CASES[i]));
    }
}

static void backslashes_that_mean_nothing_are_named(void **state)
{
    (void)state;
    assert_string("/C:\\Users\\Victim/", "W081 1 '\\U'");
    assert_string("/[\\Uabcd]efgh/", "W081 1 '\\U'");
    assert_string("/abcd\\zefgh/", "W081 1 '\\z'");
    assert_string("/abcd\\\\Uefgh/", "");
    assert_string("/\\babcd\\.\\/\\-\\x41\\w\\n\\B/i", "");
    assert_reports("rule r { condition: \"avb\" matches /a\\vb/ }", "W081 1 '\\v'");
}

static void more_rules_than_there_are_are_named(void **state)
{
    (void)state;
    assert_reports("rule a { condition: filesize > 5 } rule b { condition: 2 of (a) }",
                   "W052 1 '2'");
    assert_reports("rule a { condition: filesize > 5 } rule b { condition: 1 of (a) }",
                   "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_of_common_bytes_are_slow),
        cmocka_unit_test(a_byte_that_is_not_zero_has_some_weight),
        cmocka_unit_test(hex_strings_that_are_text_are_named),
        cmocka_unit_test(replacements_are_what_is_meant),
        cmocka_unit_test(modifiers_without_effect_are_named),
        cmocka_unit_test(equal_strings_are_named),
        cmocka_unit_test(what_no_file_fulfils_is_named),
        cmocka_unit_test(eight_bytes_without_a_sign_are_not_negative),
        cmocka_unit_test(floats_that_are_read_are_no_integers),
        cmocka_unit_test(functions_of_the_math_module_have_bounds),
        cmocka_unit_test(characters_behind_the_end_are_named),
        cmocka_unit_test(contradictions_are_named),
        cmocka_unit_test(numbers_are_no_questions),
        cmocka_unit_test(fields_of_modules_are_understood),
        cmocka_unit_test(operands_that_are_there_twice_are_named),
        cmocka_unit_test(loops_that_cost_or_do_nothing_are_named),
        cmocka_unit_test(strings_that_a_wildcard_takes_in_are_named),
        cmocka_unit_test(files_and_rules_say_nothing_twice),
        cmocka_unit_test(backslashes_that_mean_nothing_are_named),
        cmocka_unit_test(more_rules_than_there_are_are_named),
        cmocka_unit_test(comments_allow_warnings),
        cmocka_unit_test(warnings_are_allowed_and_denied_by_name),
        cmocka_unit_test(warnings_make_room_for_errors),
        cmocka_unit_test(places_in_any_order_are_found_in_one_pass),
        cmocka_unit_test(twice_the_rules_take_twice_the_time),
        cmocka_unit_test(large_rules_take_no_square),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */

/* What each dialect takes and refuses. */
#include "compiler/compilation.h"

#include "base/bytes.h"
#include "tests/support/cmocka.h"

/* The code of the first error of `text`; "" when there is none. */
static const char *first_error(const char *text, enum vtr_dialect dialect)
{
    const struct vtr_compile_options options = {.dialect = dialect};
    struct vtr_compilation *c = NULL;
    const char *code = "";

    const enum vtr_status status =
        vtr_compile_text(&c, "test.yar", vtr_bytes_from_text(text), &options, NULL);
    assert_true(status == VTR_OK || status == VTR_ERROR_RULES);
    for (size_t i = 0; i < c->report_count && code[0] == '\0'; i++) {
        if (c->reports[i].severity == VTR_SEVERITY_ERROR) {
            code = c->reports[i].code; /* static */
        }
    }
    vtr_compilation_free(c);
    return code;
}

struct row {
    const char *text;
    const char *any;
    const char *yara4;
    const char *yara_x;
};

static const struct row ROWS[] = {
    {"rule t { condition: with x = 1 : (x == 1) }", "", "E047", ""},
    {"rule t { condition: with x = 1, y = x + 1 : (y == 2) }", "", "E047", ""},
    {"rule t { condition: with x = 1, x = 2 : (x == 2) }", "E037", "E047", ""},
    {"rule t { condition: for any i in (1..2) : (for any i in (0..i) : (i == 2)) }",
     "E037", "E037", ""},
    {"rule t { strings: $a = \"a\" condition: @a[0] == 1 }", "", "", "E047"},
    {"rule t { strings: $a = \"a\" condition: !a[1 - 1] == 1 }", "", "", "E047"},
    {"rule t { strings: $a = \"a\" condition: $a at -1 }", "", "", "E047"},
    {"rule t { strings: $a = \"a\" condition: any of them at -1 }", "", "", "E047"},
    {"rule t { strings: $a = \"a\" condition: @a[1] == 1 or $a at 0 }", "", "", ""},
    {"rule t { condition: with x = : (x == 1) }", "E014", "E047", "E014"},
    {"rule with { condition: true } rule t { condition: with }", "", "", ""},
    {"rule t { condition: 2 of (true, filesize > 3, false) }", "", "E047", ""},
    {"rule t { condition: any of (true, ) }", "E014", "E014", "E014"},
    {"rule t { condition: any of () }", "E014", "E014", "E014"},
    {"rule t { condition: for 50% i in (1..4) : (i < 3) }", "", "E047", ""},
    {"rule t { condition: float32(0) > 0.5 and float64be(8) < 1.5 }", "", "E047", ""},
    {"rule float32 { condition: true } rule t { condition: float32 }", "", "", ""},
    {"rule t { condition: 1_000 == 1000 }", "", "E014", ""},
    {"rule t { condition: 0.2_5 == 0.25 }", "", "E014", ""},
    {"rule t { condition: 0xff_ff == 65535 }", "", "E014", ""},
    {"rule t { condition: 1__0 == 10 }", "E014", "E014", "E014"},
    {"rule t { meta: a = 3.5 b = -0.25 condition: true }", "", "E014", ""},
    {"rule t { strings: $a = { 4D [0x1-0o17] 61 } condition: $a }", "", "E109", ""},
    {"rule t { strings: $a = { 4D [0x-2] 61 } condition: $a }", "E109", "E109", "E109"},
    {"rule t { strings: $a = { 4D [-2] 61 } condition: $a }", "", "E109", ""},
    {"rule t { strings: $a = /ab/is $b = /cd/i condition: $a or $b }", "", "", ""},
    {"rule t { strings: $a = /ab/si condition: $a }", "", "E014", ""},
    {"rule t { strings: $a = /ab/ii condition: $a }", "", "E014", ""},
    {"rule t { strings: $a = /(?m)^ab$/ condition: $a }", "", "E210", ""},
    {"rule t { strings: $a = /(?u)a.b/ condition: $a }", "", "E210", ""},
    {"rule t { strings: $a = /(?u)ab\\b/ condition: $a }", "E219", "E210", "E219"},
    {"rule t { condition: \"a\" matches /(?u)\\w/ }", "E219", "E210", "E219"},
    {"rule t { strings: $a = /\\b{start}ab/ condition: $a }", "", "", ""},
    {"rule t { strings: $a = /\\b{begin}ab/ condition: $a }", "", "", "E216"},
    {"rule t { strings: $a = /.*ab/s condition: $a }", "", "", "E220"},
    {"rule t { strings: $a = /..{3,}ab/s condition: $a }", "", "", "E220"},
    {"rule t { strings: $a = /(a|.+)bc/s condition: $a }", "", "", "E220"},
    {"rule t { strings: $a = /(.*ab)/s condition: $a }", "", "", "E220"},
    {"rule t { strings: $a = /.{0,9}ab/s condition: $a }", "", "", ""},
    {"rule t { strings: $a = /(a.*|b)cd/s condition: $a }", "", "", ""},
    {"rule t { strings: $a = /(.*a|b)cd/s condition: $a }", "", "", ""},
    {"rule t { strings: $a = /.*ab/ condition: $a }", "", "", ""},
    {"rule t { strings: $a = \"ab\" base64 condition: $a }", "", "", "E310"},
    {"rule t { strings: $a = \"abc\" base64 condition: $a }", "", "", ""},
    {"rule t { condition: /ab/ }", "", "", "E047"},
    {"rule t { condition: not /ab/ }", "", "", "E047"},
    {"rule t { condition: true } /*/", "", "", "E047"},
    {"rule t { condition: true } /**/ // /*", "", "", ""},
    {"rule t { condition: true } /* a */ /* b *", "", "", "E047"},
    {"rule t { strings: $a = /(?i)ab(?:cd)(?P<n>e)/ condition: $a }", "", "E210", ""},
    {"rule t { strings: $a = /a(?i-s:b.)c/ condition: $a }", "", "E210", ""},
    {"rule t { strings: $a = /a\\x{62}/ condition: $a }", "", "E202", ""},
    {"rule t { strings: $a = /[a[bc]-/ condition: $a }", "", "", "E203"},
    {"rule t { strings: $a = /ab(?=c)/ condition: $a }", "E210", "E210", "E210"},
    {"rule t { strings: $a = /ab(?P<>c)/ condition: $a }", "E210", "E210", "E210"},
    {"import \"pe\" rule t { condition: pe.sections.len() > 2 }", "", "E031", ""},
    {"import \"pe\" rule t { condition: pe.pdb_path.len() > 2 }", "", "E031", ""},
    {"import \"pe\" rule t { condition: pe.version_info.len() > 2 }", "", "E031", ""},
    {"import \"pe\" rule t { condition: pe.sections.len > 2 }", "E031", "E031", "E031"},
    {"import \"pe\" rule t { condition: pe.sections.len(1) > 2 }", "E031", "E031",
     "E031"},
    {"import \"math\" rule t { condition: math.in_range(2, 1, 3) }", "", "E045", ""},
    {"rule t { strings: $a = /a(|b)c/ condition: $a }", "", "E213", ""},
    {"rule t { strings: $a = /|abc/ condition: $a }", "E213", "E213", "E213"},
    {"rule t { strings: $a = /a*/ condition: $a }", "", "", "E218"},
    {"rule t { strings: $a = /(a|b?)c*/ condition: $a }", "", "", "E218"},
    {"rule t { strings: $a = /foo\\gbar/ condition: $a }", "", "", "E217"},
    {"rule t { strings: $a = /foo{/ condition: $a }", "", "", "E216"},
    {"rule t { strings: $a = \"\\0ab\" condition: $a }", "", "E301", ""},
    {"rule t { strings: $a = \"\\1ab\" condition: $a }", "E301", "E301", "E301"},
    {"rule t { strings: $a = /a()b/ condition: $a }", "", "E213", ""},
    {"rule t { strings: $a = /()/ condition: $a }", "", "E213", "E218"},
    {"rule t { strings: $a = /a{1,2}{3}+b/ condition: $a }", "", "E212", ""},
    {"rule t { strings: $a = /abc**/ condition: $a }", "", "E212", ""},
    {"rule t { strings: $a = /abc*+/ condition: $a }", "", "E212", ""},
    {"rule t { strings: $a = /abc{2}?{3}/ condition: $a }", "E215", "E212", "E215"},
    {"rule t { strings: $a = /a**b*/ condition: $a }", "", "E212", "E218"},
    {"rule t { strings: $a = /ab++++++++++/ condition: $a }", "E212", "E212", "E212"},
    {"rule t { strings: $a = /\\Aab\\z/ condition: $a }", "", "", ""},
    {"rule t { strings: $a = /ab\\Z/ condition: $a }", "", "", "E217"},
    {"rule t { condition: entrypoint == 0 }", "", "", "E047"},
    {"rule a { condition: true } rule t { condition: any of (a*) }", "", "", "E047"},
    {"global global rule t { condition: true }", "", "", "E047"},
    {"rule t { condition: \"a\" matches /([a-z]{2000}){1000}/ }", "", "", "E214"},
    {"rule t { condition: \"a\" matches /([a-z]{1000}){1000}/ }", "", "", ""},
    {"rule t { condition: 0% of (true, false) }", "E035", "E047", ""},
    {"rule t { strings: $a = \"a\" condition: 0% of them }", "E035", "E035", ""},
    {"rule t { meta: a = \"\"\"b\nc\"\"\" condition: true }", "", "E011", ""},
    {"rule t { condition: \"\"\"b\\\"\nc\"\"\" == \"b\\\"\\nc\" }", "", "E011", ""},
    {"rule t { condition: \"\"\"b\"c\"\"\" == \"b\" }", "E011", "E014", "E011"},
    {"rule t { condition: \"\" == \"\"\"\"\"\" }", "", "E014", ""},
    {"rule t { condition: 0xffffffffffffffff > 0 }", "E012", "E012", ""},
    {"rule t { condition: 0x10000000000000000 > 0 }", "E012", "E012", "E012"},
    {"rule t { condition: 18446744073709551615 == 0o1777777777777777777777 }", "E012",
     "E012", ""},
    {"rule t { condition: 17592186044416MB > 0 }", "E012", "E012", "E012"},
    {"rule t { condition: 17592186044415MB > 0 }", "E012", "E012", ""},
    {"rule t { meta: a = 9223372036854775808 condition: true }", "E012", "E012",
     "E012"},
    {"rule t { condition: -9223372036854775808 < 0 }", "E012", "E012", ""},
    {"rule t { condition: -9223372036854775809 < 0 }", "E012", "E012", "E032"},
    {"rule t { condition: -(-9223372036854775808) < 0 }", "E012", "E012", "E032"},
    {"rule t { condition: 0xffffffffffffffff + 1 == 0 }", "E012", "E012", "E032"},
    {"rule t { condition: 0xffffffffffffffff + (-1) > 0 }", "E012", "E012", ""},
    {"rule t { condition: 0x8000000000000000 * 2 > 0 }", "E012", "E012", "E032"},
    {"rule t { condition: 0x8000000000000000 % 0 > 0 }", "E012", "E012", ""},
    {"rule t { condition: for any i in (0..0x8000000000000000) : (i == 1) }", "E012",
     "E012", "E048"},
    {"rule t { condition: int64(0) == uint64be(8) }", "", "E047", ""},
    {"rule uint64 { condition: true } rule t { condition: uint64 }", "", "", ""},
    {"rule t { condition: 9223372036854775807 + 1 > 0 }", "E032", "E032", ""},
    {"rule t { condition: 9223372036854775807 * 2 > 0 }", "E032", "E032", "E032"},
    {"rule t { condition: 1 \\ 0 == 1 }", "E033", "E033", ""},
    {"rule t { condition: 1 << -1 == 0 }", "E034", "E034", "E034"},
    {"rule t { condition: for any a in (1..2) : (for any b in (1..2) : (for any c in "
     "(1..2) : (for any d in (1..2) : (a * b * c * d == 8)))) }",
     "", "", ""},
    {"rule t { condition: for any a in (1..2) : (for any b in (1..2) : (for any c in "
     "(1..2) : (for any d in (1..2) : (for any e in (1..2) : (a * b * c * d == e))))) "
     "}",
     "", "E039", ""},
    {"rule t { strings: $a = \"abc\" base64 base64wide("
     "\"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\") "
     "condition: $a }",
     "", "E308", ""},
};

static void each_dialect_takes_what_its_scanner_takes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        const struct row *row = &ROWS[i];
        print_message("%s\n", row->text);
        assert_string_equal(first_error(row->text, VTR_DIALECT_ANY), row->any);
        assert_string_equal(first_error(row->text, VTR_DIALECT_YARA4), row->yara4);
        assert_string_equal(first_error(row->text, VTR_DIALECT_YARA_X), row->yara_x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_dialect_takes_what_its_scanner_takes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

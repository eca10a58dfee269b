/* SPDX-License-Identifier: Apache-2.0 */

#include "format/bytecode/condition_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/bytecode/condition_terms.h"
#include "format/image/image.h"
#include "format/record/rule.h"
#include "tests/support/cmocka.h"
#include "tests/support/compile_text.h"

/* The key of a whole condition. */
static bool find_key(struct vtr_bytes condition, struct vtr_condition_key *out)
{
    struct vtr_bytes terms[VTR_TERM_LIMIT];
    struct vtr_bytes dear;

    (void)vtr_condition_cheap_terms(condition, terms, &dear);
    return vtr_condition_find_key(dear, out);
}

/* The texts of the condition's key behind its path, "-" when it has none. */
static void expect(const char *condition, const char *expected)
{
    char text[1024];
    char found[256] = "-";
    struct vtr_condition_key key;
    struct vtr_image image;
    struct vtr_rule_view view;

    assert_true(snprintf(text, sizeof(text),
                         "import \"pe\" import \"hash\" import \"console\" rule r { "
                         "strings: $_a = \"abcd\" condition: %s }",
                         condition) < (int)sizeof(text));
    const struct vtr_bytes bytes = vtr_test_compile(text, "test_condition_key.tmp");
    assert_int_equal(vtr_image_open(&image, bytes, NULL), VTR_OK);
    assert_true(vtr_rule_read(vtr_image_rule(&image, 0), &view));
    if (find_key(view.condition, &key)) {
        size_t len = (size_t)snprintf(found, sizeof(found), "%.*s", (int)key.path.len,
                                      (const char *)key.path.ptr);
        assert_true(key.subject.len > 0 && key.text_count > 0);
        for (size_t i = 0; i < key.text_count; i++) {
            assert_true(key.texts[i].len < sizeof(found) - len - 2);
            found[len++] = ' ';
            vtr_unmask(key.texts[i], (uint8_t *)found + len);
            len += key.texts[i].len;
            found[len] = '\0';
        }
    }
    assert_string_equal(found, expected);
    free((void *)(uintptr_t)bytes.ptr);
}

static void a_text_that_must_be_equal_is_a_key(void **state)
{
    (void)state;
    expect("pe.imphash() == \"aa\"", " aa");
    expect("filesize < 100 and hash.md5(0, filesize) == \"bb\" and $_a", " bb");
    expect("pe.imphash() == \"aa\" or pe.imphash() == \"bb\"", " aa bb");
    expect("uint16(0) == 0x5A4D and for any i in (0..pe.number_of_signatures) : ("
           "pe.signatures[i].subject contains \"x\" and "
           "pe.signatures[i].serial == \"01:02\")",
           "pe.signatures[].serial 01:02");
    expect("for any i in (0..5) : (pe.sections[i].name == \"a\" or "
           "pe.sections[i].name == \"b\")",
           "pe.sections[].name a b");
}

static void what_may_be_true_otherwise_has_no_key(void **state)
{
    (void)state;
    expect("pe.imphash() == \"aa\" or $_a", "-");
    expect("pe.imphash() == \"aa\" or pe.pdb_path == \"bb\"", "-");
    expect("pe.imphash() != \"aa\"", "-");
    expect("not (pe.imphash() == \"aa\")", "-");
    expect("pe.pdb_path icontains \"aa\"", "-");
    expect("for all i in (0..5) : (pe.sections[i].name == \"a\")", "-");
    expect("for none i in (0..5) : (pe.sections[i].name == \"a\")", "-");
    expect("for any i in (0..5) : (pe.sections[i + 1].name == \"a\")", "-");
    expect("for any i in (0..5) : (pe.sections[i].name == \"a\" or $_a)", "-");
    expect("(pe.imphash() == \"aa\" and $_a) or pe.imphash() == \"bb\"", "-");
    expect("pe.imphash() == \"aa\" or pe.imphash() == \"bb\" or $_a", "-");
    expect("filesize < 100", "-");
}

static void what_comes_before_it_is_evaluated_first(void **state)
{
    (void)state;
    expect("pe.is_pe and hash.md5(0, filesize) == \"bb\"", "-");
    expect("console.log(\"x\") and hash.md5(0, filesize) == \"bb\"", "-");
    expect("for any i in (0..5) : (console.log(\"x\") and "
           "pe.sections[i].name == \"a\")",
           "-");
    expect("for any i in (0..5) : (pe.sections[i].name == \"a\" and "
           "(filesize == 1 or console.log(\"x\")))",
           "-");
    expect("for any i in (0..5) : (pe.sections[i].name == \"a\" and "
           "for any k in (0..1) : (k == i))",
           "-");
}

static void more_texts_than_fit_are_no_key(void **state)
{
    char text[512] = "pe.pdb_path == \"t0\"";

    (void)state;
    for (unsigned i = 1; i <= VTR_KEY_TEXT_LIMIT; i++) {
        char term[48];
        assert_true(snprintf(term, sizeof(term), " or pe.pdb_path == \"t%u\"", i) > 0);
        if (i == VTR_KEY_TEXT_LIMIT) {
            expect(text, " t0 t1 t2 t3 t4 t5 t6 t7");
        }
        memcpy(text + strlen(text), term, strlen(term) + 1);
    }
    expect(text, "-");
}

static void bytes_that_are_no_condition_have_no_key(void **state)
{
    static const uint8_t BAD[][6] = {{72, 3, 1, 1, 72, 0}, {96, 200, 1, 2, 3, 4}};
    struct vtr_condition_key key;

    (void)state;
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        assert_false(find_key((struct vtr_bytes){BAD[i], sizeof(BAD[i])}, &key));
    }
    assert_false(find_key((struct vtr_bytes){NULL, 0}, &key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_that_must_be_equal_is_a_key),
        cmocka_unit_test(what_may_be_true_otherwise_has_no_key),
        cmocka_unit_test(what_comes_before_it_is_evaluated_first),
        cmocka_unit_test(more_texts_than_fit_are_no_key),
        cmocka_unit_test(bytes_that_are_no_condition_have_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

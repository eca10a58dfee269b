/* SPDX-License-Identifier: Apache-2.0 */

#include "format/bytecode/condition_terms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/bytecode/bytecode.h"
#include "format/image/image.h"
#include "format/record/rule.h"
#include "tests/support/cmocka.h"
#include "tests/support/compile_text.h"

/* How many cheap terms the condition of a rule with the strings $a and $b has. */
static size_t terms_of(const char *condition, struct vtr_bytes *first)
{
    char text[2048];
    struct vtr_image image;
    struct vtr_rule_view view;
    struct vtr_bytes terms[VTR_TERM_LIMIT];

    assert_true(snprintf(text, sizeof(text),
                         "import \"console\" import \"pe\" import \"math\" rule r { "
                         "strings: $_a = \"abcd\" $_b = \"efgh\" condition: %s }",
                         condition) < (int)sizeof(text));
    const struct vtr_bytes bytes = vtr_test_compile(text, "test_condition_terms.tmp");
    assert_int_equal(vtr_image_open(&image, bytes, NULL), VTR_OK);
    assert_true(vtr_rule_read(vtr_image_rule(&image, 0), &view));
    const size_t count = vtr_condition_cheap_terms(view.condition, terms, NULL);
    if (first != NULL) {
        *first = (struct vtr_bytes){NULL, count > 0 ? terms[0].len : 0};
    }
    free((void *)(uintptr_t)bytes.ptr);
    return count;
}

static void every_cheap_part_of_an_and_is_a_term(void **state)
{
    (void)state;
    assert_int_equal(terms_of("any of them and filesize < 100", NULL), 1);
    assert_int_equal(terms_of("filesize < 100 and uint16(0) == 0x5A4D and any of them",
                              NULL),
                     2);
    assert_int_equal(
        terms_of("uint16(0) == 1 and $_a and filesize > 3 and $_b and filesize > 4",
                 NULL),
        3);
    assert_int_equal(terms_of("(filesize < 100 or uint8(3) == 1) and all of them",
                              NULL),
                     1);
    assert_int_equal(terms_of("all of them and not (uint8(0) == 1)", NULL), 1);
    assert_int_equal(terms_of("pe.is_pe and filesize < 9 and any of them", NULL), 1);
}

static void what_need_not_hold_is_no_term(void **state)
{
    (void)state;
    assert_int_equal(terms_of("filesize < 100 or any of them", NULL), 0);
    assert_int_equal(terms_of("not (filesize < 100 and all of them)", NULL), 0);
    assert_int_equal(terms_of("(filesize < 100 and $_a) or $_b", NULL), 0);
    assert_int_equal(terms_of("any of them", NULL), 0);
    assert_int_equal(terms_of("$_a and (filesize < 10 or $_b)", NULL), 0);
    assert_int_equal(terms_of("$_a and math.max(1, 2) == 2 and $_b", NULL), 0);
}

static void a_term_after_a_log_may_not_go_before_it(void **state)
{
    (void)state;
    assert_int_equal(terms_of("filesize > 1 and console.log(\"x\") and filesize < 100 "
                              "and any of them",
                              NULL),
                     1);
    assert_int_equal(terms_of("any of them and console.log(\"x\") and filesize < 3",
                              NULL),
                     0);
    assert_int_equal(terms_of("filesize > 1 and any of them and filesize > 2 and "
                              "console.log(\"x\")",
                              NULL),
                     2);
    assert_int_equal(terms_of("console.log(\"x\") and any of them and filesize > 2",
                              NULL),
                     0);
}

static void a_whole_condition_may_be_a_term(void **state)
{
    struct vtr_bytes first;
    struct vtr_bytes terms[VTR_TERM_LIMIT];

    (void)state;
    assert_int_equal(terms_of("any of them and filesize == 5", &first), 1);
    assert_true(first.len > 0);
    assert_int_equal(vtr_condition_cheap_terms((struct vtr_bytes){NULL, 0}, terms,
                                               NULL),
                     0);
}

static void bytes_that_are_no_condition_have_no_terms(void **state)
{
    static const uint8_t BAD[][6] = {
        {VTR_OP_FILESIZE, VTR_OP_JUMP_FALSE, 9, VTR_OP_FILESIZE, VTR_OP_AND, 0},
        {VTR_OP_JUMP_FALSE, 0x80, 0x80, 0x80, 0x80, 0x80},
        {255, 1, 2, 3, 4, 5},
    };
    struct vtr_bytes terms[VTR_TERM_LIMIT];

    (void)state;
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        assert_int_equal(vtr_condition_cheap_terms((struct vtr_bytes){BAD[i],
                                                                      sizeof(BAD[i])},
                                                   terms, NULL),
                         0);
    }
}

static void more_terms_than_fit_are_left_out(void **state)
{
    char text[2048] = "$_a";

    (void)state;
    for (int i = 0; i < 40; i++) {
        char term[32];
        assert_true(snprintf(term, sizeof(term), " and filesize > %d", i + 2) > 0);
        assert_true(strlen(text) + strlen(term) < sizeof(text));
        memcpy(text + strlen(text), term, strlen(term) + 1);
    }
    assert_int_equal(terms_of(text, NULL), VTR_TERM_LIMIT - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cheap_part_of_an_and_is_a_term),
        cmocka_unit_test(what_need_not_hold_is_no_term),
        cmocka_unit_test(a_term_after_a_log_may_not_go_before_it),
        cmocka_unit_test(a_whole_condition_may_be_a_term),
        cmocka_unit_test(bytes_that_are_no_condition_have_no_terms),
        cmocka_unit_test(more_terms_than_fit_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

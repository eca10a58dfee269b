/* SPDX-License-Identifier: Apache-2.0 */

#include "format/bytecode/condition_magic.h"

#include <stdio.h>
#include <stdlib.h>

#include "format/image/image.h"
#include "format/record/rule.h"
#include "tests/support/cmocka.h"
#include "tests/support/compile_text.h"

/* Whether a rule with this condition is for files that begin with MZ. */
static bool asks(const char *condition)
{
    char text[1024];
    struct vtr_image image;
    struct vtr_rule_view view;

    assert_true(
        snprintf(text, sizeof(text),
                 "import \"console\" import \"pe\" rule r { strings: $a = \"abcd\" "
                 "condition: %s }",
                 condition) < (int)sizeof(text));
    const struct vtr_bytes bytes = vtr_test_compile(text, "test_condition_magic.tmp");
    assert_int_equal(vtr_image_open(&image, bytes, NULL), VTR_OK);
    assert_true(vtr_rule_read(vtr_image_rule(&image, 0), &view));
    const bool is_mz = vtr_condition_asks_for_mz(view.condition);
    free((void *)(uintptr_t)bytes.ptr);
    return is_mz;
}

static void every_way_to_compare_the_first_bytes_counts(void **state)
{
    (void)state;
    assert_true(asks("uint16(0) == 0x5A4D and $a"));
    assert_true(asks("$a and 0x5A4D == uint16(0)"));
    assert_true(asks("int16(0) == 0x5A4D and $a"));
    assert_true(asks("uint16be(0) == 0x4D5A and $a"));
    assert_true(asks("int16be(0) == 0x4D5A and $a"));
    assert_true(asks("uint32(0) == 0x00905A4D and $a"));
    assert_true(asks("uint32be(0) == 0x4D5A9000 and $a"));
    assert_true(asks("filesize < 9 and uint16(0) == 0x5A4D and $a"));
}

static void what_may_be_true_of_other_files_does_not(void **state)
{
    (void)state;
    assert_false(asks("$a"));
    assert_false(asks("uint16(0) == 0x5A4D or $a"));
    assert_false(asks("not (uint16(0) == 0x5A4D and $a)"));
    assert_false(asks("uint16(0) != 0x5A4D and $a"));
    assert_false(asks("uint16(1) == 0x5A4D and $a"));
    assert_false(asks("uint16(0) == 0x4D5A and $a"));
    assert_false(asks("uint16be(0) == 0x5A4D and $a"));
    assert_false(asks("uint32be(0) == 0x5A4D and $a"));
    assert_false(asks("uint32(0) == 0x464C457F and $a"));
    assert_false(asks("uint8(0) == 0x4D and $a"));
    assert_false(asks("(uint16(0) == 0x5A4D or uint16(0) == 0x457F) and $a"));
    assert_false(asks("console.log(\"x\") and uint16(0) == 0x5A4D and $a"));
}

static void files_are_told_apart_by_two_bytes(void **state)
{
    (void)state;
    assert_true(vtr_bytes_are_mz((struct vtr_bytes){(const uint8_t *)"MZ", 2}));
    assert_true(vtr_bytes_are_mz((struct vtr_bytes){(const uint8_t *)"MZa", 3}));
    assert_false(vtr_bytes_are_mz((struct vtr_bytes){(const uint8_t *)"MZ", 1}));
    assert_false(vtr_bytes_are_mz((struct vtr_bytes){(const uint8_t *)"ZM", 2}));
    assert_false(vtr_bytes_are_mz((struct vtr_bytes){NULL, 0}));
}

static void a_place_that_only_programs_for_windows_have_counts(void **state)
{
    (void)state;
    assert_true(asks("$a at pe.entry_point"));
    assert_true(asks("$a at pe.entry_point + 4"));
    assert_true(asks("$a in (pe.entry_point .. pe.entry_point + 16)"));
    assert_true(asks("any of them at pe.entry_point"));
    assert_true(asks("all of them in (0 .. pe.entry_point)"));
    assert_true(asks("for any of ($*) : ($ at pe.entry_point)"));
    assert_true(asks("for all of ($*) : ($ at pe.entry_point)"));
    assert_true(asks("$a at pe.entry_point or $a at pe.entry_point - 1"));
    assert_true(asks("uint16(0) == 0x5A4D or $a at pe.entry_point"));
    assert_true(asks("filesize > 3 and ($a at 1 and $a at pe.entry_point)"));
    assert_false(asks("$a at pe.entry_point or $a"));
    assert_false(asks("not $a at pe.entry_point"));
    assert_false(asks("$a at pe.number_of_sections"));
    assert_false(asks("$a at entrypoint"));
    assert_false(asks("$a at filesize - pe.entry_point"));
    assert_false(asks("for none of ($*) : ($ at pe.entry_point)"));
    assert_false(asks("for any of ($*) : (not $ at pe.entry_point)"));
    assert_false(asks("for any of ($*) : (# > pe.entry_point)"));
    assert_false(asks("$a and pe.entry_point"));
    assert_false(asks("$a at 0 and console.log(#a) and $a at pe.entry_point"));
    assert_false(asks("for any of ($*) : ($ at 1 and console.log(\"x\")) "
                      "and $a at pe.entry_point"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_to_compare_the_first_bytes_counts),
        cmocka_unit_test(what_may_be_true_of_other_files_does_not),
        cmocka_unit_test(a_place_that_only_programs_for_windows_have_counts),
        cmocka_unit_test(files_are_told_apart_by_two_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

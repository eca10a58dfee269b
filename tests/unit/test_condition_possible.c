/* SPDX-License-Identifier: Apache-2.0 */

#include "format/bytecode/condition_possible.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/image/image.h"
#include "format/record/rule.h"
#include "tests/support/cmocka.h"
#include "tests/support/compile_text.h"

/* Of patterns $a0, $a1, $b0, $b1, those whose letter and digit are in the text. */
static bool is_named(void *context, uint64_t pattern)
{
    static const char *const NAMES[] = {"a0", "a1", "b0", "b1"};

    return pattern < 4 && strstr(context, NAMES[pattern]) != NULL;
}

/* Whether a condition may be true where no patterns but those named occur. */
static bool may_be(const char *condition, const char *names)
{
    char text[2048];
    char context[32];
    struct vtr_image image;
    struct vtr_rule_view view;

    assert_true(snprintf(text, sizeof(text),
                         "import \"console\" import \"pe\" rule r { strings: "
                         "$a0 = \"abcd\" $a1 = \"bcde\" $b0 = \"cdef\" $b1 = \"defg\" "
                         "condition: (%s) or (filesize < 0 and all of them) }",
                         condition) < (int)sizeof(text));
    assert_true(snprintf(context, sizeof(context), "%s", names) < (int)sizeof(context));
    const struct vtr_bytes bytes = vtr_test_compile(text, "test_possible.tmp");
    assert_int_equal(vtr_image_open(&image, bytes, NULL), VTR_OK);
    assert_true(vtr_rule_read(vtr_image_rule(&image, 0), &view));
    const bool is_possible =
        vtr_condition_is_possible(view.condition, is_named, context);
    free((void *)(uintptr_t)bytes.ptr);
    return is_possible;
}

static void a_pattern_that_must_occur_decides(void **state)
{
    static const char *const CONDITIONS[] = {
        "$a0",
        "$a0 at 0",
        "$a0 at pe.entry_point",
        "$a0 in (0..filesize)",
        "#a0 > 0",
        "#a0 >= 1",
        "#a0 == 7",
        "filesize > 3 and $a0",
        "$a0 and (pe.is_pe or uint8(0) == 1)",
        "for all of ($a0) : ($ at 0)",
        "for any of ($a0) : ($)",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CONDITIONS) / sizeof(CONDITIONS[0]); i++) {
        if (may_be(CONDITIONS[i], "a1 b0 b1") || !may_be(CONDITIONS[i], "a0")) {
            fail_msg("%s", CONDITIONS[i]);
        }
    }
}

static void as_many_as_are_wanted_must_occur(void **state)
{
    (void)state;
    assert_true(may_be("any of ($a*)", "a1"));
    assert_false(may_be("any of ($a*)", "b0 b1"));
    assert_false(may_be("all of ($a*)", "a1 b0 b1"));
    assert_true(may_be("all of ($a*)", "a0 a1"));
    assert_false(may_be("3 of them", "a0 b1"));
    assert_true(may_be("3 of them", "a0 b0 b1"));
    assert_false(may_be("2 of ($a*) in (0..9)", "a0 b0 b1"));
    assert_true(may_be("2 of ($a*) in (0..9)", "a0 a1"));
    assert_false(may_be("all of ($a*) at 0", "a1"));
    assert_false(may_be("51% of them", "a0 b1"));
    assert_true(may_be("50% of them", "a0 b1"));
    assert_false(may_be("any of ($a*) and $b0", "a0 a1 b1"));
    assert_false(may_be("($a0 and $a1) or ($b0 and $b1)", "a0 b1"));
    assert_true(may_be("($a0 and $a1) or ($b0 and $b1)", "b0 b1"));
    assert_false(may_be("for all of ($a*) : ($ at 0)", "a1"));
    assert_true(may_be("for any of ($a*) : ($ at 0)", "a1"));
}

static void where_nothing_must_occur_everything_is_possible(void **state)
{
    static const char *const CONDITIONS[] = {
        "not $a0",
        "none of them",
        "0 of ($a*)",
        "filesize > 3",
        "$a0 or filesize > 3",
        "#a0 >= 0",
        "#a0 == 0",
        "#a0 > -1",
        "#a0 < 2",
        "#a0 == #a1",
        "@a0 == 1",
        "for all of them : (# < 3)",
        "for none of them : ($)",
        "for any i in (1..#a0) : (@a0[i] == 1)",
        "for any of them : (not $)",
        "pe.is_pe == 0",
        "filesize of them",
        "console.log(#a0) and $a0",
        "1 of ($a0, $a1) in (0..filesize) or filesize > 1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CONDITIONS) / sizeof(CONDITIONS[0]); i++) {
        if (!may_be(CONDITIONS[i], "")) {
            fail_msg("%s", CONDITIONS[i]);
        }
    }
}

static void bytes_that_are_no_condition_say_nothing(void **state)
{
    uint8_t bytes[16];
    char none[] = "";

    (void)state;
    for (unsigned op = 0; op < 256; op++) {
        for (size_t len = 0; len < sizeof(bytes); len++) {
            memset(bytes, (int)op, sizeof(bytes));
            (void)vtr_condition_is_possible((struct vtr_bytes){bytes, len}, is_named,
                                            none);
        }
    }
    assert_true(vtr_condition_is_possible((struct vtr_bytes){NULL, 0}, is_named, none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_that_must_occur_decides),
        cmocka_unit_test(as_many_as_are_wanted_must_occur),
        cmocka_unit_test(where_nothing_must_occur_everything_is_possible),
        cmocka_unit_test(bytes_that_are_no_condition_say_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/condition/condition_needs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/bytecode/bytecode.h"
#include "format/image/image.h"
#include "format/record/rule.h"
#include "tests/support/cmocka.h"
#include "tests/support/compile_text.h"

#define STRING_COUNT 3u

/* What the condition asks of $_a, $_b and $_c: a letter each, and the places. */
static struct vtr_places ask(const char *condition, const char *expected)
{
    static const char LETTERS[] = {'-', '1', '@', '*'};
    struct vtr_places places = {.count = 0};
    struct vtr_pattern_need needs[STRING_COUNT];
    char text[1024];
    char found[STRING_COUNT + 1] = {0};
    struct vtr_image image;
    struct vtr_rule_view view;

    assert_true(
        snprintf(text, sizeof(text),
                 "import \"pe\" rule r { strings: $_a = \"abcd\" $_b = \"efgh\" "
                 "$_c = \"ijkl\" condition: %s }",
                 condition) < (int)sizeof(text));
    const struct vtr_bytes bytes = vtr_test_compile(text, "test_condition_needs.tmp");
    assert_int_equal(vtr_image_open(&image, bytes, NULL), VTR_OK);
    assert_true(vtr_rule_read(vtr_image_rule(&image, 0), &view));
    vtr_condition_needs(view.condition, &places, needs, STRING_COUNT);
    for (size_t i = 0; i < STRING_COUNT; i++) {
        found[i] = LETTERS[needs[i].need];
    }
    assert_string_equal(found, expected);
    free((void *)(uintptr_t)bytes.ptr);
    for (size_t i = 0; i < places.count; i++) {
        places.items[i].path = (struct vtr_bytes){NULL, places.items[i].path.len};
    }
    return places;
}

static void one_match_is_enough_for_whether_it_occurs(void **state)
{
    (void)state;
    (void)ask("$_a and not $_b", "11-");
    (void)ask("any of them", "111");
    (void)ask("2 of ($_a, $_c) or $_b", "111");
    (void)ask("for all of them : ($)", "111");
}

static void counts_offsets_lengths_and_ranges_need_all(void **state)
{
    (void)state;
    (void)ask("#_a > 1 and @_b > 1 and !_c > 3", "***");
    (void)ask("$_a in (0..100) and #_b in (0..9) == 1", "**-");
    (void)ask("any of them in (0..100)", "***");
    (void)ask("$_a and #_a > 1", "*--");
    (void)ask("for any of ($_a, $_b) : (# > 1)", "**-");
    (void)ask("for any i in (1..#_a) : (@_a[i] > 1) and $_b", "*1-");
    (void)ask("for any i in (#_c, 2) : (i > 1 and $_b)", "-1*");
    (void)ask("for any i in (1, 2) : ($_a at i)", "*--");
}

static void a_place_that_one_instruction_names_is_known(void **state)
{
    struct vtr_places places;

    (void)state;
    places = ask("$_a at pe.entry_point and $_b at entrypoint", "@@-");
    assert_int_equal(places.count, 2);
    assert_int_equal(places.items[0].op, VTR_OP_FIELD);
    assert_int_equal(places.items[1].op, VTR_OP_ENTRYPOINT);
    places = ask("for any of them : ($ at pe.entry_point)", "@@@");
    assert_int_equal(places.count, 1);
    (void)ask("any of them at pe.entry_point", "@@@");
    (void)ask("$_a at pe.entry_point or $_a at entrypoint", "*--");
    (void)ask("$_a at pe.entry_point or $_a", "*--");
    (void)ask("$_a at pe.entry_point + 1", "*--");
    (void)ask("$_a at pe.sections[0].raw_data_offset", "*--");
}

static void what_is_no_condition_needs_all(void **state)
{
    static const uint8_t BAD[][4] = {
        {VTR_OP_MATCH, 1, 255, 0},
        {VTR_OP_OF, VTR_QUANTIFIER_ANY, 200, 1},
        {VTR_OP_FOR_PATTERNS, VTR_QUANTIFIER_ANY, 1, 0},
    };
    struct vtr_places places = {.count = 0};
    struct vtr_pattern_need needs[2];

    (void)state;
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        vtr_condition_needs((struct vtr_bytes){BAD[i], sizeof(BAD[i])}, &places, needs,
                            2);
        assert_int_equal(needs[0].need, VTR_NEED_ALL);
        assert_int_equal(needs[1].need, VTR_NEED_ALL);
    }
}

static void more_places_than_fit_need_all(void **state)
{
    uint8_t code[4 * (VTR_PLACE_LIMIT + 1)];
    struct vtr_places places = {.count = 0};
    struct vtr_pattern_need needs[VTR_PLACE_LIMIT + 1];

    (void)state;
    for (size_t i = 0; i <= VTR_PLACE_LIMIT; i++) {
        const uint8_t text[4] = {VTR_OP_INT, (uint8_t)i, VTR_OP_MATCH_AT,
                                 (uint8_t)(i + 1)};
        memcpy(code + 4 * i, text, sizeof(text));
    }
    vtr_condition_needs((struct vtr_bytes){code, sizeof(code)}, &places, needs,
                        VTR_PLACE_LIMIT + 1);
    assert_int_equal(needs[VTR_PLACE_LIMIT - 1].need, VTR_NEED_PLACE);
    assert_int_equal(needs[VTR_PLACE_LIMIT].need, VTR_NEED_ALL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_match_is_enough_for_whether_it_occurs),
        cmocka_unit_test(counts_offsets_lengths_and_ranges_need_all),
        cmocka_unit_test(a_place_that_one_instruction_names_is_known),
        cmocka_unit_test(what_is_no_condition_needs_all),
        cmocka_unit_test(more_places_than_fit_need_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

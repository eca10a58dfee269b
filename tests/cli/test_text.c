/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/report/text.h"

#include <math.h>
#include <string.h>

#include "cli/report/json.h"
#include "tests/support/cmocka.h"

static void assert_text(const struct vtr_text *text, const char *expected)
{
    assert_false(text->has_failed);
    assert_int_equal(text->len, strlen(expected));
    assert_memory_equal(text->ptr, expected, text->len);
}

static void safe_text_shows_what_a_terminal_would_obey(void **state)
{
    (void)state;
    struct vtr_text text = {0};

    vtr_text_safe(&text, vtr_text_view("a\033[31mb\x7f\n\xc2\x9b"
                                       "c"));
    assert_text(&text, "a\\x1b[31mb\\x7f\\x0a\\xc2\\x9bc");
    vtr_text_deinit(&text);
}

static void safe_text_shows_marks_that_turn_the_direction(void **state)
{
    (void)state;
    struct vtr_text text = {0};

    vtr_text_safe(&text, vtr_text_view("a\xe2\x80\xae"
                                       "b\xe2\x80\xa9"));
    assert_text(&text, "a\\xe2\\x80\\xae"
                       "b\xe2\x80\xa9");
    vtr_text_deinit(&text);
}

static void safe_text_keeps_utf8_and_spells_out_the_rest(void **state)
{
    (void)state;
    struct vtr_text text = {0};

    vtr_text_safe(&text, vtr_text_view("\xc3\xa9\xe9\xf0\x9f\x94\x8d\xf0\x9f"));
    assert_text(&text, "\xc3\xa9\\xe9\xf0\x9f\x94\x8d\\xf0\\x9f");
    vtr_text_deinit(&text);
}

static void overlong_surrogate_and_too_large_sequences_are_not_utf8(void **state)
{
    (void)state;
    assert_int_equal(vtr_text_utf8_len(vtr_text_view("\xc0\x80")), 0);
    assert_int_equal(vtr_text_utf8_len(vtr_text_view("\xc1\xbf")), 0);
    assert_int_equal(vtr_text_utf8_len(vtr_text_view("\xe0\x9f\xbf")), 0);
    assert_int_equal(vtr_text_utf8_len(vtr_text_view("\xe0\xa0\x80")), 3);
    assert_int_equal(vtr_text_utf8_len(vtr_text_view("\xed\x9f\xbf")), 3);
    assert_int_equal(vtr_text_utf8_len(vtr_text_view("\xed\xa0\x80")), 0);
    assert_int_equal(vtr_text_utf8_len(vtr_text_view("\xf0\x8f\xbf\xbf")), 0);
    assert_int_equal(vtr_text_utf8_len(vtr_text_view("\xf4\x8f\xbf\xbf")), 4);
    assert_int_equal(vtr_text_utf8_len(vtr_text_view("\xf4\x90\x80\x80")), 0);
    assert_int_equal(vtr_text_utf8_len(vtr_text_view("\xf5\x80\x80\x80")), 0);
    assert_int_equal(vtr_text_utf8_len(vtr_text_view("\xe2\x82")), 0);
    assert_int_equal(vtr_text_utf8_len(vtr_text_view("\xc3")), 0);
    assert_int_equal(vtr_text_utf8_len(vtr_text_view("")), 0);
}

static void numbers_are_written_in_full(void **state)
{
    (void)state;
    struct vtr_text text = {0};

    vtr_text_number(&text, UINT64_MAX);
    vtr_text_add(&text, " ");
    vtr_text_signed(&text, INT64_MIN);
    assert_text(&text, "18446744073709551615 -9223372036854775808");
    vtr_text_deinit(&text);
}

static void decimals_keep_their_digits(void **state)
{
    static const struct {
        int64_t digits;
        int64_t exponent;
        const char *text;
    } ROWS[] = {
        {314, -2, "3.14"},
        {-25, -1, "-2.5"},
        {5, -3, "0.005"},
        {3, 0, "3.0"},
        {0, 0, "0.0"},
        {7, 30, "7e30"},
        {-7, -30, "-7e-30"},
        {INT64_MIN, -18, "-9.223372036854775808"},
        {1, -19, "0.0000000000000000001"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        struct vtr_text text = {0};
        vtr_text_decimal(&text, ROWS[i].digits, ROWS[i].exponent);
        assert_text(&text, ROWS[i].text);
        vtr_text_deinit(&text);
    }
}

static void json_nests_and_separates(void **state)
{
    (void)state;
    struct vtr_text text = {0};
    struct vtr_json json;

    vtr_json_init(&json, &text);
    vtr_json_begin_object(&json, NULL);
    vtr_json_number(&json, "a", 1);
    vtr_json_begin_array(&json, "b");
    vtr_json_end_array(&json);
    vtr_json_begin_array(&json, "c");
    vtr_json_bool(&json, NULL, true);
    vtr_json_begin_object(&json, NULL);
    vtr_json_milli(&json, "d", 12034);
    vtr_json_key(&json, vtr_text_view("e\""));
    vtr_json_signed(&json, NULL, -5);
    vtr_json_end_object(&json);
    vtr_json_end_array(&json);
    vtr_json_hex(&json, "f", vtr_text_view("\x01\xff"));
    vtr_json_end_object(&json);
    assert_text(&text, "{\"a\":1,\"b\":[],\"c\":[true,{\"d\":12.034,\"e\\\"\":-5}],"
                       "\"f\":\"01ff\"}");
    vtr_text_deinit(&text);
}

static void json_floats_are_numbers_or_null(void **state)
{
    struct vtr_text text = {0};
    struct vtr_json json;

    (void)state;
    vtr_json_init(&json, &text);
    vtr_json_begin_array(&json, NULL);
    vtr_json_float(&json, NULL, 1.5);
    vtr_json_float(&json, NULL, -1e300);
    vtr_json_float(&json, NULL, HUGE_VAL);
    vtr_json_float(&json, NULL, -HUGE_VAL);
    vtr_json_float(&json, NULL, HUGE_VAL - HUGE_VAL);
    vtr_json_end_array(&json);
    assert_text(&text, "[1.5,-1.0000000000000001e+300,null,null,null]");
    vtr_text_deinit(&text);
}

static void json_strings_are_always_utf8(void **state)
{
    (void)state;
    struct vtr_text text = {0};
    struct vtr_json json;

    vtr_json_init(&json, &text);
    vtr_json_string(&json, NULL, "q\"b\\t\tn\n\x01\x7f\xff\xc3\xa9");
    assert_text(&text, "\"q\\\"b\\\\t\\tn\\n\\u0001\\u007f\xc3\xbf\xc3\xa9\"");
    vtr_text_deinit(&text);
}

static void json_keeps_zero_bytes(void **state)
{
    (void)state;
    static const uint8_t BYTES[] = {'a', 0, 'b'};
    struct vtr_text text = {0};
    struct vtr_json json;

    vtr_json_init(&json, &text);
    vtr_json_bytes(&json, NULL, (struct vtr_bytes){BYTES, sizeof(BYTES)});
    assert_text(&text, "\"a\\u0000b\"");
    vtr_text_deinit(&text);
}

static void print_to(struct vtr_text *text, void *context)
{
    assert_true(text->len <= VTR_TEXT_KEPT);
    (void)vtr_text_print(text, context);
}

static void leave(struct vtr_text *text, void *context)
{
    unsigned *asked = context;

    (void)text;
    (*asked)++;
}

#define LINE_COUNT 1000000u

static void add_lines(struct vtr_text *text)
{
    for (unsigned i = 0; i < LINE_COUNT; i++) {
        vtr_text_add(text, "0123456789\n");
    }
}

static void no_more_is_kept_than_is_printed_meanwhile(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    struct vtr_text text = {.relieve = print_to, .context = file};

    assert_non_null(file);
    add_lines(&text);
    assert_true(text.cap <= VTR_TEXT_KEPT);
    assert_true(vtr_text_print(&text, file));
    assert_int_equal(ftell(file), 11l * LINE_COUNT);
    vtr_text_deinit(&text);
    assert_int_equal(fclose(file), 0);
}

static void what_cannot_be_printed_yet_is_kept(void **state)
{
    (void)state;
    unsigned asked = 0;
    struct vtr_text text = {.relieve = leave, .context = &asked};

    add_lines(&text);
    assert_int_equal(text.len, 11u * LINE_COUNT);
    assert_int_equal(asked, 2); /* before it grew past 4 and past 8 MiB */
    vtr_text_deinit(&text);
}

static void after_a_write_that_failed_nothing_is_kept(void **state)
{
    (void)state;
    FILE *file = fopen("/dev/null", "rb");
    struct vtr_text text = {.relieve = print_to, .context = file};

    assert_non_null(file);
    add_lines(&text);
    assert_true(text.has_failed);
    assert_int_equal(text.len, 0);
    assert_false(vtr_text_print(&text, file));
    vtr_text_deinit(&text);
    assert_int_equal(fclose(file), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(safe_text_shows_what_a_terminal_would_obey),
        cmocka_unit_test(safe_text_shows_marks_that_turn_the_direction),
        cmocka_unit_test(safe_text_keeps_utf8_and_spells_out_the_rest),
        cmocka_unit_test(overlong_surrogate_and_too_large_sequences_are_not_utf8),
        cmocka_unit_test(numbers_are_written_in_full),
        cmocka_unit_test(decimals_keep_their_digits),
        cmocka_unit_test(json_nests_and_separates),
        cmocka_unit_test(json_floats_are_numbers_or_null),
        cmocka_unit_test(json_strings_are_always_utf8),
        cmocka_unit_test(json_keeps_zero_bytes),
        cmocka_unit_test(no_more_is_kept_than_is_printed_meanwhile),
        cmocka_unit_test(what_cannot_be_printed_yet_is_kept),
        cmocka_unit_test(after_a_write_that_failed_nothing_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */

/* Runs of bytes, held against the same question asked of one byte after the other. */
#include "compiler/syntax/lexer_scan.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/cmocka.h"

#define LEN 100u

/* In memory of its own size, so that the sanitizers see what reads past it. */
static uint8_t *copy_of(const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len == 0 ? 1 : len);

    assert_non_null(copy);
    memcpy(copy, bytes, len);
    return copy;
}

static size_t scan_text_slowly(const uint8_t *ptr, size_t len, uint8_t delimiter)
{
    size_t i = 0;

    while (i < len && ptr[i] != delimiter && ptr[i] != '\\' && ptr[i] != '\n') {
        i++;
    }
    return i;
}

static void a_text_ends_at_the_first_byte_that_may_end_it(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        for (size_t len = 0; len < 20; len++) {
            for (size_t at = 0; at <= len; at++) {
                uint8_t room[20];
                memset(room, 'a', sizeof(room));
                room[at < len ? at : 0] = (uint8_t)byte;
                uint8_t *text = copy_of(room, len);
                assert_int_equal(vtr_scan_text(text, len, '"'),
                                 scan_text_slowly(text, len, '"'));
                assert_int_equal(vtr_scan_text(text, len, '/'),
                                 scan_text_slowly(text, len, '/'));
                free(text);
            }
        }
    }
}

static void a_hex_run_holds_nothing_but_what_hex_strings_do(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        const bool belongs = vtr_char_is((uint8_t)byte, VTR_CHAR_IN_HEX);
        for (size_t at = 0; at < LEN; at++) {
            uint8_t room[LEN];
            memset(room, 'A', sizeof(room));
            room[at] = (uint8_t)byte;
            uint8_t *text = copy_of(room, LEN);
            const size_t run = vtr_scan_hex(text, LEN);
            assert_true(run <= LEN);
            if (!belongs) {
                assert_true(run <= at);
            }
            free(text);
        }
    }
}

static void a_hex_run_leaves_less_than_a_block(void **state)
{
    static const char USUAL[] = "0123456789abcdefABCDEF ?\r\n";
    uint8_t room[LEN];

    (void)state;
    for (size_t i = 0; i < LEN; i++) {
        room[i] = (uint8_t)USUAL[i % (sizeof(USUAL) - 1)];
    }
    for (size_t len = 0; len <= LEN; len++) {
        uint8_t *text = copy_of(room, len);
        const size_t run = vtr_scan_hex(text, len);
        assert_true(run <= len && len - run < 32);
        free(text);
    }
}

static void lines_are_counted_at_any_length(void **state)
{
    uint8_t room[LEN];

    (void)state;
    for (size_t i = 0; i < LEN; i++) {
        room[i] = i % 7 == 3 || i > 60 ? '\n' : 'x';
    }
    for (size_t len = 0; len <= LEN; len++) {
        uint8_t *text = copy_of(room, len);
        size_t count = 0;
        for (size_t i = 0; i < len; i++) {
            count += text[i] == '\n';
        }
        assert_int_equal(vtr_scan_count_lines(text, len), count);
        free(text);
    }
}

static void classes_are_those_of_the_language(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        const uint8_t c = (uint8_t)byte;
        const bool is_digit = byte >= '0' && byte <= '9';
        const unsigned lower = byte | 0x20;
        const bool is_letter = lower >= 'a' && lower <= 'z' && byte < 128 && byte > 64;
        const bool is_hex = is_digit || (is_letter && lower <= 'f');
        const bool is_space =
            byte == ' ' || (byte >= 9 && byte <= 13 && byte != 11 && byte != 12);
        const bool is_foreign = (byte < ' ' && !is_space) || byte >= 0x7F;

        assert_int_equal(vtr_char_is(c, VTR_CHAR_DIGIT), is_digit);
        assert_int_equal(vtr_char_is(c, VTR_CHAR_LETTER), is_letter || byte == '_');
        assert_int_equal(vtr_char_is(c, VTR_CHAR_HEX_DIGIT), is_hex);
        assert_int_equal(vtr_char_is(c, VTR_CHAR_SPACE), is_space);
        assert_int_equal(vtr_char_is(c, VTR_CHAR_FOREIGN), is_foreign);
        assert_int_equal(vtr_char_is(c, VTR_CHAR_IN_HEX),
                         is_hex || is_space ||
                             (byte != 0 && strchr("-|~?[]()", (int)byte) != NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_ends_at_the_first_byte_that_may_end_it),
        cmocka_unit_test(a_hex_run_holds_nothing_but_what_hex_strings_do),
        cmocka_unit_test(a_hex_run_leaves_less_than_a_block),
        cmocka_unit_test(lines_are_counted_at_any_length),
        cmocka_unit_test(classes_are_those_of_the_language),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

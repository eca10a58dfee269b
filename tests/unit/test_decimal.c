/* SPDX-License-Identifier: Apache-2.0 */

#include "base/decimal.h"

#include "base/bytes.h"
#include "tests/support/cmocka.h"

static void digits_with_a_sign_and_a_point_are_a_number(void **state)
{
    static const char *const NUMBERS[] = {"0",  "-0",   "007", "-12",
                                          "1.", "-1.5", "0.25"};
    static const char *const OTHERS[] = {"",     "-",   ".5", "-.5", "1.2.3",
                                         "+1",   "1e3", " 1", "1 ",  "--1",
                                         "0x10", "1,5", "-.", "."};
    bool has_point;

    (void)state;
    for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(NUMBERS[0]); i++) {
        const struct vtr_bytes text = vtr_bytes_from_text(NUMBERS[i]);
        assert_true(vtr_decimal_is_number(text, &has_point));
        assert_true(has_point == (strchr(NUMBERS[i], '.') != NULL));
    }
    for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++) {
        assert_false(vtr_decimal_is_number(vtr_bytes_from_text(OTHERS[i]), &has_point));
    }
}

static void integers_of_64_bits_are_read_and_no_others(void **state)
{
    int64_t number = 0;

    (void)state;
    assert_true(vtr_decimal_parse_integer(vtr_bytes_from_text("-0"), &number));
    assert_int_equal(number, 0);
    assert_true(
        vtr_decimal_parse_integer(vtr_bytes_from_text("9223372036854775807"), &number));
    assert_true(number == INT64_MAX);
    assert_true(vtr_decimal_parse_integer(vtr_bytes_from_text("-9223372036854775808"),
                                          &number));
    assert_true(number == INT64_MIN);
    assert_false(
        vtr_decimal_parse_integer(vtr_bytes_from_text("9223372036854775808"), &number));
    assert_false(vtr_decimal_parse_integer(vtr_bytes_from_text("-9223372036854775809"),
                                           &number));
    assert_false(
        vtr_decimal_parse_integer(vtr_bytes_from_text("99999999999999999999999"),
                                  &number));
}

static void is_decimal(const char *text, int64_t digits, int64_t exponent)
{
    const struct vtr_decimal got = vtr_decimal_parse(vtr_bytes_from_text(text));

    assert_true(got.digits == digits);
    assert_true(got.exponent == exponent);
}

static void fractions_are_exact_up_to_18_digits(void **state)
{
    (void)state;
    is_decimal("1.5", 15, -1);
    is_decimal("-0.250", -25, -2);
    is_decimal("1200", 12, 2);
    is_decimal("0.000", 0, 0);
    is_decimal("123456789012345678", 123456789012345678, 0);
    is_decimal("1234567890123456784", 123456789012345678, 1);
    is_decimal("1234567890123456785", 123456789012345679, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_with_a_sign_and_a_point_are_a_number),
        cmocka_unit_test(integers_of_64_bits_are_read_and_no_others),
        cmocka_unit_test(fractions_are_exact_up_to_18_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

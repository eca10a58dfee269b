/* SPDX-License-Identifier: Apache-2.0 */

/* What the math and string modules compute, as YARA does: the numbers are its own. */
#include "scan/module/math.h"

#include <math.h>
#include <string.h>

#include "base/bytes.h"
#include "tests/support/cmocka.h"
#include "tests/support/module_call.h"

#define I(number) ((int64_t)(number))

/* The bytes 0 to 255, twice. */
static const uint8_t *all_bytes(void)
{
    static uint8_t bytes[512];

    for (unsigned i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)i;
    }
    return bytes;
}

static void begin(struct vtr_test_modules *test)
{
    vtr_test_modules_init(test, (struct vtr_bytes){all_bytes(), 512});
}

static void assert_real(struct vtr_module_value value, double expected)
{
    assert_int_equal(value.kind, VTR_MODULE_FLOAT);
    if (fabs(value.is.real - expected) > 5e-7) {
        fail_msg("%f is not %f", value.is.real, expected);
    }
}

static void assert_number(struct vtr_module_value value, int64_t expected)
{
    assert_int_equal(value.kind, VTR_MODULE_INT);
    assert_int_equal(value.is.number, expected);
}

static void assert_undefined(struct vtr_module_value value)
{
    assert_int_equal(value.kind, VTR_MODULE_UNDEFINED);
}

static void parts_of_the_file_have_their_statistics(void **state)
{
    struct vtr_test_modules test;

    (void)state;
    begin(&test);
    assert_real(vtr_test_call(&test, "math.entropy(ii)", I(0), I(256)), 8.0);
    assert_real(vtr_test_call(&test, "math.entropy(ii)", I(0), I(1)), 0.0);
    assert_real(vtr_test_call(&test, "math.mean(ii)", I(128), I(128)), 191.5);
    assert_real(vtr_test_call(&test, "math.deviation(iif)", I(0), I(512), 127.5), 64.0);
    assert_real(vtr_test_call(&test, "math.percentage(iii)", I(65), I(64), I(4)), 0.25);
    assert_real(vtr_test_call(&test, "math.percentage(i)", I(65)), 1.0 / 256);
    assert_number(vtr_test_call(&test, "math.count(i)", I(255)), 2);
    assert_number(vtr_test_call(&test, "math.count(iii)", I(255), I(0), I(255)), 0);
    assert_number(vtr_test_call(&test, "math.count(iii)", I(255), I(0), I(256)), 1);
    assert_number(vtr_test_call(&test, "math.mode()"), 0);
    assert_number(vtr_test_call(&test, "math.mode(ii)", I(100), I(257)), 100);
    assert_real(vtr_test_call(&test, "math.serial_correlation(ii)", I(0), I(3)), -0.5);
    assert_real(vtr_test_call(&test, "math.monte_carlo_pi(ii)", I(0), I(512)),
                0.101243);
    vtr_test_modules_deinit(&test);
}

static void a_text_has_signed_bytes(void **state)
{
    struct vtr_test_modules test;

    (void)state;
    begin(&test);
    assert_real(vtr_test_call(&test, "math.mean(s)", "\xff\xfe\xfd"), -2.0);
    assert_real(vtr_test_call(&test, "math.deviation(sf)", "\xff\xfe\xfd", 0.0), 2.0);
    assert_real(vtr_test_call(&test, "math.deviation(sf)", "abc", 127.5), 29.5);
    assert_real(vtr_test_call(&test, "math.monte_carlo_pi(s)", "\xff\xfe\xfdhjrgw"),
                1.0);
    assert_real(vtr_test_call(&test, "math.monte_carlo_pi(s)",
                              "\x01\x01\x01\x01\x01\x01\x80\x01\x01\x01\x01\x01"
                              "\x80\x80\x80\x01\x01\x01"),
                0.575587);
    assert_real(vtr_test_call(&test, "math.serial_correlation(s)", "\xff\xfe\xfdhjrgw"),
                0.437687);
    assert_real(vtr_test_call(&test, "math.entropy(s)", "\x80\x81\x80\x81"), 1.0);
    vtr_test_modules_deinit(&test);
}

static void what_divides_by_zero_is_undefined(void **state)
{
    struct vtr_test_modules test;

    (void)state;
    begin(&test);
    assert_real(vtr_test_call(&test, "math.entropy(ii)", I(5), I(0)), 0.0);
    assert_real(vtr_test_call(&test, "math.entropy(s)", ""), 0.0);
    assert_undefined(vtr_test_call(&test, "math.mean(ii)", I(5), I(0)));
    assert_undefined(vtr_test_call(&test, "math.mean(s)", ""));
    assert_undefined(vtr_test_call(&test, "math.deviation(iif)", I(5), I(0), 1.0));
    assert_undefined(vtr_test_call(&test, "math.deviation(sf)", "", 1.0));
    assert_undefined(vtr_test_call(&test, "math.percentage(iii)", I(65), I(0), I(0)));
    assert_undefined(vtr_test_call(&test, "math.monte_carlo_pi(ii)", I(0), I(5)));
    assert_undefined(vtr_test_call(&test, "math.monte_carlo_pi(s)", "abcde"));
    assert_real(vtr_test_call(&test, "math.serial_correlation(s)", ""), -100000);
    assert_real(vtr_test_call(&test, "math.serial_correlation(ii)", I(5), I(1)),
                -100000);
    vtr_test_modules_deinit(&test);
}

static void what_is_not_in_the_file_is_undefined(void **state)
{
    struct vtr_test_modules test;

    (void)state;
    begin(&test);
    assert_undefined(vtr_test_call(&test, "math.entropy(ii)", I(-1), I(1)));
    assert_undefined(vtr_test_call(&test, "math.entropy(ii)", I(0), I(-1)));
    assert_undefined(vtr_test_call(&test, "math.entropy(ii)", I(512), I(0)));
    assert_real(vtr_test_call(&test, "math.mean(ii)", I(511), I(INT64_MAX)), 255.0);
    assert_undefined(vtr_test_call(&test, "math.count(i)", I(256)));
    assert_undefined(vtr_test_call(&test, "math.count(i)", I(-1)));
    assert_undefined(vtr_test_call(&test, "math.percentage(i)", I(256)));
    vtr_test_modules_deinit(&test);

    vtr_test_modules_init(&test, (struct vtr_bytes){NULL, 0});
    assert_undefined(vtr_test_call(&test, "math.count(i)", I(0)));
    assert_undefined(vtr_test_call(&test, "math.percentage(i)", I(0)));
    assert_undefined(vtr_test_call(&test, "math.mode()"));
    assert_undefined(vtr_test_call(&test, "math.mode(ii)", I(0), I(0)));
    vtr_test_modules_deinit(&test);
}

static void functions_of_numbers_are_those_of_yara(void **state)
{
    struct vtr_test_modules test;

    (void)state;
    begin(&test);
    assert_number(vtr_test_call(&test, "math.max(ii)", I(-1), I(1)), -1);
    assert_number(vtr_test_call(&test, "math.min(ii)", I(-1), I(1)), 1);
    assert_number(vtr_test_call(&test, "math.abs(i)", I(-5)), 5);
    assert_number(vtr_test_call(&test, "math.abs(i)", INT64_MIN), INT64_MIN);
    assert_number(vtr_test_call(&test, "math.in_range(fff)", 2.0, 2.0, 3.0), 1);
    assert_number(vtr_test_call(&test, "math.in_range(fff)", 3.5, 2.0, 3.0), 0);
    assert_number(vtr_test_call(&test, "math.to_number(b)", I(7)), 1);
    assert_number(vtr_test_call(&test, "math.to_number(b)", I(0)), 0);
    vtr_test_is_text(vtr_test_call(&test, "math.to_string(i)", INT64_MIN),
                     "-9223372036854775808");
    vtr_test_is_text(vtr_test_call(&test, "math.to_string(ii)", I(-1), I(16)),
                     "ffffffffffffffff");
    vtr_test_is_text(vtr_test_call(&test, "math.to_string(ii)", I(-1), I(8)),
                     "1777777777777777777777");
    vtr_test_is_text(vtr_test_call(&test, "math.to_string(ii)", I(-1), I(10)), "-1");
    assert_undefined(vtr_test_call(&test, "math.to_string(ii)", I(1), I(2)));
    vtr_test_modules_deinit(&test);
}

static void a_text_is_a_number_as_c_reads_it(void **state)
{
    static const struct {
        const char *text;
        int64_t base;
        bool is_number;
        int64_t number;
    } CASES[] = {
        {"1234", 0, true, 1234},
        {" \t\n\v\f\r-10", 0, true, -10},
        {"+0", 0, true, 0},
        {"-0", 0, true, 0},
        {"0x1Fg", 0, false, 0},
        {"0X1F", 0, true, 31},
        {"0x1f", 16, true, 31},
        {"0x", 0, false, 0},
        {"0x", 16, false, 0},
        {"-0x10", 0, true, -16},
        {"011", 0, true, 9},
        {"011", 10, true, 11},
        {"08", 0, false, 0},
        {"zZ", 36, true, 35 * 36 + 35},
        {"z", 35, false, 0},
        {"1", 1, false, 0},
        {"1", 37, false, 0},
        {"1", -2, false, 0},
        {"1", I(1) << 32, false, 0},
        {"1 ", 0, false, 0},
        {"- 1", 0, false, 0},
        {"", 0, false, 0},
        {"-", 0, false, 0},
        {"9223372036854775807", 0, true, INT64_MAX},
        {"9223372036854775808", 0, false, 0},
        {"-9223372036854775808", 0, true, INT64_MIN},
        {"-9223372036854775809", 0, false, 0},
        {"99999999999999999999999", 0, false, 0},
    };
    struct vtr_test_modules test;

    (void)state;
    begin(&test);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const struct vtr_module_value value =
            vtr_test_call(&test, "string.to_int(si)", CASES[i].text, CASES[i].base);
        if ((value.kind == VTR_MODULE_INT) != CASES[i].is_number ||
            (CASES[i].is_number && value.is.number != CASES[i].number)) {
            fail_msg("'%s' in base %d", CASES[i].text, (int)CASES[i].base);
        }
    }
    assert_number(vtr_test_call(&test, "string.to_int(s)", "0x10"), 16);
    assert_number(vtr_test_call(&test, "string.length(s)", "abc"), 3);
    vtr_test_modules_deinit(&test);
}

static void work_that_is_out_leaves_undefined(void **state)
{
    struct vtr_test_modules test;

    (void)state;
    begin(&test);
    test.units_left = 383;
    assert_undefined(vtr_test_call(&test, "math.entropy(ii)", I(0), I(512)));
    assert_undefined(vtr_test_call(&test, "math.monte_carlo_pi(ii)", I(0), I(512)));
    assert_undefined(vtr_test_call(&test, "math.serial_correlation(ii)", I(0), I(512)));
    vtr_test_modules_deinit(&test);

    begin(&test); /* the same part is counted once */
    assert_real(vtr_test_call(&test, "math.entropy(ii)", I(0), I(512)), 8.0);
    const uint64_t spent = test.units_spent;
    assert_real(vtr_test_call(&test, "math.mean(ii)", I(0), I(512)), 127.5);
    assert_number(vtr_test_call(&test, "math.mode()"), 0);
    assert_int_equal(test.units_spent, spent);
    vtr_test_modules_deinit(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_the_file_have_their_statistics),
        cmocka_unit_test(a_text_has_signed_bytes),
        cmocka_unit_test(what_divides_by_zero_is_undefined),
        cmocka_unit_test(what_is_not_in_the_file_is_undefined),
        cmocka_unit_test(functions_of_numbers_are_those_of_yara),
        cmocka_unit_test(a_text_is_a_number_as_c_reads_it),
        cmocka_unit_test(work_that_is_out_leaves_undefined),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

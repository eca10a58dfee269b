/* SPDX-License-Identifier: Apache-2.0 */

/* The tests module; that rules read it as YARA does are conformance cases. */
#include "tests/support/cmocka.h"
#include "tests/support/module_call.h"

static void sums_wrap(void **state)
{
    struct vtr_test_modules test;
    (void)state;

    vtr_test_modules_init(&test, (struct vtr_bytes){NULL, 0});
    assert_int_equal(
        vtr_test_call(&test, "tests.isum(ii)", INT64_MAX, (int64_t)1).is.number,
        INT64_MIN);
    vtr_test_modules_deinit(&test);
}

static void length_is_paid_for(void **state)
{
    struct vtr_test_modules test;
    (void)state;

    vtr_test_modules_init(&test, (struct vtr_bytes){NULL, 0});
    test.units_left = 3;
    assert_int_equal(vtr_test_call(&test, "tests.length(s)", "four").kind,
                     VTR_MODULE_UNDEFINED);
    vtr_test_modules_deinit(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_wrap),
        cmocka_unit_test(length_is_paid_for),
    };
    return cmocka_run_group_tests_name("tests_module", tests, NULL, NULL);
}

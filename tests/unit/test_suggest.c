/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/diagnostic/suggest.h"

#include "base/bytes.h"

#include "tests/support/cmocka.h"

static bool are_close(const char *a, const char *b)
{
    return vtr_names_are_close(vtr_bytes_from_text(a), vtr_bytes_from_text(b));
}

static void slips_of_the_finger_are_close(void **state)
{
    (void)state;
    assert_true(are_close("name", "nmae"));
    assert_true(are_close("string", "strings"));
    assert_true(are_close("filesize", "filesiez"));
    assert_true(are_close("is_packed", "is_paced"));
    assert_true(are_close("a1", "a2"));
}

static void other_names_are_not_close(void **state)
{
    (void)state;
    assert_false(are_close("name", "url"));
    assert_false(are_close("a", "b"));
    assert_false(are_close("", "a"));
    assert_false(are_close("packed", "signed"));
    assert_false(are_close("open", "closed"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slips_of_the_finger_are_close),
        cmocka_unit_test(other_names_are_not_close),
    };
    return cmocka_run_group_tests_name("suggest", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/diagnostic/suggest.h"

#include <string.h>

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

static void up_to_two_slips_are_found_wherever_they_are(void **state)
{
    static const char NAME[] = "abcdefghij";

    (void)state;
    for (size_t i = 0; i < sizeof(NAME) - 1; i++) {
        for (size_t j = i + 1; j < sizeof(NAME) - 1; j++) {
            char other[sizeof(NAME)];
            memcpy(other, NAME, sizeof(NAME));
            other[i] = 'x';
            other[j] = 'y';
            assert_true(are_close(NAME, other));
            assert_true(are_close(other, NAME));
            other[(j + 1) % (sizeof(NAME) - 1)] = 'z'; /* of three slips, or two */
            other[(j + 2) % (sizeof(NAME) - 1)] = 'z';
            assert_false(are_close(NAME, other));
            memcpy(other, NAME, sizeof(NAME));
            other[j] = other[j - 1]; /* neighbours swapped, and a letter changed */
            other[j - 1] = NAME[j];
            other[i == j - 1 ? (j + 1) % (sizeof(NAME) - 1) : i] = 'x';
            assert_true(are_close(NAME, other));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slips_of_the_finger_are_close),
        cmocka_unit_test(other_names_are_not_close),
        cmocka_unit_test(up_to_two_slips_are_found_wherever_they_are),
    };
    return cmocka_run_group_tests_name("suggest", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "base/plain_name.h"

#include <string.h>

#include "base/bytes.h"
#include "tests/support/cmocka.h"

static bool is_plain(const char *text)
{
    return vtr_plain_name_is(vtr_bytes_from_text(text));
}

static void letters_digits_and_three_signs_are_a_name(void **state)
{
    (void)state;
    assert_true(is_plain("a"));
    assert_true(is_plain("azAZ09"));
    assert_true(is_plain("-"));
    assert_true(is_plain("_main-2.1"));
    assert_true(is_plain("a..b"));
}

static void nothing_else_is(void **state)
{
    static const char *const OTHERS[] = {
        "",    ".",   "..",  "../x", ".hidden",      "a/b",  "a\\b", "a b",
        "a@b", "a[b", "a`b", "a{b",  "\xc3\xa4rger", "a\nb", "a:b",  "a\"b"};

    (void)state;
    for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++) {
        assert_false(is_plain(OTHERS[i]));
    }
    assert_false(vtr_plain_name_is((struct vtr_bytes){(const uint8_t *)"a\0b", 3}));
}

static void a_name_has_200_bytes_at_most(void **state)
{
    uint8_t text[VTR_PLAIN_NAME_LIMIT + 1];

    (void)state;
    memset(text, 'a', sizeof(text));
    assert_true(vtr_plain_name_is((struct vtr_bytes){text, VTR_PLAIN_NAME_LIMIT - 1}));
    assert_true(vtr_plain_name_is((struct vtr_bytes){text, VTR_PLAIN_NAME_LIMIT}));
    assert_false(vtr_plain_name_is((struct vtr_bytes){text, VTR_PLAIN_NAME_LIMIT + 1}));
}

static void a_refusal_shows_the_name_and_what_is_allowed(void **state)
{
    struct vtr_error err = {0};

    (void)state;
    assert_int_equal(vtr_plain_name_check(vtr_bytes_from_text("good"), &err), VTR_OK);
    assert_int_equal(vtr_plain_name_check(vtr_bytes_from_text("../x"), &err),
                     VTR_ERROR_ARGUMENT);
    assert_string_equal(err.message, "'../x' cannot be a name: letters, digits, '-', "
                                     "'_' and '.' can, a '.' not as the first");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_digits_and_three_signs_are_a_name),
        cmocka_unit_test(nothing_else_is),
        cmocka_unit_test(a_name_has_200_bytes_at_most),
        cmocka_unit_test(a_refusal_shows_the_name_and_what_is_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

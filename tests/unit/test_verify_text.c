/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/match/verify_text.h"

#include <string.h>

#include "format/record/rule.h"
#include "tests/support/cmocka.h"

#define BYTES(text) ((struct vtr_bytes){(const uint8_t *)(text), sizeof(text) - 1})

/* Length of the match of `text` at `start`, 0 when there is none. */
static size_t match(uint32_t flags, const char *text, bool is_wide,
                    struct vtr_bytes data, size_t start)
{
    const struct vtr_pattern_view pattern = {.type = VTR_PATTERN_TEXT,
                                             .flags = flags,
                                             .xor_min = 1,
                                             .xor_max = 0x20};
    uint8_t masked[64];
    const size_t len = strlen(text);
    size_t out = 0;

    for (size_t i = 0; i < len; i++) {
        masked[i] = (uint8_t)text[i] ^ vtr_mask(i);
    }
    const struct vtr_bytes bytes = {masked, len};
    return vtr_verify_text(&pattern, bytes, is_wide, data, start, &out) ? out : 0;
}

static void plain_text_is_exact(void **state)
{
    (void)state;
    assert_int_equal(match(0, "foo", false, BYTES("xfoo"), 1), 3);
    assert_int_equal(match(0, "foo", false, BYTES("xFoo"), 1), 0);
    assert_int_equal(match(0, "foo", false, BYTES("xfo"), 1), 0);
    assert_int_equal(match(0, "foo", false, BYTES("foo"), 4), 0);
    assert_int_equal(match(0, "", false, BYTES("foo"), 0), 0);
}

static void case_folds_in_ascii_only(void **state)
{
    (void)state;
    assert_int_equal(match(VTR_PATTERN_NOCASE, "fOo", false, BYTES("FoO"), 0), 3);
    assert_int_equal(match(VTR_PATTERN_NOCASE, "\xe9", false, BYTES("\xc9"), 0), 0);
    assert_int_equal(match(VTR_PATTERN_NOCASE, "[", false, BYTES("{"), 0), 0);
}

static void wide_text_has_a_zero_after_each_byte(void **state)
{
    (void)state;
    assert_int_equal(match(0, "ab", true, BYTES("a\0b\0"), 0), 4);
    assert_int_equal(match(0, "ab", true, BYTES("a\0b\1"), 0), 0);
    assert_int_equal(match(0, "ab", true, BYTES("a\0b"), 0), 0);
}

static void a_word_ends_at_letters_and_digits(void **state)
{
    (void)state;
    const uint32_t flags = VTR_PATTERN_FULLWORD;

    assert_int_equal(match(flags, "ab", false, BYTES("ab"), 0), 2);
    assert_int_equal(match(flags, "ab", false, BYTES("_ab_"), 1), 2);
    assert_int_equal(match(flags, "ab", false, BYTES("xab"), 1), 0);
    assert_int_equal(match(flags, "ab", false, BYTES("ab9"), 0), 0);
    assert_int_equal(match(flags, "ab", true, BYTES("xa\0b\0"), 1), 4);
    assert_int_equal(match(flags, "ab", true, BYTES("x\0a\0b\0"), 2), 0);
    assert_int_equal(match(flags, "ab", true, BYTES("a\0b\0x"), 0), 4);
    assert_int_equal(match(flags, "ab", true, BYTES("a\0b\0x\0"), 0), 0);
}

static void keys_outside_the_range_do_not_match(void **state)
{
    (void)state;
    const uint32_t flags = VTR_PATTERN_XOR;

    assert_int_equal(match(flags, "ab", false, BYTES("`c"), 0), 2);
    assert_int_equal(match(flags, "ab", false, BYTES("ab"), 0), 0);
    assert_int_equal(match(flags, "ab", false, BYTES("AB"), 0), 2);
    assert_int_equal(match(flags, "ab", false, BYTES("@C"), 0), 0);
}

static void a_word_under_a_key_ends_at_letters_under_it(void **state)
{
    (void)state;
    const uint32_t as_is = VTR_PATTERN_XOR | VTR_PATTERN_FULLWORD;
    const uint32_t under = as_is | VTR_PATTERN_WORD_KEY;

    /* The key is 1: '`' is 'a', '!' is ' ', '/' is '.', '@' is 'A'. */
    assert_int_equal(match(as_is, "ab", false, BYTES("@`c"), 1), 2);
    assert_int_equal(match(under, "ab", false, BYTES("@`c"), 1), 0);
    assert_int_equal(match(under, "ab", false, BYTES("`c@"), 0), 0);
    assert_int_equal(match(under, "ab", false, BYTES("!`c!"), 1), 2);
    /* '[' is 'Z' under the key, 'Z' is '['. */
    assert_int_equal(match(under, "ab", false, BYTES("Z`cZ"), 1), 2);
    assert_int_equal(match(as_is, "ab", false, BYTES("Z`cZ"), 1), 0);
    assert_int_equal(match(under, "ab", true, BYTES("@\1`\1c\1"), 2), 0);
    assert_int_equal(match(under, "ab", true, BYTES("`\1c\1@\1"), 0), 0);
    assert_int_equal(match(under, "ab", true, BYTES("@\0`\1c\1@\0"), 2), 4);
    assert_int_equal(match(under, "ab", true, BYTES("`\1c\1@"), 0), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_is_exact),
        cmocka_unit_test(case_folds_in_ascii_only),
        cmocka_unit_test(wide_text_has_a_zero_after_each_byte),
        cmocka_unit_test(a_word_ends_at_letters_and_digits),
        cmocka_unit_test(keys_outside_the_range_do_not_match),
        cmocka_unit_test(a_word_under_a_key_ends_at_letters_under_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

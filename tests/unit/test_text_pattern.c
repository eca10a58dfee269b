/* SPDX-License-Identifier: Apache-2.0 */

/* Text strings, their escapes, their base64 forms, and which modifiers go together. */
#include "compiler/pattern/pattern.h"

#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "tests/support/cmocka.h"

/* Compiles `text` and compares its alternatives, joined by '|', zeros shown as '.'. */
static void expect(uint32_t set, const char *text, uint32_t want_flags,
                   const char *want)
{
    const struct vtr_pattern_modifiers mods = {.set = set};
    struct vtr_arena arena = {0};
    struct vtr_writer w = {0};
    struct vtr_pattern_problem problem;
    struct vtr_reader r;
    uint32_t flags = 0;
    uint64_t count;
    char got[512];
    size_t len = 0;

    assert_true(vtr_modifier_check(&mods, VTR_PATTERN_TEXT, &problem));
    assert_true(vtr_pattern_text(&arena, &mods, vtr_bytes_from_text(text), &w, &flags,
                                 &problem));
    assert_int_equal(flags, want_flags);
    vtr_reader_init(&r, vtr_writer_bytes(&w), 0);
    assert_true(vtr_reader_varint(&r, &count));
    for (uint64_t n = 0; n < count; n++) {
        struct vtr_bytes bytes;
        assert_true(vtr_reader_masked(&r, &bytes));
        assert_true(bytes.len > 0 && len + bytes.len + 2 < sizeof got);
        if (n > 0) {
            got[len++] = '|';
        }
        for (size_t i = 0; i < bytes.len; i++) {
            const char c = (char)(bytes.ptr[i] ^ vtr_mask(i));
            got[len++] = c == '\0' ? '.' : c;
        }
    }
    got[len] = '\0';
    assert_int_equal(vtr_reader_left(&r), 0);
    assert_string_equal(got, want);
    vtr_writer_deinit(&w);
    vtr_arena_deinit(&arena);
}

static void plain_text_is_one_alternative(void **state)
{
    (void)state;
    expect(0, "abc", VTR_PATTERN_ASCII, "abc");
    expect(VTR_MODIFIER_WIDE, "abc", VTR_PATTERN_WIDE, "abc");
    expect(VTR_MODIFIER_WIDE | VTR_MODIFIER_ASCII | VTR_MODIFIER_PRIVATE, "abc",
           VTR_PATTERN_WIDE | VTR_PATTERN_ASCII | VTR_PATTERN_PRIVATE, "abc");
    expect(VTR_MODIFIER_NOCASE | VTR_MODIFIER_FULLWORD, "aBc",
           VTR_PATTERN_ASCII | VTR_PATTERN_NOCASE | VTR_PATTERN_FULLWORD, "aBc");
}

static void base64_is_spelled_out(void **state)
{
    const char *text = "This program cannot";

    (void)state;
    expect(
        VTR_MODIFIER_BASE64, text, VTR_PATTERN_ASCII,
        "VGhpcyBwcm9ncmFtIGNhbm5vd|RoaXMgcHJvZ3JhbSBjYW5ub3|UaGlzIHByb2dyYW0gY2Fubm90");
    expect(VTR_MODIFIER_BASE64WIDE, "abc", VTR_PATTERN_ASCII, "Y.W.J.j.|F.i.Y.|h.Y.m.");
    expect(VTR_MODIFIER_BASE64 | VTR_MODIFIER_BASE64WIDE, "ab", VTR_PATTERN_ASCII,
           "YW|Y.W.|Fi|F.i.|hY|h.Y.");
    expect(VTR_MODIFIER_BASE64 | VTR_MODIFIER_WIDE, "ab", VTR_PATTERN_ASCII,
           "YQBiA|EAYg|hAGIA");
}

static void base64_of_one_byte_has_two_forms(void **state)
{
    (void)state;
    expect(VTR_MODIFIER_BASE64, "a", VTR_PATTERN_ASCII, "Y|h");
}

static void base64_takes_another_alphabet(void **state)
{
    static const char CUSTOM[] =
        "zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA0123456789+/";
    struct vtr_pattern_modifiers mods = {.set = VTR_MODIFIER_BASE64};
    struct vtr_arena arena = {0};
    struct vtr_writer w = {0};
    struct vtr_pattern_problem problem;
    uint8_t plain[4];
    uint32_t flags;

    (void)state;
    mods.base64_alphabet = vtr_bytes_from_text(CUSTOM);
    assert_true(vtr_pattern_text(&arena, &mods, vtr_bytes_from_text("abc"), &w, &flags,
                                 &problem));
    vtr_unmask((struct vtr_bytes){w.ptr + 2, 4}, plain);
    assert_memory_equal(plain, "bdqQ", 4); /* YWJj in the standard alphabet */
    vtr_writer_deinit(&w);
    vtr_arena_deinit(&arena);
}

static void empty_text_is_refused(void **state)
{
    const struct vtr_pattern_modifiers mods = {0};
    struct vtr_arena arena = {0};
    struct vtr_writer w = {0};
    struct vtr_pattern_problem problem;
    uint32_t flags;

    (void)state;
    assert_false(vtr_pattern_text(&arena, &mods, (struct vtr_bytes){NULL, 0}, &w,
                                  &flags, &problem));
    assert_string_equal(problem.code, "E302");
    vtr_arena_deinit(&arena);
}

static void expect_unescaped(const char *literal, const char *want, size_t want_len)
{
    struct vtr_arena arena = {0};
    struct vtr_pattern_problem problem;
    struct vtr_bytes out;

    assert_true(vtr_text_unescape(&arena, vtr_bytes_from_text(literal), VTR_DIALECT_ANY,
                                  &out, &problem));
    assert_int_equal(out.len, want_len);
    assert_memory_equal(out.ptr, want, want_len);
    vtr_arena_deinit(&arena);
}

static void refuse_escape(const char *literal, size_t offset)
{
    struct vtr_arena arena = {0};
    struct vtr_pattern_problem problem;
    struct vtr_bytes out;

    assert_false(vtr_text_unescape(&arena, vtr_bytes_from_text(literal),
                                   VTR_DIALECT_YARA4, &out, &problem));
    assert_string_equal(problem.code, "E301");
    assert_int_equal(problem.offset, offset);
    vtr_arena_deinit(&arena);
}

static void escapes_are_resolved(void **state)
{
    (void)state;
    expect_unescaped("abc", "abc", 3);
    expect_unescaped("\\012\\0", "\00012\0", 4);
    expect_unescaped("a\\n\\t\\r\\\"\\\\\\x00\\xfFz", "a\n\t\r\"\\\0\xffz", 9);
}

static void other_escapes_are_refused(void **state)
{
    (void)state;
    refuse_escape("ab\\q", 2);
    refuse_escape("\\x1", 0);
    refuse_escape("\\xg1", 0);
    refuse_escape("\\x1g", 0);
    refuse_escape("a\\0", 1);
    refuse_escape("a\\", 1);
}

static void expect_modifiers(struct vtr_pattern_modifiers mods,
                             enum vtr_pattern_type type, const char *code)
{
    struct vtr_pattern_problem problem;
    const bool ok = vtr_modifier_check(&mods, type, &problem);

    assert_int_equal(ok, code == NULL);
    if (code != NULL) {
        assert_string_equal(problem.code, code);
    } else {
        assert_null(problem.code);
    }
}

static void modifiers_that_clash_are_refused(void **state)
{
    static const uint32_t BAD[] = {
        VTR_MODIFIER_XOR | VTR_MODIFIER_NOCASE,
        VTR_MODIFIER_BASE64 | VTR_MODIFIER_NOCASE,
        VTR_MODIFIER_BASE64WIDE | VTR_MODIFIER_NOCASE,
        VTR_MODIFIER_BASE64 | VTR_MODIFIER_FULLWORD,
        VTR_MODIFIER_BASE64WIDE | VTR_MODIFIER_FULLWORD,
        VTR_MODIFIER_BASE64 | VTR_MODIFIER_XOR,
        VTR_MODIFIER_BASE64WIDE | VTR_MODIFIER_XOR,
    };

    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        expect_modifiers((struct vtr_pattern_modifiers){.set = BAD[i], .xor_max = 255},
                         VTR_PATTERN_TEXT, "E303");
    }
    expect_modifiers((struct vtr_pattern_modifiers){.set = VTR_MODIFIER_XOR |
                                                           VTR_MODIFIER_FULLWORD |
                                                           VTR_MODIFIER_WIDE |
                                                           VTR_MODIFIER_ASCII},
                     VTR_PATTERN_TEXT, NULL);
}

static void modifiers_belong_to_types(void **state)
{
    (void)state;
    for (uint32_t bit = 1; bit <= VTR_MODIFIER_BASE64WIDE; bit *= 2) {
        const struct vtr_pattern_modifiers mods = {.set = bit};
        const bool is_for_regex = bit <= VTR_MODIFIER_PRIVATE;
        expect_modifiers(mods, VTR_PATTERN_TEXT, NULL);
        expect_modifiers(mods, VTR_PATTERN_HEX,
                         bit == VTR_MODIFIER_PRIVATE ? NULL : "E305");
        expect_modifiers(mods, VTR_PATTERN_REGEX, is_for_regex ? NULL : "E305");
    }
}

static void xor_keys_are_bytes(void **state)
{
    struct vtr_pattern_modifiers mods = {.set = VTR_MODIFIER_XOR, .xor_max = 255};

    (void)state;
    expect_modifiers(mods, VTR_PATTERN_TEXT, NULL);
    mods.xor_max = 256;
    expect_modifiers(mods, VTR_PATTERN_TEXT, "E306");
    mods.xor_max = 4;
    mods.xor_min = 5;
    expect_modifiers(mods, VTR_PATTERN_TEXT, "E306");
    mods.xor_min = -1;
    expect_modifiers(mods, VTR_PATTERN_TEXT, "E306");
}

static void alphabets_are_checked(void **state)
{
    uint8_t alphabet[65];
    struct vtr_pattern_modifiers mods = {.set = VTR_MODIFIER_BASE64};

    (void)state;
    memset(alphabet, 'A', sizeof alphabet);
    for (size_t len = 63; len <= 65; len++) {
        mods.base64_alphabet = (struct vtr_bytes){alphabet, len};
        expect_modifiers(mods, VTR_PATTERN_TEXT, len == 64 ? NULL : "E307");
    }
    mods.base64_alphabet = (struct vtr_bytes){alphabet, 64};
    mods.set |= VTR_MODIFIER_BASE64WIDE;
    expect_modifiers(mods, VTR_PATTERN_TEXT, NULL);
    mods.dialect = VTR_DIALECT_YARA4;
    expect_modifiers(mods, VTR_PATTERN_TEXT, "E308");
    mods.base64wide_alphabet = mods.base64_alphabet;
    expect_modifiers(mods, VTR_PATTERN_TEXT, NULL);
}

static void a_modifier_is_given_once(void **state)
{
    struct vtr_pattern_modifiers mods = {0};
    struct vtr_pattern_problem problem;

    (void)state;
    assert_int_equal(vtr_modifier_find(vtr_bytes_from_text("xor")), VTR_MODIFIER_XOR);
    assert_int_equal(vtr_modifier_find(vtr_bytes_from_text("xo")), 0);
    assert_true(vtr_modifier_add(&mods, VTR_MODIFIER_XOR, &problem));
    assert_int_equal(mods.xor_max, 255);
    assert_false(vtr_modifier_add(&mods, VTR_MODIFIER_XOR, &problem));
    assert_string_equal(problem.code, "E304");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_is_one_alternative),
        cmocka_unit_test(base64_is_spelled_out),
        cmocka_unit_test(base64_of_one_byte_has_two_forms),
        cmocka_unit_test(base64_takes_another_alphabet),
        cmocka_unit_test(empty_text_is_refused),
        cmocka_unit_test(escapes_are_resolved),
        cmocka_unit_test(other_escapes_are_refused),
        cmocka_unit_test(modifiers_that_clash_are_refused),
        cmocka_unit_test(modifiers_belong_to_types),
        cmocka_unit_test(xor_keys_are_bytes),
        cmocka_unit_test(alphabets_are_checked),
        cmocka_unit_test(a_modifier_is_given_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

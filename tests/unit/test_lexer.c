/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/syntax/lexer.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "compiler/syntax/source.h"

#include "tests/support/cmocka.h"

struct fixture {
    struct vtr_source source;
    struct vtr_arena arena;
    struct vtr_diagnostics diagnostics;
    struct vtr_lexer lexer;
    struct vtr_lexeme lexeme;
};

static void begin_bytes(struct fixture *f, struct vtr_bytes bytes)
{
    memset(f, 0, sizeof(*f));
    f->source.bytes = bytes;
    vtr_diagnostics_init(&f->diagnostics, &f->arena, 100);
    vtr_lexer_init(&f->lexer, &f->source, &f->diagnostics);
}

static void begin(struct fixture *f, const char *text)
{
    begin_bytes(f, vtr_bytes_from_text(text));
}

static void end(struct fixture *f)
{
    vtr_diagnostics_deinit(&f->diagnostics);
    vtr_arena_deinit(&f->arena);
}

static int next(struct fixture *f)
{
    vtr_lexer_next(&f->lexer, &f->lexeme);
    return f->lexeme.kind;
}

static void assert_text(const struct fixture *f, const char *text)
{
    assert_true(vtr_bytes_equal(f->lexeme.text, vtr_bytes_from_text(text)));
}

static void every_keyword_is_found_and_what_is_like_one_is_not(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int kind;
    } KEYWORDS[] = {
#define VTR_KEYWORD(name, text) {text, VTR_LEX_##name},
        VTR_KEYWORDS(VTR_KEYWORD)
#undef VTR_KEYWORD
    };

    for (size_t i = 0; i < sizeof(KEYWORDS) / sizeof(KEYWORDS[0]); i++) {
        char like[32];
        struct fixture f;

        begin(&f, KEYWORDS[i].text);
        assert_int_equal(next(&f), KEYWORDS[i].kind);
        end(&f);
        (void)snprintf(like, sizeof(like), "%s_ %c%s", KEYWORDS[i].text,
                       KEYWORDS[i].text[0], KEYWORDS[i].text);
        begin(&f, like);
        assert_int_equal(next(&f), VTR_LEX_NAME);
        assert_int_equal(next(&f), VTR_LEX_NAME);
        assert_int_equal(next(&f), VTR_LEX_END);
        end(&f);
    }
}

static void a_backslash_at_the_end_ends_a_text(void **state)
{
    (void)state;
    struct fixture f;

    begin(&f, "\"a\\");
    assert_int_equal(next(&f), VTR_LEX_TEXT);
    assert_int_equal(next(&f), VTR_LEX_END);
    assert_int_equal(f.diagnostics.errors, 1);
    end(&f);
}

static void words_and_marks_are_told_apart(void **state)
{
    (void)state;
    struct fixture f;

    begin(&f, "rule ruler $a $a* #a @a !a != uint16be include include \"x\"");
    assert_int_equal(next(&f), VTR_LEX_RULE);
    assert_int_equal(next(&f), VTR_LEX_NAME);
    assert_int_equal(next(&f), VTR_LEX_STRING);
    assert_text(&f, "a");
    assert_int_equal(next(&f), VTR_LEX_STRING_WILD);
    assert_text(&f, "a");
    assert_int_equal(next(&f), VTR_LEX_COUNT);
    assert_int_equal(next(&f), VTR_LEX_OFFSET);
    assert_int_equal(next(&f), VTR_LEX_LENGTH);
    assert_int_equal(next(&f), VTR_LEX_NE);
    assert_int_equal(next(&f), VTR_LEX_READ);
    assert_int_equal(next(&f), VTR_LEX_NAME);
    assert_int_equal(next(&f), VTR_LEX_INCLUDE);
    assert_int_equal(next(&f), VTR_LEX_TEXT);
    assert_int_equal(next(&f), VTR_LEX_END);
    assert_int_equal(next(&f), VTR_LEX_END);
    end(&f);
}

static void assert_number(const char *text, int64_t number)
{
    struct fixture f;

    begin(&f, text);
    assert_int_equal(next(&f), VTR_LEX_INT);
    assert_int_equal(f.lexeme.number, number);
    assert_int_equal(f.lexer.error_count, 0);
    assert_int_equal(next(&f), VTR_LEX_END);
    end(&f);
}

static void numbers_have_bases_and_sizes(void **state)
{
    (void)state;
    assert_number("0", 0);
    assert_number("010", 10);
    assert_number("0x1F", 31);
    assert_number("0o17", 15);
    assert_number("3KB", 3072);
    assert_number("2MB", 2097152);
    assert_number("9223372036854775807", INT64_MAX);
    assert_number("0x7fffffffffffffff", INT64_MAX);
    assert_number("9007199254740991KB", INT64_C(9007199254740991) * 1024);
}

static void assert_too_large(const char *text)
{
    struct fixture f;

    begin(&f, text);
    assert_int_equal(next(&f), VTR_LEX_INT);
    assert_int_equal(f.lexer.error_count, 1);
    assert_int_equal(f.diagnostics.errors, 1);
    end(&f);
}

static void an_integer_past_64_bits_is_an_error(void **state)
{
    (void)state;
    assert_too_large("9223372036854775808");
    assert_too_large("0x8000000000000000");
    assert_too_large("0o7777777777777777777777");
    assert_too_large("9007199254740992KB");
    assert_too_large("8796093022208MB");
}

static void a_slash_always_begins_a_regular_expression(void **state)
{
    (void)state;
    struct fixture f;

    begin(&f, "/a\\/b/is 1\\2");
    assert_int_equal(next(&f), VTR_LEX_REGEX);
    assert_text(&f, "a\\/b");
    assert_true(f.lexeme.is_nocase);
    assert_true(f.lexeme.is_dotall);
    assert_int_equal(next(&f), VTR_LEX_INT);
    assert_int_equal(next(&f), '\\');
    assert_int_equal(next(&f), VTR_LEX_INT);
    end(&f);
}

static void a_brace_begins_a_hex_string_when_it_can(void **state)
{
    (void)state;
    struct fixture f;

    begin(&f, "{ 61 /* } */ ?? [2-4] // }\n (62|63) } { condition } {}");
    assert_int_equal(next(&f), VTR_LEX_HEX);
    assert_int_equal(next(&f), '{');
    assert_int_equal(next(&f), VTR_LEX_CONDITION);
    assert_int_equal(next(&f), '}');
    assert_int_equal(next(&f), '{');
    assert_int_equal(next(&f), '}');
    end(&f);
}

static void a_text_ends_on_its_line(void **state)
{
    (void)state;
    struct fixture f;

    begin(&f, "\"abc\nrule");
    assert_int_equal(next(&f), VTR_LEX_TEXT);
    assert_int_equal(f.diagnostics.errors, 1);
    assert_int_equal(next(&f), VTR_LEX_RULE);
    end(&f);
}

static void a_byte_order_mark_and_carriage_returns_are_skipped(void **state)
{
    (void)state;
    struct fixture f;

    begin(&f, "\xEF\xBB\xBFrule\r\n\tname\r\n");
    assert_int_equal(next(&f), VTR_LEX_RULE);
    assert_int_equal(next(&f), VTR_LEX_NAME);
    assert_int_equal(next(&f), VTR_LEX_END);
    assert_int_equal(f.diagnostics.errors, 0);
    end(&f);
}

static void latin_1_is_fine_in_texts_and_comments_only(void **state)
{
    (void)state;
    struct fixture f;

    begin(&f, "/* \xE9 */ \"\xE9\" \xE9\xE8 rule");
    assert_int_equal(next(&f), VTR_LEX_TEXT);
    assert_int_equal(f.diagnostics.errors, 0);
    assert_int_equal(next(&f), VTR_LEX_RULE);
    assert_int_equal(f.diagnostics.errors, 1);
    end(&f);
}

static void nothing_at_all_is_the_end(void **state)
{
    (void)state;
    struct fixture f;

    begin_bytes(&f, (struct vtr_bytes){NULL, 0});
    assert_int_equal(next(&f), VTR_LEX_END);
    end(&f);
}

static void a_name_has_at_most_4096_characters(void **state)
{
    (void)state;
    struct fixture f;
    char name[4098];

    memset(name, 'a', sizeof(name));
    name[4096] = 0;
    begin(&f, name);
    assert_int_equal(next(&f), VTR_LEX_NAME);
    assert_int_equal(f.diagnostics.errors, 0);
    end(&f);
    name[4096] = 'a';
    name[4097] = 0;
    begin(&f, name);
    assert_int_equal(next(&f), VTR_LEX_NAME);
    assert_int_equal(f.diagnostics.errors, 1);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_keyword_is_found_and_what_is_like_one_is_not),
        cmocka_unit_test(a_backslash_at_the_end_ends_a_text),
        cmocka_unit_test(words_and_marks_are_told_apart),
        cmocka_unit_test(numbers_have_bases_and_sizes),
        cmocka_unit_test(an_integer_past_64_bits_is_an_error),
        cmocka_unit_test(a_slash_always_begins_a_regular_expression),
        cmocka_unit_test(a_brace_begins_a_hex_string_when_it_can),
        cmocka_unit_test(a_text_ends_on_its_line),
        cmocka_unit_test(a_byte_order_mark_and_carriage_returns_are_skipped),
        cmocka_unit_test(latin_1_is_fine_in_texts_and_comments_only),
        cmocka_unit_test(nothing_at_all_is_the_end),
        cmocka_unit_test(a_name_has_at_most_4096_characters),
    };
    return cmocka_run_group_tests_name("lexer", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */

/* YARA-X's expressions: sets in sets, flags of groups, characters of Unicode; what they
 * are turned into. */
#include "compiler/pattern/regex_set.h"

#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/writer.h"
#include "compiler/pattern/regex_emit.h"
#include "tests/support/cmocka.h"

struct row {
    const char *text;
    const char *want; /* of PCRE2; or the code of what is wrong */
};

/* Expressions as `dialect` has them. */
static void expect_all(enum vtr_dialect dialect, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct vtr_regex_source source = {.text =
                                                    vtr_bytes_from_text(rows[i].text),
                                                .dialect = dialect};
        struct vtr_arena arena = {0};
        struct vtr_writer w = {0};
        struct vtr_pattern_problem problem = {0};
        struct vtr_regex_tree tree;
        uint8_t flags;

        if (!vtr_regex_parse(&arena, &source, &tree, &problem)) {
            assert_in_range(problem.offset + problem.length, 0, source.text.len);
            vtr_writer_raw(&w, vtr_bytes_from_text(problem.code));
        } else {
            assert_true(vtr_regex_emit(&tree, false, &w, &flags, &problem));
            vtr_writer_raw(&w, vtr_bytes_from_text(tree.is_nocase ? " i" : ""));
        }
        vtr_writer_u8(&w, 0);
        if (strcmp((const char *)w.ptr, rows[i].want) != 0) {
            fail_msg("/%s/ is %s, not %s", rows[i].text, (const char *)w.ptr,
                     rows[i].want);
        }
        vtr_writer_deinit(&w);
        vtr_arena_deinit(&arena);
    }
}

#define EXPECT(dialect, rows) expect_all(dialect, rows, sizeof rows / sizeof rows[0])

static void sets_have_sets_and_operators(void **state)
{
    static const struct row ROWS[] = {
        {"[a[bc]]", "[a-c]"},
        {"[[a-b][c]]", "[a-c]"},
        {"[^[a]b]", "[^a-b]"},
        {"[a-d&&[^b]]", "[ac-d]"},
        {"[a-d&&b-c&&c]", "[c]"},
        {"[a-d--[bc]]", "[ad]"},
        {"[a-d~~c-f]", "[a-be-f]"},
        {"[^a-c&&b]", "[^b]"},
        {"[a-c&&]", "(?!)"},
        {"[&&a]", "(?!)"},
        {"[a&b]", "[\\x26a-b]"},
        {"[[:alpha:]&&[^b-z]]", "[A-Za]"},
        {"[[:^digit:][:digit:]]", "."},
        {"[[:a]z]", "[\\x3aaz]"},
        {"[]a]", "[\\x5da]"},
        {"[--a]", "[\\x2da]"},
        {"[a-]", "[\\x2da]"},
        {"[a---b]", "[a]"},
        {"[\\w--\\d]", "[A-Z_a-z]"},
        {"[\\x{61}-\\x{63}\\v]", "[\\x0ba-c]"},
        {"[a-c", "E203"},
        {"[a[b]", "E203"},
        {"[[]", "E203"},
        {"[a-", "E203"},
        {"[c-a]", "E204"},
        {"[\\w-z]", "E217"},
        {"[a-\\w]", "E217"},
        {"[\\b]", "E217"},
        {"[\\g]", "E217"},
        {"[\\x{e9}]", "E205"},
        {"[\\", "E202"},
    };

    (void)state;
    EXPECT(VTR_DIALECT_YARA_X, ROWS);
}

static void flags_are_for_what_follows_in_a_group(void **state)
{
    static const struct row ROWS[] = {
        {"(?i)ab", "ab i"},
        {"(?i:a)b", "[Aa]b"},
        {"a(?i)b(?-i)c", "a[Bb]c"},
        {"(?i)a(?-i:b)c", "[Aa]b[Cc]"},
        {"(?i)a(?-i:[b-c])1", "[Aa][b-c]1"},
        {"(?i)a(?-i:1)b", "a1b i"},
        {"(a(?i)b|c)d", "(?:a[Bb]|[Cc])d"},
        {"(?s:.).", ".[^\\x0a]"},
        {"(?s).(?-s:.)", ".[^\\x0a]"},
        {"(?U)a+b+?", "a+?b+"},
        {"(?x) a b # c", "ab"},
        {"(?x: a [ b ] \\ )  c", "a[b]\\x20\\x20\\x20c"},
        {"(?x)a {2} +", "(?:a{2})+"},
        {"(?is-xU:a.)b", "[Aa].b"},
        {"(?-u)a", "a"},
        {"(?u)a", "a"},
        {"(?u)[a-c]", "[a-c]"},
        {"(?u)a(?-u)\\w", "a[0-9A-Z_a-z]"},
        {"(?u)\\w", "E219"},
        {"(?u)a\\B", "E219"},
        {"(?ii)a", "E210"},
        {"(?i-)a", "E210"},
        {"(?-)a", "E210"},
        {"(?)a", "E210"},
        {"(?m)ab", "ab"},
        {"(?m)a^", "a(?:\\A|(?<=\\x0a)|(?<=\\x0d)(?!\\x0a))"},
        {"(?m:a)b$", "ab\\z"},
        {"a(?m:b$)", "ab(?:\\z|(?=\\x0d)|(?<!\\x0d)(?=\\x0a))"},
        {"(?m-m)^a", "E210"},
        {"(?m)(?-m)^a", "\\Aa"},
        {"(?R)a.", "a[^\\x0a\\x0d]"},
        {"(?Rs)a.", "a."},
        {"(?R)a$", "a\\z"},
        {"(?Q)a", "E210"},
        {"(?i", "E210"},
        {"(?i:a", "E211"},
    };

    (void)state;
    EXPECT(VTR_DIALECT_YARA_X, ROWS);
    EXPECT(VTR_DIALECT_ANY, ROWS);
}

static void characters_of_unicode_are_bytes_of_utf_8(void **state)
{
    static const struct row ROWS[] = {
        {"\\x{61}", "a"},
        {"\\u0061", "a"},
        {"\\u{61}\\U00000062", "ab"},
        {"\\x{7f}", "\\x7f"},
        {"\\x{80}", "\\xc2\\x80"},
        {"\\x{7ff}", "\\xdf\\xbf"},
        {"\\x{800}*", "(?:\\xe0\\xa0\\x80)*"},
        {"\\x{ffff}", "\\xef\\xbf\\xbf"},
        {"\\x{10000}", "\\xf0\\x90\\x80\\x80"},
        {"\\x{10ffff}", "\\xf4\\x8f\\xbf\\xbf"},
        {"\\x{110000}", "E202"},
        {"\\x{d800}", "E202"},
        {"\\x{}", "E202"},
        {"\\x{61", "E202"},
        {"\\x{123456789}", "E202"},
        {"\\u006", "E217"},
    };

    (void)state;
    EXPECT(VTR_DIALECT_YARA_X, ROWS);
}

static void other_words_of_yara_x(void **state)
{
    static const struct row ROWS[] = {
        {"\\ba", "(?:(?<=[0-9A-Z_a-z])(?![0-9A-Z_a-z])|"
                 "(?<![0-9A-Z_a-z])(?=[0-9A-Z_a-z]))a"},
        {"\\b{start}a", "(?<![0-9A-Z_a-z])(?=[0-9A-Z_a-z])a"},
        {"a\\b{end}", "a(?<=[0-9A-Z_a-z])(?![0-9A-Z_a-z])"},
        {"\\b{start-half}a", "(?<![0-9A-Z_a-z])a"},
        {"a\\b{end-half}", "a(?![0-9A-Z_a-z])"},
        {"\\b{start", "E216"},
        {"\xc3\xa9+", "(?:\\xc3\\xa9)+"},
        {"\xc3+", "\\xc3+"},
        {"^*a", "a"},
        {"^+a", "\\Aa"},
        {"a$?", "a"},
        {"a{ 1, 2 }", "a{1,2}"},
        {"a{,}", "E216"},
        {"\\v", "\\x0b"},
        {"(?P<a.b[0]>c)", "c"},
        {"(?P<1>c)", "E210"},
    };

    (void)state;
    EXPECT(VTR_DIALECT_YARA_X, ROWS);
}

static void where_they_contradict_yara_4_is_followed(void **state)
{
    static const struct row ROWS[] = {
        {"[a[bc]]", "[\\x5ba-c]\\x5d"},
        {"[a-c&&b]", "[\\x26a-c]"},
        {"\\u0061", "u0061"},
        {"\\x{61}", "a"},
        {"^+a", "E212"},
        {"a{,}", "a*"},
    };
    static const struct row YARA4[] = {{"\\x{61}", "E202"},
                                       {"(?i)a", "E210"},
                                       {"(?i:a)b", "E210"}};

    (void)state;
    EXPECT(VTR_DIALECT_ANY, ROWS);
    EXPECT(VTR_DIALECT_YARA4, YARA4);
}

static void sets_inside_sets_have_a_limit(void **state)
{
    char text[128];
    const struct row good = {text, "[a]"};
    const struct row bad = {text, "E209"};

    (void)state;
    for (size_t depth = 50; depth <= 51; depth++) {
        memset(text, '[', depth);
        text[depth] = 'a';
        memset(text + depth + 1, ']', depth);
        text[2 * depth + 1] = '\0';
        expect_all(VTR_DIALECT_YARA_X, depth == 50 ? &good : &bad, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_have_sets_and_operators),
        cmocka_unit_test(flags_are_for_what_follows_in_a_group),
        cmocka_unit_test(characters_of_unicode_are_bytes_of_utf_8),
        cmocka_unit_test(other_words_of_yara_x),
        cmocka_unit_test(where_they_contradict_yara_4_is_followed),
        cmocka_unit_test(sets_inside_sets_have_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

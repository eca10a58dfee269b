/* SPDX-License-Identifier: Apache-2.0 */

/* The PCRE2 text of regular expressions: how it reads, that PCRE2 takes it, and that it
 * matches what YARA matches. */
#include "compiler/pattern/regex_emit.h"

#include <stdio.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/writer.h"
#include "tests/support/cmocka.h"

/* The text in `w`, NUL-terminated, and its flags. */
static void emit(const char *text, const char *options, bool is_wide,
                 struct vtr_writer *w, uint8_t *flags)
{
    const struct vtr_regex_source source = {.text = vtr_bytes_from_text(text),
                                            .is_nocase = strchr(options, 'i') != NULL,
                                            .is_dotall = strchr(options, 's') != NULL};
    struct vtr_arena arena = {0};
    struct vtr_regex_tree tree;
    struct vtr_pattern_problem problem;

    if (!vtr_regex_parse(&arena, &source, &tree, &problem) ||
        !vtr_regex_emit(&tree, is_wide, w, flags, &problem)) {
        fail_msg("/%s/: %s", text, problem.message);
    }
    vtr_writer_u8(w, 0);
    vtr_arena_deinit(&arena);
}

static void expect(const char *text, const char *options, const char *want,
                   unsigned want_flags)
{
    struct vtr_writer w = {0};
    uint8_t flags;

    emit(text, options, false, &w, &flags);
    assert_string_equal((const char *)w.ptr, want);
    assert_int_equal(flags, want_flags);
    vtr_writer_deinit(&w);
}

static void expect_wide(const char *text, const char *want, unsigned want_flags)
{
    struct vtr_writer w = {0};
    uint8_t flags;

    emit(text, "", true, &w, &flags);
    assert_string_equal((const char *)w.ptr, want);
    assert_int_equal(flags, want_flags | VTR_PROGRAM_WIDE);
    vtr_writer_deinit(&w);
}

static void text_depends_on_nothing_of_pcre2(void **state)
{
    (void)state;
    expect("a.b", "", "a[^\\x0a]b", 0);
    expect("a.b", "s", "a.b", VTR_PROGRAM_DOTALL);
    expect("a[\\s\\S]b", "", "a.b", VTR_PROGRAM_DOTALL);
    expect("^a$", "", "\\Aa\\z", VTR_PROGRAM_END_ANCHOR);
    expect("\\d\\.\\-#", "", "[0-9]\\x2e\\x2d\\x23", 0);
    expect("[^\\w]", "", "[^0-9A-Z_a-z]", 0);
    expect("[b-dy]", "i", "[B-DYb-dy]", VTR_PROGRAM_NOCASE);
    expect("[^a]", "i", "[^Aa]", VTR_PROGRAM_NOCASE);
    expect("[^\\x00-\\xff]", "", "(?!)", 0);
}

static void repeats_have_one_spelling(void **state)
{
    (void)state;
    expect("a{0,}b{1,}c{0,1}d{,}", "", "a*b+c?d*", 0);
    expect("a{2}b{2,3}c{2,}d{,3}e{1}", "", "a{2}b{2,3}c{2,}d{0,3}e", 0);
    expect("a*?b{2}?c{2,3}?", "", "a*?b{2}c{2,3}?", 0);
    expect("(ab)*(c|d)+(a{2}){3}", "", "(?:ab)*(?:c|d)+(?:a{2}){3}", 0);
    expect("(a|)b|", "", "(?:(?:a|)b|)", 0);
}

static void wide_characters_have_a_zero_behind(void **state)
{
    (void)state;
    expect_wide("ab", "a\\x00b\\x00", 0);
    expect_wide("a+.{2}", "(?:a\\x00)+(?:[^\\x0a]\\x00){2}", 0);
    expect_wide("(ab|c)?$", "(?:a\\x00b\\x00|c\\x00)?\\z", VTR_PROGRAM_END_ANCHOR);
}

static void large_wide_repeats_are_sums_of_powers(void **state)
{
    (void)state;
    expect_wide("a{32}", "(?:a\\x00){32}", 0);
    expect_wide(
        "a{33}",
        "(?(DEFINE)(?<r0_0>a\\x00)(?<r0_1>(?&r0_0)(?&r0_0))(?<r0_2>(?&r0_1)(?&r0_1)"
        ")(?<r0_3>(?&r0_2)(?&r0_2))(?<r0_4>(?&r0_3)(?&r0_3))(?<r0_5>(?&r0_4)(?&"
        "r0_4)))(?&r0_5)(?&r0_0)",
        0);
}

static pcre2_code *compile(const char *text, const char *options, bool is_wide)
{
    struct vtr_writer w = {0};
    uint8_t flags;
    int code;
    PCRE2_SIZE at;

    emit(text, options, is_wide, &w, &flags);
    pcre2_code *compiled =
        pcre2_compile(w.ptr, w.len - 1,
                      ((flags & VTR_PROGRAM_NOCASE) != 0 ? PCRE2_CASELESS : 0u) |
                          ((flags & VTR_PROGRAM_DOTALL) != 0 ? PCRE2_DOTALL : 0u),
                      &code, &at, NULL);
    if (compiled == NULL) {
        fail_msg("PCRE2 error %d at %zu of %s", code, (size_t)at, (const char *)w.ptr);
    }
    vtr_writer_deinit(&w);
    return compiled;
}

/* The length of the match that begins at `start`, -1 when there is none. */
static int match(const char *text, const char *options, bool is_wide,
                 struct vtr_bytes data, size_t start)
{
    pcre2_code *code = compile(text, options, is_wide);
    pcre2_match_data *found = pcre2_match_data_create(1, NULL);
    const int got =
        pcre2_match(code, data.ptr, data.len, start, PCRE2_ANCHORED, found, NULL);
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(found);
    const int len = got < 0 ? -1 : (int)(ends[1] - start);

    pcre2_match_data_free(found);
    pcre2_code_free(code);
    return len;
}

#define DATA(s) ((struct vtr_bytes){(const uint8_t *)(s), sizeof(s) - 1})

static void ends_of_the_data_are_boundaries_of_words_that_stand_there(void **state)
{
    (void)state;
    assert_int_equal(match("\\b!a", "", false, DATA("!a"), 0), -1);
    assert_int_equal(match("a!\\b", "", false, DATA("a!"), 0), -1);
    assert_int_equal(match("\\ba!", "", false, DATA("a!"), 0), 2);
    assert_int_equal(match("!a\\b", "", false, DATA("!a"), 0), 2);
    assert_int_equal(match("\\Ba", "", false, DATA("a"), 0), -1);
    assert_int_equal(match("\\ba", "", false, DATA("!a"), 1), 1);
    assert_int_equal(match("\\ba", "", false, DATA("xa"), 1), -1);
    assert_int_equal(match("\\Ba", "", false, DATA("xa"), 1), 1);
    assert_int_equal(match("\\ba", "", false, DATA("_a"), 1), -1);
    assert_int_equal(match("\\ba", "", false,
                           DATA("\xe9"
                                "a"),
                           1),
                     1);
}

static void wide_boundaries_look_at_two_bytes(void **state)
{
    (void)state;
    assert_int_equal(match("\\b!", "", true, DATA("z!\0"), 1), -1);
    assert_int_equal(match("!\\b", "", true, DATA("!\0x"), 0), -1);
    assert_int_equal(match("\\bz", "", true, DATA("zz\0"), 1), 2);
    assert_int_equal(match("z\\b", "", true, DATA("z\0x"), 0), 2);
    assert_int_equal(match("!\\b", "", true, DATA("!\0xy"), 0), -1);
    assert_int_equal(match("a\\b", "", true, DATA("a\0xy"), 0), 2);
    assert_int_equal(match("a\\b", "", true, DATA("a\0x\0"), 0), -1);
    assert_int_equal(match("a$", "", true, DATA("a\0"), 0), 2);
}

static void case_is_folded_for_ascii_alone(void **state)
{
    (void)state;
    assert_int_equal(match("a[b-c]", "i", false, DATA("AC"), 0), 2);
    assert_int_equal(match("\xe9", "i", false, DATA("\xc9"), 0), -1);
    assert_int_equal(match("[^a]b", "i", false, DATA("Ab"), 0), -1);
    assert_int_equal(match("\\xe9", "", false, DATA("\xe9"), 0), 1);
}

static void dots_stop_at_line_feeds_alone(void **state)
{
    (void)state;
    assert_int_equal(match("a.", "", false, DATA("a\n"), 0), -1);
    assert_int_equal(match("a.", "", false, DATA("a\r"), 0), 2);
    assert_int_equal(match("a.", "", false, DATA("a\0"), 0), 2);
    assert_int_equal(match("a.", "s", false, DATA("a\n"), 0), 2);
    assert_int_equal(match("a$", "", false, DATA("a\n"), 0), -1);
}

/* The same lengths in the same order as with copies, for every count around a bound. */
static void sums_of_powers_match_like_repeats(void **state)
{
    static const struct {
        const char *text;
        unsigned min;
        unsigned max;
        bool is_lazy;
    } CASES[] = {
        {"ba{33}c", 33, 33, false},        {"ba{0,33}c", 0, 33, false},
        {"ba{0,63}?c", 0, 63, true},       {"ba{7,71}c", 7, 71, false},
        {"ba{40,}c", 40, 200, false},      {"ba{3,100}?c", 3, 100, true},
        {"b(a{0,40}a){1}c", 1, 41, false},
    };
    uint8_t data[2 * 130];

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        for (unsigned count = 0; count < 120; count++) {
            const bool fits = count >= CASES[i].min && count <= CASES[i].max;
            memset(data, 0, sizeof data);
            data[0] = 'b';
            for (unsigned k = 0; k < count; k++) {
                data[2 + 2 * k] = 'a';
            }
            data[2 + 2 * count] = 'c';
            const int len = match(CASES[i].text, "", true,
                                  (struct vtr_bytes){data, 2 * count + 4}, 0);
            assert_int_equal(len, fits ? (int)(2 * count + 4) : -1);
        }
    }
}

static void sums_of_powers_keep_greed(void **state)
{
    uint8_t data[200];

    (void)state;
    memset(data, 0, sizeof data);
    for (unsigned k = 0; k < 100; k++) {
        data[2 * k] = 'a';
    }
    const struct vtr_bytes all = {data, sizeof data};
    for (unsigned max = 33; max < 110; max++) {
        char text[32];
        (void)snprintf(text, sizeof text, "a{5,%u}", max);
        assert_int_equal(match(text, "", true, all, 0), 2 * (max < 100 ? max : 100));
        (void)snprintf(text, sizeof text, "a{5,%u}?", max);
        assert_int_equal(match(text, "", true, all, 0), 10);
        (void)snprintf(text, sizeof text, "a{5,%u}a{2}", max);
        assert_int_equal(match(text, "", true, all, 0),
                         2 * (max + 2 < 100 ? max + 2 : 100));
    }
}

/* First match of `code` in `data`: its end, or 0. */
static size_t match_end(const pcre2_code *code, const char *data, size_t len)
{
    pcre2_match_data *match = pcre2_match_data_create(1, NULL);
    size_t end = 0;

    if (pcre2_match(code, (PCRE2_SPTR)data, len, 0, 0, match, NULL) >= 0) {
        end = pcre2_get_ovector_pointer(match)[1];
    }
    pcre2_match_data_free(match);
    return end;
}

/* What is too large to be copied is called, which must choose as copies do: the bounds
 * beyond the data's length change nothing but that. */
static void calls_match_like_copies(void **state)
{
    static const char *const FORMS[][2] = {
        {"((a|ab)(c|bcd|d)?){1,20}", "((a|ab)(c|bcd|d)?){1,3000}"},
        {"((a|ab)(c|bcd|d)?){0,20}?d", "((a|ab)(c|bcd|d)?){0,3000}?d"},
        {"a(b?c?d?){2,20}", "a(b?c?d?){2,3000}"},
        {"a((b|bc){0,20}d){1,20}?a", "a((b|bc){0,300}d){1,300}?a"},
        {"((ab|a){1,20}(bc|c){0,20}){2,20}", "((ab|a){1,300}(bc|c){0,300}){2,300}"},
        {"((a|b){2,}c){1,20}", "((a|b){2,}c){1,3000}"},
        {"(\\ba|b|cd){3,20}", "(\\ba|b|cd){3,3000}"},
    };
    uint32_t seed = 7;
    char data[2 * 16];

    (void)state;
    for (size_t f = 0; f < sizeof FORMS / sizeof FORMS[0]; f++) {
        pcre2_code *copies[2] = {compile(FORMS[f][0], "", false),
                                 compile(FORMS[f][0], "", true)};
        pcre2_code *calls[2] = {compile(FORMS[f][1], "", false),
                                compile(FORMS[f][1], "", true)};
        size_t found = 0;
        for (unsigned round = 0; round < 400; round++) {
            const unsigned is_wide = round % 2;
            const size_t len = is_wide != 0 ? sizeof data : sizeof data / 2;
            memset(data, 0, sizeof data);
            for (size_t i = 0; i < len; i += 1 + is_wide) {
                seed = seed * 1664525u + 1013904223u;
                data[i] = "abcd"[seed >> 30];
            }
            const size_t end = match_end(copies[is_wide], data, len);
            if (match_end(calls[is_wide], data, len) != end) {
                fail_msg("/%s/ of %.*s ends at %zu", FORMS[f][1], (int)len, data, end);
            }
            found += end > 0 ? 1 : 0;
        }
        assert_true(found > 50);
        for (unsigned i = 0; i < 2; i++) {
            pcre2_code_free(copies[i]);
            pcre2_code_free(calls[i]);
        }
    }
}

static void copies_that_are_too_many_are_calls(void **state)
{
    (void)state;
    expect("((a{1,100}b){1,100}){1,100}", "",
           "(?<g0>(?<g1>a{1,100}b)(?&g1){0,99})(?&g0){0,99}", 0);
    expect("(ab){0,3000}?", "", "(?:(?<g0>ab)(?&g0){0,2999}?)?\?", 0);
    expect("((ab){3000}c){1,2}", "", "(?<g0>(?<g1>ab)(?&g1){2999}c)", 0);
    expect("a|(bc){32767}", "", "(?:a|(?!))", 0);
    expect("(abcd){2048,32767}", "", "(?<g0>abcd)(?&g0){2047}", 0);
    expect("(abcd){2049,32767}", "", "(?!)", 0);
}

/* What is never written defines nothing that others would take for theirs. */
static void powers_are_of_what_is_written(void **state)
{
    uint8_t data[82] = {0};

    (void)state;
    for (unsigned i = 0; i < 40; i++) {
        data[2 * i] = 'b';
    }
    data[80] = 'c';
    assert_int_equal(match("((a{53}){3000}|b{40})c", "", true,
                           (struct vtr_bytes){data, 82}, 0),
                     82);
    pcre2_code_free(compile("(a{53}){3000}b{73}", "", true));
}

/* As large as the compiler lets them be: PCRE2 takes them. */
static void calls_in_calls_cost_no_more_than_their_number(void **state)
{
    struct vtr_writer w = {0};
    char text[1024] = "ab";
    size_t len = 2;
    uint8_t flags;

    (void)state;
    memset(text + len, '(', VTR_REGEX_DEPTH_LIMIT);
    len += VTR_REGEX_DEPTH_LIMIT;
    text[len++] = 'x';
    for (unsigned i = 0; i < VTR_REGEX_DEPTH_LIMIT; i++) {
        memcpy(text + len, "){1,9}", 7);
        len += 6;
    }
    emit(text, "", true, &w, &flags);
    vtr_writer_deinit(&w);
}

static void large_expressions_compile(void **state)
{
    static const char *const LARGE[] = {
        "(ab){2900}",
        "(ab){0,2100}",
        "([a-z]x){1100}",
        "a{1,32767}",
        "[a-z]{1,32767}",
        "(a|b|c|d){1000}",
        "((ab){10}){270}",
        "(\\babc\\b){110}",
        "((((((a?)?)?)?)?)?){1,400}",
        "((a|b)?c){0,700}",
        "(ab){0,3300}",
        "x(a|b|c){6600}",
        "(((ab){1,1000}){1,1000}){1,1000}",
        "(x(a?b?){0,1600}){0,1600}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof LARGE / sizeof LARGE[0]; i++) {
        pcre2_code_free(compile(LARGE[i], "", false));
        pcre2_code_free(compile(LARGE[i], "i", false));
    }
    pcre2_code_free(compile(".{1,32767}abc", "", true));
    pcre2_code_free(compile("([a-z]{1,1000}[0-9]{32767,}){1,9}abc", "i", true));
    pcre2_code_free(compile("([a-z]{1,1000}|x){10}(.{40}b){40}", "s", true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_depends_on_nothing_of_pcre2),
        cmocka_unit_test(repeats_have_one_spelling),
        cmocka_unit_test(wide_characters_have_a_zero_behind),
        cmocka_unit_test(large_wide_repeats_are_sums_of_powers),
        cmocka_unit_test(sums_of_powers_match_like_repeats),
        cmocka_unit_test(sums_of_powers_keep_greed),
        cmocka_unit_test(ends_of_the_data_are_boundaries_of_words_that_stand_there),
        cmocka_unit_test(wide_boundaries_look_at_two_bytes),
        cmocka_unit_test(case_is_folded_for_ascii_alone),
        cmocka_unit_test(dots_stop_at_line_feeds_alone),
        cmocka_unit_test(copies_that_are_too_many_are_calls),
        cmocka_unit_test(calls_match_like_copies),
        cmocka_unit_test(powers_are_of_what_is_written),
        cmocka_unit_test(calls_in_calls_cost_no_more_than_their_number),
        cmocka_unit_test(large_expressions_compile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

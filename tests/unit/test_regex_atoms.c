/* SPDX-License-Identifier: Apache-2.0 */

/* Which atoms are taken from regular expressions. */
#include "compiler/pattern/regex_atoms.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/writer.h"
#include "tests/support/cmocka.h"

/* Appends an atom as text, zeros as '.', then its distances. */
static size_t spell(char *out, size_t room, struct vtr_bytes masked, uint64_t min,
                    uint64_t end)
{
    size_t len = 0;

    assert_true(masked.len * 4 + 64 < room);
    for (size_t i = 0; i < masked.len; i++) {
        const unsigned byte = (unsigned)(masked.ptr[i] ^ vtr_mask(i));
        const char c = (char)(byte == 0 ? '.' : byte);
        len += byte == 0 || (byte > 0x20 && byte < 0x7f)
                   ? (size_t)snprintf(out + len, room - len, "%c", c)
                   : (size_t)snprintf(out + len, room - len, "\\%02x", byte);
    }
    if (end == 0) {
        len += (size_t)snprintf(out + len, room - len, "@%" PRIu64 "- ", min);
    } else if (end == min + 1) {
        len += (size_t)snprintf(out + len, room - len, "@%" PRIu64 " ", min);
    } else {
        len += (size_t)snprintf(out + len, room - len, "@%" PRIu64 "-%" PRIu64 " ", min,
                                end - 1);
    }
    return len;
}

static void take(const char *text, const char *options, char *out, size_t room)
{
    const struct vtr_regex_source source = {.text = vtr_bytes_from_text(text),
                                            .is_nocase = strchr(options, 'i') != NULL};
    struct vtr_arena arena = {0};
    struct vtr_regex_tree tree;
    struct vtr_pattern_problem problem;
    struct vtr_writer w = {0};
    struct vtr_reader r;
    uint64_t count;
    size_t len = 0;

    assert_true(vtr_regex_parse(&arena, &source, &tree, &problem));
    assert_true(vtr_regex_write_atoms(&arena, &tree, strchr(options, 'w') != NULL, &w));
    vtr_reader_init(&r, vtr_writer_bytes(&w), 0);
    assert_true(vtr_reader_varint(&r, &count));
    out[0] = '\0';
    for (; count > 0; count--) {
        struct vtr_bytes masked;
        uint64_t min = 0;
        uint64_t end = 0;
        assert_true(vtr_reader_masked(&r, &masked) && vtr_reader_varint(&r, &min) &&
                    vtr_reader_varint(&r, &end));
        len += spell(out + len, room - len, masked, min, end);
    }
    if (len > 0) {
        out[len - 1] = '\0';
    }
    assert_int_equal(vtr_reader_left(&r), 0);
    vtr_writer_deinit(&w);
    vtr_arena_deinit(&arena);
}

static void expect(const char *text, const char *options, const char *want)
{
    char got[8192];

    take(text, options, got, sizeof got);
    if (strcmp(got, want) != 0) {
        fail_msg("/%s/%s: %s, not %s", text, options, got, want);
    }
}

static void literals_are_their_own_atoms(void **state)
{
    (void)state;
    expect("abcd", "", "abcd@0");
    expect("ab", "", "ab@0");
    expect("a", "", "");
    expect("abcdefgh", "", "abcdefgh@0");
    expect("abcdefghijkl", "", "abcdefgh@0");
    expect("aBcD", "", "aBcD@0");
    expect("aBcD", "i", "abcd@0");
    expect("^\\bab(cd)$", "", "abcd@0");
}

static void runs_and_zeros_are_avoided(void **state)
{
    (void)state;
    expect("\\x00\\x00\\x00\\x00.xyz", "", "xyz@5");
    expect("aaaaaaaa.wxyz", "", "wxyz@9");
    expect("\\x00\\x00", "", "");
    expect("aaaaaaaaaaaawxyz", "", "aaaawxyz@8");
}

static void distances_follow_what_stands_before(void **state)
{
    (void)state;
    expect("..abcd", "", "abcd@2");
    expect(".{2,5}abcd", "", "abcd@2-5");
    expect(".*abcd", "", "abcd@0-");
    expect("x.+abcd", "", "abcd@2-");
    expect("x?abcd", "", "abcd@0-1");
    expect("(x|yyz)abcd", "", "abcd@1-3");
    expect("([ab]{2,3}|.)abcd", "", "abcd@1-3");
}

static void a_near_atom_is_better_than_a_far_one(void **state)
{
    (void)state;
    expect("abcd.*efgh", "", "abcd@0");
    expect(".*abcd", "", "abcd@0-");
    expect("ab.*efgh", "", "efgh@2-");
    expect(".{0,255}abcd", "", "abcd@0-255");
    expect(".{0,300}abcd", "", "abcd@0-300");
    expect(".{0,5000}abcd", "", "abcd@0-");
}

static void small_classes_are_spelled_out(void **state)
{
    (void)state;
    expect("a[bc]d", "", "abd@0 acd@0");
    expect("[Aa][Bb]cd", "", "abcd@0");
    expect("[a-z]bcd", "", "bcd@1");
    expect("[0-9][0-9]abcd", "", "abcd@2");
    expect("[01]ab", "", "0ab@0 1ab@0");
}

static void alternatives_each_have_an_atom(void **state)
{
    (void)state;
    expect("abcd|efgh", "", "abcd@0 efgh@0");
    expect("(abcd|ef)x*", "", "abcd@0 ef@0");
    expect("(abcd.|.efgh)", "", "abcd@0 efgh@1");
    expect("abcd|e", "", "");
    expect("abcd|", "", "");
    expect("abcd|.*", "", "");
    expect("abcd|abcd", "", "abcd@0");
}

static void repeats_give_the_atoms_of_their_first_time(void **state)
{
    (void)state;
    expect("(abcd)+", "", "abcd@0");
    expect("(abcd)*", "", "");
    expect("(ab){2}", "", "abab@0");
    expect("a{4}bcd", "", "aaaabcd@0");
    expect("ab{2,}.", "", "abb@0");
    expect("(ab){2,3}x", "", "abab@0");
    expect("(abcd.*){3}", "", "abcd@0");
    expect("https?:", "", "http@0");
    expect("ab?c:", "", "abc:@0 ac:@0");
}

static void wide_atoms_have_zeros_between(void **state)
{
    (void)state;
    expect("abcd", "w", "a.b.c.d.@0");
    expect("abcdef", "w", "a.b.c.d.@0");
    expect(".{2,5}abc", "w", "a.b.c.@4-10");
    expect("a", "w", "");
}

static void large_expressions_take_little_time(void **state)
{
    static char text[200000];
    size_t len = 0;

    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "%sab%03ucd",
                                i == 0 ? "" : "|", i);
    }
    char got[60000];
    take(text, "", got, sizeof got);
    assert_int_equal(strlen(got) > 1000 * 9, 1);
    for (unsigned i = 1000; i < 10000; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "|ab%04ucd", i);
    }
    take(text, "", got, sizeof got);
    assert_string_equal(got, "");
    /* Nested repeats of repeats. */
    len = 0;
    for (unsigned i = 0; i < 99; i++) {
        text[len++] = '(';
    }
    len += (size_t)snprintf(text + len, sizeof text - len, "ab");
    for (unsigned i = 0; i < 99; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "{2,}c)");
    }
    take(text, "", got, sizeof got);
    assert_string_equal(got, "abb@0");
}

static void the_deepest_tree_ends_within_its_limit(void **state)
{
    static char text[4096];
    char got[1024];
    size_t len = (size_t)snprintf(text, sizeof text, "(?u)abcd");

    (void)state;
    for (unsigned i = 0; i < VTR_REGEX_DEPTH_LIMIT; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "(x|y");
    }
    text[len++] = '.';
    for (unsigned i = 0; i <= VTR_REGEX_CHAINED_LIMIT; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "{2}");
    }
    for (unsigned i = 0; i < VTR_REGEX_DEPTH_LIMIT; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, ")+");
    }
    (void)snprintf(text + len, sizeof text - len, "|abce");
    take(text, "", got, sizeof got);
    assert_string_equal(got, "abcd@0 abce@0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_deepest_tree_ends_within_its_limit),
        cmocka_unit_test(literals_are_their_own_atoms),
        cmocka_unit_test(runs_and_zeros_are_avoided),
        cmocka_unit_test(distances_follow_what_stands_before),
        cmocka_unit_test(a_near_atom_is_better_than_a_far_one),
        cmocka_unit_test(small_classes_are_spelled_out),
        cmocka_unit_test(alternatives_each_have_an_atom),
        cmocka_unit_test(repeats_give_the_atoms_of_their_first_time),
        cmocka_unit_test(wide_atoms_have_zeros_between),
        cmocka_unit_test(large_expressions_take_little_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

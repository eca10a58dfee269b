/* SPDX-License-Identifier: Apache-2.0 */

/* Hex strings: what they compile to, spelled as text, and what is refused where. */
#include "compiler/pattern/pattern.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "tests/support/cmocka.h"

/* Text that tokens are spelled into. */
struct spelling {
    char text[4096];
    size_t len;
};

static void put(struct spelling *s, const char *format, ...) VTR_PRINTF(2, 3);

static void put(struct spelling *s, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    const int n = vsnprintf(s->text + s->len, sizeof s->text - s->len, format, args);
    va_end(args);
    assert_true(n >= 0 && (size_t)n < sizeof s->text - s->len);
    s->len += (size_t)n;
}

static uint64_t take(struct vtr_reader *r)
{
    uint64_t value;
    assert_true(vtr_reader_varint(r, &value));
    return value;
}

static void spell_tokens(struct spelling *s, struct vtr_bytes tokens);

static void spell_token(struct spelling *s, struct vtr_reader *r, uint8_t token)
{
    struct vtr_bytes bytes;
    uint8_t value = 0;
    uint8_t mask = 0;

    switch (token) {
    case VTR_TOKEN_BYTES:
        assert_true(vtr_reader_masked(r, &bytes));
        for (size_t i = 0; i < bytes.len; i++) {
            put(s, "%02x", (unsigned)(bytes.ptr[i] ^ vtr_mask(i)));
        }
        break;
    case VTR_TOKEN_MASKED:
    case VTR_TOKEN_NOT:
        assert_true(vtr_reader_u8(r, &value) && vtr_reader_u8(r, &mask));
        put(s, "%s%02x/%02x", token == VTR_TOKEN_NOT ? "~" : "", (unsigned)value,
            (unsigned)mask);
        break;
    case VTR_TOKEN_ANY:
        put(s, "any%" PRIu64, take(r));
        break;
    case VTR_TOKEN_JUMP:
        put(s, "%" PRIu64 "-", take(r));
        put(s, "%" PRIu64, take(r));
        break;
    case VTR_TOKEN_ALT:
        put(s, "(");
        for (uint64_t n = take(r); n > 0; n--) {
            assert_true(vtr_reader_string(r, &bytes));
            spell_tokens(s, bytes);
            put(s, "%s", n > 1 ? " | " : ")");
        }
        break;
    default:
        fail();
    }
}

static void spell_tokens(struct spelling *s, struct vtr_bytes tokens)
{
    struct vtr_reader r;
    uint8_t token;

    vtr_reader_init(&r, tokens, 0);
    for (bool is_first = true; vtr_reader_u8(&r, &token); is_first = false) {
        put(s, "%s", is_first ? "" : " ");
        spell_token(s, &r, token);
    }
}

static void spell_payload(struct spelling *s, struct vtr_bytes payload)
{
    struct vtr_reader r;
    struct vtr_bytes tokens;

    vtr_reader_init(&r, payload, 0);
    const uint64_t n = take(&r);
    for (uint64_t i = 0; i < n; i++) {
        if (i > 0) {
            put(s, " {%" PRIu64 "..", take(&r));
            put(s, "%" PRId64 "} ", (int64_t)(take(&r) - 1));
        }
        assert_true(vtr_reader_string(&r, &tokens));
        spell_tokens(s, tokens);
    }
    assert_int_equal(vtr_reader_left(&r), 0);
}

static const struct vtr_pattern_modifiers NONE = {0};

static void expect(const char *source, const char *spelled)
{
    struct vtr_arena arena = {0};
    struct vtr_writer w = {0};
    struct vtr_pattern_problem problem;
    struct spelling s = {.len = 0};
    uint32_t flags = 99;

    if (!vtr_pattern_hex(&arena, &NONE, vtr_bytes_from_text(source), &w, &flags,
                         &problem)) {
        fail_msg("%s: %s", source, problem.message);
    }
    assert_null(problem.code);
    assert_int_equal(flags, 0);
    spell_payload(&s, vtr_writer_bytes(&w));
    assert_string_equal(s.text, spelled);
    vtr_writer_deinit(&w);
    vtr_arena_deinit(&arena);
}

static void refuse(const char *source, const char *code, size_t offset, size_t length)
{
    struct vtr_arena arena = {0};
    struct vtr_writer w = {0};
    struct vtr_pattern_problem problem;
    uint32_t flags;

    if (vtr_pattern_hex(&arena, &NONE, vtr_bytes_from_text(source), &w, &flags,
                        &problem)) {
        fail_msg("accepted: %s", source);
    }
    assert_string_equal(problem.code, code);
    assert_int_equal(problem.offset, offset);
    assert_int_equal(problem.length, length);
    assert_true(strlen(problem.message) > 0);
    vtr_writer_deinit(&w);
    vtr_arena_deinit(&arena);
}

static void bytes_that_follow_each_other_are_one_token(void **state)
{
    (void)state;
    expect(" AA bB\tcc\r\n01", "aabbcc01");
}

static void spelling_does_not_matter(void **state)
{
    (void)state;
    expect("AABBCC", "aabbcc");
    expect("aa /* x } */ bb // y\n cc", "aabbcc");
    expect("(aa) ((bb cc))", "aabbcc");
    expect("(aa bb) cc", "aabbcc");
}

static void wildcards_and_jumps_merge(void **state)
{
    (void)state;
    expect("aa [-5] bb", "aa 0-5 bb");
    expect("aa ?? ?? bb", "aa any2 bb");
    expect("aa [2] bb", "aa any2 bb");
    expect("aa [2-2] bb", "aa any2 bb");
    expect("aa ?? [1] (?\?) bb", "aa any3 bb");
    expect("aa ?? [1-3] ?? [0-4] bb", "aa 3-9 bb");
    expect("aa [0-0] bb", "aa bb");
    expect("?? aa ??", "any1 aa any1");
    expect("aa [100-150] [100-150] bb", "aa 200-200 0-100 bb");
    expect("aa [150][150] bb", "aa any300 bb");
}

static void nibbles_and_negations_keep_their_masks(void **state)
{
    (void)state;
    expect("a? ?b aa", "a0/f0 0b/0f aa");
    expect("aa ~bb ~?c ~d?", "aa ~bb/ff ~0c/0f ~d0/f0");
}

static void long_jumps_start_a_fragment(void **state)
{
    (void)state;
    expect("aa [200] bb", "aa any200 bb");
    expect("aa [0-200] bb", "aa 0-200 bb");
    expect("aa [201] bb", "aa {201..201} bb");
    expect("aa [0-201] bb", "aa {0..201} bb");
    expect("aa [-] bb", "aa {0..-1} bb");
    expect("aa [7-] bb [2] cc [300-400] dd", "aa {7..-1} bb any2 cc {300..400} dd");
    expect("aa [0-2147483647] bb", "aa {0..2147483647} bb");
}

static void wildcards_beside_a_long_jump_join_it(void **state)
{
    (void)state;
    expect("aa ?? [300-400] ?? bb", "aa {302..402} bb");
    expect("?? [300-400] bb", "any1 {300..400} bb");
    expect("aa [300-400] ??", "aa {300..400} any1");
    expect("aa [-] ?? ??", "aa {1..-1} any1");
    expect("?? ?? [-] ??", "any1 {1..-1} any1");
}

static void alternatives_nest(void **state)
{
    (void)state;
    expect("aa (bb | cc dd) ee", "aa (bb | ccdd) ee");
    expect("aa (bb [1-2] cc | (dd | e?)) ff", "aa (bb 1-2 cc | dd | e0/f0) ff");
    expect("aa (bb | (cc | dd) ee) ff", "aa (bb | (cc | dd) ee) ff");
    expect("(aa | ?? [200] bb)", "(aa | any201 bb)");
}

static void alternatives_stand_in_the_order_in_which_yara_meets_their_atoms(
    void **state)
{
    (void)state;
    expect("aa (bb cc dd | bb cc)", "aa (bbcc | bbccdd)");
    expect("aa (bb | bb cc)", "aa (bb | bbcc)");
    expect("(aa bb cc | (aa | aa bb))", "(aa | aabb | aabbcc)");
    /* The atom is not one of theirs: the first that matches counts. */
    expect("aa bb cc (dd ee | dd)", "aabbcc (ddee | dd)");
    expect("a? (aa bb | ?\?)", "a0/f0 (aabb | any1)");
    /* They are of one length. */
    expect("aa (bb cc | ?? bb)", "aa (bbcc | any1 bb)");
    /* Before and behind a long jump each for themselves. */
    expect("(aa bb | aa) [300] (cc dd | cc)", "(aa | aabb) {300..300} (cc | ccdd)");
}

static void yara_x_takes_the_first_alternative(void **state)
{
    const struct vtr_pattern_modifiers modifiers = {.dialect = VTR_DIALECT_YARA_X};
    struct vtr_arena arena = {0};
    struct vtr_writer w = {0};
    struct vtr_pattern_problem problem;
    struct spelling s = {.len = 0};
    uint32_t flags;

    (void)state;
    assert_true(vtr_pattern_hex(&arena, &modifiers, vtr_bytes_from_text("(aa bb | aa)"),
                                &w, &flags, &problem));
    spell_payload(&s, vtr_writer_bytes(&w));
    assert_string_equal(s.text, "(aabb | aa)");
    vtr_writer_deinit(&w);
    vtr_arena_deinit(&arena);
}

static void one_alternative_joins_its_neighbours(void **state)
{
    (void)state;
    expect("(?\?)", "any1");
    expect("aa (bb ?? cc) dd", "aabb any1 ccdd");
    expect("aa ?? (?? bb [2-3] cc ?\?) ?? dd", "aa any2 bb 2-3 cc any2 dd");
    expect("aa ?? (?? [150] [0-150] bb) cc", "aa 152-200 0-102 bbcc");
    expect("aa (bb [0-0] cc) dd", "aabb ccdd");
    expect("aa (a? (bb | cc) ~dd) ee", "aa a0/f0 (bb | cc) ~dd/ff ee");
    expect("aa ?? (bb | cc) ?? dd", "aa any1 (bb | cc) any1 dd");
    expect("aa [300] (?? bb) [-] (?\?)", "aa {301..301} bb {0..-1} any1");
    expect("aa [300] (bb | cc) [300] (dd)", "aa {300..300} (bb | cc) {300..300} dd");
    expect("((aa ((bb)) (cc | dd (ee))))", "aabb (cc | ddee)");
}

/* `count` times `piece`, between parentheses or not. */
static const char *repeat(char *room, size_t size, const char *piece, size_t count,
                          bool in_group)
{
    size_t len = 0;

    room[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        len += (size_t)snprintf(room + len, size - len, "%s", piece);
    }
    if (in_group) {
        memmove(room + 1, room, len);
        room[0] = '(';
        room[len + 1] = ')';
        room[len + 2] = '\0';
    }
    return room;
}

static void lengths_of_more_than_one_byte_are_right(void **state)
{
    static const size_t COUNTS[] = {127, 128, 129, 300};

    (void)state;
    for (size_t i = 0; i < 2 * sizeof(COUNTS) / sizeof(COUNTS[0]); i++) {
        const size_t count = COUNTS[i / 2];
        char source[2048];
        char expected[2048];
        expect(repeat(source, sizeof source, "ab ", count, i % 2 == 1),
               repeat(expected, sizeof expected, "ab", count, false));
        (void)snprintf(expected, sizeof expected, "any%zu", count);
        expect(repeat(source, sizeof source, "?? ", count, i % 2 == 1), expected);
        repeat(expected, sizeof expected, "ab | ", count, true);
        memcpy(strrchr(expected, 'b') + 1, ")", 2);
        repeat(source, sizeof source, "ab|", count, true);
        memcpy(strrchr(source, 'b') + 1, ")", 2);
        expect(source, expected);
    }
}

static void nesting_has_a_limit(void **state)
{
    char text[1024];

    (void)state;
    for (unsigned depth = 15; depth <= 17; depth++) {
        size_t len = 0;
        for (unsigned i = 0; i < depth; i++) {
            len += (size_t)snprintf(text + len, sizeof text - len, "aa (bb | ");
        }
        len += (size_t)snprintf(text + len, sizeof text - len, "cc");
        for (unsigned i = 0; i < depth; i++) {
            text[len++] = ')';
        }
        text[len] = '\0';
        if (depth <= VTR_ALT_DEPTH_LIMIT) {
            struct vtr_arena arena = {0};
            struct vtr_writer w = {0};
            struct vtr_pattern_problem problem;
            uint32_t flags;
            assert_true(vtr_pattern_hex(&arena, &NONE, vtr_bytes_from_text(text), &w,
                                        &flags, &problem));
            vtr_writer_deinit(&w);
            vtr_arena_deinit(&arena);
        } else {
            refuse(text, "E113", 0, 0);
        }
    }
    memset(text, '(', 65);
    text[65] = '\0';
    refuse(text, "E113", 64, 1);
}

static void bad_bytes_are_refused_at_their_place(void **state)
{
    (void)state;
    refuse("", "E101", 0, 0);
    refuse("  ", "E101", 0, 2);
    refuse("aa b", "E102", 3, 1);
    refuse("aab", "E102", 2, 1);
    refuse("aa b c", "E102", 3, 1);
    refuse("aa xx", "E103", 3, 1);
    refuse("aa \x01", "E103", 3, 1);
    refuse("aa ~", "E103", 3, 1);
    refuse("aa ~ bb", "E103", 4, 1);
    refuse("aa ~?\?", "E114", 3, 3);
    refuse("aa / bb", "E103", 3, 1);
    refuse("aa /* bb", "E115", 3, 2);
}

static void bad_jumps_are_refused_at_their_place(void **state)
{
    (void)state;
    refuse("[1] aa", "E104", 0, 3);
    refuse("aa [1]", "E104", 3, 1);
    refuse("aa [1-2] [3]", "E104", 9, 1);
    refuse("aa [2-1] bb", "E105", 3, 5);
    refuse("aa [0] bb", "E106", 3, 3);
    refuse("aa [2147483648] bb", "E107", 4, 10);
    refuse("aa [99999999999999999999999] bb", "E107", 4, 10);
    refuse("aa [] bb", "E109", 3, 2);
    refuse("aa [--5] bb", "E109", 3, 3);
    refuse("aa [1-2-3] bb", "E109", 3, 5);
    refuse("aa [1 bb", "E109", 3, 4);
    refuse("aa [1", "E109", 3, 2);
    refuse("aa [", "E109", 3, 1);
}

static void bad_groups_are_refused_at_their_place(void **state)
{
    (void)state;
    refuse("aa (bb", "E110", 3, 1);
    refuse("aa bb)", "E110", 5, 1);
    refuse("aa () bb", "E111", 4, 1);
    refuse("aa (bb|) cc", "E111", 7, 1);
    refuse("aa (|bb) cc", "E111", 4, 1);
    refuse("aa | bb", "E112", 3, 1);
    refuse("aa (bb [201] cc)", "E108", 7, 5);
    refuse("aa (bb [-] cc)", "E108", 7, 3);
    refuse("aa ([1] bb)", "E104", 4, 3);
    refuse("aa (bb [1]) cc", "E104", 7, 1);
}

static void private_is_the_only_flag(void **state)
{
    const struct vtr_pattern_modifiers mods = {.set = VTR_MODIFIER_PRIVATE};
    struct vtr_arena arena = {0};
    struct vtr_writer w = {0};
    struct vtr_pattern_problem problem;
    uint32_t flags = 0;

    (void)state;
    assert_true(vtr_pattern_hex(&arena, &mods, vtr_bytes_from_text("aa"), &w, &flags,
                                &problem));
    assert_int_equal(flags, VTR_PATTERN_PRIVATE);
    vtr_writer_deinit(&w);
    vtr_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_that_follow_each_other_are_one_token),
        cmocka_unit_test(spelling_does_not_matter),
        cmocka_unit_test(wildcards_and_jumps_merge),
        cmocka_unit_test(nibbles_and_negations_keep_their_masks),
        cmocka_unit_test(long_jumps_start_a_fragment),
        cmocka_unit_test(wildcards_beside_a_long_jump_join_it),
        cmocka_unit_test(alternatives_nest),
        cmocka_unit_test(
            alternatives_stand_in_the_order_in_which_yara_meets_their_atoms),
        cmocka_unit_test(yara_x_takes_the_first_alternative),
        cmocka_unit_test(one_alternative_joins_its_neighbours),
        cmocka_unit_test(lengths_of_more_than_one_byte_are_right),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(bad_bytes_are_refused_at_their_place),
        cmocka_unit_test(bad_jumps_are_refused_at_their_place),
        cmocka_unit_test(bad_groups_are_refused_at_their_place),
        cmocka_unit_test(private_is_the_only_flag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/match/verify_hex.h"

#include "base/bytes.h"
#include "tests/support/cmocka.h"

static void put_bytes(struct vtr_writer *w, const char *text)
{
    vtr_writer_u8(w, VTR_TOKEN_BYTES);
    vtr_writer_masked(w, vtr_bytes_from_text(text));
}

static void put_jump(struct vtr_writer *w, uint64_t min, uint64_t max)
{
    vtr_writer_u8(w, VTR_TOKEN_JUMP);
    vtr_writer_varint(w, min);
    vtr_writer_varint(w, max);
}

/* ( left | right ), each a run of bytes */
static void put_alternatives(struct vtr_writer *w, const char *left, const char *right)
{
    struct vtr_writer inner = {0};

    vtr_writer_u8(w, VTR_TOKEN_ALT);
    vtr_writer_varint(w, 2);
    put_bytes(&inner, left);
    vtr_writer_string(w, vtr_writer_bytes(&inner));
    vtr_writer_clear(&inner);
    put_bytes(&inner, right);
    vtr_writer_string(w, vtr_writer_bytes(&inner));
    vtr_writer_deinit(&inner);
}

/* Length of the match at `start`, 0 when there is none. */
static size_t match(struct vtr_writer *w, const char *data, size_t start)
{
    struct vtr_hex_matcher matcher = {0};
    size_t len = 0;

    if (!vtr_hex_match(&matcher, vtr_writer_bytes(w), vtr_bytes_from_text(data), start,
                       &len)) {
        len = 0;
    }
    assert_false(matcher.has_failed);
    vtr_hex_matcher_deinit(&matcher);
    return len;
}

static void bytes_match_where_they_stand(void **state)
{
    (void)state;
    struct vtr_writer w = {0};

    put_bytes(&w, "abc");
    assert_int_equal(match(&w, "xabc", 1), 3);
    assert_int_equal(match(&w, "xabc", 0), 0);
    assert_int_equal(match(&w, "xab", 1), 0);
    assert_int_equal(match(&w, "xab", 9), 0);
    vtr_writer_deinit(&w);
}

static void a_jump_prefers_the_nearest_end(void **state)
{
    (void)state;
    struct vtr_writer w = {0};

    put_bytes(&w, "a");
    put_jump(&w, 1, 5);
    put_bytes(&w, "b");
    assert_int_equal(match(&w, "a.b.b.b", 0), 3);
    assert_int_equal(match(&w, "ab.b", 0), 4);
    assert_int_equal(match(&w, "a.....b", 0), 7);
    assert_int_equal(match(&w, "a......b", 0), 0);
    vtr_writer_deinit(&w);
}

static void jumps_look_back_at_earlier_choices(void **state)
{
    (void)state;
    struct vtr_writer w = {0};

    put_bytes(&w, "a");
    put_jump(&w, 0, 4);
    put_bytes(&w, "b");
    put_jump(&w, 0, 1);
    put_bytes(&w, "c");
    assert_int_equal(match(&w, "ab..b.c", 0), 7);
    vtr_writer_deinit(&w);
}

static void the_leftmost_alternative_wins(void **state)
{
    (void)state;
    struct vtr_writer w = {0};

    put_bytes(&w, "x");
    put_alternatives(&w, "abc", "ab");
    assert_int_equal(match(&w, "xabcd", 0), 4);
    vtr_writer_clear(&w);
    put_bytes(&w, "x");
    put_alternatives(&w, "ab", "abc");
    assert_int_equal(match(&w, "xabcd", 0), 3);
    put_bytes(&w, "d");
    assert_int_equal(match(&w, "xabcd", 0), 5);
    vtr_writer_deinit(&w);
}

static void alternatives_alone_are_tried_in_their_order_too(void **state)
{
    (void)state;
    struct vtr_writer w = {0};

    put_alternatives(&w, "abc", "ab");
    assert_int_equal(match(&w, "abcd", 0), 3);
    put_jump(&w, 0, 2);
    put_alternatives(&w, "d", "cd");
    assert_int_equal(match(&w, "abcd", 0), 4);
    vtr_writer_deinit(&w);
}

static void nibbles_and_their_negation(void **state)
{
    (void)state;
    struct vtr_writer w = {0};

    vtr_writer_u8(&w, VTR_TOKEN_MASKED);
    vtr_writer_u8(&w, 0x60);
    vtr_writer_u8(&w, 0xF0);
    vtr_writer_u8(&w, VTR_TOKEN_NOT);
    vtr_writer_u8(&w, 'b');
    vtr_writer_u8(&w, 0xFF);
    assert_int_equal(match(&w, "ac", 0), 2);
    assert_int_equal(match(&w, "ab", 0), 0);
    assert_int_equal(match(&w, "A!", 0), 0);
    assert_int_equal(match(&w, "a", 0), 0);
    vtr_writer_deinit(&w);
}

static void many_choices_stay_affordable(void **state)
{
    (void)state;
    struct vtr_writer w = {0};
    static char data[8193];

    memset(data, 'a', sizeof(data) - 1);
    for (unsigned i = 0; i < 40; i++) {
        put_jump(&w, 0, VTR_JUMP_LIMIT);
        put_bytes(&w, "a");
    }
    put_bytes(&w, "b");
    assert_int_equal(match(&w, data, 0), 0);
    vtr_writer_deinit(&w);
}

static void a_row_of_jumps_reaches_as_far_as_they_add_up_to(void **state)
{
    (void)state;
    struct vtr_writer w = {0};
    static char data[40 * (VTR_JUMP_LIMIT + 1) + 3];
    const size_t reach = sizeof(data) - 3;

    memset(data, 'a', sizeof(data) - 1);
    for (unsigned i = 0; i < 40; i++) {
        put_jump(&w, 0, VTR_JUMP_LIMIT);
        put_bytes(&w, "a");
    }
    put_bytes(&w, "b");
    data[reach] = 'b';
    assert_int_equal(match(&w, data, 0), reach + 1);
    data[reach] = 'a';
    data[reach + 1] = 'b';
    assert_int_equal(match(&w, data, 0), 0);
    vtr_writer_deinit(&w);
}

static void a_jump_keeps_the_order_of_the_ends_before_it(void **state)
{
    (void)state;
    struct vtr_writer w = {0};

    put_alternatives(&w, "abc", "ab");
    put_jump(&w, 1, 2);
    put_bytes(&w, "d");
    assert_int_equal(match(&w, "abcddd", 0), 5);
    assert_int_equal(match(&w, "abcd..", 0), 4);
    vtr_writer_clear(&w);
    put_alternatives(&w, "ab", "abc");
    put_jump(&w, 1, 2);
    put_bytes(&w, "d");
    assert_int_equal(match(&w, "abcddd", 0), 4);
    assert_int_equal(match(&w, "abc..d", 0), 6);
    assert_int_equal(match(&w, "abc...d", 0), 0);
    vtr_writer_deinit(&w);
}

static void alternatives_nest_to_their_limit(void **state)
{
    (void)state;
    struct vtr_writer w = {0};

    put_bytes(&w, "a");
    for (unsigned depth = 0; depth < VTR_ALT_DEPTH_LIMIT + 1; depth++) {
        struct vtr_writer outer = {0};

        assert_int_equal(match(&w, "a", 0), 1);
        vtr_writer_u8(&outer, VTR_TOKEN_ALT);
        vtr_writer_varint(&outer, 1);
        vtr_writer_string(&outer, vtr_writer_bytes(&w));
        vtr_writer_deinit(&w);
        w = outer;
    }
    assert_int_equal(match(&w, "a", 0), 0);
    vtr_writer_deinit(&w);
}

static void bad_tokens_match_nothing(void **state)
{
    (void)state;
    static const uint8_t BAD[][4] = {{0},    {7},       {1, 200},    {2, 1}, {4},
                                     {5, 1}, {5, 2, 1}, {5, 0, 201}, {6, 9}};

    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        for (size_t len = 1; len <= 4; len++) {
            struct vtr_hex_matcher matcher = {0};
            size_t out = 0;
            const struct vtr_bytes tokens = {BAD[i], len};
            if (vtr_hex_match(&matcher, tokens, vtr_bytes_from_text("abc"), 0, &out)) {
                assert_true(out <= 3);
            }
            vtr_hex_matcher_deinit(&matcher);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_match_where_they_stand),
        cmocka_unit_test(a_jump_prefers_the_nearest_end),
        cmocka_unit_test(jumps_look_back_at_earlier_choices),
        cmocka_unit_test(the_leftmost_alternative_wins),
        cmocka_unit_test(alternatives_alone_are_tried_in_their_order_too),
        cmocka_unit_test(nibbles_and_their_negation),
        cmocka_unit_test(many_choices_stay_affordable),
        cmocka_unit_test(a_row_of_jumps_reaches_as_far_as_they_add_up_to),
        cmocka_unit_test(a_jump_keeps_the_order_of_the_ends_before_it),
        cmocka_unit_test(alternatives_nest_to_their_limit),
        cmocka_unit_test(bad_tokens_match_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

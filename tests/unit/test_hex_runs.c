/* SPDX-License-Identifier: Apache-2.0 */

/* Runs of plain bytes and of bytes of any value, of every length that matters and with
 * everything between them that says nothing, are the same tokens. */
#include "compiler/pattern/hex_runs.h"

#include <string.h>

#include "base/arena.h"
#include "compiler/pattern/pattern.h"
#include "tests/support/cmocka.h"

#define SOURCE_LEN_MAX 8192u

/* What stands behind each two digits. */
static const char *const BETWEEN[] = {"",   " ",    "  ",        "\n            ",
                                      "\t", "/**/", " /* x */ ", "// x\n"};

struct source {
    char text[SOURCE_LEN_MAX];
    size_t len;
};

static void put(struct source *s, const char *text)
{
    const size_t len = strlen(text);

    assert_true(s->len + len <= sizeof(s->text));
    memcpy(s->text + s->len, text, len);
    s->len += len;
}

/* `plain` bytes, `any` bytes of any value and one byte more. */
static void write_source(struct source *s, size_t plain, size_t any,
                         const char *between)
{
    s->len = 0;
    for (size_t i = 0; i < plain; i++) {
        put(s, i % 2 == 0 ? "c3" : "5A");
        put(s, between);
    }
    for (size_t i = 0; i < any; i++) {
        put(s, "?\?");
        put(s, between);
    }
    put(s, "F0");
}

/* The payload of the same. */
static void write_expected(struct vtr_writer *w, size_t plain, size_t any)
{
    struct vtr_writer tokens = {0};
    uint8_t bytes[1024];

    for (size_t i = 0; i < plain; i++) {
        bytes[i] = i % 2 == 0 ? 0xc3 : 0x5a;
    }
    if (any == 0) {
        bytes[plain++] = 0xf0;
    }
    vtr_writer_u8(&tokens, VTR_TOKEN_BYTES);
    vtr_writer_masked(&tokens, (struct vtr_bytes){bytes, plain});
    if (any > 0) {
        const uint8_t last = 0xf0;

        vtr_writer_u8(&tokens, VTR_TOKEN_ANY);
        vtr_writer_varint(&tokens, any);
        vtr_writer_u8(&tokens, VTR_TOKEN_BYTES);
        vtr_writer_masked(&tokens, (struct vtr_bytes){&last, 1});
    }
    vtr_writer_varint(w, 1);
    vtr_writer_string(w, vtr_writer_bytes(&tokens));
    assert_true(vtr_writer_ok(w));
    vtr_writer_deinit(&tokens);
}

static void assert_payload(struct vtr_bytes source, const struct vtr_writer *expected)
{
    const struct vtr_pattern_modifiers modifiers = {0};
    struct vtr_pattern_problem problem;
    struct vtr_writer payload = {0};
    struct vtr_arena arena = {0};
    uint32_t flags;

    assert_true(
        vtr_pattern_hex(&arena, &modifiers, source, &payload, &flags, &problem));
    assert_int_equal(payload.len, expected->len);
    assert_memory_equal(payload.ptr, expected->ptr, expected->len);
    vtr_writer_deinit(&payload);
    vtr_arena_deinit(&arena);
}

static void runs_of_every_length_are_one_token_each(void **state)
{
    (void)state;
    static const size_t PLAIN[] = {1, 2, 3, 31, 126, 127, 128, 129, 255, 256};
    static const size_t ANY[] = {0, 1, 3, 4, 5, 7, 8, 126, 127, 128, 129, 255, 256};

    for (size_t p = 0; p < sizeof(PLAIN) / sizeof(PLAIN[0]); p++) {
        for (size_t a = 0; a < sizeof(ANY) / sizeof(ANY[0]); a++) {
            struct vtr_writer expected = {0};

            write_expected(&expected, PLAIN[p], ANY[a]);
            for (size_t b = 0; b < sizeof(BETWEEN) / sizeof(BETWEEN[0]); b++) {
                struct source s;

                write_source(&s, PLAIN[p], ANY[a], BETWEEN[b]);
                assert_payload((struct vtr_bytes){(const uint8_t *)s.text, s.len},
                               &expected);
            }
            vtr_writer_deinit(&expected);
        }
    }
}

static void a_jump_and_what_is_open_beside_it_are_one_gap(void **state)
{
    (void)state;
    static const char *const SAME[] = {"AA [2-4] ?? ?? BB",  "AA [2-4]????BB",
                                       "AA ?? [2-4] ?? BB",  "AA ?? ?? [2-4] BB",
                                       "AA [2-4][1]?? BB",   "AA [1-3] [2] /**/ ?? BB",
                                       "AA ?? /**/ [3-5] BB"};
    struct vtr_writer expected = {0};
    static const uint8_t TOKENS[] = {VTR_TOKEN_BYTES, 1, 0xaa ^ VTR_MASK(0),
                                     VTR_TOKEN_JUMP,  4, 6,
                                     VTR_TOKEN_BYTES, 1, 0xbb ^ VTR_MASK(0)};

    vtr_writer_varint(&expected, 1);
    vtr_writer_string(&expected, (struct vtr_bytes){TOKENS, sizeof(TOKENS)});
    for (size_t i = 0; i < sizeof(SAME) / sizeof(SAME[0]); i++) {
        assert_payload((struct vtr_bytes){(const uint8_t *)SAME[i], strlen(SAME[i])},
                       &expected);
    }
    vtr_writer_deinit(&expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_of_every_length_are_one_token_each),
        cmocka_unit_test(a_jump_and_what_is_open_beside_it_are_one_gap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

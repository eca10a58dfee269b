/* SPDX-License-Identifier: Apache-2.0 */

/* Lines of hex strings, held against the same bytes read one after the other. */
#include "compiler/pattern/hex_chars.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/cmocka.h"

#define LINE_LEN 200u

/* What vtr_hex_read_batch promises, a byte at a time. */
static size_t read_slowly(struct vtr_hex_batch *batch, const char *line, size_t stop)
{
    static const char DIGITS[] = "0123456789abcdef0123456789ABCDEF";
    size_t at = 0;

    *batch = (struct vtr_hex_batch){.count = 0};
    while (at < stop && batch->count < VTR_HEX_BATCH_MAX) {
        const char *high = line[at] == 0 ? NULL : strchr(DIGITS, line[at]);
        const char *low = line[at + 1] == 0 ? NULL : strchr(DIGITS, line[at + 1]);
        if (line[at] == '?' && line[at + 1] == '?') {
            batch->any |= UINT32_C(1) << batch->count;
        } else if (high == NULL || low == NULL) {
            break;
        } else {
            batch->values[batch->count] =
                (uint8_t)(((high - DIGITS) & 15) << 4 | ((low - DIGITS) & 15));
        }
        batch->count++;
        at += line[at + 2] == ' ' ? 3 : 2;
    }
    return at;
}

/* `line` in memory of its own size, so that the sanitizers see what reads past it. */
static void check_line(const char *line, size_t len)
{
    uint8_t *copy = malloc(len);
    struct vtr_hex_batch expected;
    struct vtr_hex_batch batch;
    size_t at = 0;

    assert_non_null(copy);
    memcpy(copy, line, len);
    for (;;) { /* from one batch to the next, however long each is */
        const size_t stop = at + 2 < len ? len - 2 - at : 0;
        const uint8_t *end = vtr_hex_read_batch(&batch, copy + at, copy + at + stop);
        (void)read_slowly(&expected, line + at, stop);
        assert_in_range(batch.count, expected.count > 0 ? 1 : 0, expected.count);
        const uint32_t read_bits = (UINT32_C(1) << batch.count) - 1;
        assert_int_equal(batch.any, expected.any & read_bits);
        for (unsigned i = 0; i < batch.count; i++) {
            if ((batch.any >> i & 1) == 0) {
                assert_int_equal(batch.values[i], expected.values[i]);
            }
        }
        if (batch.count == 0) {
            break;
        }
        at = (size_t)(end - copy);
    }
    free(copy);
}

static void every_pair_of_characters_is_what_it_is_alone(void **state)
{
    char line[LINE_LEN];

    (void)state;
    for (unsigned pair = 0; pair < 65536; pair++) {
        for (size_t i = 0; i < LINE_LEN; i++) {
            line[i] = "5A "[i % 3];
        }
        const size_t at = pair % 31 * 3;
        line[at] = (char)(pair >> 8);
        line[at + 1] = (char)(pair & 255);
        check_line(line, 120);
    }
}

static void a_line_may_end_anywhere(void **state)
{
    char line[LINE_LEN];

    (void)state;
    for (size_t len = 3; len < LINE_LEN; len++) {
        for (size_t i = 0; i < LINE_LEN; i++) {
            line[i] = i / 3 % 3 == 1 ? "?? "[i % 3] : "c7 "[i % 3];
        }
        check_line(line, len);
        line[len / 2] = '\n';
        check_line(line, len);
    }
}

static void bytes_need_no_blanks_between_them(void **state)
{
    char line[LINE_LEN];

    (void)state;
    for (size_t len = 3; len < LINE_LEN; len++) {
        memset(line, 'b', sizeof(line));
        check_line(line, len);
        line[2] = ' ';
        check_line(line, len);
        line[len - len / 3] = '?';
        check_line(line, len);
    }
}

static void any_mixture_is_read_as_its_bytes_are(void **state)
{
    static const char KINDS[] = "0123456789ABCDEFabcdef?????? \n\t[]()|~/";
    uint32_t seed = 7;
    char line[LINE_LEN];

    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        for (size_t i = 0; i < LINE_LEN; i++) {
            seed = seed * 1664525u + 1013904223u;
            const bool is_odd = (seed >> 9) % 64 == 0;
            line[i] = i % 3 == 2 && !is_odd ? ' ' : KINDS[(seed >> 16) % 22];
            if (i % 3 == 0 && (seed >> 20) % 3 == 0) {
                line[i] = '?';
            }
            if (i % 3 == 1 && line[i - 1] == '?' && !is_odd) {
                line[i] = '?';
            }
            if (is_odd) {
                line[i] = KINDS[(seed >> 16) % (sizeof(KINDS) - 1)];
            }
        }
        check_line(line, 3 + round % (LINE_LEN - 3));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pair_of_characters_is_what_it_is_alone),
        cmocka_unit_test(a_line_may_end_anywhere),
        cmocka_unit_test(bytes_need_no_blanks_between_them),
        cmocka_unit_test(any_mixture_is_read_as_its_bytes_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

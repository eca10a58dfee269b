/* SPDX-License-Identifier: Apache-2.0 */

#include "format/atom/atom_window.h"

#include <string.h>

#include "format/atom/atom_weight.h"
#include "tests/support/cmocka.h"
#include "tests/support/random_records.h"

#define TEXT_LEN_MAX 400u

/* The score by its definition. */
static int score_of(const uint8_t *window, unsigned len)
{
    int score = VTR_ATOM_WEIGHTS[window[0]];
    bool is_run = len > 1;

    for (unsigned i = 1; i < len; i++) {
        score += vtr_atom_weight_behind(VTR_ATOM_CLASS[window[i - 1]], window[i]);
        is_run = is_run && vtr_fold(window[i]) == vtr_fold(window[0]);
    }
    return is_run ? score - 500 : score;
}

/* Where the rarest window above `floor` is, by looking at one after the other; `len`
 * when there is none. */
static size_t find_slowly(const uint8_t *text, size_t len, int floor)
{
    const unsigned window = vtr_window_len(len);
    size_t best = len;

    for (size_t at = 0; at + window <= len; at++) {
        const int score = score_of(text + at, window);

        if (score > floor) {
            floor = score;
            best = at;
        }
        if (floor >= VTR_WINDOW_SCORE_ENOUGH && at + window > 64) {
            break;
        }
    }
    return best;
}

/* A text of few different bytes, or of any. */
static void fill(uint64_t *random, uint8_t *text, size_t len)
{
    static const uint8_t FEW[] = {0, ' ', 'e', 'E', 0xff};
    const bool is_dull = vtr_test_below(random, 2) == 0;

    for (size_t i = 0; i < len; i++) {
        text[i] = is_dull ? FEW[vtr_test_below(random, sizeof(FEW))]
                          : (uint8_t)vtr_test_below(random, 256);
    }
}

static void check_text(const uint8_t *text, size_t len, bool is_wide, int floor)
{
    uint8_t masked[TEXT_LEN_MAX];
    uint8_t spelled[2 * TEXT_LEN_MAX];
    const size_t step = is_wide ? 2 : 1;

    memset(spelled, 0, sizeof(spelled));
    for (size_t i = 0; i < len; i++) {
        masked[i] = text[i] ^ vtr_mask(i);
        spelled[i * step] = text[i];
    }
    const struct vtr_window found =
        vtr_window_find((struct vtr_bytes){masked, len}, is_wide, floor);
    const size_t expected = find_slowly(spelled, len * step, floor);

    assert_int_equal(found.text.len, len * step);
    if (expected == len * step) {
        assert_int_equal(found.len, 0);
        assert_int_equal(found.score, floor);
        return;
    }
    assert_int_equal(found.len, vtr_window_len(len * step));
    assert_int_equal(found.offset, expected);
    assert_int_equal(found.score, score_of(spelled + expected, found.len));
    for (size_t from = 0; from < len * step; from += 7) {
        uint8_t read[2 * TEXT_LEN_MAX];

        vtr_spelling_read(&found.text, from, len * step - from, read);
        assert_memory_equal(read, spelled + from, len * step - from);
    }
}

static void the_window_is_that_which_a_slow_search_finds(void **state)
{
    (void)state;
    static const int FLOORS[] = {VTR_WINDOW_SCORE_NONE, 100, VTR_WINDOW_SCORE_ENOUGH};
    uint64_t random = 20;

    for (size_t len = 1; len <= TEXT_LEN_MAX; len++) {
        uint8_t text[TEXT_LEN_MAX];

        fill(&random, text, len);
        for (size_t i = 0; i < sizeof(FLOORS) / sizeof(FLOORS[0]); i++) {
            check_text(text, len, false, FLOORS[i]);
            check_text(text, len, true, FLOORS[i]);
        }
    }
}

static void windows_of_texts_that_are_hardly_longer_are_those_too(void **state)
{
    (void)state;
    uint64_t random = 21;

    for (unsigned round = 0; round < 300; round++) {
        for (size_t len = 1; len <= VTR_ATOM_LEN_MAX + 2; len++) {
            uint8_t text[VTR_ATOM_LEN_MAX + 2];

            fill(&random, text, len);
            check_text(text, len, false, VTR_WINDOW_SCORE_NONE);
            check_text(text, len, false, (int)vtr_test_below(&random, 200));
        }
    }
}

static void what_is_rare_enough_ends_the_search_behind_the_first_65_bytes(void **state)
{
    (void)state;
    for (size_t at = 40; at < 90; at++) {
        uint8_t text[TEXT_LEN_MAX];

        memset(text, ' ', sizeof(text));
        memcpy(text + at, "\x90\xe9\x8d\xa7\xb2\xcd\x9f", 7);
        memcpy(text + at + 20, "\x9e\xa1\xb6\xa5\x9d\xae\xb9", 7);
        check_text(text, sizeof(text), false, VTR_WINDOW_SCORE_NONE);
    }
}

static void of_no_bytes_there_is_no_window(void **state)
{
    (void)state;
    const struct vtr_window found =
        vtr_window_find((struct vtr_bytes){(const uint8_t *)"", 0}, false, 0);

    assert_int_equal(found.len, 0);
}

static void weights_keep_their_bounds_and_know_no_case(void **state)
{
    (void)state;
    for (unsigned class = 0; class < VTR_ATOM_CLASSES; class ++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            const int weight = vtr_atom_weight_behind(class, (uint8_t)byte);

            assert_in_range(weight, 1, VTR_ATOM_WEIGHT_MAX);
        }
    }
    for (unsigned byte = 0; byte < 256; byte++) {
        const uint8_t folded = vtr_fold((uint8_t)byte);

        assert_int_equal(VTR_ATOM_CLASS[byte], VTR_ATOM_CLASS[folded]);
        assert_int_equal(VTR_ATOM_WEIGHTS[byte], VTR_ATOM_WEIGHTS[folded]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_window_is_that_which_a_slow_search_finds),
        cmocka_unit_test(windows_of_texts_that_are_hardly_longer_are_those_too),
        cmocka_unit_test(what_is_rare_enough_ends_the_search_behind_the_first_65_bytes),
        cmocka_unit_test(of_no_bytes_there_is_no_window),
        cmocka_unit_test(weights_keep_their_bounds_and_know_no_case),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

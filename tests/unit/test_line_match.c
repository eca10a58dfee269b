/* SPDX-License-Identifier: Apache-2.0 */

/* Every version finds the slots that docs/format.md says: those with the fingerprint of
 * the kin whose shape they have. */
#include "scan/kernel/line_match.h"

#include <string.h>

#include "base/writer.h"
#include "tests/support/cmocka.h"
#include "tests/support/random_records.h"

#define LINES     8u
#define QUESTIONS 300u
#define BYTES_LEN 200u

static const vtr_match_lines_fn FUNCTIONS[] = {
    [VTR_VECTORS_NONE] = vtr_match_lines_plain,
#if VTR_HAS_X86_VECTORS
    [VTR_VECTORS_AVX2] = vtr_match_lines_avx2,
    [VTR_VECTORS_AVX512] = vtr_match_lines_avx512,
#endif
};

static const struct vtr_atom_gait GAITS[] = {{6, 2}, {6, 3}, {7, 2},
                                             {8, 1}, {4, 1}, {2, 1}};

struct trial {
    uint8_t slots[LINES * VTR_ATOM_LINE_LEN];
    uint8_t bytes[BYTES_LEN];
    struct vtr_line_question questions[QUESTIONS];
    struct vtr_atom_table table;
    unsigned window_len;
};

static unsigned below(uint64_t *random, unsigned limit)
{
    return (unsigned)vtr_test_below(random, limit);
}

/* The kin of a window, byte after byte. */
static uint32_t kin_of(const uint8_t *window, unsigned len, unsigned shape)
{
    const uint8_t *behind = window + len;

    switch (shape) {
    case VTR_ATOM_KIN_BEHIND_1:
        return behind[0];
    case VTR_ATOM_KIN_BEFORE_1:
        return window[-1];
    case VTR_ATOM_KIN_BEHIND_2:
        return behind[0] | (uint32_t)behind[1] << 8;
    case VTR_ATOM_KIN_BEFORE_2:
        return window[-2] | (uint32_t)window[-1] << 8;
    case VTR_ATOM_KIN_BOTH:
        return behind[0] | (uint32_t)window[-1] << 8;
    case VTR_ATOM_KIN_BEHIND_4:
        return vtr_load_u32(behind);
    case VTR_ATOM_KIN_BEFORE_4:
        return vtr_load_u32(window - 4);
    default:
        return 0;
    }
}

static uint32_t print_of(const struct trial *trial,
                         const struct vtr_line_question *question, unsigned shape)
{
    const uint8_t *window = trial->bytes + question->at;

    return kin_of(window, trial->window_len, shape) * 0x85EBCA77u + question->key;
}

/* Lines of which many slots are those of some question, some are others and some free.
 */
static void make_trial(struct trial *trial, struct vtr_atom_gait gait, uint64_t *random)
{
    const unsigned place_bits = 4 + below(random, 28);
    const uint32_t mask = (uint32_t)((UINT64_C(1) << place_bits) - 1);

    trial->table = (struct vtr_atom_table){.slots = trial->slots,
                                           .line_count = LINES,
                                           .place_bits = place_bits,
                                           .gram_len = gait.gram_len,
                                           .stride = gait.stride};
    trial->window_len = vtr_atom_window_len(gait.gram_len, gait.stride);
    for (size_t i = 0; i < BYTES_LEN; i++) {
        trial->bytes[i] = (uint8_t)vtr_test_random(random);
    }
    for (size_t i = 0; i < QUESTIONS; i++) {
        trial->questions[i] =
            (struct vtr_line_question){.line = below(random, LINES),
                                       .key = (uint32_t)vtr_test_random(random),
                                       .at = VTR_ATOM_KIN_REACH +
                                             below(random, BYTES_LEN - 20)};
    }
    for (size_t i = 0; i < sizeof(trial->slots); i += 4) {
        const struct vtr_line_question *question =
            &trial->questions[below(random, QUESTIONS)];
        const unsigned shape = below(random, VTR_ATOM_KINS);
        const uint32_t place = (uint32_t)vtr_test_random(random) << VTR_ATOM_KIN_BITS;
        const uint32_t slot =
            (print_of(trial, question, shape) & ~mask) | (place & mask) | shape;

        vtr_store_u32(trial->slots + i, below(random, 4) == 0 ? 0 : slot);
    }
}

static uint32_t expect(const struct trial *trial,
                       const struct vtr_line_question *question)
{
    const uint32_t mask = (uint32_t)((UINT64_C(1) << trial->table.place_bits) - 1);
    uint32_t last = 0;
    uint32_t slots = 0;

    for (unsigned i = 0; i < VTR_ATOM_LINE_SLOTS; i++) {
        last = vtr_load_u32(trial->slots + (size_t)question->line * VTR_ATOM_LINE_LEN +
                            4 * (size_t)i);
        const uint32_t print = print_of(trial, question, last % VTR_ATOM_KINS);

        slots |= (uint32_t)((last & ~mask) == (print & ~mask)) << i;
    }
    return slots | (last != 0 ? VTR_LINE_FULL : 0);
}

static void check_trial(const struct trial *trial, vtr_match_lines_fn match)
{
    static struct vtr_line_answer answers[QUESTIONS];
    struct vtr_line_matcher matcher;
    size_t next = 0;

    vtr_line_matcher_init(&matcher, &trial->table, match);
    for (size_t count = 0; count <= QUESTIONS; count += QUESTIONS / 2) {
        const size_t found =
            match(&matcher, trial->bytes, trial->questions, count, answers);

        next = 0;
        for (size_t i = 0; i < count; i++) {
            const uint32_t slots = expect(trial, &trial->questions[i]);

            if (slots != 0) {
                assert_true(next < found);
                assert_int_equal(answers[next].question, i);
                assert_int_equal(answers[next].slots, slots);
                next++;
            }
        }
        assert_int_equal(next, found);
    }
    assert_true(next > 0);
}

static void every_version_finds_the_slots_of_a_window(void **state)
{
    (void)state;
    static struct trial trial;
    uint64_t random = 11;

    for (unsigned round = 0; round < 300; round++) {
        make_trial(&trial, GAITS[round % 6], &random);
        for (size_t v = 0; v < sizeof(FUNCTIONS) / sizeof(FUNCTIONS[0]); v++) {
            if (vtr_cpu_has_vectors((enum vtr_vectors)v)) {
                check_trial(&trial, FUNCTIONS[v]);
            }
        }
    }
}

static void a_kin_is_the_longest_that_is_known(void **state)
{
    (void)state;
    /* before, behind, shape */
    static const uint8_t CASES[][3] = {
        {0, 0, 0}, {1, 0, 2}, {0, 1, 1}, {1, 1, 5}, {2, 0, 4}, {2, 1, 4},
        {3, 1, 4}, {1, 2, 3}, {2, 2, 3}, {0, 3, 3}, {4, 0, 7}, {4, 3, 7},
        {8, 2, 7}, {0, 4, 6}, {4, 4, 6}, {9, 9, 6},
    };

    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        assert_int_equal(vtr_atom_kin_of(CASES[i][0], CASES[i][1]), CASES[i][2]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_version_finds_the_slots_of_a_window),
        cmocka_unit_test(a_kin_is_the_longest_that_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

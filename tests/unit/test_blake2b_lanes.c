/* SPDX-License-Identifier: Apache-2.0 */

/* Each message alone, by libsodium, is what the lanes must come to. */
#include "base/blake2b_lanes.h"

#include <string.h>

#include "base/digest.h"
#include "base/os_cpu.h"
#include "tests/support/cmocka.h"
#include "tests/support/random_records.h"

#define COUNT_MAX 40u
#define LEN_MAX   9000u /* more than makes a message a long one */

static bool has_vectors(void)
{
    return VTR_HAS_X86_VECTORS && vtr_cpu_has_vectors(VTR_VECTORS_AVX512);
}

/* Longer messages than `len_max` are left alone. */
static void check(const struct vtr_bytes *runs, size_t count, size_t len_max)
{
    static const uint8_t UNTOUCHED[VTR_DIGEST_LEN] = {0};
    uint8_t digests[COUNT_MAX * VTR_DIGEST_LEN] = {0};

    assert_true(vtr_blake2b_lanes(runs, count, len_max, digests));
    for (size_t i = 0; i < count; i++) {
        uint8_t expected[VTR_DIGEST_LEN];

        vtr_digest_blake2b(runs[i], expected);
        assert_memory_equal(digests + i * VTR_DIGEST_LEN,
                            runs[i].len > len_max ? UNTOUCHED : expected,
                            sizeof(expected));
    }
}

static void nothing_is_done_without_the_vectors(void **state)
{
    const struct vtr_bytes run = {(const uint8_t *)"a", 1};
    uint8_t digest[VTR_DIGEST_LEN] = {0};
    const uint8_t untouched[VTR_DIGEST_LEN] = {0};

    (void)state;
    const bool is_done = vtr_blake2b_lanes(&run, 1, 1, digest);
    assert_int_equal(is_done, has_vectors());
    assert_int_equal(memcmp(digest, untouched, sizeof(digest)) == 0, !is_done);
}

static void every_length_is_hashed_as_alone(void **state)
{
    uint8_t bytes[1100];

    (void)state;
    if (!has_vectors()) {
        skip(); /* no AVX-512 here */
    }
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(i * 7 + 3);
    }
    for (size_t len = 0; len <= sizeof(bytes); len++) {
        const struct vtr_bytes run = {bytes, len};
        check(&run, 1, sizeof(bytes));
    }
}

static void any_number_of_messages_of_any_lengths_is_hashed(void **state)
{
    static uint8_t bytes[LEN_MAX];
    uint64_t random = 1;

    (void)state;
    if (!has_vectors()) {
        skip(); /* no AVX-512 here */
    }
    for (size_t i = 0; i < LEN_MAX; i++) {
        bytes[i] = (uint8_t)vtr_test_random(&random);
    }
    for (size_t count = 0; count <= COUNT_MAX; count++) {
        struct vtr_bytes runs[COUNT_MAX];

        for (size_t i = 0; i < count; i++) {
            const size_t len = (size_t)vtr_test_below(&random, LEN_MAX + 1);
            runs[i] = (struct vtr_bytes){bytes + (LEN_MAX - len), len};
        }
        check(runs, count, LEN_MAX);
        check(runs, count, LEN_MAX / 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_done_without_the_vectors),
        cmocka_unit_test(every_length_is_hashed_as_alone),
        cmocka_unit_test(any_number_of_messages_of_any_lengths_is_hashed),
    };
    return cmocka_run_group_tests_name("blake2b_lanes", tests, NULL, NULL);
}

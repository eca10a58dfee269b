/* SPDX-License-Identifier: Apache-2.0 */

#include "base/sha256_lanes.h"

#include <string.h>

#include "base/digest.h"
#include "tests/support/cmocka.h"
#include "tests/support/random_records.h"

#define COUNT_MAX  60u
#define LEN_MAX    1200u /* more than makes a message a long one */
#define PREFIX_MAX 63u

/* Each message alone, by the other implementation. */
static void check(struct vtr_bytes prefix, const struct vtr_bytes *runs, size_t count)
{
    uint8_t digests[COUNT_MAX * VTR_SHA256_LEN];

    vtr_sha256_lanes(prefix, runs, count, digests);
    for (size_t i = 0; i < count; i++) {
        uint8_t message[PREFIX_MAX + LEN_MAX];
        uint8_t expected[VTR_SHA256_LEN];

        memcpy(message, prefix.ptr, prefix.len);
        if (runs[i].len > 0) {
            memcpy(message + prefix.len, runs[i].ptr, runs[i].len);
        }
        vtr_digest_sha256((struct vtr_bytes){message, prefix.len + runs[i].len},
                          expected);
        assert_memory_equal(digests + i * VTR_SHA256_LEN, expected, sizeof(expected));
    }
}

static void every_length_is_hashed_as_alone(void **state)
{
    (void)state;
    uint8_t bytes[LEN_MAX];

    for (size_t i = 0; i < LEN_MAX; i++) {
        bytes[i] = (uint8_t)(i * 7 + 3);
    }
    for (size_t len = 0; len <= LEN_MAX; len++) {
        const struct vtr_bytes run = {bytes, len};
        check((struct vtr_bytes){bytes, 1 + len % 2}, &run, 1);
    }
}

static void any_number_of_messages_of_any_lengths_is_hashed(void **state)
{
    (void)state;
    uint8_t bytes[LEN_MAX];
    uint64_t random = 1;

    for (size_t i = 0; i < LEN_MAX; i++) {
        bytes[i] = (uint8_t)vtr_test_random(&random);
    }
    for (size_t count = 0; count <= COUNT_MAX; count++) {
        struct vtr_bytes runs[COUNT_MAX];

        for (size_t i = 0; i < count; i++) {
            const size_t len = (size_t)vtr_test_below(&random, LEN_MAX + 1);
            runs[i] = (struct vtr_bytes){bytes + (LEN_MAX - len), len};
        }
        check((struct vtr_bytes){bytes, 1 + count % PREFIX_MAX}, runs, count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length_is_hashed_as_alone),
        cmocka_unit_test(any_number_of_messages_of_any_lengths_is_hashed),
    };
    return cmocka_run_group_tests_name("sha256_lanes", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */

/* TLSH digests: the expected ones are those of libtlsh 3.4.4. */
#include "scan/module/tlsh.h"

#include "tests/support/cmocka.h"

#define DATA_LEN 1000u

static const uint8_t *data(void)
{
    static uint8_t bytes[DATA_LEN];

    for (unsigned i = 0; i < DATA_LEN; i++) {
        bytes[i] = (uint8_t)(i * i * 7 + i / 3);
    }
    return bytes;
}

static void digests_are_those_of_the_library(void **state)
{
    char digest[VTR_TLSH_LEN + 1];

    (void)state;
    assert_true(vtr_tlsh((struct vtr_bytes){data(), DATA_LEN}, digest));
    assert_string_equal(digest,
                        "T1821175608F5BE0248720501DAFD6F825464C8A01CB4DF96853F8D"
                        "4F9E8CE5053AC0BCA");
    assert_true(vtr_tlsh((struct vtr_bytes){data(), 256}, digest));
    assert_string_equal(digest,
                        "T1EFD02B680E8BE070531410A89ED9F82657054B10CA59B9A912D8E"
                        "6F47A9E50139C0A4A");
}

static void data_below_fifty_bytes_has_no_digest(void **state)
{
    char digest[VTR_TLSH_LEN + 1];

    (void)state;
    assert_true(vtr_tlsh((struct vtr_bytes){data(), 50}, digest));
    assert_false(vtr_tlsh((struct vtr_bytes){data(), 49}, digest));
    assert_false(vtr_tlsh((struct vtr_bytes){NULL, 0}, digest));
}

static void uniform_data_has_no_digest(void **state)
{
    static const uint8_t ZEROS[DATA_LEN] = {0};
    char digest[VTR_TLSH_LEN + 1];

    (void)state;
    assert_false(vtr_tlsh((struct vtr_bytes){ZEROS, DATA_LEN}, digest));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_those_of_the_library),
        cmocka_unit_test(data_below_fifty_bytes_has_no_digest),
        cmocka_unit_test(uniform_data_has_no_digest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

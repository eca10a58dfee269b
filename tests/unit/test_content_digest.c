/* SPDX-License-Identifier: Apache-2.0 */

#include "format/image/content_digest.h"

#include <stdbool.h>
#include <string.h>

#include "base/digest.h"
#include "format/record/layout.h"
#include "tests/support/cmocka.h"

#define LEN (VTR_DIGEST_PIECE_LEN + 100)

static void its_own_bytes_do_not_count_and_all_others_do(void **state)
{
    static uint8_t image[LEN];
    uint8_t digest[VTR_DIGEST_LEN];
    uint8_t other[VTR_DIGEST_LEN];

    (void)state;
    for (size_t i = 0; i < LEN; i++) {
        image[i] = (uint8_t)(i * 5);
    }
    vtr_content_digest((struct vtr_bytes){image, LEN}, NULL, NULL, digest);
    for (size_t at = 0; at < LEN; at++) {
        const bool is_own =
            at >= VTR_AT_CONTENT_DIGEST && at < VTR_AT_CONTENT_DIGEST + VTR_DIGEST_LEN;

        image[at] ^= 1;
        vtr_content_digest((struct vtr_bytes){image, LEN}, NULL, NULL, other);
        image[at] ^= 1;
        assert_int_equal(memcmp(digest, other, sizeof(digest)) == 0, is_own);
        at += at > VTR_HEADER_LEN && at < VTR_DIGEST_PIECE_LEN - 100 ? 99 : 0;
    }
}

static void an_image_of_one_piece_is_hashed_twice_over(void **state)
{
    uint8_t image[VTR_HEADER_LEN] = {7};
    uint8_t piece[VTR_DIGEST_LEN];
    uint8_t expected[VTR_DIGEST_LEN];

    (void)state;
    vtr_digest_blake2b((struct vtr_bytes){image, sizeof(image)}, piece);
    vtr_digest_blake2b((struct vtr_bytes){piece, sizeof(piece)}, expected);
    vtr_content_digest((struct vtr_bytes){image, sizeof(image)}, NULL, NULL,
                       image + VTR_AT_CONTENT_DIGEST);
    assert_memory_equal(image + VTR_AT_CONTENT_DIGEST, expected, sizeof(expected));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_own_bytes_do_not_count_and_all_others_do),
        cmocka_unit_test(an_image_of_one_piece_is_hashed_twice_over),
    };
    return cmocka_run_group_tests_name("content_digest", tests, NULL, NULL);
}

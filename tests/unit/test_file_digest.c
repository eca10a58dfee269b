/* SPDX-License-Identifier: Apache-2.0 */

/* The digests by which rules name files give what their standards say, whatever else
 * the process does with libcrypto. */
#include "base/file_digest.h"

#include <string.h>

#include <openssl/err.h>

#include "base/bytes.h"

#include "tests/support/cmocka.h"

typedef enum vtr_status (*digest_fn)(struct vtr_bytes bytes, uint8_t *out);

static void check(digest_fn digest, size_t digest_len, const char *text,
                  const char *hex)
{
    uint8_t out[VTR_SHA256_LEN];
    char spelled[2 * VTR_SHA256_LEN + 1];

    assert_int_equal(digest(vtr_bytes_from_text(text), out), VTR_OK);
    vtr_digest_hex((struct vtr_bytes){out, digest_len}, spelled);
    assert_string_equal(spelled, hex);
}

/* RFC 1321 appendix A.5. */
static void md5_gives_the_vectors_of_its_rfc(void **state)
{
    (void)state;
    check(vtr_file_digest_md5, VTR_MD5_LEN, "", "d41d8cd98f00b204e9800998ecf8427e");
    check(vtr_file_digest_md5, VTR_MD5_LEN, "abc", "900150983cd24fb0d6963f7d28e17f72");
    check(vtr_file_digest_md5, VTR_MD5_LEN,
          "1234567890123456789012345678901234567890"
          "1234567890123456789012345678901234567890",
          "57edf4a22be3c955ac49da2e2107b67a");
}

/* FIPS 180 examples. */
static void sha1_gives_the_vectors_of_its_standard(void **state)
{
    (void)state;
    check(vtr_file_digest_sha1, VTR_SHA1_LEN, "",
          "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    check(vtr_file_digest_sha1, VTR_SHA1_LEN, "abc",
          "a9993e364706816aba3e25717850c26c9cd0d89d");
    check(vtr_file_digest_sha1, VTR_SHA1_LEN,
          "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
          "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
}

static void sha256_gives_the_vectors_of_its_standard(void **state)
{
    (void)state;
    check(vtr_file_digest_sha256, VTR_SHA256_LEN, "abc",
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* Lengths around the padding's block edge, against digests made by coreutils. */
static void padding_is_right_around_the_block_edge(void **state)
{
    (void)state;
    char text[65];

    memset(text, 'a', sizeof(text));
    text[55] = '\0';
    check(vtr_file_digest_md5, VTR_MD5_LEN, text, "ef1772b6dff9a122358552954ad0df65");
    check(vtr_file_digest_sha1, VTR_SHA1_LEN, text,
          "c1c8bbdc22796e28c0e15163d20899b65621d65a");
    text[55] = 'a';
    text[56] = '\0';
    check(vtr_file_digest_md5, VTR_MD5_LEN, text, "3b0c8ac703f828b04c6c197006d17218");
    check(vtr_file_digest_sha1, VTR_SHA1_LEN, text,
          "c2db330f6083854c99d4b5bfb6e8f29f201be699");
    text[56] = 'a';
    text[64] = '\0';
    check(vtr_file_digest_md5, VTR_MD5_LEN, text, "014842d480b571495a4a0363793f7367");
    check(vtr_file_digest_sha1, VTR_SHA1_LEN, text,
          "0098ba824b5c16427bd7a1122a5a442a25ec644d");
}

static void the_queue_of_errors_stays_as_it_was(void **state)
{
    uint8_t out[VTR_SHA256_LEN];

    (void)state;
    ERR_raise(ERR_LIB_USER, 42);
    assert_int_equal(vtr_file_digest_md5((struct vtr_bytes){NULL, 0}, out), VTR_OK);
    assert_int_equal(ERR_GET_REASON(ERR_get_error()), 42);
    assert_int_equal(ERR_get_error(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(md5_gives_the_vectors_of_its_rfc),
        cmocka_unit_test(sha1_gives_the_vectors_of_its_standard),
        cmocka_unit_test(sha256_gives_the_vectors_of_its_standard),
        cmocka_unit_test(padding_is_right_around_the_block_edge),
        cmocka_unit_test(the_queue_of_errors_stays_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

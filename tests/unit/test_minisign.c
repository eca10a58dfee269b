/* SPDX-License-Identifier: Apache-2.0 */

#include "verify/key/minisign.h"

#include <string.h>

#include "base/bytes.h"
#include "tests/support/cmocka.h"
#include "verify/key/key.h"
#include "verify/key/key_text.h"

/* Made by minisign 0.11 -S -W of a file "message\n", comments "c" and "t". */
static const char PUBLIC_KEY[] =
    "untrusted comment: minisign public "
    "key\nRWTi6lqjH2GE64W3f4GA2YlY8dS7dGcuBd4yJ3ve66xBpQf3YZnKpvV5\n";
static const char SIGNATURE[] =
    "untrusted comment: c\n"
    "RUTi6lqjH2GE63opsn7td/85vnRgso0NBNpuotTQAvO0EkoW0ITU/5YTd8ljgJv5c5CyQbpOQGTCEoI/"
    "LrVhaVrX3GuE2WJHVQ0=\n"
    "trusted comment: t\n"
    "u+gfIHZQOKXhbkfVjiYs6pMQiIqFYR5XA50sief1sRP6555xEOy4P43Y5BFsfmxmXs3/"
    "pkv9i4xeKs2FGaHcDA==\n";
static const struct vtr_bytes FILE_BYTES = {(const uint8_t *)"message\n", 8};

static void signature_of_minisign_is_taken(void **state)
{
    struct vtr_public_key key;
    (void)state;

    assert_int_equal(vtr_key_text_read_public(vtr_bytes_from_text(PUBLIC_KEY), &key,
                                              NULL),
                     VTR_OK);
    assert_int_equal(vtr_minisign_check(vtr_bytes_from_text(SIGNATURE), &key,
                                        FILE_BYTES, NULL),
                     VTR_OK);
    assert_int_equal(vtr_minisign_check(vtr_bytes_from_text(SIGNATURE), &key,
                                        vtr_bytes_from_text("message"), NULL),
                     VTR_ERROR_SIGNATURE);
}

/* A fresh key and its signature of FILE_BYTES. */
static void sign(struct vtr_public_key *key, struct vtr_writer *text)
{
    struct vtr_secret_key *secret = vtr_secret_key_new();

    assert_non_null(secret);
    vtr_secret_key_randomise(secret);
    vtr_secret_key_get_public(secret, key);
    vtr_minisign_write(text, secret, FILE_BYTES, vtr_bytes_from_text("file:x"));
    assert_true(vtr_writer_ok(text));
    vtr_secret_key_free(secret);
}

static void signature_holds_for_one_file_and_key(void **state)
{
    struct vtr_public_key key;
    struct vtr_public_key other;
    struct vtr_writer text = {0};
    struct vtr_writer more = {0};
    (void)state;

    sign(&key, &text);
    sign(&other, &more);
    assert_int_equal(vtr_minisign_check(vtr_writer_bytes(&text), &key, FILE_BYTES,
                                        NULL),
                     VTR_OK);
    assert_int_equal(vtr_minisign_check(vtr_writer_bytes(&text), &other, FILE_BYTES,
                                        NULL),
                     VTR_ERROR_SIGNATURE);
    vtr_writer_deinit(&text);
    vtr_writer_deinit(&more);
}

static void every_truncation_and_turned_bit_is_refused(void **state)
{
    struct vtr_public_key key;
    struct vtr_writer text = {0};
    (void)state;

    sign(&key, &text);
    for (size_t len = 0; len < text.len; len++) {
        assert_int_not_equal(vtr_minisign_check((struct vtr_bytes){text.ptr, len}, &key,
                                                FILE_BYTES, NULL),
                             VTR_OK);
    }
    const uint8_t *line_end = memchr(text.ptr, '\n', text.len);
    assert_non_null(line_end);
    /* The untrusted comment may say anything, and nobody reads the id: 10 bytes, 14
     * characters of base64, of which the last shares a bit with the signature. */
    const size_t start = (size_t)(line_end - text.ptr) + 1;
    for (size_t i = start; i < text.len; i++) {
        if (i >= start + 2 && i < start + 14) {
            continue;
        }
        text.ptr[i] ^= 1;
        assert_int_not_equal(vtr_minisign_check(vtr_writer_bytes(&text), &key,
                                                FILE_BYTES, NULL),
                             VTR_OK);
        text.ptr[i] ^= 1;
    }
    vtr_writer_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signature_of_minisign_is_taken),
        cmocka_unit_test(signature_holds_for_one_file_and_key),
        cmocka_unit_test(every_truncation_and_turned_bit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

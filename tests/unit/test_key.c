/* SPDX-License-Identifier: Apache-2.0 */

#include "verify/key/key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/os_path.h"
#include "tests/support/cmocka.h"
#include "verify/key/key_text.h"

/* Made by minisign 0.11 -G -W. */
static const char MINISIGN_SECRET[] =
    "untrusted comment: minisign encrypted secret key\n"
    "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADL4PysV4ow"
    "iPw"
    "kDFxqpxzqSYfu9Ab1+BTtSb8zzwJrx886QYIomvMLEWgG+"
    "KptHcfEMzff64bI2CLsPkXprY6xYKLxRiJ3YTAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
static const char MINISIGN_PUBLIC[] =
    "untrusted comment: minisign public key 8A378C5CA0FBE0C\n"
    "RWQMvg/KxXijCLEWgG+KptHcfEMzff64bI2CLsPkXprY6xYKLxRiJ3YT\n";

#define PATH "test_key.secret"

static const struct vtr_bytes MESSAGE = {(const uint8_t *)"message", 7};

static int remove_files(void **state)
{
    (void)state;
    (void)remove(PATH);
    (void)remove(PATH ".pub");
    return 0;
}

static void minisign_keys_are_read(void **state)
{
    struct vtr_public_key public_key;
    struct vtr_public_key derived;
    uint8_t signature[VTR_SIGNATURE_LEN];
    struct vtr_secret_key *key = vtr_secret_key_new();
    (void)state;

    assert_non_null(key);
    assert_int_equal(vtr_key_text_read_public(vtr_bytes_from_text(MINISIGN_PUBLIC),
                                              &public_key, NULL),
                     VTR_OK);
    assert_int_equal(vtr_key_text_read_secret(vtr_bytes_from_text(MINISIGN_SECRET),
                                              NULL, key, NULL),
                     VTR_OK);
    vtr_secret_key_get_public(key, &derived);
    assert_memory_equal(&derived, &public_key, sizeof(derived));
    vtr_key_sign(key, MESSAGE, signature);
    assert_true(vtr_key_check(&public_key, MESSAGE, signature));
    vtr_secret_key_free(key);
}

static void signature_holds_for_one_message_and_key(void **state)
{
    struct vtr_public_key public_key;
    uint8_t signature[VTR_SIGNATURE_LEN];
    struct vtr_secret_key *key = vtr_secret_key_new();
    (void)state;

    assert_non_null(key);
    vtr_secret_key_randomise(key);
    vtr_secret_key_get_public(key, &public_key);
    vtr_key_sign(key, MESSAGE, signature);
    assert_true(vtr_key_check(&public_key, MESSAGE, signature));
    assert_false(
        vtr_key_check(&public_key, (struct vtr_bytes){MESSAGE.ptr, 6}, signature));
    for (size_t bit = 0; bit < sizeof(signature) * 8; bit++) {
        signature[bit / 8] = (uint8_t)(signature[bit / 8] ^ 1u << bit % 8);
        assert_false(vtr_key_check(&public_key, MESSAGE, signature));
        signature[bit / 8] = (uint8_t)(signature[bit / 8] ^ 1u << bit % 8);
    }
    vtr_secret_key_randomise(key);
    vtr_secret_key_get_public(key, &public_key);
    assert_false(vtr_key_check(&public_key, MESSAGE, signature));
    vtr_secret_key_free(key);
}

static void small_order_keys_vouch_for_nothing(void **state)
{
    /* The identity, the point of order two, and a point of order eight. */
    static const uint8_t POINTS[3][VTR_PUBLIC_KEY_LEN] = {
        {1},
        {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
        {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
         0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
         0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a}};
    const uint8_t signature[VTR_SIGNATURE_LEN] = {1};
    (void)state;

    for (size_t i = 0; i < 3; i++) {
        struct vtr_public_key key = {{0}, {0}};
        struct vtr_public_key read;
        struct vtr_writer text = {0};
        struct vtr_error err;

        memcpy(key.key, POINTS[i], sizeof(key.key));
        assert_false(vtr_public_key_is_valid(&key));
        assert_false(vtr_key_check(&key, MESSAGE, signature));
        vtr_key_text_write_public(&text, &key);
        assert_int_equal(vtr_key_text_read_public(vtr_writer_bytes(&text), &read, &err),
                         VTR_ERROR_SIGNATURE);
        vtr_writer_deinit(&text);
    }
}

static void generated_key_is_found_again(void **state)
{
    struct vtr_public_key made;
    struct vtr_public_key read;
    struct vtr_secret_key *key = NULL;
    struct vtr_error err;
    int is_encrypted = 1;

    (void)remove_files(state);
    assert_int_equal(vtr_key_generate(PATH, NULL, &made, &err), VTR_OK);
    assert_int_equal(vtr_public_key_load(&read, PATH ".pub", &err), VTR_OK);
    assert_memory_equal(&read, &made, sizeof(read));
    assert_int_equal(vtr_secret_key_is_encrypted(PATH, &is_encrypted, &err), VTR_OK);
    assert_false(is_encrypted);
    assert_int_equal(vtr_secret_key_load(&key, PATH, NULL, &err), VTR_OK);
    vtr_secret_key_get_public(key, &read);
    assert_memory_equal(&read, &made, sizeof(read));
    vtr_secret_key_free(key);
}

static void existing_key_is_never_overwritten(void **state)
{
    struct vtr_public_key made;
    struct vtr_public_key read;
    struct vtr_error err;

    (void)remove_files(state);
    assert_int_equal(vtr_key_generate(PATH, NULL, &made, &err), VTR_OK);
    assert_int_equal(vtr_key_generate(PATH, NULL, &read, &err), VTR_ERROR_ARGUMENT);
    assert_int_equal(remove(PATH), 0);
    assert_int_equal(vtr_key_generate(PATH, NULL, &read, &err), VTR_ERROR_ARGUMENT);
    assert_int_equal(vtr_path_kind(PATH), VTR_PATH_MISSING);
    assert_int_equal(vtr_public_key_load(&read, PATH ".pub", &err), VTR_OK);
    assert_memory_equal(&read, &made, sizeof(read));
}

static void password_opens_the_key_and_no_other_does(void **state)
{
    struct vtr_public_key made;
    struct vtr_public_key read;
    struct vtr_secret_key *key = NULL;
    struct vtr_error err;
    int is_encrypted = 0;

    (void)remove_files(state);
    assert_int_equal(vtr_key_generate(PATH, "correct horse", &made, &err), VTR_OK);
    assert_int_equal(vtr_secret_key_is_encrypted(PATH, &is_encrypted, &err), VTR_OK);
    assert_true(is_encrypted);
    assert_int_equal(vtr_secret_key_load(&key, PATH, "wrong horse", &err),
                     VTR_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, "wrong password"));
    assert_int_equal(vtr_secret_key_load(&key, PATH, NULL, &err), VTR_ERROR_ARGUMENT);
    assert_null(key);
    assert_int_equal(vtr_secret_key_load(&key, PATH, "correct horse", &err), VTR_OK);
    vtr_secret_key_get_public(key, &read);
    assert_memory_equal(&read, &made, sizeof(read));
    vtr_secret_key_free(key);
}

static void damaged_texts_are_refused(void **state)
{
    struct vtr_secret_key *key = vtr_secret_key_new();
    struct vtr_public_key public_key;
    const struct vtr_bytes secret = vtr_bytes_from_text(MINISIGN_SECRET);
    const struct vtr_bytes text = vtr_bytes_from_text(MINISIGN_PUBLIC);
    (void)state;

    assert_non_null(key);
    for (size_t len = 0; len < text.len - 1;
         len++) { /* the last newline may be missing */
        assert_int_not_equal(vtr_key_text_read_public((struct vtr_bytes){text.ptr, len},
                                                      &public_key, NULL),
                             VTR_OK);
    }
    for (size_t len = 0; len < secret.len - 1; len++) {
        assert_int_not_equal(vtr_key_text_read_secret((struct vtr_bytes){secret.ptr,
                                                                         len},
                                                      NULL, key, NULL),
                             VTR_OK);
    }
    assert_int_not_equal(vtr_key_text_read_public(secret, &public_key, NULL), VTR_OK);
    assert_int_not_equal(vtr_key_text_read_secret(text, NULL, key, NULL), VTR_OK);
    vtr_secret_key_free(key);
}

static void halves_that_do_not_belong_together_are_refused(void **state)
{
    struct vtr_secret_key *key = vtr_secret_key_new();
    struct vtr_writer text = {0};
    struct vtr_error err;
    (void)state;

    assert_non_null(key);
    vtr_secret_key_randomise(key);
    key->key[40] ^= 1;
    assert_int_equal(vtr_key_text_write_secret(&text, key, NULL, &err), VTR_OK);
    assert_int_equal(vtr_key_text_read_secret(vtr_writer_bytes(&text), NULL, key, &err),
                     VTR_ERROR_FORMAT);
    vtr_writer_deinit(&text);
    vtr_secret_key_free(key);
}

static void file_that_asks_for_gigabytes_is_refused(void **state)
{
    /* Encrypted, limits 2^32 and 2^40, made by hand. */
    static const char TEXT[] =
        "untrusted comment: x\n"
        "RWRTY0IyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAQAA"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    struct vtr_secret_key *key = vtr_secret_key_new();
    struct vtr_error err = {0};
    (void)state;

    assert_non_null(key);
    assert_int_equal(vtr_key_text_read_secret(vtr_bytes_from_text(TEXT), "password",
                                              key, &err),
                     VTR_ERROR_LIMIT);
    vtr_secret_key_free(key);
}

static void missing_file_is_named(void **state)
{
    struct vtr_public_key key;
    struct vtr_error err = {0};
    (void)state;

    assert_int_equal(vtr_public_key_load(&key, "no-such-key.pub", &err), VTR_ERROR_IO);
    assert_non_null(strstr(err.message, "no-such-key.pub"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minisign_keys_are_read),
        cmocka_unit_test(signature_holds_for_one_message_and_key),
        cmocka_unit_test(small_order_keys_vouch_for_nothing),
        cmocka_unit_test_teardown(generated_key_is_found_again, remove_files),
        cmocka_unit_test_teardown(existing_key_is_never_overwritten, remove_files),
        cmocka_unit_test_teardown(password_opens_the_key_and_no_other_does,
                                  remove_files),
        cmocka_unit_test(damaged_texts_are_refused),
        cmocka_unit_test(halves_that_do_not_belong_together_are_refused),
        cmocka_unit_test(file_that_asks_for_gigabytes_is_refused),
        cmocka_unit_test(missing_file_is_named),
    };
    return cmocka_run_group_tests_name("key", tests, NULL, NULL);
}

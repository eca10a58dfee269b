/* SPDX-License-Identifier: Apache-2.0 */

/* Digests and checksums of the hash module, and what it remembers of them. */
#include "scan/module/hash.h"

#include <string.h>

#include "base/bytes.h"
#include "tests/support/cmocka.h"
#include "tests/support/module_call.h"

#define I(number) ((int64_t)(number))

static void begin(struct vtr_test_modules *test)
{
    vtr_test_modules_init(test, vtr_bytes_from_text("abcdefghijklmnopqrstuvwxyz"));
}

static void digests_of_a_part_and_of_a_text_are_the_same(void **state)
{
    static const struct {
        const char *of_part;
        const char *of_text;
        const char *digest;
    } CASES[] = {
        {"hash.md5(ii)", "hash.md5(s)", "900150983cd24fb0d6963f7d28e17f72"},
        {"hash.sha1(ii)", "hash.sha1(s)", "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {"hash.sha256(ii)", "hash.sha256(s)",
         "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    };
    struct vtr_test_modules test;

    (void)state;
    begin(&test);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        vtr_test_is_text(vtr_test_call(&test, CASES[i].of_part, I(0), I(3)),
                         CASES[i].digest);
        vtr_test_is_text(vtr_test_call(&test, CASES[i].of_text, "abc"),
                         CASES[i].digest);
    }
    assert_int_equal(vtr_test_call(&test, "hash.crc32(ii)", I(0), I(3)).is.number,
                     0x352441c2);
    assert_int_equal(vtr_test_call(&test, "hash.crc32(s)", "abc").is.number,
                     0x352441c2);
    assert_int_equal(vtr_test_call(&test, "hash.checksum32(ii)", I(0), I(3)).is.number,
                     294);
    assert_int_equal(
        vtr_test_call(&test, "hash.checksum32(s)", "\xff\xfe\xfdhjrgw").is.number,
        1308);
    vtr_test_modules_deinit(&test);
}

static void a_part_ends_with_the_file(void **state)
{
    static const char *const PATHS[] = {"hash.md5(ii)", "hash.sha1(ii)",
                                        "hash.sha256(ii)", "hash.crc32(ii)",
                                        "hash.checksum32(ii)"};
    struct vtr_test_modules test;

    (void)state;
    begin(&test);
    vtr_test_is_text(vtr_test_call(&test, "hash.md5(ii)", I(25), I(0)),
                     "d41d8cd98f00b204e9800998ecf8427e");
    vtr_test_is_text(vtr_test_call(&test, "hash.md5(ii)", I(0), I(1000)),
                     "c3fcd3d76192e4007dfb496cca67e13b");
    for (size_t i = 0; i < sizeof(PATHS) / sizeof(PATHS[0]); i++) {
        assert_int_equal(vtr_test_call(&test, PATHS[i], I(25), INT64_MAX).kind,
                         i < 3 ? VTR_MODULE_TEXT : VTR_MODULE_INT);
        assert_int_equal(vtr_test_call(&test, PATHS[i], I(26), I(0)).kind,
                         VTR_MODULE_UNDEFINED);
        assert_int_equal(vtr_test_call(&test, PATHS[i], I(-1), I(1)).kind,
                         VTR_MODULE_UNDEFINED);
        assert_int_equal(vtr_test_call(&test, PATHS[i], I(0), I(-1)).kind,
                         VTR_MODULE_UNDEFINED);
    }
    vtr_test_modules_deinit(&test);

    vtr_test_modules_init(&test, (struct vtr_bytes){NULL, 0});
    for (size_t i = 0; i < sizeof(PATHS) / sizeof(PATHS[0]); i++) {
        assert_int_equal(vtr_test_call(&test, PATHS[i], I(0), I(0)).kind,
                         VTR_MODULE_UNDEFINED);
    }
    vtr_test_modules_deinit(&test);
}

static void a_part_is_read_once_a_digest(void **state)
{
    struct vtr_test_modules test;

    (void)state;
    begin(&test);
    (void)vtr_test_call(&test, "hash.md5(ii)", I(0), I(26));
    (void)vtr_test_call(&test, "hash.sha1(ii)", I(0), I(26));
    test.units_left = 0;
    /* A size that reaches past the end names the same part. */
    vtr_test_is_text(vtr_test_call(&test, "hash.md5(ii)", I(0), I(27)),
                     "c3fcd3d76192e4007dfb496cca67e13b");
    vtr_test_is_text(vtr_test_call(&test, "hash.sha1(ii)", I(0), I(26)),
                     "32d10c7b8cf96570ca04ce37f2a19d84240d3a89");
    assert_int_equal(vtr_test_call(&test, "hash.sha256(ii)", I(0), I(26)).kind,
                     VTR_MODULE_UNDEFINED);
    assert_int_equal(vtr_test_call(&test, "hash.md5(ii)", I(0), I(25)).kind,
                     VTR_MODULE_UNDEFINED);
    vtr_test_modules_deinit(&test);
}

static void more_parts_than_are_remembered_have_the_right_digests(void **state)
{
    struct vtr_test_modules test;
    char first[27];

    (void)state;
    begin(&test);
    for (int64_t round = 0; round < 3; round++) {
        for (int64_t size = 0; size < 26; size++) {
            for (int64_t offset = 0; offset < 3; offset++) {
                const struct vtr_module_value part =
                    vtr_test_call(&test, "hash.md5(ii)", offset, size);
                memset(first, 0, sizeof(first));
                const size_t left = (size_t)(26 - offset);
                memcpy(first, &"abcdefghijklmnopqrstuvwxyz"[offset],
                       (size_t)size < left ? (size_t)size : left);
                const struct vtr_module_value text =
                    vtr_test_call(&test, "hash.md5(s)", first);
                assert_true(vtr_bytes_equal(part.is.text, text.is.text));
            }
        }
    }
    vtr_test_modules_deinit(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_of_a_part_and_of_a_text_are_the_same),
        cmocka_unit_test(a_part_ends_with_the_file),
        cmocka_unit_test(a_part_is_read_once_a_digest),
        cmocka_unit_test(more_parts_than_are_remembered_have_the_right_digests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

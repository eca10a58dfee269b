/* SPDX-License-Identifier: Apache-2.0 */

#include "format/image/image.h"
#include "format/image_check.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/writer.h"
#include "tests/support/cmocka.h"
#include "tests/support/random_records.h"
#include "tests/support/walk_image.h"

/* An image with every section, as small as that allows: of 4,000 seeds, the one whose
 * strings have the fewest atoms. */
static struct vtr_bytes small_image(void)
{
    const struct vtr_test_counts counts = {.hashes = {5, 5, 5},
                                           .rules = 4,
                                           .externals = 2};
    struct vtr_test_records set;

    vtr_test_records_init(&set, 3460, &counts);
    const struct vtr_bytes image = vtr_test_materialise(&set.records);
    vtr_test_records_deinit(&set);
    return image;
}

static uint8_t *copy_of(struct vtr_bytes bytes, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);

    assert_non_null(copy);
    memcpy(copy, bytes.ptr, len);
    return copy;
}

static void free_image(struct vtr_bytes image)
{
    free((void *)(uintptr_t)image.ptr);
}

static void the_small_image_has_every_section(void **state)
{
    (void)state;
    const struct vtr_bytes bytes = small_image();
    struct vtr_image image;

    assert_int_equal(vtr_image_open(&image, bytes, NULL), VTR_OK);
    for (unsigned id = VTR_SECTION_STEM_OFFSETS; id <= VTR_SECTION_UNINDEXED; id++) {
        assert_true(image.sections[id].bytes.len > 0);
    }
    for (unsigned id = VTR_SECTION_HASH_BASE; id < VTR_SECTION_HASH_BASE + 9; id++) {
        assert_true(image.sections[id].bytes.len > 0);
    }
    free_image(bytes);
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    const struct vtr_bytes bytes = small_image();

    for (size_t len = 0; len < bytes.len; len++) {
        uint8_t *copy = copy_of(bytes, len); /* so that a sanitizer sees its end */

        assert_int_equal(vtr_test_walk_image((struct vtr_bytes){copy, len}), 0);
        free(copy);
    }
    free_image(bytes);
}

static void a_byte_after_the_end_is_refused(void **state)
{
    (void)state;
    const struct vtr_bytes bytes = small_image();
    uint8_t *longer = calloc(bytes.len + 1, 1);

    assert_non_null(longer);
    memcpy(longer, bytes.ptr, bytes.len);
    assert_int_equal(vtr_test_walk_image((struct vtr_bytes){longer, bytes.len + 1}), 0);
    vtr_store_u64(longer + VTR_AT_FILE_LEN, bytes.len + 1);
    assert_int_equal(vtr_test_walk_image((struct vtr_bytes){longer, bytes.len + 1}), 0);
    free(longer);
    free_image(bytes);
}

static void every_flipped_bit_is_noticed_and_safe(void **state)
{
    (void)state;
    const struct vtr_bytes bytes = small_image();
    uint8_t *copy = copy_of(bytes, bytes.len);
    const struct vtr_bytes flipped = {copy, bytes.len};

    for (size_t bit = 0; bit < bytes.len * 8; bit++) {
        struct vtr_image image;

        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (vtr_image_open(&image, flipped, NULL) == VTR_OK) {
            assert_int_equal(vtr_image_check_digest(&image, NULL), VTR_ERROR_MISMATCH);
            (void)vtr_test_walk_image(flipped);
        }
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    free(copy);
    free_image(bytes);
}

/* Sets byte `at`, makes the digest right again, and tells what the deep check says. */
static enum vtr_status check_with_byte(struct vtr_bytes bytes, size_t at, uint8_t value)
{
    uint8_t *copy = copy_of(bytes, bytes.len);
    const struct vtr_bytes changed = {copy, bytes.len};
    struct vtr_image image;

    copy[at] = value;
    memset(copy + VTR_AT_CONTENT_DIGEST, 0, VTR_DIGEST_LEN);
    uint8_t digest[VTR_DIGEST_LEN];
    vtr_digest_blake2b(changed, digest);
    memcpy(copy + VTR_AT_CONTENT_DIGEST, digest, sizeof(digest));
    enum vtr_status status = vtr_image_open(&image, changed, NULL);
    if (status == VTR_OK) {
        status = vtr_image_check(&image, NULL);
    }
    free(copy);
    return status;
}

static void a_changed_byte_under_a_right_digest_is_noticed(void **state)
{
    (void)state;
    const struct vtr_bytes bytes = small_image();
    struct vtr_image image;
    size_t accepted = 0;

    assert_int_equal(vtr_image_open(&image, bytes, NULL), VTR_OK);
    for (size_t at = 0; at < bytes.len; at++) {
        const bool is_digest =
            at >= VTR_AT_CONTENT_DIGEST && at < VTR_AT_CONTENT_DIGEST + VTR_DIGEST_LEN;
        const enum vtr_status status =
            check_with_byte(bytes, at, (uint8_t)(bytes.ptr[at] + 1));

        if (is_digest) {
            assert_int_equal(status, VTR_OK);
        } else if (status == VTR_OK) {
            accepted++; /* another database: its name or its release */
            assert_true((at >= VTR_AT_RELEASE && at < VTR_AT_RELEASE + 8) ||
                        (at >= VTR_AT_NAME && at < VTR_AT_NAME + image.name.len));
        }
    }
    assert_int_equal(accepted, 8 + image.name.len);
    free_image(bytes);
}

/* Whoever reads them makes room for as many as are said to be there. */
static void external_variables_without_bytes_are_refused(void **state)
{
    (void)state;
    const struct vtr_bytes bytes = small_image();
    uint8_t *copy = copy_of(bytes, bytes.len);
    const struct vtr_bytes changed = {copy, bytes.len};
    struct vtr_image image;
    uint8_t *row = copy + VTR_HEADER_LEN;

    assert_int_equal(vtr_image_open(&image, bytes, NULL), VTR_OK);
    while (vtr_load_u32(row + VTR_TOC_AT_ID) != VTR_SECTION_EXTERNALS) {
        row += VTR_TOC_ROW_LEN;
    }
    const uint64_t rest = image.record_count - image.external_count;
    const uint64_t most = image.sections[VTR_SECTION_EXTERNALS].bytes.len / 5;
    vtr_store_u64(row + VTR_TOC_AT_COUNT, most);
    vtr_store_u64(copy + VTR_AT_RECORD_COUNT, rest + most);
    assert_int_equal(vtr_image_open(&image, changed, NULL), VTR_OK);
    vtr_store_u64(row + VTR_TOC_AT_COUNT, most + 1);
    vtr_store_u64(copy + VTR_AT_RECORD_COUNT, rest + most + 1);
    assert_int_equal(vtr_image_open(&image, changed, NULL), VTR_ERROR_FORMAT);
    free(copy);
    free_image(bytes);
}

static void another_version_is_told_apart_from_damage(void **state)
{
    (void)state;
    const struct vtr_bytes bytes = small_image();

    assert_int_equal(check_with_byte(bytes, VTR_AT_LAYOUT, VTR_LAYOUT_VERSION + 1),
                     VTR_ERROR_VERSION);
    assert_int_equal(check_with_byte(bytes, VTR_AT_ENGINE, 2), VTR_ERROR_VERSION);
    assert_int_equal(check_with_byte(bytes, 0, 'v'), VTR_ERROR_FORMAT);
    free_image(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_small_image_has_every_section),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(a_byte_after_the_end_is_refused),
        cmocka_unit_test(every_flipped_bit_is_noticed_and_safe),
        cmocka_unit_test(a_changed_byte_under_a_right_digest_is_noticed),
        cmocka_unit_test(external_variables_without_bytes_are_refused),
        cmocka_unit_test(another_version_is_told_apart_from_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

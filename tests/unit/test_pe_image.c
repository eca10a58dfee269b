/* SPDX-License-Identifier: Apache-2.0 */

/* Headers of PE files: what is one, and where an address is in the file. */
#include "scan/module/pe_image.h"

#include <stdlib.h>
#include <string.h>

#include "base/writer.h"
#include "tests/support/cmocka.h"

#define PE_AT       0x80u
#define OPTIONAL_AT (PE_AT + 24u)
#define SECTIONS_AT (OPTIONAL_AT + 224u)
#define FILE_LEN    0x800u

struct sample {
    uint8_t bytes[FILE_LEN];
};

static void put_section(struct sample *sample, unsigned index, uint32_t address,
                        uint32_t size, uint32_t raw_offset, uint32_t raw_size)
{
    uint8_t *at = sample->bytes + SECTIONS_AT + (size_t)index * VTR_PE_SECTION_LEN;

    vtr_store_u32(at + 8, size);
    vtr_store_u32(at + 12, address);
    vtr_store_u32(at + 16, raw_size);
    vtr_store_u32(at + 20, raw_offset);
}

/* A 32-bit file with two sections: 0x1000 at 0x200, with more bytes in the file than it
 * says of memory, and 0x2000 at 0x432. */
static void make_sample(struct sample *sample)
{
    memset(sample, 0, sizeof(*sample));
    memcpy(sample->bytes, "MZ", 2);
    vtr_store_u32(sample->bytes + 60, PE_AT);
    memcpy(sample->bytes + PE_AT, "PE\0\0\x4c\x01\x02", 7);
    vtr_store_u16(sample->bytes + PE_AT + 20, 224);
    vtr_store_u16(sample->bytes + OPTIONAL_AT, 0x10B);
    vtr_store_u32(sample->bytes + OPTIONAL_AT + 36, 0x200);
    vtr_store_u32(sample->bytes + OPTIONAL_AT + 96 + 8, 0x2010);
    vtr_store_u32(sample->bytes + OPTIONAL_AT + 96 + 12, 40);
    put_section(sample, 0, 0x1000, 0x180, 0x200, 0x200);
    put_section(sample, 1, 0x2000, 0x1000, 0x432, 0x200);
}

static bool offset_of(const struct sample *sample, size_t len, uint64_t address,
                      uint64_t *out)
{
    struct vtr_pe_image image;

    return vtr_pe_image_init(&image, (struct vtr_bytes){sample->bytes, len}) &&
           vtr_pe_image_offset(&image, address, out);
}

static void addresses_before_the_first_section_stand_as_they_are(void **state)
{
    struct sample sample;
    uint64_t offset = 9;

    (void)state;
    make_sample(&sample);
    assert_true(offset_of(&sample, FILE_LEN, 0, &offset));
    assert_int_equal(offset, 0);
    assert_true(offset_of(&sample, FILE_LEN, FILE_LEN - 1, &offset));
    assert_int_equal(offset, FILE_LEN - 1);
    assert_false(offset_of(&sample, FILE_LEN, FILE_LEN, &offset));
    assert_int_equal(offset, FILE_LEN - 1);
}

static void addresses_of_a_section_end_with_its_size_and_its_bytes(void **state)
{
    struct sample sample;
    uint64_t offset = 9;

    (void)state;
    make_sample(&sample);
    assert_true(offset_of(&sample, FILE_LEN, 0x1000, &offset));
    assert_int_equal(offset, 0x200);
    assert_true(offset_of(&sample, FILE_LEN, 0x11FF, &offset));
    assert_int_equal(offset, 0x3FF);
    assert_false(offset_of(&sample, FILE_LEN, 0x1200, &offset));
    assert_true(offset_of(&sample, FILE_LEN, 0x2000, &offset));
    assert_int_equal(offset, 0x400); /* rounded down */
    assert_true(offset_of(&sample, FILE_LEN, 0x21FF, &offset));
    assert_false(offset_of(&sample, FILE_LEN, 0x2200, &offset)); /* past its bytes */
    assert_false(offset_of(&sample, FILE_LEN, UINT64_MAX, &offset));
    assert_true(offset_of(&sample, 0x401, 0x2000, &offset));
    assert_false(offset_of(&sample, 0x400, 0x2000, &offset)); /* past the file */
}

static void offsets_are_rounded_as_the_header_says(void **state)
{
    struct sample sample;
    uint64_t offset = 9;

    (void)state;
    make_sample(&sample);
    vtr_store_u32(sample.bytes + OPTIONAL_AT + 36, 0x10);
    assert_true(offset_of(&sample, FILE_LEN, 0x2001, &offset));
    assert_int_equal(offset, 0x431);
    vtr_store_u32(sample.bytes + OPTIONAL_AT + 36, 0);
    assert_true(offset_of(&sample, FILE_LEN, 0x2001, &offset));
    assert_int_equal(offset, 0x433);
    vtr_store_u32(sample.bytes + OPTIONAL_AT + 32, 0xFFF);
    assert_true(offset_of(&sample, FILE_LEN, 0x2001, &offset));
    assert_int_equal(offset, 0x433);
    vtr_store_u32(sample.bytes + OPTIONAL_AT + 32, 0x1000); /* whole pages */
    assert_true(offset_of(&sample, FILE_LEN, 0x2001, &offset));
    assert_int_equal(offset, 0x401);
}

static void without_all_headers_of_sections_no_address_has_an_offset(void **state)
{
    const size_t end = SECTIONS_AT + (size_t)2 * VTR_PE_SECTION_LEN;
    struct sample sample;
    uint64_t offset = 9;

    (void)state;
    make_sample(&sample);
    assert_true(offset_of(&sample, end, 0, &offset));
    assert_false(offset_of(&sample, end - 1, 0, &offset));
}

static void all_directories_are_there_whatever_the_header_says(void **state)
{
    struct sample sample;
    struct vtr_pe_image image;
    struct vtr_pe_directory directory = {7, 7};

    (void)state;
    make_sample(&sample);
    assert_true(vtr_pe_image_init(&image, (struct vtr_bytes){sample.bytes, FILE_LEN}));
    assert_true(vtr_pe_image_directory(&image, VTR_PE_DIRECTORY_IMPORT, &directory));
    assert_int_equal(directory.address, 0x2010);
    assert_int_equal(directory.size, 40);
    assert_true(vtr_pe_image_directory(&image, 15, &directory));
    assert_false(vtr_pe_image_directory(&image, 16, &directory));
    vtr_store_u16(sample.bytes + PE_AT + 20, 96);
    assert_true(vtr_pe_image_init(&image, (struct vtr_bytes){sample.bytes, FILE_LEN}));
    assert_true(vtr_pe_image_directory(&image, VTR_PE_DIRECTORY_IMPORT, &directory));
}

static void whatever_byte_is_cut_or_changed_nothing_is_read_past_the_end(void **state)
{
    struct sample sample;
    uint64_t offset = 0;

    (void)state;
    for (size_t len = 0; len <= SECTIONS_AT + 100; len++) {
        uint8_t *copy = malloc(len == 0 ? 1 : len);
        struct vtr_pe_image image;
        make_sample(&sample);
        assert_non_null(copy);
        memcpy(copy, sample.bytes, len);
        assert_int_equal(vtr_pe_image_init(&image, (struct vtr_bytes){copy, len}),
                         len >= SECTIONS_AT);
        for (size_t i = 0; i < len; i++) {
            copy[i] ^= 0xFF;
            if (vtr_pe_image_init(&image, (struct vtr_bytes){copy, len}) &&
                vtr_pe_image_offset(&image, i * 8, &offset)) {
                assert_true(offset < len);
            }
            copy[i] ^= 0xFF;
        }
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_before_the_first_section_stand_as_they_are),
        cmocka_unit_test(addresses_of_a_section_end_with_its_size_and_its_bytes),
        cmocka_unit_test(offsets_are_rounded_as_the_header_says),
        cmocka_unit_test(without_all_headers_of_sections_no_address_has_an_offset),
        cmocka_unit_test(all_directories_are_there_whatever_the_header_says),
        cmocka_unit_test(whatever_byte_is_cut_or_changed_nothing_is_read_past_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

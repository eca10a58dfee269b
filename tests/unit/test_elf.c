/* SPDX-License-Identifier: Apache-2.0 */

/* What the elf module finds, of each word size and byte order; the values are those
 * that YARA 4.2.3 gives for these files.  telfhash is held against libtlsh 3.4.4. */
#include "scan/module/elf.h"

#include <string.h>

#include "base/bytes.h"
#include "base/reader.h"
#include "scan/module/elf_image.h"
#include "tests/support/cmocka.h"
#include "tests/support/module_sample.h"

#define EXPECT(sample, ...)      VTR_SAMPLE_EXPECT("elf", sample, __VA_ARGS__)
#define EXPECT_NONE(sample, ...) VTR_SAMPLE_EXPECT_NONE("elf", sample, __VA_ARGS__)

/* Where the header of a 64-bit file has what tests change. */
#define AT_SECTIONS_OFFSET 40u
#define AT_SECTION_COUNT   60u
#define AT_NAMES_SECTION   62u
#define AT_SEGMENT_COUNT   56u
#define SECTION_LEN        64u

static void both_word_sizes_and_byte_orders_are_read(void **state)
{
    static const char *const NAMES[] = {"elf/good-64-little", "elf/good-64-big",
                                        "elf/good-32-little"};

    (void)state;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        const struct vtr_bytes sample = vtr_sample_read(NAMES[i]);
        EXPECT(sample, "type = 3", "number_of_sections = 9", "number_of_segments = 3",
               "sections[1].name = \".text\"", "sections[1].size = 16",
               "sections[7].name = \".bss\"", "sections[7].type = 8",
               "dynamic_section_entries = 3", "dynamic[0].type = 1", "dynsym = 26",
               "dynsym_entries = 26", "dynsym[0].name = \"\"",
               "dynsym[3].name = \"Gethostbyname\"", "dynsym[3].shndx = 0",
               "dynsym[6].bind = 1", "dynsym[6].type = 2", "symtab_entries = 22",
               "symtab[21].name = \"crt.c\"", "symtab[21].shndx = 65521",
               "segments[0].type = 1", "segments[0].virtual_address = 65536",
               "segments[2].flags = 6", "osabi = 0", "dynsym[9].visibility = 2",
               "dynsym[8].visibility = 0");
        vtr_sample_free(sample);
    }
}

static void the_entry_is_where_a_section_or_a_segment_has_it_loaded(void **state)
{
    struct vtr_bytes sample = vtr_sample_read("elf/good-64-little");

    (void)state;
    EXPECT(sample, "entry_point = 236", "machine = 62", "sh_entry_size = 64",
           "ph_entry_size = 56", "ph_offset = 64");
    vtr_sample_free(sample);
    sample = vtr_sample_read("elf/good-32-big"); /* an executable: by segments */
    EXPECT(sample, "type = 2", "entry_point = 152", "machine = 20",
           "sh_entry_size = 40", "ph_entry_size = 32", "ph_offset = 52");
    vtr_sample_free(sample);
}

static void a_second_dynamic_table_is_written_over_the_first(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("elf/good-dynamic-twice");

    (void)state;
    EXPECT(sample, "number_of_segments = 4", "dynamic_section_entries = 1",
           "dynamic = 3", "dynamic[0].type = 0", "dynamic[1].type = 10",
           "dynamic[2].type = 0");
    vtr_sample_free(sample);
}

static void a_file_that_ends_with_its_header_is_none(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("elf/good-64-little");
    struct vtr_elf_image image;

    (void)state;
    assert_false(vtr_elf_image_init(&image, (struct vtr_bytes){sample.ptr, 64}));
    assert_true(vtr_elf_image_init(&image, (struct vtr_bytes){sample.ptr, 65}));
    assert_false(vtr_elf_image_has_sections(&image));
    assert_false(vtr_elf_image_has_segments(&image));
    EXPECT(((struct vtr_bytes){sample.ptr, 65}), "type = 3", "number_of_sections = 9");
    EXPECT_NONE(((struct vtr_bytes){sample.ptr, 65}), "sections", "segments", "dyn",
                "symtab", "entry_point");
    EXPECT_NONE(((struct vtr_bytes){sample.ptr, 64}), "type", "machine");
    vtr_sample_free(sample);
}

/* A copy to be changed. */
static uint8_t *changeable(struct vtr_bytes sample)
{
    return (uint8_t *)(uintptr_t)sample.ptr;
}

static void tables_are_read_whole_or_not_at_all(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("elf/good-64-little");
    uint8_t *bytes = changeable(sample);

    (void)state;
    vtr_store_u16(bytes + AT_SECTION_COUNT, 10); /* one past the end of the file */
    EXPECT(sample, "number_of_sections = 10", "segments = 3");
    EXPECT_NONE(sample, "sections", "symtab", "dynsym");
    vtr_store_u16(bytes + AT_SECTION_COUNT, 9);
    vtr_store_u16(bytes + AT_NAMES_SECTION, 9); /* no section */
    EXPECT_NONE(sample, "sections");
    vtr_store_u16(bytes + AT_NAMES_SECTION, 2); /* no table of texts: begins with NUL */
    EXPECT(sample, "sections = 9", "sections[0].name = \"\"");
    vtr_store_u16(bytes + AT_NAMES_SECTION, 1); /* does not */
    EXPECT(sample, "sections = 9");
    EXPECT_NONE(sample, "sections[0].name");
    vtr_store_u16(bytes + AT_SEGMENT_COUNT, 0xFFFF);
    EXPECT_NONE(sample, "segments", "dynamic");
    vtr_sample_free(sample);
}

static void names_of_symbols_are_in_a_section_that_is_counted(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("elf/good-64-big");
    uint8_t *bytes = changeable(sample);

    (void)state;
    EXPECT(sample, "number_of_sections = 9", "symtab_entries = 22");
    vtr_store_u16(bytes + AT_SECTION_COUNT, 8u << 8); /* a big-endian 8 */
    EXPECT(sample, "number_of_sections = 8");
    EXPECT_NONE(sample, "symtab");
    vtr_sample_free(sample);
}

static void symbols_need_a_table_of_their_names(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("elf/good-64-little");
    uint8_t *bytes = changeable(sample);
    const size_t dynsym =
        vtr_load_u32(bytes + AT_SECTIONS_OFFSET) + (size_t)2 * SECTION_LEN;

    (void)state;
    assert_int_equal(vtr_load_u32(bytes + dynsym + 4), VTR_ELF_SECTION_DYNSYM);
    bytes[dynsym + 40] = 9; /* the link */
    EXPECT_NONE(sample, "dynsym");
    bytes[dynsym + 40] = 6; /* of type DYNAMIC */
    EXPECT_NONE(sample, "dynsym");
    bytes[dynsym + 40] = 8; /* the names of sections */
    EXPECT(sample, "dynsym_entries = 26", "dynsym[1].name = \".text\"");
    bytes[dynsym + 40] = 3;
    vtr_store_u32(bytes + dynsym + 32, 24 * 2 + 23); /* the size: two and a part */
    EXPECT(sample, "dynsym_entries = 2", "dynsym = 2");
    vtr_store_u32(bytes + dynsym + 32, 0);
    EXPECT(sample, "dynsym_entries = 0");
    vtr_store_u32(bytes + dynsym + 32, 0x7FFFFFFF);
    EXPECT_NONE(sample, "dynsym");
    vtr_sample_free(sample);
}

static void assert_digest(struct vtr_bytes data, const char *path, const char *expected)
{
    struct vtr_test_modules test;

    vtr_test_modules_init(&test, data);
    for (int i = 0; i < 2; i++) { /* computed, and remembered */
        vtr_test_is_text(vtr_test_call(&test, path), expected);
    }
    vtr_test_modules_deinit(&test);
}

static void digests_are_of_sorted_names_in_lower_case(void **state)
{
    struct vtr_bytes sample = vtr_sample_read("elf/good-64-little");

    (void)state;
    assert_digest(
        sample, "elf.telfhash()",
        "T16CE0EB3D7D24E1021EFBF1224E0EF760062282405F188C13DA7EC8BB59C115B632D2AB");
    assert_digest(sample, "elf.import_md5()", "a1852f4ff10ac5bc1ed08364bebf6e66");
    vtr_sample_free(sample);
    sample = vtr_sample_read("elf/good-32-big"); /* hidden symbols count there */
    assert_digest(
        sample, "elf.telfhash()",
        "T18AE07D3D7C64D5021EFBF1214E0EF750162181406F188C17D97E89A699C11975229166");
    assert_digest(sample, "elf.import_md5()", "a1852f4ff10ac5bc1ed08364bebf6e66");
    vtr_sample_free(sample);
}

static void without_dynamic_symbols_digests_are_of_all_symbols(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("elf/good-64-little");
    uint8_t *bytes = changeable(sample);
    const size_t sections = vtr_load_u32(bytes + AT_SECTIONS_OFFSET);

    (void)state;
    bytes[sections + (size_t)2 * SECTION_LEN + 4] = 1; /* no DYNSYM any more */
    assert_digest(sample, "elf.import_md5()", NULL);   /* SYMTAB imports nothing */
    vtr_store_u32(bytes + sections + (size_t)4 * SECTION_LEN + 32, 24 * 2);
    assert_digest(sample, "elf.telfhash()", ""); /* one name is too short */
    bytes[sections + (size_t)4 * SECTION_LEN + 4] = 1;
    assert_digest(sample, "elf.telfhash()", NULL);
    assert_digest((struct vtr_bytes){bytes, 64}, "elf.telfhash()", NULL);
    vtr_sample_free(sample);
}

static void work_that_is_not_allowed_leaves_values_undefined(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("elf/good-64-little");
    struct vtr_test_modules test;

    (void)state;
    vtr_test_modules_init(&test, sample);
    test.units_left = 10;
    assert_int_equal(vtr_test_call(&test, "elf.telfhash()").kind, VTR_MODULE_UNDEFINED);
    assert_int_equal(vtr_modules_count(&test.modules, VTR_ELF_SYMTAB, NULL, 0), -1);
    assert_int_equal(vtr_modules_get(&test.modules, VTR_ELF_TYPE, NULL, 0).is.number,
                     3);
    vtr_test_modules_deinit(&test);
    vtr_sample_free(sample);
}

/* Symbols that share a name of 4,000 bytes; without `end` nothing ends it. */
static uint64_t units_of_shared_names(bool has_end, uint32_t field, const char *path)
{
    enum {
        NAME_LEN = 4000,
        ROOM = 16 * 1024
    };
    const struct vtr_bytes sample = vtr_sample_read("elf/good-64-little");
    static uint8_t bytes[ROOM];
    struct vtr_test_modules test;

    memset(bytes, 'S', sizeof(bytes));
    memcpy(bytes, sample.ptr, sample.len);
    const size_t len = sample.len + 1 + NAME_LEN + 1;
    uint8_t *sections = bytes + vtr_load_u32(bytes + AT_SECTIONS_OFFSET);
    uint8_t *symbols = bytes + vtr_load_u32(sections + (size_t)2 * SECTION_LEN + 24);
    uint8_t *names = sections + (size_t)3 * SECTION_LEN;
    bytes[sample.len] = 0;
    bytes[len - 1] = has_end ? 0 : 'S';
    vtr_store_u32(names + 24, (uint32_t)sample.len);
    vtr_store_u32(names + 32, NAME_LEN + 2);
    for (uint32_t i = 0; i < 26; i++) {
        vtr_store_u32(symbols + (size_t)i * 24, 1);
    }
    vtr_test_modules_init(&test, (struct vtr_bytes){bytes, len});
    if (path == NULL) {
        assert_int_equal(vtr_modules_count(&test.modules, field, NULL, 0), 26);
    } else {
        (void)vtr_test_call(&test, path);
    }
    const uint64_t units = test.units_spent;
    vtr_test_modules_deinit(&test);
    vtr_sample_free(sample);
    return units;
}

static void names_that_are_shared_are_paid_for_each_time(void **state)
{
    (void)state;
    assert_true(units_of_shared_names(true, VTR_ELF_DYNSYM, NULL) >= 26 * 4000 / 16);
    assert_true(units_of_shared_names(true, 0, "elf.import_md5()") >= 26 * 4000 / 16);
    /* What nothing ends is not searched for its end. */
    assert_true(units_of_shared_names(false, VTR_ELF_DYNSYM, NULL) < 26 * 8);
}

static void damaged_files_are_safe(void **state)
{
    struct vtr_bytes sample = vtr_sample_read("elf/good-64-little");

    (void)state;
    vtr_sample_damage("elf", sample, 300);
    vtr_sample_free(sample);
    sample = vtr_sample_read("elf/good-32-big");
    vtr_sample_damage("elf", sample, 60);
    vtr_sample_free(sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_word_sizes_and_byte_orders_are_read),
        cmocka_unit_test(the_entry_is_where_a_section_or_a_segment_has_it_loaded),
        cmocka_unit_test(a_second_dynamic_table_is_written_over_the_first),
        cmocka_unit_test(a_file_that_ends_with_its_header_is_none),
        cmocka_unit_test(tables_are_read_whole_or_not_at_all),
        cmocka_unit_test(names_of_symbols_are_in_a_section_that_is_counted),
        cmocka_unit_test(symbols_need_a_table_of_their_names),
        cmocka_unit_test(digests_are_of_sorted_names_in_lower_case),
        cmocka_unit_test(without_dynamic_symbols_digests_are_of_all_symbols),
        cmocka_unit_test(work_that_is_not_allowed_leaves_values_undefined),
        cmocka_unit_test(names_that_are_shared_are_paid_for_each_time),
        cmocka_unit_test(damaged_files_are_safe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

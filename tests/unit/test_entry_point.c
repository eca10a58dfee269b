/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/condition/entry_point.h"

#include <string.h>

#include "base/writer.h"
#include "tests/support/cmocka.h"

#define FILE_LEN 1024u

/* A PE file with two sections: 0x1000 at 0x200, 0x2000 at 0x300. */
static void make_pe(uint8_t *file, uint32_t entry)
{
    memset(file, 0, FILE_LEN);
    memcpy(file, "MZ", 2);
    vtr_store_u32(file + 60, 64);
    uint8_t *pe = file + 64;
    memcpy(pe, "PE\0\0", 4);
    vtr_store_u16(pe + 4, 0x14c);
    vtr_store_u16(pe + 6, 2);
    vtr_store_u16(pe + 20, 224);
    vtr_store_u32(pe + 40, entry);
    vtr_store_u32(pe + 24 + 224 + 12, 0x1000);
    vtr_store_u32(pe + 24 + 224 + 20, 0x200);
    vtr_store_u32(pe + 24 + 224 + 40 + 12, 0x2000);
    vtr_store_u32(pe + 24 + 224 + 40 + 20, 0x300);
}

/* A 64-bit ELF file with one segment and one section, at different offsets. */
static void make_elf(uint8_t *file, uint16_t type, uint64_t entry)
{
    memset(file, 0, FILE_LEN);
    memcpy(file,
           "\x7f"
           "ELF\x02\x01",
           6);
    vtr_store_u16(file + 16, type);
    vtr_store_u64(file + 24, entry);
    vtr_store_u64(file + 32, 64);
    vtr_store_u64(file + 40, 128);
    vtr_store_u16(file + 56, 1);
    vtr_store_u16(file + 60, 1);
    vtr_store_u64(file + 64 + 8, 0x100);
    vtr_store_u64(file + 64 + 16, 0x400000);
    vtr_store_u64(file + 64 + 40, 0x1000);
    vtr_store_u32(file + 128 + 4, 1);
    vtr_store_u64(file + 128 + 16, 0x400000);
    vtr_store_u64(file + 128 + 24, 0x180);
    vtr_store_u64(file + 128 + 32, 0x1000);
}

/* -1: undefined. */
static int64_t find(const uint8_t *file, size_t len)
{
    const struct vtr_bytes bytes = {file, len};
    int64_t offset = 0;

    return vtr_entry_point_find(bytes, &offset) ? offset : -1;
}

static void pe_entries_go_through_the_section_below_them(void **state)
{
    (void)state;
    uint8_t file[FILE_LEN];

    make_pe(file, 0x1010);
    assert_int_equal(find(file, sizeof(file)), 0x210);
    make_pe(file, 0x2004);
    assert_int_equal(find(file, sizeof(file)), 0x304);
    make_pe(file, 0x10);
    assert_int_equal(find(file, sizeof(file)), 0x10);
}

static void elf_programs_go_by_segments_and_libraries_by_sections(void **state)
{
    (void)state;
    uint8_t file[FILE_LEN];

    make_elf(file, 2, 0x400020);
    assert_int_equal(find(file, sizeof(file)), 0x120);
    make_elf(file, 3, 0x400020);
    assert_int_equal(find(file, sizeof(file)), 0x1a0);
    make_elf(file, 2, 0x500000);
    assert_int_equal(find(file, sizeof(file)), 0);
}

static void other_files_have_none(void **state)
{
    (void)state;
    uint8_t file[FILE_LEN] = {0};

    assert_int_equal(find(file, 0), -1);
    assert_int_equal(find(file, sizeof(file)), -1);
    memcpy(file, "MZ", 2);
    assert_int_equal(find(file, sizeof(file)), -1);
}

static void cut_files_are_safe(void **state)
{
    (void)state;
    uint8_t file[FILE_LEN];

    for (size_t len = 0; len < FILE_LEN; len++) {
        make_pe(file, 0x1010);
        (void)find(file, len);
        make_elf(file, 2, 0x400020);
        (void)find(file, len);
        make_elf(file, 3, 0x400020);
        (void)find(file, len);
    }
}

static void wild_numbers_are_safe(void **state)
{
    (void)state;
    uint8_t file[FILE_LEN];

    for (size_t at = 4; at < 256; at++) {
        make_pe(file, 0x1010);
        memset(file + at, 0xff, 8);
        (void)find(file, sizeof(file));
        make_elf(file, 2, UINT64_MAX);
        memset(file + at, 0xff, 8);
        (void)find(file, sizeof(file));
        make_elf(file, 3, UINT64_MAX);
        memset(file + at, 0xff, 8);
        (void)find(file, sizeof(file));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pe_entries_go_through_the_section_below_them),
        cmocka_unit_test(elf_programs_go_by_segments_and_libraries_by_sections),
        cmocka_unit_test(other_files_have_none),
        cmocka_unit_test(cut_files_are_safe),
        cmocka_unit_test(wild_numbers_are_safe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

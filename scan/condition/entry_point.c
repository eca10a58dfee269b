/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/condition/entry_point.h"

#include <string.h>

#include "base/reader.h"

/* PE: offsets in the DOS header, the NT headers and a section header. */
#define DOS_HEADER_LEN        64u
#define DOS_AT_NEW_HEADER     60u
#define PE_AT_MACHINE         4u
#define PE_AT_SECTION_COUNT   6u
#define PE_AT_OPTIONAL_LEN    20u
#define PE_AT_CHARACTERISTICS 22u
#define PE_LIBRARY            0x2000u
#define PE_AT_OPTIONAL        24u
#define PE_AT_ENTRY           40u
#define PE_OPTIONAL32_LEN     224u
#define PE_MACHINE_I386       0x014Cu
#define PE_MACHINE_AMD64      0x8664u
#define PE_SECTION_LEN        40u
#define PE_SECTION_AT_RVA     12u
#define PE_SECTION_AT_RAW     20u
#define PE_SECTION_COUNT_MAX  60u

/* ELF: the two classes differ in where things are. */
struct elf_shape {
    size_t header_len;
    unsigned word; /* bytes of an address */
    unsigned at_entry;
    unsigned at_segments;
    unsigned at_sections;
    unsigned at_segment_count;
    unsigned at_section_count;
    unsigned segment_len;
    unsigned segment_at_offset;
    unsigned segment_at_address;
    unsigned segment_at_size;
    unsigned section_len;
    unsigned section_at_address;
    unsigned section_at_offset;
    unsigned section_at_size;
};

static const struct elf_shape ELF32 = {52, 4, 24, 28, 32, 44, 48, 32,
                                       4,  8, 20, 40, 12, 16, 20};
static const struct elf_shape ELF64 = {64, 8,  24, 32, 40, 56, 60, 56,
                                       8,  16, 40, 64, 16, 24, 32};

#define ELF_AT_CLASS        4u
#define ELF_AT_TYPE         16u
#define ELF_TYPE_EXEC       2u
#define ELF_SECTION_AT_TYPE 4u
#define ELF_SECTION_NULL    0u
#define ELF_SECTION_NOBITS  8u

static uint64_t load_word(const uint8_t *p, unsigned word)
{
    return word == 8 ? vtr_load_u64(p) : vtr_load_u32(p);
}

/* The NT headers, cut at the end of the data; no bytes when this is no PE file. */
static struct vtr_bytes pe_headers(struct vtr_bytes data)
{
    static const struct vtr_bytes none = {0};

    if (data.len < DOS_HEADER_LEN || memcmp(data.ptr, "MZ", 2) != 0) {
        return none;
    }
    const uint32_t at = vtr_load_u32(data.ptr + DOS_AT_NEW_HEADER);
    if (at > INT32_MAX || data.len <= (size_t)at + PE_AT_OPTIONAL + PE_OPTIONAL32_LEN) {
        return none;
    }
    const struct vtr_bytes pe = {data.ptr + at, data.len - at};
    const uint16_t machine = vtr_load_u16(pe.ptr + PE_AT_MACHINE);
    if (memcmp(pe.ptr, "PE\0\0", 4) != 0 ||
        (machine != PE_MACHINE_I386 && machine != PE_MACHINE_AMD64)) {
        return none;
    }
    return pe;
}

/* The section that begins last at or before the address holds it, whatever its size. */
static int64_t pe_entry(struct vtr_bytes pe)
{
    const uint32_t rva = vtr_load_u32(pe.ptr + PE_AT_ENTRY);
    unsigned count = vtr_load_u16(pe.ptr + PE_AT_SECTION_COUNT);
    size_t at = PE_AT_OPTIONAL + vtr_load_u16(pe.ptr + PE_AT_OPTIONAL_LEN);
    uint32_t section_rva = 0;
    uint32_t section_raw = 0;

    count = count < PE_SECTION_COUNT_MAX ? count : PE_SECTION_COUNT_MAX;
    for (unsigned i = 0; i < count; i++, at += PE_SECTION_LEN) {
        if (at + PE_SECTION_LEN >= pe.len) {
            return 0;
        }
        const uint32_t begin = vtr_load_u32(pe.ptr + at + PE_SECTION_AT_RVA);
        if (rva >= begin && section_rva <= begin) {
            section_rva = begin;
            section_raw = vtr_load_u32(pe.ptr + at + PE_SECTION_AT_RAW);
        }
    }
    return (int64_t)section_raw + rva - section_rva;
}

/* An address as offset through a table of rows; 0 when no row holds it. */
static int64_t elf_resolve(struct vtr_bytes data, const struct elf_shape *shape,
                           bool is_sections, uint64_t address)
{
    const unsigned row_len = is_sections ? shape->section_len : shape->segment_len;
    const uint64_t table =
        load_word(data.ptr + (is_sections ? shape->at_sections : shape->at_segments),
                  shape->word);
    const uint16_t count = vtr_load_u16(
        data.ptr + (is_sections ? shape->at_section_count : shape->at_segment_count));

    if (table == 0 || table > data.len ||
        (uint64_t)row_len * count > data.len - table) {
        return 0;
    }
    for (uint16_t i = 0; i < count; i++) {
        const uint8_t *row = data.ptr + table + (size_t)i * row_len;
        if (is_sections) {
            const uint32_t type = vtr_load_u32(row + ELF_SECTION_AT_TYPE);
            if (type == ELF_SECTION_NULL || type == ELF_SECTION_NOBITS) {
                continue;
            }
        }
        const uint64_t begin =
            load_word(row + (is_sections ? shape->section_at_address
                                         : shape->segment_at_address),
                      shape->word);
        const uint64_t size = load_word(row + (is_sections ? shape->section_at_size
                                                           : shape->segment_at_size),
                                        shape->word);
        const uint64_t offset =
            load_word(row + (is_sections ? shape->section_at_offset
                                         : shape->segment_at_offset),
                      shape->word);
        /* The sum wraps in the width of the file's class, as it does in YARA. */
        const uint64_t end =
            shape->word == 8 ? begin + size : (uint64_t)(uint32_t)(begin + size);
        if (address >= begin && address < end) {
            return (int64_t)(offset + (address - begin));
        }
    }
    return 0;
}

/* NULL when this is no ELF file. */
static const struct elf_shape *elf_shape(struct vtr_bytes data)
{
    if (data.len < 16 || memcmp(data.ptr,
                                "\x7f"
                                "ELF",
                                4) != 0) {
        return NULL;
    }
    const uint8_t class = data.ptr[ELF_AT_CLASS];
    const struct elf_shape *shape = class == 1 ? &ELF32 : &ELF64;
    return (class != 1 && class != 2) || data.len < shape->header_len ? NULL : shape;
}

static bool elf_entry(struct vtr_bytes data, int64_t *out)
{
    const struct elf_shape *shape = elf_shape(data);

    if (shape == NULL) {
        return false;
    }
    const bool is_executable = vtr_load_u16(data.ptr + ELF_AT_TYPE) == ELF_TYPE_EXEC;
    *out = elf_resolve(data, shape, !is_executable,
                       load_word(data.ptr + shape->at_entry, shape->word));
    return true;
}

bool vtr_entry_point_find(struct vtr_bytes data, int64_t *out)
{
    const struct vtr_bytes pe = pe_headers(data);

    if (pe.len > 0) {
        *out = pe_entry(pe);
        return true;
    }
    return elf_entry(data, out);
}

bool vtr_entry_point_address(struct vtr_bytes data, uint64_t base, int64_t *out)
{
    const struct vtr_bytes pe = pe_headers(data);
    const struct elf_shape *shape = elf_shape(data);
    uint64_t address = 0;

    if (pe.len > 0 &&
        (vtr_load_u16(pe.ptr + PE_AT_CHARACTERISTICS) & PE_LIBRARY) == 0) {
        address = base + vtr_load_u32(pe.ptr + PE_AT_ENTRY);
    } else if (shape != NULL && vtr_load_u16(data.ptr + ELF_AT_TYPE) == ELF_TYPE_EXEC) {
        address = load_word(data.ptr + shape->at_entry, shape->word);
    } else {
        return false;
    }
    *out = (int64_t)(address & INT64_MAX);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/elf_image.h"

#include <string.h>

#include "base/reader.h"
#include "scan/module/image_record.h"

#define IDENT_LEN         16u
#define AT_CLASS          4u
#define AT_ORDER          5u
#define AT_OS_ABI         7u
#define CLASS_32          1u
#define CLASS_64          2u
#define ORDER_LITTLE      1u
#define ORDER_BIG         2u
#define TYPE_EXEC         2u
#define SECTION_NULL      0u
#define SECTION_STRTAB    3u
#define SECTION_COUNT_END 0xFF00u /* counts from here mean something else */
#define SEGMENT_COUNT_END 0xFFFFu
#define VISIBILITY_MASK   3u
#define NAME_OFFSET_LIMIT 0x80000000u

/* Lengths of structures: of 32 and of 64 bit files. */
static const unsigned HEADER_LEN[2] = {52, 64};
static const unsigned SECTION_LEN[2] = {40, 64};
static const unsigned SEGMENT_LEN[2] = {32, 56};
static const unsigned DYNAMIC_LEN[2] = {8, 16};
static const unsigned SYMBOL_LEN[2] = {16, 24};

/* A structure, and how long addresses in it are. */
struct record {
    struct vtr_image_record fields;
    unsigned word;
};

/* Record `index` of those of `len` bytes at `offset`. */
static bool record_at(const struct vtr_elf_image *elf, struct record *out,
                      uint64_t offset, uint64_t index, unsigned len)
{
    if (offset > elf->data.len || index > (elf->data.len - offset) / len) {
        return false;
    }
    out->word = elf->is_64 ? 8 : 4;
    return vtr_image_record_at(&out->fields, elf->data, offset + index * len, len,
                               elf->is_big_endian);
}

static uint64_t take(struct record *record, unsigned width)
{
    return vtr_image_record_take(&record->fields, width);
}

static uint8_t take_u8(struct record *record)
{
    return (uint8_t)take(record, 1);
}

static uint32_t take_u16(struct record *record)
{
    return (uint32_t)take(record, 2);
}

static uint32_t take_u32(struct record *record)
{
    return (uint32_t)take(record, 4);
}

static uint64_t take_word(struct record *record)
{
    return take(record, record->word);
}

bool vtr_elf_image_init(struct vtr_elf_image *elf, struct vtr_bytes data)
{
    struct vtr_elf_image image = {.data = data};
    struct record header;

    if (data.len < IDENT_LEN ||
        memcmp(data.ptr,
               "\x7F"
               "ELF",
               4) != 0 ||
        (data.ptr[AT_CLASS] != CLASS_32 && data.ptr[AT_CLASS] != CLASS_64) ||
        (data.ptr[AT_ORDER] != ORDER_LITTLE && data.ptr[AT_ORDER] != ORDER_BIG)) {
        return false;
    }
    image.is_64 = data.ptr[AT_CLASS] == CLASS_64;
    image.os_abi = data.ptr[AT_OS_ABI];
    image.is_big_endian = data.ptr[AT_ORDER] == ORDER_BIG;
    if (data.len == HEADER_LEN[image.is_64] ||
        !record_at(&image, &header, 0, 0, HEADER_LEN[image.is_64])) {
        return false;
    }
    (void)take(&header, 8); /* ident */
    (void)take(&header, 8);
    image.type = take_u16(&header);
    image.machine = take_u16(&header);
    (void)take_u32(&header); /* version */
    image.entry = take_word(&header);
    image.segments_offset = take_word(&header);
    image.sections_offset = take_word(&header);
    (void)take_u32(&header); /* flags */
    (void)take_u16(&header); /* length of this header */
    image.segment_len = take_u16(&header);
    image.segment_count = take_u16(&header);
    image.section_len = take_u16(&header);
    image.section_count = take_u16(&header);
    image.names_section = take_u16(&header);
    *elf = image;
    return true;
}

/* Whether `count` records lie inside the file. */
static bool has_table(const struct vtr_elf_image *elf, uint64_t offset, uint32_t count,
                      unsigned len)
{
    struct vtr_bytes table;

    return vtr_peek_slice(elf->data, offset, (uint64_t)count * len, &table);
}

bool vtr_elf_image_has_sections(const struct vtr_elf_image *elf)
{
    return elf->section_count < SECTION_COUNT_END &&
           elf->names_section < elf->section_count &&
           has_table(elf, elf->sections_offset, elf->section_count,
                     SECTION_LEN[elf->is_64]);
}

bool vtr_elf_image_has_segments(const struct vtr_elf_image *elf)
{
    return elf->segment_count > 0 && elf->segment_count < SEGMENT_COUNT_END &&
           has_table(elf, elf->segments_offset, elf->segment_count,
                     SEGMENT_LEN[elf->is_64]);
}

bool vtr_elf_image_section(const struct vtr_elf_image *elf, struct vtr_elf_section *out,
                           uint64_t index)
{
    struct record record;

    if (!record_at(elf, &record, elf->sections_offset, index,
                   SECTION_LEN[elf->is_64])) {
        return false;
    }
    out->name = take_u32(&record);
    out->type = take_u32(&record);
    out->flags = take_word(&record);
    out->address = take_word(&record);
    out->offset = take_word(&record);
    out->size = take_word(&record);
    out->link = take_u32(&record);
    return true;
}

bool vtr_elf_image_segment(const struct vtr_elf_image *elf, struct vtr_elf_segment *out,
                           uint64_t index)
{
    struct record record;

    if (!record_at(elf, &record, elf->segments_offset, index,
                   SEGMENT_LEN[elf->is_64])) {
        return false;
    }
    out->type = take_u32(&record);
    if (elf->is_64) { /* where it keeps addresses aligned */
        out->flags = take_u32(&record);
    }
    out->offset = take_word(&record);
    out->virtual_address = take_word(&record);
    out->physical_address = take_word(&record);
    out->file_size = take_word(&record);
    out->memory_size = take_word(&record);
    if (!elf->is_64) {
        out->flags = take_u32(&record);
    }
    out->alignment = take_word(&record);
    return true;
}

bool vtr_elf_image_dynamic(const struct vtr_elf_image *elf, struct vtr_elf_dynamic *out,
                           uint64_t offset, uint64_t index)
{
    struct record record;

    if (!record_at(elf, &record, offset, index, DYNAMIC_LEN[elf->is_64])) {
        return false;
    }
    out->type = take_word(&record);
    out->value = take_word(&record);
    return true;
}

/* Names up to the last that a zero ends, so that no search for an end runs in vain. */
static struct vtr_bytes ended_names(struct vtr_bytes names)
{
    while (names.len > 0 && names.ptr[names.len - 1] != 0) {
        names.len--;
    }
    return names;
}

struct vtr_bytes vtr_elf_image_section_names(const struct vtr_elf_image *elf)
{
    struct vtr_bytes names = {NULL, 0};
    struct vtr_elf_section section;

    if (!vtr_elf_image_section(elf, &section, elf->names_section) ||
        section.offset == 0 || section.offset >= elf->data.len ||
        !vtr_peek_slice(elf->data, section.offset, elf->data.len - section.offset,
                        &names)) {
        return (struct vtr_bytes){NULL, 0};
    }
    return ended_names(names);
}

bool vtr_elf_image_name(struct vtr_bytes *out, struct vtr_bytes names, uint32_t at)
{
    return names.len > 0 && names.ptr[0] == 0 && at < NAME_OFFSET_LIMIT &&
           vtr_peek_text(names, at, out);
}

struct vtr_elf_symbols vtr_elf_image_symbols(const struct vtr_elf_image *elf,
                                             uint32_t type)
{
    struct vtr_elf_section found = {0};
    struct vtr_elf_section found_names = {0};
    struct vtr_elf_symbols symbols = {0};
    struct vtr_elf_section section;
    struct vtr_elf_section names;
    bool is_found = false;

    if (!vtr_elf_image_has_sections(elf)) {
        return symbols;
    }
    for (uint32_t i = 0; i < elf->section_count; i++) {
        if (vtr_elf_image_section(elf, &section, i) && section.type == type &&
            section.link < elf->section_count &&
            vtr_elf_image_section(elf, &names, section.link) &&
            names.type == SECTION_STRTAB) {
            found = section;
            found_names = names;
            is_found = true;
        }
    }
    if (is_found &&
        vtr_peek_slice(elf->data, found_names.offset, found_names.size,
                       &symbols.names) &&
        vtr_peek_slice(elf->data, found.offset, found.size, &symbols.table)) {
        const size_t count = symbols.table.len / SYMBOL_LEN[elf->is_64];
        symbols.count = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
        symbols.names = ended_names(symbols.names);
    }
    return symbols;
}

struct vtr_elf_symbol vtr_elf_image_symbol(const struct vtr_elf_image *elf,
                                           const struct vtr_elf_symbols *symbols,
                                           uint32_t index)
{
    const struct vtr_elf_image table = {.data = symbols->table,
                                        .is_64 = elf->is_64,
                                        .is_big_endian = elf->is_big_endian};
    struct vtr_elf_symbol symbol = {0};
    struct record record;

    if (!record_at(&table, &record, 0, index, SYMBOL_LEN[elf->is_64])) {
        return symbol;
    }
    const uint32_t name = take_u32(&record);
    if (!elf->is_64) {
        symbol.value = take_word(&record);
        symbol.size = take_word(&record);
    }
    const uint8_t info = take_u8(&record);
    const uint8_t other = take_u8(&record);
    symbol.section = take_u16(&record);
    if (elf->is_64) {
        symbol.value = take_word(&record);
        symbol.size = take_word(&record);
    }
    symbol.bind = info >> 4;
    symbol.type = info & 0xFu;
    symbol.visibility = other & VISIBILITY_MASK;
    symbol.is_hidden = symbol.visibility != 0 && !elf->is_big_endian;
    if (!vtr_elf_image_name(&symbol.name, symbols->names, name)) {
        symbol.name = (struct vtr_bytes){NULL, 0};
    }
    return symbol;
}

/* Whether `address` is in [begin, begin + size), in numbers of the file's word. */
static bool is_inside(const struct vtr_elf_image *elf, uint64_t begin, uint64_t size)
{
    const uint64_t mask = elf->is_64 ? UINT64_MAX : UINT32_MAX;

    return elf->entry >= begin && elf->entry < ((begin + size) & mask);
}

bool vtr_elf_image_entry_offset(const struct vtr_elf_image *elf, uint64_t *out)
{
    const bool is_exec = elf->type == TYPE_EXEC;
    const uint64_t offset = is_exec ? elf->segments_offset : elf->sections_offset;
    const uint32_t count = is_exec ? elf->segment_count : elf->section_count;
    const unsigned len = (is_exec ? SEGMENT_LEN : SECTION_LEN)[elf->is_64];
    struct vtr_elf_segment segment;
    struct vtr_elf_section section;

    if (elf->entry == 0 || offset == 0 || !has_table(elf, offset, count, len)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (is_exec && vtr_elf_image_segment(elf, &segment, i) &&
            is_inside(elf, segment.virtual_address, segment.memory_size)) {
            *out = segment.offset + (elf->entry - segment.virtual_address);
            return true;
        }
        if (!is_exec && vtr_elf_image_section(elf, &section, i) &&
            section.type != SECTION_NULL && section.type != VTR_ELF_SECTION_NOBITS &&
            is_inside(elf, section.address, section.size)) {
            *out = section.offset + (elf->entry - section.address);
            return true;
        }
    }
    return false;
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/macho_image.h"

#include <string.h>

#include "base/reader.h"
#include "scan/module/image_record.h"

#define MAGIC_32            0xFEEDFACEu /* big-endian */
#define MAGIC_32_LITTLE     0xCEFAEDFEu
#define MAGIC_64            0xFEEDFACFu
#define MAGIC_64_LITTLE     0xCFFAEDFEu
#define MAGIC_FAT           0xCAFEBABEu
#define MAGIC_FAT_LITTLE    0xBEBAFECAu
#define MAGIC_FAT_64        0xCAFEBABFu
#define MAGIC_FAT_64_LITTLE 0xBFBAFECAu

#define HEADER_32_LEN   28u
#define HEADER_LEN      32u
#define COMMAND_LEN     8u
#define SEGMENT_32_LEN  56u
#define SEGMENT_64_LEN  72u
#define SECTION_32_LEN  68u
#define SECTION_64_LEN  80u
#define THREAD_LEN      16u
#define MAIN_LEN        24u
#define FAT_HEADER_LEN  8u
#define FAT_ARCH_LEN    20u
#define FAT_ARCH_64_LEN 32u

/* What a thread begins with, by processor: where the instruction pointer is in it. */
static const struct thread_state {
    uint32_t cpu_type;
    uint32_t len;
    uint32_t pointer_at;
    unsigned pointer_len;
} THREAD_STATES[] = {
    {0x00000006, 72, 68, 4},   /* Motorola 68000: pc */
    {0x00000007, 64, 40, 4},   /* x86: eip */
    {0x0000000C, 68, 60, 4},   /* ARM: pc */
    {0x0000000D, 136, 124, 4}, /* Motorola 88000: xip */
    {0x0000000E, 76, 4, 4},    /* SPARC: pc */
    {0x00000012, 160, 0, 4},   /* PowerPC: srr0 */
    {0x01000007, 168, 128, 8}, /* x86-64: rip */
    {0x0100000C, 272, 256, 8}, /* ARM, 64 bits: pc */
    {0x01000012, 304, 0, 8},   /* PowerPC, 64 bits: srr0 */
};

static uint32_t take_u32(struct vtr_image_record *record)
{
    return (uint32_t)vtr_image_record_take(record, 4);
}

/* A name in sixteen bytes: up to the first NUL, if there is one. */
static struct vtr_bytes take_name(struct vtr_image_record *record)
{
    struct vtr_bytes name = {(const uint8_t *)"", 0};

    if (vtr_reader_slice(&record->reader, &name, VTR_MACHO_NAME_LEN)) {
        const uint8_t *end = memchr(name.ptr, 0, name.len);
        name.len = end == NULL ? name.len : (size_t)(end - name.ptr);
    }
    return name;
}

uint32_t vtr_macho_magic(struct vtr_bytes data)
{
    struct vtr_image_record record;

    return vtr_image_record_at(&record, data, 0, 4, true) ? take_u32(&record) : 0;
}

bool vtr_macho_is_thin(struct vtr_bytes data)
{
    const uint32_t magic = vtr_macho_magic(data);

    return magic == MAGIC_32 || magic == MAGIC_32_LITTLE || magic == MAGIC_64 ||
           magic == MAGIC_64_LITTLE;
}

bool vtr_macho_is_fat(struct vtr_bytes data)
{
    const uint32_t magic = vtr_macho_magic(data);

    return magic == MAGIC_FAT || magic == MAGIC_FAT_LITTLE || magic == MAGIC_FAT_64 ||
           magic == MAGIC_FAT_64_LITTLE;
}

bool vtr_macho_image_init(struct vtr_macho_image *image, struct vtr_bytes data)
{
    const uint32_t magic = vtr_macho_magic(data);
    const bool is_big_endian = magic == MAGIC_32 || magic == MAGIC_64 ||
                               magic == MAGIC_FAT || magic == MAGIC_FAT_64;
    struct vtr_image_record header;

    if (!vtr_image_record_at(&header, data, 0, HEADER_LEN, is_big_endian)) {
        return false;
    }
    (void)take_u32(&header); /* magic */
    image->data = data;
    image->is_32 = magic == MAGIC_32 || magic == MAGIC_32_LITTLE;
    image->is_big_endian = is_big_endian;
    image->magic = magic;
    image->cpu_type = take_u32(&header);
    image->cpu_subtype = take_u32(&header);
    image->file_type = take_u32(&header);
    image->command_count = take_u32(&header);
    image->commands_len = take_u32(&header);
    image->flags = take_u32(&header);
    image->reserved = take_u32(&header);
    return true;
}

void vtr_macho_commands_init(struct vtr_macho_commands *commands,
                             const struct vtr_macho_image *image)
{
    commands->offset = image->is_32 ? HEADER_32_LEN : HEADER_LEN;
    commands->left = image->command_count;
}

bool vtr_macho_commands_next(struct vtr_macho_commands *commands,
                             const struct vtr_macho_image *image,
                             struct vtr_macho_command *out)
{
    struct vtr_image_record record;

    if (commands->left == 0 ||
        !vtr_image_record_at(&record, image->data, commands->offset, COMMAND_LEN,
                             image->is_big_endian)) {
        return false;
    }
    out->type = take_u32(&record);
    out->len = take_u32(&record);
    if (out->len < COMMAND_LEN ||
        !vtr_peek_slice(image->data, commands->offset,
                        image->data.len - commands->offset, &out->rest) ||
        out->len > out->rest.len) {
        return false;
    }
    commands->offset += out->len;
    commands->left--;
    return true;
}

bool vtr_macho_command_number(const struct vtr_macho_image *image,
                              const struct vtr_macho_command *command, uint64_t at,
                              unsigned width, uint64_t *out)
{
    struct vtr_image_record record;

    if (at > command->len || width > command->len - at ||
        !vtr_image_record_at(&record, command->rest, at, width, image->is_big_endian)) {
        return false;
    }
    *out = vtr_image_record_take(&record, width);
    return true;
}

bool vtr_macho_command_text(const struct vtr_macho_command *command, uint64_t at,
                            struct vtr_bytes *out)
{
    if (at > command->len ||
        !vtr_peek_slice(command->rest, at, command->len - at, out)) {
        return false;
    }
    while (out->len > 0 && out->ptr[out->len - 1] == 0) {
        out->len--;
    }
    return true;
}

struct vtr_bytes vtr_macho_command_part(const struct vtr_macho_image *image,
                                        const struct vtr_macho_command *command,
                                        uint64_t at)
{
    struct vtr_bytes part = {NULL, 0};
    uint64_t offset;
    uint64_t len;

    if (vtr_macho_command_number(image, command, at, 4, &offset) &&
        vtr_macho_command_number(image, command, at + 4, 4, &len) &&
        !vtr_peek_slice(image->data, offset, len, &part)) {
        part = (struct vtr_bytes){NULL, 0};
    }
    return part;
}

bool vtr_macho_text(struct vtr_reader *reader, struct vtr_bytes *out)
{
    const size_t left = vtr_reader_left(reader);
    const uint8_t *at = left == 0 ? NULL : reader->bytes.ptr + reader->pos;
    const uint8_t *end = left == 0 ? NULL : memchr(at, 0, left);
    uint8_t nul;

    return end != NULL && vtr_reader_slice(reader, out, (size_t)(end - at)) &&
           vtr_reader_u8(reader, &nul);
}

bool vtr_macho_leb128(struct vtr_reader *reader, uint64_t *out)
{
    uint64_t value = 0;
    uint8_t byte = 0x80;

    for (unsigned shift = 0; byte > 0x7F; shift += 7) {
        if (shift > 63 || !vtr_reader_u8(reader, &byte)) {
            return false;
        }
        value |= (uint64_t)(byte & 0x7Fu) << shift;
    }
    *out = value;
    return true;
}

bool vtr_macho_image_segment(const struct vtr_macho_image *image,
                             const struct vtr_macho_command *command,
                             struct vtr_macho_segment *out)
{
    const bool is_64 = command->type == VTR_MACHO_COMMAND_SEGMENT_64;
    const unsigned word = is_64 ? 8 : 4;
    struct vtr_image_record record;

    if (!vtr_image_record_at(&record, command->rest, 0,
                             is_64 ? SEGMENT_64_LEN : SEGMENT_32_LEN,
                             image->is_big_endian)) {
        return false;
    }
    (void)vtr_image_record_take(&record, COMMAND_LEN);
    out->is_64 = is_64;
    out->len = command->len;
    out->command = command->rest;
    out->name = take_name(&record);
    out->address = vtr_image_record_take(&record, word);
    out->size = vtr_image_record_take(&record, word);
    out->file_offset = vtr_image_record_take(&record, word);
    out->file_size = vtr_image_record_take(&record, word);
    out->protection_max = take_u32(&record);
    out->protection = take_u32(&record);
    out->section_count = take_u32(&record);
    out->flags = take_u32(&record);
    return true;
}

bool vtr_macho_image_section(const struct vtr_macho_image *image,
                             const struct vtr_macho_segment *segment, uint32_t index,
                             struct vtr_macho_section *out)
{
    const unsigned word = segment->is_64 ? 8 : 4;
    const uint32_t len = segment->is_64 ? SECTION_64_LEN : SECTION_32_LEN;
    const uint64_t at =
        (segment->is_64 ? SEGMENT_64_LEN : SEGMENT_32_LEN) + (uint64_t)index * len;
    struct vtr_image_record record;

    if (index >= segment->section_count || at + len > segment->len ||
        !vtr_image_record_at(&record, segment->command, at, len,
                             image->is_big_endian)) {
        return false;
    }
    out->name = take_name(&record);
    out->segment_name = take_name(&record);
    out->address = vtr_image_record_take(&record, word);
    out->size = vtr_image_record_take(&record, word);
    out->offset = take_u32(&record);
    out->alignment = take_u32(&record);
    out->relocations_offset = take_u32(&record);
    out->relocation_count = take_u32(&record);
    out->flags = take_u32(&record);
    for (size_t i = 0; i < sizeof(out->reserved) / sizeof(out->reserved[0]); i++) {
        out->reserved[i] = take_u32(&record);
    }
    return true;
}

static const struct thread_state *state_of(uint32_t cpu_type)
{
    for (size_t i = 0; i < sizeof(THREAD_STATES) / sizeof(THREAD_STATES[0]); i++) {
        if (THREAD_STATES[i].cpu_type == cpu_type) {
            return &THREAD_STATES[i];
        }
    }
    return NULL;
}

bool vtr_macho_image_thread(const struct vtr_macho_image *image,
                            const struct vtr_macho_command *command,
                            uint64_t *out_address)
{
    const struct thread_state *state = state_of(image->cpu_type);
    struct vtr_image_record record;

    if (state == NULL ||
        !vtr_image_record_at(&record, command->rest, 0, COMMAND_LEN, false)) {
        return false;
    }
    /* YARA reads this length as little-endian, whatever the file is. */
    (void)take_u32(&record);
    const uint32_t said = take_u32(&record);
    const uint64_t len = said < command->rest.len ? said : command->rest.len;
    if (len < THREAD_LEN || len - THREAD_LEN < state->len ||
        !vtr_image_record_at(&record, command->rest,
                             (uint64_t)THREAD_LEN + state->pointer_at,
                             state->pointer_len, image->is_big_endian)) {
        return false;
    }
    *out_address = vtr_image_record_take(&record, state->pointer_len);
    return true;
}

bool vtr_macho_image_main(const struct vtr_macho_image *image,
                          const struct vtr_macho_command *command,
                          struct vtr_macho_entry *out)
{
    struct vtr_image_record record;

    if (!vtr_image_record_at(&record, command->rest, 0, MAIN_LEN,
                             image->is_big_endian)) {
        return false;
    }
    (void)vtr_image_record_take(&record, COMMAND_LEN);
    out->offset = vtr_image_record_take(&record, 8);
    out->stack_size = vtr_image_record_take(&record, 8);
    return true;
}

bool vtr_macho_fat_count(struct vtr_bytes data, uint32_t *out)
{
    struct vtr_image_record record;

    if (!vtr_image_record_at(&record, data, 0, FAT_HEADER_LEN, true)) {
        return false;
    }
    (void)take_u32(&record); /* magic */
    *out = take_u32(&record);
    return true;
}

bool vtr_macho_fat_arch(struct vtr_bytes data, uint32_t index,
                        struct vtr_macho_arch *out)
{
    const bool is_32 = vtr_macho_magic(data) == MAGIC_FAT;
    const unsigned word = is_32 ? 4 : 8;
    const uint64_t len = is_32 ? FAT_ARCH_LEN : FAT_ARCH_64_LEN;
    struct vtr_bytes table;
    struct vtr_image_record record;
    uint32_t count;

    if (!vtr_macho_fat_count(data, &count) || index >= count ||
        !vtr_peek_slice(data, FAT_HEADER_LEN, count * len, &table) ||
        !vtr_image_record_at(&record, table, index * len, len, true)) {
        return false;
    }
    out->cpu_type = take_u32(&record);
    out->cpu_subtype = take_u32(&record);
    out->offset = vtr_image_record_take(&record, word);
    out->size = vtr_image_record_take(&record, word);
    out->alignment = take_u32(&record);
    out->reserved = is_32 ? 0 : take_u32(&record);
    return true;
}

bool vtr_macho_fat_part(struct vtr_bytes data, const struct vtr_macho_arch *arch,
                        struct vtr_bytes *out)
{
    return vtr_peek_slice(data, arch->offset, arch->size, out);
}

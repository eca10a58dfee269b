/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/pe_image.h"

#include <string.h>

#include "base/reader.h"

#define DOS_MAGIC          0x5A4Du     /* "MZ" */
#define PE_SIGNATURE       0x00004550u /* "PE", 0, 0 */
#define DOS_HEADER_LEN     64u
#define PE_OFFSET_AT       60u /* where the DOS header says where the PE header is */
#define FILE_HEADER_LEN    24u /* with the signature */
#define MAGIC_64BIT        0x20Bu
#define OPTIONAL_LEN_32BIT 224u /* with all data directories */
#define OPTIONAL_LEN_64BIT 240u
#define DIRECTORIES_LEN    (VTR_PE_DIRECTORY_COUNT * 8u)
#define FILE_ALIGNMENT_AT  36u
#define RAW_ALIGNMENT_MAX  0x200u /* what Windows rounds the offset of a section to */

/* Processors that YARA takes for those of a PE file. */
static const uint16_t MACHINES[] = {
    0x0000, 0x014C, 0x0166, 0x0169, 0x01A2, 0x01A3, 0x01A6, 0x01A8,
    0x01C0, 0x01C2, 0x01C4, 0x01D3, 0x01F0, 0x01F1, 0x0200, 0x0266,
    0x0366, 0x0466, 0x0EBC, 0x8664, 0x9041, 0xAA64,
};

static bool is_known_machine(uint16_t machine)
{
    for (size_t i = 0; i < sizeof(MACHINES) / sizeof(MACHINES[0]); i++) {
        if (MACHINES[i] == machine) {
            return true;
        }
    }
    return false;
}

static uint32_t optional_len(const struct vtr_pe_image *image)
{
    return image->is_64bit ? OPTIONAL_LEN_64BIT : OPTIONAL_LEN_32BIT;
}

/* Finds the file header and the optional header, all of both in the file. */
static bool find_headers(struct vtr_pe_image *image)
{
    uint16_t dos_magic;
    uint16_t optional_magic;
    uint32_t offset;
    uint32_t signature;
    struct vtr_bytes header;

    if (!vtr_peek_u16(image->data, 0, &dos_magic) || dos_magic != DOS_MAGIC ||
        !vtr_peek_u32(image->data, PE_OFFSET_AT, &offset) || offset > INT32_MAX ||
        !vtr_peek_u32(image->data, offset, &signature) || signature != PE_SIGNATURE ||
        !vtr_peek_slice(image->data, offset, FILE_HEADER_LEN + OPTIONAL_LEN_32BIT,
                        &header)) {
        return false;
    }
    optional_magic = vtr_load_u16(header.ptr + FILE_HEADER_LEN);
    image->header_offset = offset;
    image->optional_offset = (uint64_t)offset + FILE_HEADER_LEN;
    image->is_64bit = optional_magic == MAGIC_64BIT;
    image->machine = vtr_load_u16(header.ptr + 4);
    image->optional_len = vtr_load_u16(header.ptr + 20);
    image->characteristics = vtr_load_u16(header.ptr + 22);
    image->section_offset = image->optional_offset + image->optional_len;
    image->file_alignment =
        vtr_load_u32(header.ptr + FILE_HEADER_LEN + FILE_ALIGNMENT_AT);
    return is_known_machine(image->machine) &&
           vtr_peek_slice(image->data, image->optional_offset, optional_len(image),
                          &header);
}

static void read_sections(struct vtr_pe_image *image)
{
    uint16_t count = 0;
    struct vtr_bytes header;

    if (!vtr_peek_u16(image->data, image->header_offset + 6, &count)) {
        count = 0;
    }
    if (count > VTR_PE_SECTION_LIMIT) {
        count = VTR_PE_SECTION_LIMIT;
    }
    image->lowest_address = UINT32_MAX;
    for (uint32_t i = 0; i < count; i++) {
        struct vtr_pe_extent *extent = &image->extents[i];
        if (!vtr_peek_slice(image->data,
                            image->section_offset + (uint64_t)i * VTR_PE_SECTION_LEN,
                            VTR_PE_SECTION_LEN, &header)) {
            image->is_cut = true;
            return;
        }
        extent->size = vtr_load_u32(header.ptr + 8);
        extent->address = vtr_load_u32(header.ptr + 12);
        extent->raw_size = vtr_load_u32(header.ptr + 16);
        extent->raw_offset = vtr_load_u32(header.ptr + 20);
        if (extent->address < image->lowest_address) {
            image->lowest_address = extent->address;
        }
        image->section_count = i + 1;
    }
}

bool vtr_pe_image_init(struct vtr_pe_image *out_image, struct vtr_bytes data)
{
    struct vtr_pe_image image = {.data = data};

    if (data.len < DOS_HEADER_LEN || !find_headers(&image)) {
        return false;
    }
    read_sections(&image);
    *out_image = image;
    return true;
}

bool vtr_pe_image_directory(const struct vtr_pe_image *image, uint32_t index,
                            struct vtr_pe_directory *out_directory)
{
    const uint64_t at = optional_len(image) - DIRECTORIES_LEN + (uint64_t)index * 8;
    struct vtr_bytes entry;

    /* An entry that begins where the header ends is still taken, as YARA does. */
    if (index >= VTR_PE_DIRECTORY_COUNT || at > image->optional_len ||
        !vtr_peek_slice(image->data, image->optional_offset + at, 8, &entry)) {
        return false;
    }
    out_directory->address = vtr_load_u32(entry.ptr);
    out_directory->size = vtr_load_u32(entry.ptr + 4);
    return true;
}

/* The section that an address is in: of several the last one that begins furthest on.
 */
static const struct vtr_pe_extent *section_at(const struct vtr_pe_image *image,
                                              uint64_t address)
{
    const struct vtr_pe_extent *found = NULL;

    for (uint32_t i = 0; i < image->section_count; i++) {
        const struct vtr_pe_extent *extent = &image->extents[i];
        if (address >= extent->address && address - extent->address < extent->size &&
            (found == NULL || found->address <= extent->address)) {
            found = extent;
        }
    }
    return found;
}

bool vtr_pe_image_offset(const struct vtr_pe_image *image, uint64_t address,
                         uint64_t *out_offset)
{
    const uint32_t alignment = image->file_alignment < RAW_ALIGNMENT_MAX
                                   ? image->file_alignment
                                   : RAW_ALIGNMENT_MAX;
    /* What is before the first section is mapped as it stands. */
    struct vtr_pe_extent extent = {0, 0, 0, (uint32_t)image->data.len};

    if (image->is_cut) {
        return false;
    }
    if (address >= image->lowest_address) {
        const struct vtr_pe_extent *section = section_at(image, address);
        if (section == NULL) {
            return false;
        }
        extent = *section;
        extent.raw_offset -= alignment == 0 ? 0 : extent.raw_offset % alignment;
    }
    if (address - extent.address >= extent.raw_size ||
        extent.raw_offset + (address - extent.address) >= image->data.len) {
        return false;
    }
    *out_offset = extent.raw_offset + (address - extent.address);
    return true;
}

struct vtr_bytes vtr_pe_image_text(const struct vtr_pe_image *image, uint64_t offset,
                                   size_t len_limit)
{
    struct vtr_bytes text;
    const uint8_t *end;

    if (offset >= image->data.len ||
        !vtr_peek_slice(image->data, offset, image->data.len - offset, &text)) {
        return (struct vtr_bytes){(const uint8_t *)"", 0};
    }
    text.len = text.len < len_limit ? text.len : len_limit;
    end = memchr(text.ptr, 0, text.len);
    text.len = end == NULL ? text.len : (size_t)(end - text.ptr);
    return text;
}

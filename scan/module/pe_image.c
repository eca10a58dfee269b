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
#define ALIGNMENTS_AT      32u /* of sections in memory, and in the file */
#define PAGE_LEN           0x1000u
#define SECTOR_LEN         0x200u

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
    image->characteristics = vtr_load_u16(header.ptr + 22);
    image->section_offset = image->optional_offset + vtr_load_u16(header.ptr + 20);
    image->section_alignment =
        vtr_load_u32(header.ptr + FILE_HEADER_LEN + ALIGNMENTS_AT);
    image->file_alignment =
        vtr_load_u32(header.ptr + FILE_HEADER_LEN + ALIGNMENTS_AT + 4);
    return vtr_peek_slice(image->data, image->optional_offset, optional_len(image),
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
        const uint32_t size = vtr_load_u32(header.ptr + 8);
        extent->address = vtr_load_u32(header.ptr + 12);
        extent->raw_size = vtr_load_u32(header.ptr + 16);
        extent->raw_offset = vtr_load_u32(header.ptr + 20);
        extent->size = size > extent->raw_size ? size : extent->raw_size;
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

    if (index >= VTR_PE_DIRECTORY_COUNT ||
        !vtr_peek_slice(image->data, image->optional_offset + at, 8, &entry)) {
        return false;
    }
    out_directory->address = vtr_load_u32(entry.ptr);
    out_directory->size = vtr_load_u32(entry.ptr + 4);
    return true;
}

/* Where a section really begins: its offset rounded down as the file says, at most to a
 * sector, and always to a sector where sections in memory are whole pages. */
static uint32_t begin_in_file(const struct vtr_pe_image *image, uint32_t raw_offset)
{
    const uint32_t alignment =
        image->file_alignment < SECTOR_LEN ? image->file_alignment : SECTOR_LEN;

    raw_offset -= alignment == 0 ? 0 : raw_offset % alignment;
    return image->section_alignment < PAGE_LEN ? raw_offset
                                               : raw_offset - raw_offset % SECTOR_LEN;
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
        extent.raw_offset = begin_in_file(image, extent.raw_offset);
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

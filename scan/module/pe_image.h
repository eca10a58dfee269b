/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The headers of a PE file (an executable or library of Windows): where the sections
 * and the data directories are, and where in the file an address is.
 *
 * Relies on base/reader.h alone, keeps no state but the borrowed bytes, and decides
 * what is a PE file and where an address is exactly as YARA does: what it says of any
 * bytes is safe to read with.  For the pe and dotnet modules.
 */
#ifndef VTR_SCAN_MODULE_PE_IMAGE_H
#define VTR_SCAN_MODULE_PE_IMAGE_H

#include <stdbool.h>

#include "base/compiler.h"

/* Sections that are looked at: more than Windows loads. */
#define VTR_PE_SECTION_LIMIT   96u
#define VTR_PE_SECTION_LEN     40u /* bytes of a section's header */
#define VTR_PE_DIRECTORY_COUNT 16u

/* Data directories, by index. */
enum vtr_pe_directory_index {
    VTR_PE_DIRECTORY_EXPORT = 0,
    VTR_PE_DIRECTORY_IMPORT = 1,
    VTR_PE_DIRECTORY_RESOURCE = 2,
    VTR_PE_DIRECTORY_SECURITY = 4,
    VTR_PE_DIRECTORY_DEBUG = 6,
    VTR_PE_DIRECTORY_DELAY_IMPORT = 13,
    VTR_PE_DIRECTORY_COM = 14
};

struct vtr_pe_directory {
    uint32_t address; /* relative to the image; of SECURITY an offset in the file */
    uint32_t size;
};

/* Where a section is in memory, relative to the image, and in the file. */
struct vtr_pe_extent {
    uint32_t address;
    uint32_t size; /* the greater of that in memory and that in the file */
    uint32_t raw_offset;
    uint32_t raw_size;
};

struct vtr_pe_image {
    struct vtr_bytes data;    /* the whole file, borrowed */
    uint64_t header_offset;   /* of the signature before the file header */
    uint64_t optional_offset; /* of the optional header, which is all there */
    uint64_t section_offset;  /* of the headers of the sections */
    uint32_t section_count;   /* of headers that are there, up to the limit */
    uint16_t characteristics;
    bool is_64bit;
    bool is_cut; /* a header of a section is not there: no address has an offset */
    uint32_t section_alignment;
    uint32_t file_alignment;
    uint32_t lowest_address; /* of a section */
    struct vtr_pe_extent extents[VTR_PE_SECTION_LIMIT];
};

/* Reads the headers of `data`, which outlives the image.  False: it is no PE file. */
VTR_MUST_CHECK bool vtr_pe_image_init(struct vtr_pe_image *out_image,
                                      struct vtr_bytes data);

/* Data directory `index`, whatever the header says of how many there are.  False when
 * it is not in the file. */
VTR_MUST_CHECK bool vtr_pe_image_directory(const struct vtr_pe_image *image,
                                           uint32_t index,
                                           struct vtr_pe_directory *out_directory);

/* Where in the file the address, relative to the image, is: < data.len.  False when it
 * is not in the file. */
VTR_MUST_CHECK bool vtr_pe_image_offset(const struct vtr_pe_image *image,
                                        uint64_t address, uint64_t *out_offset);

/* The text at an offset, up to a zero, the end of the file or `len_limit` bytes. */
struct vtr_bytes vtr_pe_image_text(const struct vtr_pe_image *image, uint64_t offset,
                                   size_t len_limit);

#endif

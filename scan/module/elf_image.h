/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What stands where in an ELF file, of either word size and byte order: the structures
 * of the System V ABI as numbers.
 *
 * Any bytes are safe.  What is refused, and what is not, is what YARA refuses, so that
 * a damaged file has the same values here and there.
 */
#ifndef VTR_SCAN_MODULE_ELF_IMAGE_H
#define VTR_SCAN_MODULE_ELF_IMAGE_H

#include <stdbool.h>

#include "base/compiler.h"

struct vtr_elf_image {
    struct vtr_bytes data;
    bool is_64;
    bool is_big_endian;
    uint8_t os_abi;
    uint32_t type;
    uint32_t machine;
    uint64_t entry;
    uint64_t segments_offset;
    uint64_t sections_offset;
    uint32_t segment_len;
    uint32_t segment_count;
    uint32_t section_len;
    uint32_t section_count;
    uint32_t names_section;
};

struct vtr_elf_section {
    uint32_t name;
    uint32_t type;
    uint64_t flags;
    uint64_t address;
    uint64_t offset;
    uint64_t size;
    uint32_t link;
};

struct vtr_elf_segment {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t virtual_address;
    uint64_t physical_address;
    uint64_t file_size;
    uint64_t memory_size;
    uint64_t alignment;
};

struct vtr_elf_dynamic {
    uint64_t type;
    uint64_t value;
};

struct vtr_elf_symbol {
    struct vtr_bytes name; /* ptr NULL: it has none */
    uint64_t value;
    uint64_t size;
    uint32_t section;
    uint8_t type;
    uint8_t bind;
    uint8_t visibility;
    bool is_hidden; /* by its visibility; never in a big-endian file, as in YARA */
};

/* A table of symbols and the texts of their names. */
struct vtr_elf_symbols {
    struct vtr_bytes table; /* ptr NULL: there is none */
    struct vtr_bytes names;
    uint32_t count;
};

#define VTR_ELF_SECTION_NOBITS   8u
#define VTR_ELF_SECTION_SYMTAB   2u
#define VTR_ELF_SECTION_DYNSYM   11u
#define VTR_ELF_SEGMENT_DYNAMIC  2u
#define VTR_ELF_DYNAMIC_END      0u
#define VTR_ELF_SYMBOL_FUNCTION  2u
#define VTR_ELF_BIND_GLOBAL      1u
#define VTR_ELF_SECTION_IMPORTED 0u

/* The header.  False when `data` is no ELF file, or ends with its header. */
VTR_MUST_CHECK bool vtr_elf_image_init(struct vtr_elf_image *elf,
                                       struct vtr_bytes data);

/* Whether all the section headers, or segment headers, can be read. */
bool vtr_elf_image_has_sections(const struct vtr_elf_image *elf);
bool vtr_elf_image_has_segments(const struct vtr_elf_image *elf);

/* Header `index` of those; false when it is not in the file. */
VTR_MUST_CHECK bool vtr_elf_image_section(const struct vtr_elf_image *elf,
                                          struct vtr_elf_section *out, uint64_t index);
VTR_MUST_CHECK bool vtr_elf_image_segment(const struct vtr_elf_image *elf,
                                          struct vtr_elf_segment *out, uint64_t index);

/* The texts that name the sections: to the end of the file.  No bytes: there are none.
 */
struct vtr_bytes vtr_elf_image_section_names(const struct vtr_elf_image *elf);

/* A text of such a table.  False when it is not there, or the table does not begin with
 * a NUL as it must. */
VTR_MUST_CHECK bool vtr_elf_image_name(struct vtr_bytes *out, struct vtr_bytes names,
                                       uint32_t at);

/* Entry `index` of the dynamic table at `offset`; false past the end of the file. */
VTR_MUST_CHECK bool vtr_elf_image_dynamic(const struct vtr_elf_image *elf,
                                          struct vtr_elf_dynamic *out, uint64_t offset,
                                          uint64_t index);

/* The table of symbols in the last section of type `type`. */
struct vtr_elf_symbols vtr_elf_image_symbols(const struct vtr_elf_image *elf,
                                             uint32_t type);

/* Symbol `index` < symbols->count. */
struct vtr_elf_symbol vtr_elf_image_symbol(const struct vtr_elf_image *elf,
                                           const struct vtr_elf_symbols *symbols,
                                           uint32_t index);

/* Where in the file the first instruction is; false when no part of the file is loaded
 * there. */
VTR_MUST_CHECK bool vtr_elf_image_entry_offset(const struct vtr_elf_image *elf,
                                               uint64_t *out);

#endif

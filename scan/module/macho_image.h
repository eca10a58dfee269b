/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What stands where in a Mach-O file, of either word size and byte order, and in a fat
 * file that holds several: the structures of <mach-o/loader.h> and <mach-o/fat.h> as
 * numbers.
 *
 * Any bytes are safe.  What is refused, and what is not, is what YARA refuses.
 */
#ifndef VTR_SCAN_MODULE_MACHO_IMAGE_H
#define VTR_SCAN_MODULE_MACHO_IMAGE_H

#include <stdbool.h>

#include "base/reader.h"

#define VTR_MACHO_NAME_LEN 16u

struct vtr_macho_image {
    struct vtr_bytes data;
    bool is_32;
    bool is_big_endian;
    uint32_t magic; /* as its first four bytes read, the most significant first */
    uint32_t cpu_type;
    uint32_t cpu_subtype;
    uint32_t file_type;
    uint32_t command_count;
    uint32_t commands_len;
    uint32_t flags;
    uint32_t reserved; /* not of 32 bits */
};

/* Commands that are read. */
#define VTR_MACHO_COMMAND_SEGMENT          0x01u
#define VTR_MACHO_COMMAND_UNIX_THREAD      0x05u
#define VTR_MACHO_COMMAND_SEGMENT_64       0x19u
#define VTR_MACHO_COMMAND_MAIN             0x80000028u
#define VTR_MACHO_COMMAND_SYMTAB           0x02u
#define VTR_MACHO_COMMAND_DYSYMTAB         0x0Bu
#define VTR_MACHO_COMMAND_LOAD_DYLIB       0x0Cu
#define VTR_MACHO_COMMAND_ID_DYLIB         0x0Du
#define VTR_MACHO_COMMAND_LOAD_DYLINKER    0x0Eu
#define VTR_MACHO_COMMAND_ID_DYLINKER      0x0Fu
#define VTR_MACHO_COMMAND_UUID             0x1Bu
#define VTR_MACHO_COMMAND_CODE_SIGNATURE   0x1Du
#define VTR_MACHO_COMMAND_DYLD_INFO        0x22u
#define VTR_MACHO_COMMAND_MIN_MACOSX       0x24u
#define VTR_MACHO_COMMAND_MIN_IPHONEOS     0x25u
#define VTR_MACHO_COMMAND_DYLD_ENVIRONMENT 0x27u
#define VTR_MACHO_COMMAND_SOURCE_VERSION   0x2Au
#define VTR_MACHO_COMMAND_LINKER_OPTION    0x2Du
#define VTR_MACHO_COMMAND_MIN_TVOS         0x2Fu
#define VTR_MACHO_COMMAND_MIN_WATCHOS      0x30u
#define VTR_MACHO_COMMAND_BUILD_VERSION    0x32u
#define VTR_MACHO_COMMAND_LOAD_WEAK_DYLIB  0x80000018u
#define VTR_MACHO_COMMAND_RPATH            0x8000001Cu
#define VTR_MACHO_COMMAND_REEXPORT_DYLIB   0x8000001Fu
#define VTR_MACHO_COMMAND_DYLD_INFO_ONLY   0x80000022u
#define VTR_MACHO_COMMAND_EXPORTS_TRIE     0x80000033u
#define VTR_MACHO_COMMAND_CHAINED_FIXUPS   0x80000034u

/* A load command: where it begins, to the end of the file. */
struct vtr_macho_command {
    uint32_t type;
    uint32_t len;
    struct vtr_bytes rest;
};

struct vtr_macho_commands {
    uint64_t offset;
    uint32_t left;
};

struct vtr_macho_segment {
    bool is_64;
    struct vtr_bytes name;
    uint64_t address;
    uint64_t size;
    uint64_t file_offset;
    uint64_t file_size;
    uint32_t protection_max;
    uint32_t protection;
    uint32_t section_count; /* what it says */
    uint32_t flags;
    uint32_t len;             /* of the command */
    struct vtr_bytes command; /* as in vtr_macho_command */
};

struct vtr_macho_section {
    struct vtr_bytes name;
    struct vtr_bytes segment_name;
    uint64_t address;
    uint64_t size;
    uint32_t offset;
    uint32_t alignment;
    uint32_t relocations_offset;
    uint32_t relocation_count;
    uint32_t flags;
    uint32_t reserved[3]; /* the third not of 32 bits */
};

struct vtr_macho_entry {
    uint64_t offset;
    uint64_t stack_size;
};

struct vtr_macho_arch {
    uint32_t cpu_type;
    uint32_t cpu_subtype;
    uint64_t offset;
    uint64_t size;
    uint32_t alignment;
    uint32_t reserved; /* 0 where offsets have 32 bits */
};

/* The first four bytes as a number, the most significant first; 0: they are not there.
 */
uint32_t vtr_macho_magic(struct vtr_bytes data);

/* Whether the file begins as a Mach-O file, or as a fat one, does. */
bool vtr_macho_is_thin(struct vtr_bytes data);
bool vtr_macho_is_fat(struct vtr_bytes data);

/* The header, whatever the magic number is; false when the file is too short. */
VTR_MUST_CHECK bool vtr_macho_image_init(struct vtr_macho_image *image,
                                         struct vtr_bytes data);

/* The load commands, one after the other; false after the last one that is whole. */
void vtr_macho_commands_init(struct vtr_macho_commands *commands,
                             const struct vtr_macho_image *image);
VTR_MUST_CHECK bool vtr_macho_commands_next(struct vtr_macho_commands *commands,
                                            const struct vtr_macho_image *image,
                                            struct vtr_macho_command *out);

/* The number of `width` bytes at `at` of a command, and its bytes from `at` on without
 * the NULs behind them; false when they are not inside it. */
VTR_MUST_CHECK bool vtr_macho_command_number(const struct vtr_macho_image *image,
                                             const struct vtr_macho_command *command,
                                             uint64_t at, unsigned width,
                                             uint64_t *out);
VTR_MUST_CHECK bool vtr_macho_command_text(const struct vtr_macho_command *command,
                                           uint64_t at, struct vtr_bytes *out);

/* What the numbers of four bytes at `at` and behind it say where it is: an offset in
 * the file and a length.  Empty when it is not all there. */
struct vtr_bytes vtr_macho_command_part(const struct vtr_macho_image *image,
                                        const struct vtr_macho_command *command,
                                        uint64_t at);

/* The bytes before the next NUL, and behind it; false when there is none. */
VTR_MUST_CHECK bool vtr_macho_text(struct vtr_reader *reader, struct vtr_bytes *out);

/* A number of seven bits a byte, least significant first, in however many bytes. */
VTR_MUST_CHECK bool vtr_macho_leb128(struct vtr_reader *reader, uint64_t *out);

/* A command of type SEGMENT or SEGMENT_64, and its section `index`. */
VTR_MUST_CHECK bool vtr_macho_image_segment(const struct vtr_macho_image *image,
                                            const struct vtr_macho_command *command,
                                            struct vtr_macho_segment *out);
VTR_MUST_CHECK bool vtr_macho_image_section(const struct vtr_macho_image *image,
                                            const struct vtr_macho_segment *segment,
                                            uint32_t index,
                                            struct vtr_macho_section *out);

/* The address of the first instruction: a command of type UNIX_THREAD. */
VTR_MUST_CHECK bool vtr_macho_image_thread(const struct vtr_macho_image *image,
                                           const struct vtr_macho_command *command,
                                           uint64_t *out_address);

/* A command of type MAIN. */
VTR_MUST_CHECK bool vtr_macho_image_main(const struct vtr_macho_image *image,
                                         const struct vtr_macho_command *command,
                                         struct vtr_macho_entry *out);

/* A fat file's number of parts, as it says; and part `index`, false when not all of
 * them are there. */
VTR_MUST_CHECK bool vtr_macho_fat_count(struct vtr_bytes data, uint32_t *out);
VTR_MUST_CHECK bool vtr_macho_fat_arch(struct vtr_bytes data, uint32_t index,
                                       struct vtr_macho_arch *out);

/* The bytes of a part; false when they are not all in the file. */
VTR_MUST_CHECK bool vtr_macho_fat_part(struct vtr_bytes data,
                                       const struct vtr_macho_arch *arch,
                                       struct vtr_bytes *out);

#endif

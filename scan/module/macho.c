/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/macho.h"

#include "scan/module/macho_image.h"

/* What a load command, and a section or a part of a fat file, count for. */
#define RECORD_UNITS 4u

/* Rows of a file: of one by itself, and of those in a fat one. */
struct file_rows {
    uint32_t magic, cpu_type, cpu_subtype, file_type, command_count, commands_len;
    uint32_t flags, reserved, segment_count, entry_point, stack_size;
    uint32_t segments;
    uint32_t name, address, size, file_offset, file_size, file_size_too;
    uint32_t protection_max, protection, section_count, segment_flags;
    uint32_t sections;
    uint32_t section_name, section_segment_name, section_address, section_size;
    uint32_t section_offset, alignment, relocations_offset, relocation_count;
    uint32_t section_flags, section_reserved[3];
};

#define FILE_ROWS(P)                                                                 \
 {                                                                                   \
  .magic = P##_MAGIC, .cpu_type = P##_CPUTYPE, .cpu_subtype = P##_CPUSUBTYPE,        \
  .file_type = P##_FILETYPE, .command_count = P##_NCMDS,                             \
  .commands_len = P##_SIZEOFCMDS, .flags = P##_FLAGS, .reserved = P##_RESERVED,      \
  .segment_count = P##_NUMBER_OF_SEGMENTS, .entry_point = P##_ENTRY_POINT,           \
  .stack_size = P##_STACK_SIZE, .segments = P##_SEGMENTS,                            \
  .name = P##_SEGMENTS_SEGNAME, .address = P##_SEGMENTS_VMADDR,                      \
  .size = P##_SEGMENTS_VMSIZE, .file_offset = P##_SEGMENTS_FILEOFF,                  \
  .file_size = P##_SEGMENTS_FSIZE, .file_size_too = P##_SEGMENTS_FILESIZE,           \
  .protection_max = P##_SEGMENTS_MAXPROT, .protection = P##_SEGMENTS_INITPROT,       \
  .section_count = P##_SEGMENTS_NSECTS, .segment_flags = P##_SEGMENTS_FLAGS,         \
  .sections = P##_SEGMENTS_SECTIONS, .section_name = P##_SEGMENTS_SECTIONS_SECTNAME, \
  .section_segment_name = P##_SEGMENTS_SECTIONS_SEGNAME,                             \
  .section_address = P##_SEGMENTS_SECTIONS_ADDR,                                     \
  .section_size = P##_SEGMENTS_SECTIONS_SIZE,                                        \
  .section_offset = P##_SEGMENTS_SECTIONS_OFFSET,                                    \
  .alignment = P##_SEGMENTS_SECTIONS_ALIGN,                                          \
  .relocations_offset = P##_SEGMENTS_SECTIONS_RELOFF,                                \
  .relocation_count = P##_SEGMENTS_SECTIONS_NRELOC,                                  \
  .section_flags = P##_SEGMENTS_SECTIONS_FLAGS,                                      \
  .section_reserved = {P##_SEGMENTS_SECTIONS_RESERVED1,                              \
                       P##_SEGMENTS_SECTIONS_RESERVED2,                              \
                       P##_SEGMENTS_SECTIONS_RESERVED3},                             \
 }

static const struct file_rows THIN_ROWS = FILE_ROWS(VTR_MACHO);
static const struct file_rows PART_ROWS = FILE_ROWS(VTR_MACHO_FILE);

/* A file that is being loaded, as item `item` of its rows. */
struct load {
    struct vtr_module_run *run;
    const struct file_rows *rows;
    const struct vtr_macho_image *image;
    uint32_t item;
};

static void put(struct vtr_module_run *run, uint32_t field, uint32_t item,
                uint64_t number)
{
    vtr_store_int(&run->store, field, item, (int64_t)number);
}

static void load_header(const struct load *load)
{
    const struct vtr_macho_image *image = load->image;
    const struct file_rows *rows = load->rows;
    struct vtr_module_run *run = load->run;

    put(run, rows->magic, load->item, image->magic);
    put(run, rows->cpu_type, load->item, image->cpu_type);
    put(run, rows->cpu_subtype, load->item, image->cpu_subtype);
    put(run, rows->file_type, load->item, image->file_type);
    put(run, rows->command_count, load->item, image->command_count);
    put(run, rows->commands_len, load->item, image->commands_len);
    put(run, rows->flags, load->item, image->flags);
    if (!image->is_32) {
        put(run, rows->reserved, load->item, image->reserved);
    }
}

static void load_section(const struct load *load, uint32_t segment,
                         const struct vtr_macho_section *section, bool is_64)
{
    const struct file_rows *rows = load->rows;
    struct vtr_module_run *run = load->run;
    const uint32_t item = vtr_store_append(&run->store, rows->sections, segment);

    vtr_store_text(&run->store, rows->section_name, item, section->name);
    vtr_store_text(&run->store, rows->section_segment_name, item,
                   section->segment_name);
    put(run, rows->section_address, item, section->address);
    put(run, rows->section_size, item, section->size);
    put(run, rows->section_offset, item, section->offset);
    put(run, rows->alignment, item, section->alignment);
    put(run, rows->relocations_offset, item, section->relocations_offset);
    put(run, rows->relocation_count, item, section->relocation_count);
    put(run, rows->section_flags, item, section->flags);
    for (unsigned i = 0; i < (is_64 ? 3u : 2u); i++) {
        put(run, rows->section_reserved[i], item, section->reserved[i]);
    }
}

/* A segment as item `index` of its file.  YARA leaves out what is too short, but counts
 * it: an item without values stands for it when another follows. */
static void load_segment(const struct load *load, uint32_t index,
                         const struct vtr_macho_segment *segment)
{
    const struct file_rows *rows = load->rows;
    struct vtr_module_run *run = load->run;
    struct vtr_macho_section section;
    uint32_t item = VTR_NO_ITEM;

    while (vtr_store_count(&run->store, rows->segments, load->item) <= index &&
           !run->store.is_full) {
        item = vtr_store_append(&run->store, rows->segments, load->item);
    }
    vtr_store_text(&run->store, rows->name, item, segment->name);
    put(run, rows->address, item, segment->address);
    put(run, rows->size, item, segment->size);
    put(run, rows->file_offset, item, segment->file_offset);
    put(run, rows->file_size, item, segment->file_size);
    put(run, rows->file_size_too, item, segment->file_size);
    put(run, rows->protection_max, item, segment->protection_max);
    put(run, rows->protection, item, segment->protection);
    put(run, rows->section_count, item, segment->section_count);
    put(run, rows->segment_flags, item, segment->flags);
    for (uint32_t i = 0; vtr_macho_image_section(load->image, segment, i, &section) &&
                         vtr_module_spend(run, RECORD_UNITS);
         i++) {
        load_section(load, item, &section, segment->is_64);
    }
}

/* False when no work is left. */
static bool load_segments(const struct load *load)
{
    struct vtr_macho_commands commands;
    struct vtr_macho_command command;
    struct vtr_macho_segment segment;
    uint32_t count = 0;

    vtr_macho_commands_init(&commands, load->image);
    while (vtr_macho_commands_next(&commands, load->image, &command)) {
        if (!vtr_module_spend(load->run, RECORD_UNITS)) {
            return false;
        }
        if (command.type == VTR_MACHO_COMMAND_SEGMENT ||
            command.type == VTR_MACHO_COMMAND_SEGMENT_64) {
            if (vtr_macho_image_segment(load->image, &command, &segment)) {
                load_segment(load, count, &segment);
            }
            count++;
        }
    }
    put(load->run, load->rows->segment_count, load->item, count);
    return true;
}

/* A number of the file's segment `index`; false when it is undefined. */
static bool segment_number(const struct load *load, uint32_t field, uint32_t index,
                           uint64_t *out)
{
    const struct vtr_module_store *store = &load->run->store;
    const uint32_t item =
        vtr_store_item(store, load->rows->segments, load->item, index);
    const struct vtr_module_value value = vtr_store_get(store, field, item);

    *out = (uint64_t)value.is.number;
    return item != VTR_NO_ITEM && value.kind == VTR_MODULE_INT;
}

/* The offset in the file of what is at an address in memory. */
static bool offset_of_address(const struct load *load, uint64_t address, uint64_t *out)
{
    const uint32_t count =
        vtr_store_count(&load->run->store, load->rows->segments, load->item);
    uint64_t begin;
    uint64_t size;
    uint64_t file_offset;

    if (!vtr_module_spend(load->run, count)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (segment_number(load, load->rows->address, i, &begin) &&
            segment_number(load, load->rows->size, i, &size) &&
            segment_number(load, load->rows->file_offset, i, &file_offset) &&
            address >= begin && address < begin + size) {
            *out = file_offset + (address - begin);
            return true;
        }
    }
    return false;
}

/* The last command that names an entry point has the word. */
static void load_entry(const struct load *load)
{
    struct vtr_macho_commands commands;
    struct vtr_macho_command command;
    struct vtr_macho_entry entry;
    uint64_t address;
    uint64_t offset;

    vtr_macho_commands_init(&commands, load->image);
    while (vtr_macho_commands_next(&commands, load->image, &command) &&
           vtr_module_spend(load->run, RECORD_UNITS)) {
        if (command.type == VTR_MACHO_COMMAND_UNIX_THREAD &&
            vtr_macho_image_thread(load->image, &command, &address) &&
            offset_of_address(load, address, &offset)) {
            put(load->run, load->rows->entry_point, load->item, offset);
        } else if (command.type == VTR_MACHO_COMMAND_MAIN &&
                   vtr_macho_image_main(load->image, &command, &entry)) {
            put(load->run, load->rows->entry_point, load->item, entry.offset);
            put(load->run, load->rows->stack_size, load->item, entry.stack_size);
        }
    }
}

static void load_file(struct vtr_module_run *run, const struct file_rows *rows,
                      uint32_t item, struct vtr_bytes data)
{
    struct vtr_macho_image image;
    const struct load load = {run, rows, &image, item};

    if (vtr_macho_image_init(&image, data)) {
        load_header(&load);
        if (load_segments(&load)) {
            load_entry(&load);
        }
    }
}

void vtr_macho_thin(struct vtr_module_run *run)
{
    if (vtr_macho_is_thin(run->data)) {
        load_file(run, &THIN_ROWS, 0, run->data);
    }
}

void vtr_macho_fat(struct vtr_module_run *run)
{
    struct vtr_macho_arch arch;
    uint32_t count;

    if (!vtr_macho_is_fat(run->data) || !vtr_macho_fat_count(run->data, &count)) {
        return;
    }
    put(run, VTR_MACHO_FAT_MAGIC, 0, vtr_macho_magic(run->data));
    put(run, VTR_MACHO_NFAT_ARCH, 0, count);
    for (uint32_t i = 0; i < count && vtr_macho_fat_arch(run->data, i, &arch) &&
                         vtr_module_spend(run, RECORD_UNITS);
         i++) {
        const uint32_t item = vtr_store_append(&run->store, VTR_MACHO_FAT_ARCH, 0);
        put(run, VTR_MACHO_FAT_ARCH_CPUTYPE, item, arch.cpu_type);
        put(run, VTR_MACHO_FAT_ARCH_CPUSUBTYPE, item, arch.cpu_subtype);
        put(run, VTR_MACHO_FAT_ARCH_OFFSET, item, arch.offset);
        put(run, VTR_MACHO_FAT_ARCH_SIZE, item, arch.size);
        put(run, VTR_MACHO_FAT_ARCH_ALIGN, item, arch.alignment);
        put(run, VTR_MACHO_FAT_ARCH_RESERVED, item, arch.reserved);
    }
}

void vtr_macho_files(struct vtr_module_run *run)
{
    struct vtr_macho_arch arch;
    struct vtr_bytes part;

    if (!vtr_macho_is_fat(run->data)) {
        return;
    }
    for (uint32_t i = 0; vtr_macho_fat_arch(run->data, i, &arch) &&
                         vtr_module_spend(run, RECORD_UNITS) && !run->store.is_full;
         i++) {
        uint32_t item = VTR_NO_ITEM;
        if (!vtr_macho_fat_part(run->data, &arch, &part)) {
            continue; /* an item without values, when another follows */
        }
        while (vtr_store_count(&run->store, VTR_MACHO_FILE, 0) <= i &&
               !run->store.is_full) {
            item = vtr_store_append(&run->store, VTR_MACHO_FILE, 0);
        }
        if (item != VTR_NO_ITEM) {
            load_file(run, &PART_ROWS, item, part);
        }
    }
}

void vtr_macho_load_thin(struct vtr_module_run *run, vtr_macho_file_fn load,
                         const void *rows)
{
    if (vtr_macho_is_thin(run->data)) {
        load(run, 0, run->data, rows);
    }
}

void vtr_macho_load_parts(struct vtr_module_run *run, vtr_macho_file_fn load,
                          const void *rows)
{
    struct vtr_macho_arch arch;
    struct vtr_bytes part;

    vtr_module_ensure(run, vtr_macho_files);
    const uint32_t count = vtr_store_count(&run->store, VTR_MACHO_FILE, 0);
    for (uint32_t i = 0; i < count && vtr_macho_fat_arch(run->data, i, &arch); i++) {
        if (vtr_macho_fat_part(run->data, &arch, &part)) {
            load(run, vtr_store_item(&run->store, VTR_MACHO_FILE, 0, i), part, rows);
        }
    }
}

/* Whether what is in the two fields is what a function was called with. */
static bool is_asked_for(const struct vtr_module_run *run,
                         const struct vtr_module_call *call, uint32_t type_field,
                         uint32_t subtype_field, uint32_t item)
{
    const struct vtr_module_value type = vtr_store_get(&run->store, type_field, item);
    const struct vtr_module_value subtype =
        vtr_store_get(&run->store, subtype_field, item);

    return type.kind == VTR_MODULE_INT && subtype.kind == VTR_MODULE_INT &&
           type.is.number == call->args[0].is.number &&
           (call->arg_count < 2 || subtype.is.number == call->args[1].is.number);
}

struct vtr_module_value vtr_macho_file_index(struct vtr_module_run *run,
                                             const struct vtr_module_call *call)
{
    vtr_module_ensure(run, vtr_macho_files);
    const uint32_t count = vtr_store_count(&run->store, VTR_MACHO_FILE, 0);

    for (uint32_t i = 0; i < count && vtr_module_spend(run, 1); i++) {
        if (is_asked_for(run, call, VTR_MACHO_FILE_CPUTYPE, VTR_MACHO_FILE_CPUSUBTYPE,
                         i)) {
            return vtr_module_int(i);
        }
    }
    return vtr_module_undefined();
}

struct vtr_module_value vtr_macho_entry_point_for(struct vtr_module_run *run,
                                                  const struct vtr_module_call *call)
{
    vtr_module_ensure(run, vtr_macho_fat);
    vtr_module_ensure(run, vtr_macho_files);
    const uint32_t count = vtr_store_count(&run->store, VTR_MACHO_FAT_ARCH, 0);

    for (uint32_t i = 0; i < count && vtr_module_spend(run, 1); i++) {
        if (!is_asked_for(run, call, VTR_MACHO_FAT_ARCH_CPUTYPE,
                          VTR_MACHO_FAT_ARCH_CPUSUBTYPE, i)) {
            continue;
        }
        const struct vtr_module_value offset =
            vtr_store_get(&run->store, VTR_MACHO_FAT_ARCH_OFFSET, i);
        const struct vtr_module_value entry =
            vtr_store_get(&run->store, VTR_MACHO_FILE_ENTRY_POINT, i);
        if (entry.kind != VTR_MODULE_INT) {
            return vtr_module_undefined();
        }
        return vtr_module_int(
            (int64_t)((uint64_t)offset.is.number + (uint64_t)entry.is.number));
    }
    return vtr_module_undefined();
}

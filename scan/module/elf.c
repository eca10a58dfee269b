/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/elf.h"

#include "scan/module/elf_state.h"

/* What a record counts for, vtr_module_spend. */
#define RECORD_UNITS 4u

/* Entries of the dynamic table, whose number nothing says, are paid for in blocks, each
 * as a record that may have to be looked up again. */
#define DYNAMIC_BLOCK 64u
#define DYNAMIC_UNITS 16u

struct vtr_elf_state *vtr_elf_get_state(struct vtr_module_run *run)
{
    struct vtr_elf_state *state = run->state;

    if (state == NULL) {
        state = vtr_module_alloc(run, sizeof(*state));
        if (state == NULL) {
            return NULL;
        }
        state->is_elf = vtr_elf_image_init(&state->image, run->data);
        run->state = state;
    }
    return state->is_elf ? state : NULL;
}

static const struct vtr_elf_image *image_of(struct vtr_module_run *run)
{
    const struct vtr_elf_state *state = vtr_elf_get_state(run);

    return state == NULL ? NULL : &state->image;
}

static void put(struct vtr_module_run *run, uint32_t field, uint32_t item,
                uint64_t number)
{
    vtr_store_int(&run->store, field, item, (int64_t)number);
}

void vtr_elf_header(struct vtr_module_run *run)
{
    const struct vtr_elf_image *elf = image_of(run);
    uint64_t entry;

    if (elf == NULL) {
        return;
    }
    put(run, VTR_ELF_TYPE, 0, elf->type);
    put(run, VTR_ELF_MACHINE, 0, elf->machine);
    put(run, VTR_ELF_OSABI, 0, elf->os_abi);
    put(run, VTR_ELF_SH_OFFSET, 0, elf->sections_offset);
    put(run, VTR_ELF_SH_ENTRY_SIZE, 0, elf->section_len);
    put(run, VTR_ELF_NUMBER_OF_SECTIONS, 0, elf->section_count);
    put(run, VTR_ELF_PH_OFFSET, 0, elf->segments_offset);
    put(run, VTR_ELF_PH_ENTRY_SIZE, 0, elf->segment_len);
    put(run, VTR_ELF_NUMBER_OF_SEGMENTS, 0, elf->segment_count);
    if (vtr_elf_image_entry_offset(elf, &entry)) {
        put(run, VTR_ELF_ENTRY_POINT, 0, entry);
    }
}

void vtr_elf_sections(struct vtr_module_run *run)
{
    const struct vtr_elf_image *elf = image_of(run);
    struct vtr_elf_section section;
    struct vtr_bytes name;

    if (elf == NULL || !vtr_elf_image_has_sections(elf) ||
        !vtr_module_spend(run, (uint64_t)elf->section_count * RECORD_UNITS)) {
        return;
    }
    const struct vtr_bytes names = vtr_elf_image_section_names(elf);
    for (uint32_t i = 0; i < elf->section_count; i++) {
        if (!vtr_elf_image_section(elf, &section, i)) {
            return;
        }
        const uint32_t item = vtr_store_append(&run->store, VTR_ELF_SECTIONS, 0);
        put(run, VTR_ELF_SECTIONS_TYPE, item, section.type);
        put(run, VTR_ELF_SECTIONS_FLAGS, item, section.flags);
        put(run, VTR_ELF_SECTIONS_ADDRESS, item, section.address);
        put(run, VTR_ELF_SECTIONS_SIZE, item, section.size);
        put(run, VTR_ELF_SECTIONS_OFFSET, item, section.offset);
        if (vtr_elf_image_name(&name, names, section.name)) {
            vtr_store_text(&run->store, VTR_ELF_SECTIONS_NAME, item, name);
            if (!vtr_module_spend(run, name.len / VTR_ELF_NAME_BYTES_PER_UNIT)) {
                return;
            }
        }
    }
}

void vtr_elf_segments(struct vtr_module_run *run)
{
    const struct vtr_elf_image *elf = image_of(run);
    struct vtr_elf_segment segment;

    if (elf == NULL || !vtr_elf_image_has_segments(elf) ||
        !vtr_module_spend(run, (uint64_t)elf->segment_count * RECORD_UNITS)) {
        return;
    }
    for (uint32_t i = 0; i < elf->segment_count; i++) {
        if (!vtr_elf_image_segment(elf, &segment, i)) {
            return;
        }
        const uint32_t item = vtr_store_append(&run->store, VTR_ELF_SEGMENTS, 0);
        put(run, VTR_ELF_SEGMENTS_TYPE, item, segment.type);
        put(run, VTR_ELF_SEGMENTS_FLAGS, item, segment.flags);
        put(run, VTR_ELF_SEGMENTS_OFFSET, item, segment.offset);
        put(run, VTR_ELF_SEGMENTS_VIRTUAL_ADDRESS, item, segment.virtual_address);
        put(run, VTR_ELF_SEGMENTS_PHYSICAL_ADDRESS, item, segment.physical_address);
        put(run, VTR_ELF_SEGMENTS_FILE_SIZE, item, segment.file_size);
        put(run, VTR_ELF_SEGMENTS_MEMORY_SIZE, item, segment.memory_size);
        put(run, VTR_ELF_SEGMENTS_ALIGNMENT, item, segment.alignment);
    }
}

/* One table of a file that may have several: each is written over the one before.
 * False when no work is left. */
static bool load_dynamic(struct vtr_module_run *run, const struct vtr_elf_image *elf,
                         uint64_t offset)
{
    struct vtr_elf_dynamic entry = {.type = ~(uint64_t)VTR_ELF_DYNAMIC_END};
    uint32_t count = 0;

    while (entry.type != VTR_ELF_DYNAMIC_END && count < UINT32_MAX &&
           vtr_elf_image_dynamic(elf, &entry, offset, count)) {
        const uint32_t known = vtr_store_count(&run->store, VTR_ELF_DYNAMIC, 0);
        const uint32_t item =
            count < known ? vtr_store_item(&run->store, VTR_ELF_DYNAMIC, 0, count)
                          : vtr_store_append(&run->store, VTR_ELF_DYNAMIC, 0);
        if (count % DYNAMIC_BLOCK == 0 &&
            !vtr_module_spend(run, (uint64_t)DYNAMIC_BLOCK * DYNAMIC_UNITS)) {
            return false;
        }
        put(run, VTR_ELF_DYNAMIC_TYPE, item, entry.type);
        put(run, VTR_ELF_DYNAMIC_VAL, item, entry.value);
        count++;
    }
    put(run, VTR_ELF_DYNAMIC_SECTION_ENTRIES, 0, count);
    return true;
}

void vtr_elf_dynamic(struct vtr_module_run *run)
{
    const struct vtr_elf_image *elf = image_of(run);
    struct vtr_elf_segment segment;

    if (elf == NULL || !vtr_elf_image_has_segments(elf)) {
        return;
    }
    for (uint32_t i = 0; i < elf->segment_count; i++) {
        if (vtr_elf_image_segment(elf, &segment, i) &&
            segment.type == VTR_ELF_SEGMENT_DYNAMIC &&
            !load_dynamic(run, elf, segment.offset)) {
            return;
        }
    }
}

/* Rows of a table of symbols. */
struct symbol_rows {
    uint32_t entries;
    uint32_t array;
    uint32_t name;
    uint32_t value;
    uint32_t size;
    uint32_t type;
    uint32_t bind;
    uint32_t section;
    uint32_t visibility;
};

static void load_symbols(struct vtr_module_run *run, uint32_t section_type,
                         const struct symbol_rows *rows)
{
    const struct vtr_elf_image *elf = image_of(run);
    struct vtr_elf_symbols symbols;

    if (elf == NULL) {
        return;
    }
    symbols = vtr_elf_image_symbols(elf, section_type);
    if (symbols.table.ptr == NULL ||
        !vtr_module_spend(run, (uint64_t)symbols.count * RECORD_UNITS)) {
        return;
    }
    put(run, rows->entries, 0, symbols.count);
    for (uint32_t i = 0; i < symbols.count && !run->store.is_full; i++) {
        const struct vtr_elf_symbol symbol = vtr_elf_image_symbol(elf, &symbols, i);
        if (!vtr_module_spend(run, symbol.name.len / VTR_ELF_NAME_BYTES_PER_UNIT)) {
            return;
        }
        const uint32_t item = vtr_store_append(&run->store, rows->array, 0);
        if (symbol.name.ptr != NULL) {
            vtr_store_text(&run->store, rows->name, item, symbol.name);
        }
        put(run, rows->value, item, symbol.value);
        put(run, rows->size, item, symbol.size);
        put(run, rows->type, item, symbol.type);
        put(run, rows->bind, item, symbol.bind);
        put(run, rows->section, item, symbol.section);
        put(run, rows->visibility, item, symbol.visibility);
    }
}

void vtr_elf_symtab(struct vtr_module_run *run)
{
    static const struct symbol_rows ROWS = {
        VTR_ELF_SYMTAB_ENTRIES, VTR_ELF_SYMTAB,       VTR_ELF_SYMTAB_NAME,
        VTR_ELF_SYMTAB_VALUE,   VTR_ELF_SYMTAB_SIZE,  VTR_ELF_SYMTAB_TYPE,
        VTR_ELF_SYMTAB_BIND,    VTR_ELF_SYMTAB_SHNDX, VTR_ELF_SYMTAB_VISIBILITY};

    load_symbols(run, VTR_ELF_SECTION_SYMTAB, &ROWS);
}

void vtr_elf_dynsym(struct vtr_module_run *run)
{
    static const struct symbol_rows ROWS = {
        VTR_ELF_DYNSYM_ENTRIES, VTR_ELF_DYNSYM,       VTR_ELF_DYNSYM_NAME,
        VTR_ELF_DYNSYM_VALUE,   VTR_ELF_DYNSYM_SIZE,  VTR_ELF_DYNSYM_TYPE,
        VTR_ELF_DYNSYM_BIND,    VTR_ELF_DYNSYM_SHNDX, VTR_ELF_DYNSYM_VISIBILITY};

    load_symbols(run, VTR_ELF_SECTION_DYNSYM, &ROWS);
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/macho_symtab.h"

#include "scan/module/image_record.h"
#include "scan/module/macho.h"
#include "scan/module/macho_names.h"

/* What a symbol counts for, vtr_module_spend, and bytes of a name that count for one
 * unit more. */
#define RECORD_UNITS 4u
#define UNIT_LEN     16u

#define SYMBOL_32_LEN 12u
#define SYMBOL_64_LEN 16u

/* Rows of a file: of one by itself, and of those in a fat one. */
struct symtab_rows {
    uint32_t entries, entry, symbols, name_at, type, section, description, value;
};

#define SYMTAB_ROWS(P)                                                         \
 {                                                                             \
  .entries = P##_SYMTAB_ENTRIES, .entry = P##_SYMTAB_ENTRIES_ITEM,             \
  .symbols = P##_SYMTAB_NLISTS, .name_at = P##_SYMTAB_NLISTS_N_STRX,           \
  .type = P##_SYMTAB_NLISTS_N_TYPE, .section = P##_SYMTAB_NLISTS_N_SECT,       \
  .description = P##_SYMTAB_NLISTS_N_DESC, .value = P##_SYMTAB_NLISTS_N_VALUE, \
 }

static const struct symtab_rows THIN_ROWS = SYMTAB_ROWS(VTR_MACHO);
static const struct symtab_rows PART_ROWS = SYMTAB_ROWS(VTR_MACHO_FILE);

void vtr_macho_symtab_init(struct vtr_macho_symtab *symtab, struct vtr_module_run *run,
                           const struct vtr_macho_image *image)
{
    struct vtr_macho_commands commands;
    struct vtr_macho_command command;

    *symtab = (struct vtr_macho_symtab){.image = image};
    vtr_macho_commands_init(&commands, image);
    while (vtr_macho_commands_next(&commands, image, &command) &&
           vtr_module_spend(run, RECORD_UNITS)) {
        if (command.type == VTR_MACHO_COMMAND_SYMTAB &&
            vtr_macho_command_number(image, &command, 8, 4, &symtab->symbols_at) &&
            vtr_macho_command_number(image, &command, 12, 4, &symtab->symbol_count)) {
            symtab->strings = vtr_macho_command_part(image, &command, 16);
        }
    }
}

/* Symbol `index`, without its name. */
static bool symbol_at(const struct vtr_macho_symtab *symtab, uint64_t index,
                      struct vtr_macho_symbol *out)
{
    const bool is_32 = symtab->image->is_32;
    const uint32_t len = is_32 ? SYMBOL_32_LEN : SYMBOL_64_LEN;
    struct vtr_image_record record;

    if (index >= symtab->symbol_count ||
        !vtr_image_record_at(&record, symtab->image->data,
                             symtab->symbols_at + index * len, len,
                             symtab->image->is_big_endian)) {
        return false;
    }
    out->name_at = vtr_image_record_take(&record, 4);
    out->type = vtr_image_record_take(&record, 1);
    out->section = vtr_image_record_take(&record, 1);
    out->description = vtr_image_record_take(&record, 2);
    out->value = vtr_image_record_take(&record, is_32 ? 4 : 8);
    return true;
}

static bool find_name(const struct vtr_macho_symtab *symtab,
                      struct vtr_macho_symbol *symbol)
{
    struct vtr_reader reader;
    struct vtr_bytes before;

    vtr_reader_init(&reader, symtab->strings, 0);
    return symbol->name_at < symtab->strings.len &&
           vtr_reader_slice(&reader, &before, (size_t)symbol->name_at) &&
           vtr_macho_text(&reader, &symbol->name) && symbol->name.len > 0;
}

bool vtr_macho_symtab_next(struct vtr_macho_symtab *symtab, struct vtr_module_run *run,
                           struct vtr_macho_symbol *out)
{
    while (symbol_at(symtab, symtab->next, out) &&
           vtr_module_spend(run, RECORD_UNITS)) {
        symtab->next++;
        if (find_name(symtab, out)) {
            return vtr_module_spend(run, out->name.len / UNIT_LEN);
        }
    }
    return false;
}

static void load_file(struct vtr_module_run *run, uint32_t parent,
                      struct vtr_bytes data, const void *all_rows)
{
    const struct symtab_rows *rows = all_rows;
    struct vtr_module_store *store = &run->store;
    struct vtr_macho_image image;
    struct vtr_macho_symtab symtab;
    struct vtr_macho_symbol symbol;

    if (!vtr_macho_image_init(&image, data)) {
        return;
    }
    vtr_macho_symtab_init(&symtab, run, &image);
    while (!store->is_full && vtr_macho_symtab_next(&symtab, run, &symbol)) {
        vtr_store_text(store, rows->entry,
                       vtr_store_append(store, rows->entries, parent), symbol.name);
        const uint32_t item = vtr_store_append(store, rows->symbols, parent);
        vtr_store_int(store, rows->name_at, item, (int64_t)symbol.name_at);
        vtr_store_int(store, rows->type, item, (int64_t)symbol.type);
        vtr_store_int(store, rows->section, item, (int64_t)symbol.section);
        vtr_store_int(store, rows->description, item, (int64_t)symbol.description);
        vtr_store_int(store, rows->value, item, (int64_t)symbol.value);
    }
}

void vtr_macho_symtab(struct vtr_module_run *run)
{
    vtr_macho_load_thin(run, load_file, &THIN_ROWS);
}

void vtr_macho_files_symtab(struct vtr_module_run *run)
{
    vtr_macho_load_parts(run, load_file, &PART_ROWS);
}

/* The first file: this one, or the first in a fat one. */
static bool first_file(struct vtr_bytes data, struct vtr_bytes *out)
{
    struct vtr_macho_arch arch;

    *out = data;
    return vtr_macho_is_thin(data) ||
           (vtr_macho_is_fat(data) && vtr_macho_fat_arch(data, 0, &arch) &&
            vtr_macho_fat_part(data, &arch, out));
}

struct vtr_module_value vtr_macho_symhash(struct vtr_module_run *run,
                                          const struct vtr_module_call *call)
{
    struct vtr_macho_names names = {.run = run, .is_case_kept = true};
    struct vtr_macho_image image;
    struct vtr_macho_symtab symtab;
    struct vtr_macho_symbol symbol;
    struct vtr_bytes file;
    bool has_symbols = false;

    (void)call;
    if (!first_file(run->data, &file) || !vtr_macho_image_init(&image, file)) {
        return vtr_module_undefined();
    }
    vtr_macho_symtab_init(&symtab, run, &image);
    while (vtr_macho_symtab_next(&symtab, run, &symbol)) {
        const bool is_undefined =
            (symbol.type & (VTR_MACHO_SYMBOL_STAB | VTR_MACHO_SYMBOL_KIND |
                            VTR_MACHO_SYMBOL_EXTERNAL)) ==
            (VTR_MACHO_SYMBOL_UNDEFINED | VTR_MACHO_SYMBOL_EXTERNAL);
        has_symbols = true;
        if (is_undefined && !vtr_macho_names_add(&names, symbol.name)) {
            return vtr_module_undefined();
        }
    }
    return has_symbols ? vtr_macho_names_md5(&names) : vtr_module_undefined();
}

/* SPDX-License-Identifier: Apache-2.0 */

/* The functions that a PE file imports when it is loaded. */
#include "scan/module/pe_imports.h"

#include <string.h>

#include "base/reader.h"

#define DESCRIPTOR_LEN 20u
/* Libraries, and functions of one: more than YARA looks at. */
#define IMPORT_LIMIT      16384u
#define NAME_LEN_LIMIT    512u
#define LIBRARY_LEN_LIMIT 256u       /* of its name, with the zero */
#define VISIT_LIMIT       (1u << 22) /* entries: only a file made to be slow has more */
#define ORDINAL_LIMIT     65536u
#define HINTED_LEN        4u /* of the shortest name, with the hint before it */

const struct vtr_pe_import_rows VTR_PE_IMPORT_ROWS = {
    .library_count = VTR_PE_NUMBER_OF_IMPORTS,
    .function_count = VTR_PE_NUMBER_OF_IMPORTED_FUNCTIONS,
    .libraries = VTR_PE_IMPORT_DETAILS,
    .library_name = VTR_PE_IMPORT_DETAILS_LIBRARY_NAME,
    .library_function_count = VTR_PE_IMPORT_DETAILS_NUMBER_OF_FUNCTIONS,
    .functions = VTR_PE_IMPORT_DETAILS_FUNCTIONS,
    .function_name = VTR_PE_IMPORT_DETAILS_FUNCTIONS_NAME,
    .function_ordinal = VTR_PE_IMPORT_DETAILS_FUNCTIONS_ORDINAL,
    .function_rva = VTR_PE_IMPORT_DETAILS_FUNCTIONS_RVA,
};

bool vtr_pe_visit_import(struct vtr_module_run *run, uint32_t *visit_count)
{
    if (*visit_count == VISIT_LIMIT) {
        run->is_limited = true;
        return false;
    }
    ++*visit_count;
    return vtr_module_spend(run, 1);
}

bool vtr_pe_library_name(struct vtr_module_run *run, const struct vtr_pe_image *image,
                         uint64_t offset, size_t len_limit, struct vtr_bytes *out)
{
    *out = vtr_pe_image_text(image, offset, len_limit);
    if (!vtr_module_spend(run, out->len / 16 + 1) || out->len == 0 ||
        out->len == len_limit || out->len >= image->data.len - offset) {
        return false;
    }
    for (size_t i = 0; i < out->len; i++) {
        if (out->ptr[i] < 0x20 || out->ptr[i] > 0x7E ||
            strchr("\"*<>?|", out->ptr[i]) != NULL) {
            return false;
        }
    }
    return true;
}

bool vtr_pe_add_import(struct vtr_module_run *run,
                       const struct vtr_pe_import_rows *rows, uint32_t library,
                       const struct vtr_pe_import *import)
{
    struct vtr_module_store *store = &run->store;
    const uint32_t item = vtr_store_append(store, rows->functions, library);

    vtr_store_text(store, rows->function_name, item, import->name);
    if (import->has_ordinal) {
        vtr_store_int(store, rows->function_ordinal, item, import->ordinal);
    }
    if (import->rva != 0) {
        vtr_store_int(store, rows->function_rva, item, (int64_t)import->rva);
    }
    return !store->is_full && vtr_module_spend(run, import->name.len / 16 + 2);
}

/* Letters, digits and a few signs: other names are of broken files. */
static bool is_function_name(struct vtr_bytes name)
{
    for (size_t i = 0; i < name.len; i++) {
        const uint8_t c = name.ptr[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool is_digit = c >= '0' && c <= '9';
        if (!is_letter && !is_digit && strchr("._?@$()<>", c) == NULL) {
            return false;
        }
    }
    return name.len > 0;
}

/* What the loaders of the import table walk with. */
struct importer {
    struct vtr_module_run *run;
    const struct vtr_pe_image *image;
    uint32_t library_count;
    uint32_t function_count;
    uint32_t visit_count; /* entries of tables, also those that lead nowhere */
};

/* Entry `index` of a table of functions at `offset`.  False at its end. */
static bool read_entry(const struct vtr_pe_image *image, uint64_t offset,
                       uint32_t index, uint64_t *out)
{
    uint32_t entry = 0;

    if (image->is_64bit) {
        return vtr_peek_u64(image->data, offset + (uint64_t)index * 8, out) &&
               *out != 0;
    }
    if (!vtr_peek_u32(image->data, offset + (uint64_t)index * 4, &entry)) {
        return false;
    }
    *out = entry;
    return entry != 0;
}

/* The function of a table entry.  False when it has no usable name or ordinal. */
static bool read_import(const struct importer *importer, struct vtr_bytes library,
                        uint64_t entry, struct vtr_pe_import *out)
{
    const struct vtr_pe_image *image = importer->image;
    const uint64_t ordinal_bit = image->is_64bit ? UINT64_C(1) << 63 : 0x80000000u;
    uint64_t offset;
    struct vtr_bytes hinted;

    *out = (struct vtr_pe_import){.has_ordinal = (entry & ordinal_bit) != 0};
    if (out->has_ordinal) {
        if ((entry & ~ordinal_bit) >= ORDINAL_LIMIT) {
            return false;
        }
        out->ordinal = (uint16_t)entry;
        out->name = vtr_pe_ordinal_name(importer->run, library, out->ordinal);
        return true;
    }
    if (!vtr_pe_image_offset(image, entry, &offset) ||
        !vtr_peek_slice(image->data, offset, HINTED_LEN, &hinted)) {
        return false;
    }
    out->name = vtr_pe_image_text(image, offset + 2, NAME_LEN_LIMIT);
    return is_function_name(out->name);
}

/* The functions of one library, whose item is there from its first function on. */
static void load_library(struct importer *importer, struct vtr_bytes name,
                         uint64_t entries, uint32_t addresses)
{
    const struct vtr_pe_image *image = importer->image;
    const struct vtr_pe_import_rows *rows = &VTR_PE_IMPORT_ROWS;
    struct vtr_module_store *store = &importer->run->store;
    uint32_t library = VTR_NO_ITEM;
    uint32_t count = 0;
    uint64_t entry;
    struct vtr_pe_import import;

    for (uint32_t i = 0; i < IMPORT_LIMIT && importer->function_count < IMPORT_LIMIT &&
                         read_entry(image, entries, i, &entry);
         i++) {
        if (!vtr_pe_visit_import(importer->run, &importer->visit_count)) {
            break;
        }
        if (!read_import(importer, name, entry, &import)) {
            continue;
        }
        import.rva = image->is_64bit ? addresses + (uint64_t)i * 8
                                     : (uint32_t)(addresses + i * 4);
        if (count == 0) {
            library = vtr_store_append(store, rows->libraries, 0);
            vtr_store_text(store, rows->library_name, library, name);
            importer->library_count++;
        }
        count++;
        importer->function_count++;
        if (!vtr_pe_add_import(importer->run, rows, library, &import)) {
            break;
        }
    }
    if (count > 0) {
        vtr_store_int(store, rows->library_function_count, library, count);
    }
}

static void load_descriptor(struct importer *importer, const uint8_t *descriptor)
{
    const struct vtr_pe_image *image = importer->image;
    const uint32_t addresses = vtr_load_u32(descriptor + 16);
    uint64_t offset;
    uint64_t entries = 0;
    struct vtr_bytes name;

    if (!vtr_pe_image_offset(image, vtr_load_u32(descriptor + 12), &offset) ||
        !vtr_pe_library_name(importer->run, image, offset, LIBRARY_LEN_LIMIT, &name)) {
        return;
    }
    /* Where there is no table of names, the addresses stand for it. */
    if ((vtr_pe_image_offset(image, vtr_load_u32(descriptor), &entries) &&
         entries > 0) ||
        vtr_pe_image_offset(image, addresses, &entries)) {
        load_library(importer, name, entries, addresses);
    }
}

void vtr_pe_imports(struct vtr_module_run *run)
{
    struct importer importer = {.run = run, .image = vtr_pe_image_of(run)};
    struct vtr_pe_directory directory;
    uint64_t offset;
    struct vtr_bytes descriptor;

    if (importer.image == NULL) {
        return;
    }
    if (vtr_pe_image_directory(importer.image, VTR_PE_DIRECTORY_IMPORT, &directory) &&
        directory.address != 0 &&
        vtr_pe_image_offset(importer.image, directory.address, &offset)) {
        for (uint32_t i = 0;
             i < IMPORT_LIMIT &&
             vtr_peek_slice(run->data, offset + (uint64_t)i * DESCRIPTOR_LEN,
                            DESCRIPTOR_LEN, &descriptor) &&
             vtr_load_u32(descriptor.ptr + 12) != 0 && vtr_module_spend(run, 1) &&
             !run->store.is_full;
             i++) {
            load_descriptor(&importer, descriptor.ptr);
        }
    }
    vtr_store_int(&run->store, VTR_PE_NUMBER_OF_IMPORTS, 0, importer.library_count);
    vtr_store_int(&run->store, VTR_PE_NUMBER_OF_IMPORTED_FUNCTIONS, 0,
                  importer.function_count);
}

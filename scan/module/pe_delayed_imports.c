/* SPDX-License-Identifier: Apache-2.0 */

/* The functions that a PE file imports when it first calls them. */
#include "scan/module/pe_imports.h"

#include "base/reader.h"

#define DESCRIPTOR_LEN 32u
#define NAME_LEN_LIMIT 512u
#define HEADERS_LEN    64u /* addresses below are of no table */

const struct vtr_pe_import_rows VTR_PE_DELAYED_IMPORT_ROWS = {
    .library_count = VTR_PE_NUMBER_OF_DELAYED_IMPORTS,
    .function_count = VTR_PE_NUMBER_OF_DELAYED_IMPORTED_FUNCTIONS,
    .libraries = VTR_PE_DELAYED_IMPORT_DETAILS,
    .library_name = VTR_PE_DELAYED_IMPORT_DETAILS_LIBRARY_NAME,
    .library_function_count = VTR_PE_DELAYED_IMPORT_DETAILS_NUMBER_OF_FUNCTIONS,
    .functions = VTR_PE_DELAYED_IMPORT_DETAILS_FUNCTIONS,
    .function_name = VTR_PE_DELAYED_IMPORT_DETAILS_FUNCTIONS_NAME,
    .function_ordinal = VTR_PE_DELAYED_IMPORT_DETAILS_FUNCTIONS_ORDINAL,
    .function_rva = VTR_PE_DELAYED_IMPORT_DETAILS_FUNCTIONS_RVA,
};

struct delayed_importer {
    struct vtr_module_run *run;
    const struct vtr_pe_image *image;
    uint64_t image_base;
    uint32_t image_len; /* in memory */
    uint32_t library_count;
    uint32_t function_count;
    uint32_t visit_count; /* entries of tables, also those that lead nowhere */
};

/* A descriptor; addresses are relative to the image. */
struct delayed_library {
    bool is_relative; /* the tables that it refers to hold such addresses too */
    uint32_t name;
    uint32_t addresses;
    uint32_t names;
};

/* Visual C++ 6 wrote addresses that are not relative to the image. */
static uint64_t relative(const struct delayed_importer *importer, uint64_t address)
{
    return address > importer->image_base ? address - importer->image_base : address;
}

/* False: it is the last one, or no descriptor at all. */
static bool read_descriptor(const struct delayed_importer *importer,
                            const uint8_t *bytes, struct delayed_library *out)
{
    const uint32_t attributes = vtr_load_u32(bytes);

    *out = (struct delayed_library){attributes != 0, vtr_load_u32(bytes + 4),
                                    vtr_load_u32(bytes + 12), vtr_load_u32(bytes + 16)};
    if (!importer->image->is_64bit && !out->is_relative) {
        out->name = (uint32_t)relative(importer, out->name);
        out->addresses = (uint32_t)relative(importer, out->addresses);
        out->names = (uint32_t)relative(importer, out->names);
    }
    return attributes <= 1 && out->names < importer->image_len &&
           out->addresses < importer->image_len && out->name >= HEADERS_LEN &&
           out->names >= HEADERS_LEN;
}

/* The word of a table at an address.  False at its end. */
static bool read_word(const struct vtr_pe_image *image, uint64_t address, uint64_t *out)
{
    uint64_t offset;
    uint32_t word = 0;

    if (!vtr_pe_image_offset(image, address, &offset)) {
        return false;
    }
    if (image->is_64bit) {
        return vtr_peek_u64(image->data, offset, out) && *out != 0;
    }
    if (!vtr_peek_u32(image->data, offset, &word)) {
        return false;
    }
    *out = word;
    return word != 0;
}

/* False when the name is not in the file. */
static bool read_import(const struct delayed_importer *importer,
                        const struct delayed_library *library, struct vtr_bytes name,
                        uint64_t word, struct vtr_pe_import *out)
{
    const struct vtr_pe_image *image = importer->image;
    const uint64_t ordinal_bit = image->is_64bit ? UINT64_C(1) << 63 : 0x80000000u;
    uint64_t offset;

    *out = (struct vtr_pe_import){.has_ordinal = (word & ordinal_bit) != 0};
    if (out->has_ordinal) {
        out->ordinal = (uint16_t)word;
        out->name = vtr_pe_ordinal_name(importer->run, name, out->ordinal);
        return true;
    }
    word = library->is_relative ? word : relative(importer, word);
    if (!vtr_pe_image_offset(image, word + 2, &offset)) {
        return false;
    }
    out->name = vtr_pe_image_text(image, offset, NAME_LEN_LIMIT);
    return true;
}

static void load_library(struct delayed_importer *importer,
                         const struct delayed_library *library, struct vtr_bytes name)
{
    const struct vtr_pe_import_rows *rows = &VTR_PE_DELAYED_IMPORT_ROWS;
    const uint32_t step = importer->image->is_64bit ? 8 : 4;
    struct vtr_module_store *store = &importer->run->store;
    const uint32_t item = vtr_store_append(store, rows->libraries, 0);
    uint32_t count = 0;
    bool is_more = true;
    uint64_t word;
    uint64_t address;
    struct vtr_pe_import import;

    for (uint64_t at = 0; is_more; at += step) {
        if (!read_word(importer->image, library->names + at, &word) ||
            !read_word(importer->image, library->addresses + at, &address) ||
            !vtr_pe_visit_import(importer->run, &importer->visit_count)) {
            break;
        }
        if (read_import(importer, library, name, word, &import)) {
            import.rva = library->addresses + at;
            is_more = vtr_pe_add_import(importer->run, rows, item, &import);
            count++;
        }
    }
    vtr_store_text(store, rows->library_name, item, name);
    vtr_store_int(store, rows->library_function_count, item, count);
    importer->library_count++;
    importer->function_count += count;
}

static void load_libraries(struct delayed_importer *importer, uint64_t offset)
{
    const struct vtr_pe_image *image = importer->image;
    struct vtr_bytes descriptor;
    struct delayed_library library;
    uint64_t name_offset;
    struct vtr_bytes name;

    for (uint64_t at = offset;
         vtr_peek_slice(image->data, at, DESCRIPTOR_LEN, &descriptor) &&
         read_descriptor(importer, descriptor.ptr, &library) &&
         vtr_module_spend(importer->run, 1) && !importer->run->store.is_full;
         at += DESCRIPTOR_LEN) {
        if (vtr_pe_image_offset(image, library.name, &name_offset) &&
            vtr_pe_library_name(importer->run, image, name_offset, SIZE_MAX, &name)) {
            load_library(importer, &library, name);
        }
    }
}

void vtr_pe_delayed_imports(struct vtr_module_run *run)
{
    struct delayed_importer importer = {.run = run, .image = vtr_pe_image_of(run)};
    const struct vtr_pe_image *image = importer.image;
    struct vtr_pe_directory directory;
    uint32_t image_base = 0;
    uint64_t offset;

    if (image == NULL) {
        return;
    }
    const bool has_headers =
        vtr_peek_u32(image->data, image->optional_offset + 56, &importer.image_len) &&
        vtr_peek_u64(image->data, image->optional_offset + 24, &importer.image_base) &&
        vtr_peek_u32(image->data, image->optional_offset + 28, &image_base);
    if (!image->is_64bit) {
        importer.image_base = image_base;
    }
    if (has_headers &&
        vtr_pe_image_directory(image, VTR_PE_DIRECTORY_DELAY_IMPORT, &directory) &&
        directory.address != 0 &&
        vtr_pe_image_offset(image, directory.address, &offset)) {
        load_libraries(&importer, offset);
    }
    vtr_store_int(&run->store, VTR_PE_NUMBER_OF_DELAYED_IMPORTS, 0,
                  importer.library_count);
    vtr_store_int(&run->store, VTR_PE_NUMBER_OF_DELAYED_IMPORTED_FUNCTIONS, 0,
                  importer.function_count);
}

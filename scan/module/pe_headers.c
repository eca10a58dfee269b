/* SPDX-License-Identifier: Apache-2.0 */

/* The file header, the optional header and the data directories of a PE file. */
#include "scan/module/pe.h"

#include "base/reader.h"

/* What loaders share until the next file. */
struct pe_state {
    bool is_pe;
    struct vtr_pe_image image;
};

const struct vtr_pe_image *vtr_pe_image_of(struct vtr_module_run *run)
{
    struct pe_state *state = run->state;

    if (state == NULL) {
        state = vtr_module_alloc(run, sizeof(*state));
        if (state == NULL) {
            return NULL;
        }
        state->is_pe = vtr_pe_image_init(&state->image, run->data);
        run->state = state;
    }
    return state->is_pe ? &state->image : NULL;
}

/* An integer of a header: where it is and its bytes, in a 32-bit and a 64-bit file. */
struct header_number {
    uint16_t field;
    uint8_t offset;
    uint8_t len;
    uint8_t offset_64bit;
    uint8_t len_64bit;
};

/* Of the file header, from the signature on. */
static const struct header_number FILE_NUMBERS[] = {
    {VTR_PE_MACHINE, 4, 2, 4, 2},
    {VTR_PE_NUMBER_OF_SECTIONS, 6, 2, 6, 2},
    {VTR_PE_TIMESTAMP, 8, 4, 8, 4},
    {VTR_PE_POINTER_TO_SYMBOL_TABLE, 12, 4, 12, 4},
    {VTR_PE_NUMBER_OF_SYMBOLS, 16, 4, 16, 4},
    {VTR_PE_SIZE_OF_OPTIONAL_HEADER, 20, 2, 20, 2},
    {VTR_PE_CHARACTERISTICS, 22, 2, 22, 2},
};

static const struct header_number OPTIONAL_NUMBERS[] = {
    {VTR_PE_OPTHDR_MAGIC, 0, 2, 0, 2},
    {VTR_PE_LINKER_VERSION_MAJOR, 2, 1, 2, 1},
    {VTR_PE_LINKER_VERSION_MINOR, 3, 1, 3, 1},
    {VTR_PE_SIZE_OF_CODE, 4, 4, 4, 4},
    {VTR_PE_SIZE_OF_INITIALIZED_DATA, 8, 4, 8, 4},
    {VTR_PE_SIZE_OF_UNINITIALIZED_DATA, 12, 4, 12, 4},
    {VTR_PE_ENTRY_POINT_RAW, 16, 4, 16, 4},
    {VTR_PE_BASE_OF_CODE, 20, 4, 20, 4},
    {VTR_PE_BASE_OF_DATA, 24, 4, 0, 0},
    {VTR_PE_IMAGE_BASE, 28, 4, 24, 8},
    {VTR_PE_SECTION_ALIGNMENT, 32, 4, 32, 4},
    {VTR_PE_FILE_ALIGNMENT, 36, 4, 36, 4},
    {VTR_PE_OS_VERSION_MAJOR, 40, 2, 40, 2},
    {VTR_PE_OS_VERSION_MINOR, 42, 2, 42, 2},
    {VTR_PE_IMAGE_VERSION_MAJOR, 44, 2, 44, 2},
    {VTR_PE_IMAGE_VERSION_MINOR, 46, 2, 46, 2},
    {VTR_PE_SUBSYSTEM_VERSION_MAJOR, 48, 2, 48, 2},
    {VTR_PE_SUBSYSTEM_VERSION_MINOR, 50, 2, 50, 2},
    {VTR_PE_WIN32_VERSION_VALUE, 52, 4, 52, 4},
    {VTR_PE_SIZE_OF_IMAGE, 56, 4, 56, 4},
    {VTR_PE_SIZE_OF_HEADERS, 60, 4, 60, 4},
    {VTR_PE_CHECKSUM, 64, 4, 64, 4},
    {VTR_PE_SUBSYSTEM, 68, 2, 68, 2},
    {VTR_PE_DLL_CHARACTERISTICS, 70, 2, 70, 2},
    {VTR_PE_SIZE_OF_STACK_RESERVE, 72, 4, 72, 8},
    {VTR_PE_SIZE_OF_STACK_COMMIT, 76, 4, 80, 8},
    {VTR_PE_SIZE_OF_HEAP_RESERVE, 80, 4, 88, 8},
    {VTR_PE_SIZE_OF_HEAP_COMMIT, 84, 4, 96, 8},
    {VTR_PE_LOADER_FLAGS, 88, 4, 104, 4},
    {VTR_PE_NUMBER_OF_RVA_AND_SIZES, 92, 4, 108, 4},
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* `len` bytes, 1 to 8, least significant first. */
static bool number_at(struct vtr_bytes data, uint64_t offset, unsigned len,
                      uint64_t *out)
{
    struct vtr_bytes bytes;

    if (!vtr_peek_slice(data, offset, len, &bytes)) {
        return false;
    }
    *out = vtr_table_bits(bytes, 0, len * 8);
    return true;
}

static void set_numbers(struct vtr_module_run *run, const struct vtr_pe_image *image,
                        uint64_t header_offset, const struct header_number *numbers,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct header_number *number = &numbers[i];
        const uint8_t at = image->is_64bit ? number->offset_64bit : number->offset;
        const uint8_t len = image->is_64bit ? number->len_64bit : number->len;
        uint64_t value;
        if (len > 0 && number_at(image->data, header_offset + at, len, &value)) {
            vtr_store_int(&run->store, number->field, 0, (int64_t)value);
        }
    }
}

/* As many as the header says, up to sixteen. */
static void set_directories(struct vtr_module_run *run,
                            const struct vtr_pe_image *image)
{
    const uint64_t directories = image->optional_offset + (image->is_64bit ? 112 : 96);
    uint32_t count = 0;

    if (!vtr_peek_u32(image->data, directories - 4, &count)) {
        return;
    }
    for (uint32_t i = 0; i < count && i < VTR_PE_DIRECTORY_COUNT; i++) {
        uint32_t address;
        uint32_t size;
        const uint64_t at = directories + (uint64_t)i * 8;
        if (!vtr_peek_u32(image->data, at, &address) ||
            !vtr_peek_u32(image->data, at + 4, &size)) {
            return;
        }
        const uint32_t item = vtr_store_append(&run->store, VTR_PE_DATA_DIRECTORIES, 0);
        vtr_store_int(&run->store, VTR_PE_DATA_DIRECTORIES_VIRTUAL_ADDRESS, item,
                      address);
        vtr_store_int(&run->store, VTR_PE_DATA_DIRECTORIES_SIZE, item, size);
    }
}

void vtr_pe_headers(struct vtr_module_run *run)
{
    const struct vtr_pe_image *image = vtr_pe_image_of(run);
    uint32_t entry_point;
    uint64_t offset;

    vtr_store_int(&run->store, VTR_PE_IS_PE, 0, image != NULL);
    if (image == NULL) {
        return;
    }
    set_numbers(run, image, image->header_offset, FILE_NUMBERS, COUNT_OF(FILE_NUMBERS));
    set_numbers(run, image, image->optional_offset, OPTIONAL_NUMBERS,
                COUNT_OF(OPTIONAL_NUMBERS));
    if (vtr_peek_u32(image->data, image->optional_offset + 16, &entry_point)) {
        const bool is_there = vtr_pe_image_offset(image, entry_point, &offset);
        vtr_store_int(&run->store, VTR_PE_ENTRY_POINT, 0,
                      is_there ? (int64_t)offset : -1);
    }
    set_directories(run, image);
}

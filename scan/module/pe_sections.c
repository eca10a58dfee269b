/* SPDX-License-Identifier: Apache-2.0 */

/* The sections of a PE file, and what is behind the last of them. */
#include "scan/module/pe.h"

#include <string.h>

#include "base/reader.h"

#define SHORT_NAME_LEN 8u
#define SYMBOL_LEN     18u /* of the table that the table of texts stands behind */

/* The text that "/NUMBER" refers to.  False when there is none that can be printed. */
static bool find_long_name(struct vtr_module_run *run, const struct vtr_pe_image *image,
                           uint64_t symbols, struct vtr_bytes reference,
                           struct vtr_bytes *out)
{
    uint32_t symbol_count = 0;
    uint64_t offset = 0;

    if (!vtr_peek_u32(image->data, image->header_offset + 16, &symbol_count)) {
        return false;
    }
    for (size_t i = 1;
         i < reference.len && reference.ptr[i] >= '0' && reference.ptr[i] <= '9'; i++) {
        offset = offset * 10 + (reference.ptr[i] - '0');
    }
    offset += symbols + (uint64_t)symbol_count * SYMBOL_LEN;
    *out = vtr_pe_image_text(image, offset, SIZE_MAX);
    if (!vtr_module_spend(run, out->len / 16 + 1) || offset >= image->data.len ||
        out->len >= image->data.len - offset) {
        return false; /* no zero ends it */
    }
    for (size_t i = 0; i < out->len; i++) {
        if (out->ptr[i] < 0x20 || out->ptr[i] > 0x7E) {
            return false;
        }
    }
    return true;
}

static void set_names(struct vtr_module_run *run, const struct vtr_pe_image *image,
                      uint32_t item, struct vtr_bytes header)
{
    struct vtr_bytes name = {header.ptr, SHORT_NAME_LEN};
    struct vtr_bytes full;
    uint32_t symbols = 0;

    while (name.len > 0 && name.ptr[name.len - 1] == 0) {
        name.len--;
    }
    vtr_store_text(&run->store, VTR_PE_SECTIONS_NAME, item, name);
    if (!vtr_peek_u32(image->data, image->header_offset + 12, &symbols) ||
        symbols == 0 || header.ptr[0] != '/') {
        vtr_store_text(&run->store, VTR_PE_SECTIONS_FULL_NAME, item, name);
    } else if (find_long_name(run, image, symbols, name, &full)) {
        vtr_store_text(&run->store, VTR_PE_SECTIONS_FULL_NAME, item, full);
    }
}

static void set_numbers(struct vtr_module_run *run, uint32_t item,
                        const uint8_t *header)
{
    struct vtr_module_store *store = &run->store;

    vtr_store_int(store, VTR_PE_SECTIONS_VIRTUAL_SIZE, item, vtr_load_u32(header + 8));
    vtr_store_int(store, VTR_PE_SECTIONS_VIRTUAL_ADDRESS, item,
                  vtr_load_u32(header + 12));
    vtr_store_int(store, VTR_PE_SECTIONS_RAW_DATA_SIZE, item,
                  vtr_load_u32(header + 16));
    vtr_store_int(store, VTR_PE_SECTIONS_RAW_DATA_OFFSET, item,
                  vtr_load_u32(header + 20));
    vtr_store_int(store, VTR_PE_SECTIONS_POINTER_TO_RELOCATIONS, item,
                  vtr_load_u32(header + 24));
    vtr_store_int(store, VTR_PE_SECTIONS_POINTER_TO_LINE_NUMBERS, item,
                  vtr_load_u32(header + 28));
    vtr_store_int(store, VTR_PE_SECTIONS_NUMBER_OF_RELOCATIONS, item,
                  vtr_load_u16(header + 32));
    vtr_store_int(store, VTR_PE_SECTIONS_NUMBER_OF_LINE_NUMBERS, item,
                  vtr_load_u16(header + 34));
    vtr_store_int(store, VTR_PE_SECTIONS_CHARACTERISTICS, item,
                  vtr_load_u32(header + 36));
}

/* Where the section that reaches furthest in the file ends.  One whose end does not fit
 * 32 bits begins anew at 0, as it does in YARA. */
static uint64_t end_of_sections(const struct vtr_pe_image *image)
{
    uint64_t last = 0;

    for (uint32_t i = 0; i < image->section_count; i++) {
        const struct vtr_pe_extent *extent = &image->extents[i];
        const uint32_t end = extent->raw_offset + extent->raw_size;
        if (end > last) {
            last = (uint64_t)extent->raw_offset + extent->raw_size;
        }
    }
    return last;
}

void vtr_pe_sections(struct vtr_module_run *run)
{
    const struct vtr_pe_image *image = vtr_pe_image_of(run);
    struct vtr_bytes header;

    if (image == NULL) {
        return;
    }
    for (uint32_t i = 0; i < image->section_count; i++) {
        const uint32_t item = vtr_store_append(&run->store, VTR_PE_SECTIONS, 0);
        if (!vtr_peek_slice(image->data,
                            image->section_offset + (uint64_t)i * VTR_PE_SECTION_LEN,
                            VTR_PE_SECTION_LEN, &header)) {
            return;
        }
        set_names(run, image, item, header);
        set_numbers(run, item, header.ptr);
    }
    const uint64_t end = end_of_sections(image);
    const bool has_overlay = end > 0 && end < image->data.len;
    vtr_store_int(&run->store, VTR_PE_OVERLAY_OFFSET, 0,
                  has_overlay ? (int64_t)end : 0);
    vtr_store_int(&run->store, VTR_PE_OVERLAY_SIZE, 0,
                  has_overlay ? (int64_t)(image->data.len - end) : 0);
}

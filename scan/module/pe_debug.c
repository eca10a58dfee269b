/* SPDX-License-Identifier: Apache-2.0 */

/* The debug directory of a PE file: where the linker left the symbols. */
#include "scan/module/pe.h"

#include "base/reader.h"

#define ENTRY_LEN      28u
#define TYPE_CODEVIEW  2u
#define HEADER_LEN     8u /* that each kind of CodeView begins with */
#define PATH_LEN_LIMIT 1024u

/* Kinds of CodeView by their first word, and where the path is. */
static const struct {
    uint32_t signature;
    uint32_t path_offset;
} KINDS[] = {
    {0x3031424E, 16}, /* "NB10" */
    {0x53445352, 24}, /* "RSDS" */
    {0x434F544D, 20}, /* "MTOC" */
};

/* Where the data of a debug entry is: what its address says, else its offset. */
static bool find_data(const struct vtr_pe_image *image, const uint8_t *entry,
                      uint64_t *out)
{
    const uint32_t address = vtr_load_u32(entry + 20);
    const uint32_t offset = vtr_load_u32(entry + 24);

    if (address != 0 && vtr_pe_image_offset(image, address, out) && *out > 0) {
        return true;
    }
    *out = offset;
    return offset != 0;
}

/* The path in CodeView data.  False when it is of no known kind, or ends before. */
static bool find_path(const struct vtr_pe_image *image, uint64_t offset,
                      struct vtr_bytes *out)
{
    struct vtr_bytes header;

    if (!vtr_peek_slice(image->data, offset, HEADER_LEN, &header)) {
        return false;
    }
    const uint32_t signature = vtr_load_u32(header.ptr);
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        const uint64_t path = offset + KINDS[i].path_offset;
        if (signature == KINDS[i].signature) {
            *out = vtr_pe_image_text(image, path, PATH_LEN_LIMIT);
            return path < image->data.len && out->len < PATH_LEN_LIMIT;
        }
    }
    return false;
}

void vtr_pe_debug(struct vtr_module_run *run)
{
    const struct vtr_pe_image *image = vtr_pe_image_of(run);
    struct vtr_pe_directory directory;
    uint64_t entries;
    uint64_t offset;
    struct vtr_bytes entry;
    struct vtr_bytes path;

    if (image == NULL ||
        !vtr_pe_image_directory(image, VTR_PE_DIRECTORY_DEBUG, &directory) ||
        directory.address == 0 ||
        !vtr_pe_image_offset(image, directory.address, &entries)) {
        return;
    }
    for (uint32_t i = 0; i < directory.size / ENTRY_LEN; i++) {
        if (!vtr_peek_slice(image->data, entries + (uint64_t)i * ENTRY_LEN, ENTRY_LEN,
                            &entry) ||
            !vtr_module_spend(run, 1)) {
            return;
        }
        if (vtr_load_u32(entry.ptr + 12) == TYPE_CODEVIEW &&
            find_data(image, entry.ptr, &offset) && find_path(image, offset, &path)) {
            vtr_store_text(&run->store, VTR_PE_PDB_PATH, 0, path);
            return;
        }
    }
}

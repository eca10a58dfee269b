/* SPDX-License-Identifier: Apache-2.0 */

/* Loaders of the dotnet module that read one table of the metadata each. */
#include "scan/module/dotnet.h"

#include <string.h>

#include "base/bytes.h"
#include "base/reader.h"
#include "scan/module/dotnet_state.h"

/* Types of constants, and low bits of coded indices. */
#define CONSTANT_STRING 0x0Eu
#define PARENT_MASK     0x1Fu
#define PARENT_ASSEMBLY 0x0Eu
#define TYPE_MASK       7u
#define TYPE_MEMBERREF  3u
#define CLASS_TYPEREF   1u
#define TAG_BITS        3u

/* The value of an attribute: a prolog, then the length of its first text. */
#define PROLOG        1u
#define PROLOG_LEN    2u
#define ATTRIBUTE_LEN 3u /* of the shortest */

/* YARA reads some short rows as the widest that they can be: the file must not end
 * before that. */
#define MODULEREF_LEN 4u
#define FIELDRVA_LEN  8u

/* The metadata when the table is there, or NULL. */
static const struct vtr_net_metadata *with_table(struct vtr_module_run *run,
                                                 enum vtr_net_table_id id)
{
    const struct vtr_net_metadata *metadata = vtr_dotnet_metadata(run);

    return metadata != NULL && metadata->tables.at[id].is_present &&
                   vtr_module_spend(run, metadata->tables.at[id].row_count)
               ? metadata
               : NULL;
}

/* Row `number` when the file holds `len` bytes from its beginning. */
static bool has_row(const struct vtr_net_metadata *metadata, enum vtr_net_table_id id,
                    uint32_t number, uint64_t len, struct vtr_net_row *out)
{
    struct vtr_bytes wide;

    return vtr_net_row_get(&metadata->tables, id, number, out) &&
           vtr_peek_slice(metadata->file,
                          (uint64_t)(out->bytes.ptr - metadata->file.ptr), len, &wide);
}

void vtr_dotnet_module(struct vtr_module_run *run)
{
    const struct vtr_net_metadata *metadata = with_table(run, VTR_NET_MODULE);
    struct vtr_net_row row;

    if (metadata != NULL &&
        vtr_net_row_at(&metadata->tables, VTR_NET_MODULE, 1, &row)) {
        vtr_dotnet_store_string(run, VTR_DOTNET_MODULE_NAME, 0,
                                vtr_net_cell(&row, VTR_NET_MODULE_NAME));
    }
}

void vtr_dotnet_modulerefs(struct vtr_module_run *run)
{
    const struct vtr_net_metadata *metadata = with_table(run, VTR_NET_MODULEREF);
    struct vtr_net_row row;
    struct vtr_bytes name;
    uint32_t count = 0;

    if (metadata == NULL) {
        return;
    }
    for (uint32_t i = 1; has_row(metadata, VTR_NET_MODULEREF, i, MODULEREF_LEN, &row);
         i++) {
        if (vtr_net_string(metadata, vtr_net_cell(&row, VTR_NET_MODULEREF_NAME),
                           &name)) {
            const uint32_t item =
                vtr_store_append(&run->store, VTR_DOTNET_MODULEREFS, 0);
            vtr_store_text(&run->store, VTR_DOTNET_MODULEREF, item, name);
            count++;
        }
    }
    vtr_store_int(&run->store, VTR_DOTNET_NUMBER_OF_MODULEREFS, 0, count);
}

/* Four columns from `column` on: major, minor, build and revision. */
static void store_version(struct vtr_module_run *run, const uint32_t fields[4],
                          uint32_t item, const struct vtr_net_row *row, unsigned column)
{
    for (unsigned i = 0; i < 4; i++) {
        vtr_store_int(&run->store, fields[i], item,
                      vtr_net_cell(row, (enum vtr_net_column)(column + i)));
    }
}

void vtr_dotnet_assembly(struct vtr_module_run *run)
{
    static const uint32_t FIELDS[4] = {VTR_DOTNET_ASSEMBLY_VERSION_MAJOR,
                                       VTR_DOTNET_ASSEMBLY_VERSION_MINOR,
                                       VTR_DOTNET_ASSEMBLY_VERSION_BUILD_NUMBER,
                                       VTR_DOTNET_ASSEMBLY_VERSION_REVISION_NUMBER};
    const struct vtr_net_metadata *metadata = with_table(run, VTR_NET_ASSEMBLY);
    struct vtr_net_row row;
    struct vtr_bytes culture;

    if (metadata == NULL ||
        !vtr_net_row_at(&metadata->tables, VTR_NET_ASSEMBLY, 1, &row)) {
        return;
    }
    store_version(run, FIELDS, 0, &row, VTR_NET_ASSEMBLY_MAJOR);
    vtr_dotnet_store_string(run, VTR_DOTNET_ASSEMBLY_NAME, 0,
                            vtr_net_cell(&row, VTR_NET_ASSEMBLY_NAME));
    if (vtr_net_string(metadata, vtr_net_cell(&row, VTR_NET_ASSEMBLY_CULTURE),
                       &culture) &&
        culture.len > 0) {
        vtr_store_text(&run->store, VTR_DOTNET_ASSEMBLY_CULTURE, 0, culture);
    }
}

void vtr_dotnet_assembly_refs(struct vtr_module_run *run)
{
    static const uint32_t FIELDS[4] = {VTR_DOTNET_ASSEMBLY_REF_VERSION_MAJOR,
                                       VTR_DOTNET_ASSEMBLY_REF_VERSION_MINOR,
                                       VTR_DOTNET_ASSEMBLY_REF_VERSION_BUILD_NUMBER,
                                       VTR_DOTNET_ASSEMBLY_REF_VERSION_REVISION_NUMBER};
    const struct vtr_net_metadata *metadata = with_table(run, VTR_NET_ASSEMBLYREF);
    struct vtr_net_row row;
    struct vtr_bytes key;
    uint32_t count = 0;

    if (metadata == NULL) {
        return;
    }
    while (vtr_net_row_get(&metadata->tables, VTR_NET_ASSEMBLYREF, count + 1, &row)) {
        const uint32_t item =
            vtr_store_append(&run->store, VTR_DOTNET_ASSEMBLY_REFS, 0);
        count++;
        store_version(run, FIELDS, item, &row, VTR_NET_ASSEMBLYREF_MAJOR);
        if (!vtr_net_blob(metadata, vtr_net_cell(&row, VTR_NET_ASSEMBLYREF_KEY),
                          &key)) {
            continue; /* and no name, as YARA does */
        }
        if (key.len > 0) {
            vtr_store_text(&run->store, VTR_DOTNET_ASSEMBLY_REF_PUBLIC_KEY_OR_TOKEN,
                           item, key);
        }
        vtr_dotnet_store_string(run, VTR_DOTNET_ASSEMBLY_REF_NAME, item,
                                vtr_net_cell(&row, VTR_NET_ASSEMBLYREF_NAME));
    }
    vtr_store_int(&run->store, VTR_DOTNET_NUMBER_OF_ASSEMBLY_REFS, 0, count);
}

void vtr_dotnet_resources(struct vtr_module_run *run)
{
    const struct vtr_net_metadata *metadata = with_table(run, VTR_NET_MANIFESTRESOURCE);
    struct vtr_net_row row;
    uint32_t len;
    uint32_t count = 0;

    if (metadata == NULL) {
        return;
    }
    while (
        vtr_net_row_get(&metadata->tables, VTR_NET_MANIFESTRESOURCE, count + 1, &row)) {
        const uint32_t item = vtr_store_append(&run->store, VTR_DOTNET_RESOURCES, 0);
        const uint64_t offset =
            metadata->resources + vtr_net_cell(&row, VTR_NET_RESOURCE_OFFSET);
        count++;
        vtr_dotnet_store_string(run, VTR_DOTNET_RESOURCE_NAME, item,
                                vtr_net_cell(&row, VTR_NET_RESOURCE_NAME));
        if (vtr_net_cell(&row, VTR_NET_RESOURCE_IMPLEMENTATION) == 0 &&
            vtr_peek_u32(metadata->file, offset, &len)) {
            vtr_store_int(&run->store, VTR_DOTNET_RESOURCE_OFFSET, item,
                          (int64_t)(offset + sizeof(len)));
            vtr_store_int(&run->store, VTR_DOTNET_RESOURCE_LENGTH, item, len);
        }
    }
    vtr_store_int(&run->store, VTR_DOTNET_NUMBER_OF_RESOURCES, 0, count);
}

void vtr_dotnet_constants(struct vtr_module_run *run)
{
    const struct vtr_net_metadata *metadata = with_table(run, VTR_NET_CONSTANT);
    struct vtr_net_row row;
    struct vtr_bytes value;
    uint32_t count = 0;

    if (metadata == NULL) {
        return;
    }
    for (uint32_t i = 1; vtr_net_row_get(&metadata->tables, VTR_NET_CONSTANT, i, &row);
         i++) {
        if (vtr_net_cell(&row, VTR_NET_CONSTANT_TYPE) == CONSTANT_STRING &&
            vtr_net_blob(metadata, vtr_net_cell(&row, VTR_NET_CONSTANT_VALUE),
                         &value) &&
            vtr_net_has_byte_after(metadata, value)) {
            const uint32_t item =
                vtr_store_append(&run->store, VTR_DOTNET_CONSTANTS, 0);
            vtr_store_text(&run->store, VTR_DOTNET_CONSTANT, item, value);
            count++;
        }
    }
    vtr_store_int(&run->store, VTR_DOTNET_NUMBER_OF_CONSTANTS, 0, count);
}

/* The row that a coded index leads to, where 0 counts as 1; of a table that is there.
 */
static bool follow(const struct vtr_net_metadata *metadata, enum vtr_net_table_id id,
                   uint32_t coded, struct vtr_net_row *out)
{
    const uint32_t number = coded >> TAG_BITS;

    return vtr_net_row_at(&metadata->tables, id, number == 0 ? 1 : number, out);
}

enum attribute {
    OTHER_ATTRIBUTE,
    GUID_ATTRIBUTE,
    DAMAGED
};

/* Whether an attribute of the assembly is a GuidAttribute: its constructor is a member
 * of a type of that name.  A name that cannot be read passes, as in YARA. */
static enum attribute kind_of(const struct vtr_net_metadata *metadata,
                              const struct vtr_net_row *row)
{
    const struct vtr_bytes wanted = vtr_bytes_from_text("GuidAttribute");
    const uint32_t type = vtr_net_cell(row, VTR_NET_CUSTOMATTRIBUTE_TYPE);
    struct vtr_net_row member;
    struct vtr_net_row class;
    struct vtr_bytes name;

    if ((vtr_net_cell(row, VTR_NET_CUSTOMATTRIBUTE_PARENT) & PARENT_MASK) !=
            PARENT_ASSEMBLY ||
        (type & TYPE_MASK) != TYPE_MEMBERREF) {
        return OTHER_ATTRIBUTE;
    }
    if (!follow(metadata, VTR_NET_MEMBERREF, type, &member)) {
        return DAMAGED;
    }
    /* YARA reads two bytes of the class, however wide it is. */
    const uint32_t parent = vtr_net_cell(&member, VTR_NET_MEMBERREF_PARENT) & 0xFFFFu;
    if ((parent & TYPE_MASK) != CLASS_TYPEREF) {
        return OTHER_ATTRIBUTE;
    }
    if (!follow(metadata, VTR_NET_TYPEREF, parent, &class)) {
        return DAMAGED;
    }
    return vtr_net_string(metadata, vtr_net_cell(&class, VTR_NET_TYPEREF_NAME),
                          &name) &&
                   (name.len < wanted.len ||
                    memcmp(name.ptr, wanted.ptr, wanted.len) != 0)
               ? OTHER_ATTRIBUTE
               : GUID_ATTRIBUTE;
}

static void store_typelib(struct vtr_module_run *run,
                          const struct vtr_net_metadata *metadata, uint32_t index)
{
    struct vtr_bytes value;
    struct vtr_bytes text;

    if (index == 0 || !vtr_net_blob(metadata, index, &value) ||
        value.len < ATTRIBUTE_LEN || !vtr_net_has_byte_after(metadata, value) ||
        vtr_load_u16(value.ptr) != PROLOG) {
        return;
    }
    const uint64_t at = (uint64_t)(value.ptr - metadata->file.ptr) + ATTRIBUTE_LEN;
    if (!vtr_peek_slice(metadata->file, at, value.ptr[PROLOG_LEN], &text)) {
        return;
    }
    /* The spelling of a null text. */
    if (text.len > 0 && text.ptr[0] == 0xFF) {
        text.len = 0;
    }
    const uint8_t *end = text.len == 0 ? NULL : memchr(text.ptr, 0, text.len);
    text.len = end == NULL ? text.len : (size_t)(end - text.ptr);
    vtr_store_text(&run->store, VTR_DOTNET_TYPELIB, 0, text);
}

void vtr_dotnet_typelib(struct vtr_module_run *run)
{
    const struct vtr_net_metadata *metadata = with_table(run, VTR_NET_CUSTOMATTRIBUTE);
    struct vtr_net_row row;
    enum attribute kind = OTHER_ATTRIBUTE;

    if (metadata == NULL || !metadata->tables.at[VTR_NET_TYPEREF].is_present ||
        !metadata->tables.at[VTR_NET_MEMBERREF].is_present) {
        return;
    }
    for (uint32_t i = 1;
         kind != DAMAGED &&
         vtr_net_row_get(&metadata->tables, VTR_NET_CUSTOMATTRIBUTE, i, &row);
         i++) {
        kind = kind_of(metadata, &row);
        if (kind == GUID_ATTRIBUTE) {
            store_typelib(run, metadata,
                          vtr_net_cell(&row, VTR_NET_CUSTOMATTRIBUTE_VALUE));
        }
    }
}

void vtr_dotnet_field_offsets(struct vtr_module_run *run)
{
    const struct vtr_net_metadata *metadata = with_table(run, VTR_NET_FIELDRVA);
    struct vtr_net_row row;
    uint64_t offset;
    uint32_t count = 0;

    if (metadata == NULL) {
        return;
    }
    for (uint32_t i = 1; has_row(metadata, VTR_NET_FIELDRVA, i, FIELDRVA_LEN, &row);
         i++) {
        if (vtr_pe_image_offset(&metadata->pe, vtr_net_cell(&row, VTR_NET_FIELDRVA_RVA),
                                &offset)) {
            const uint32_t item =
                vtr_store_append(&run->store, VTR_DOTNET_FIELD_OFFSETS, 0);
            vtr_store_int(&run->store, VTR_DOTNET_FIELD_OFFSET, item, (int64_t)offset);
            count++;
        }
    }
    vtr_store_int(&run->store, VTR_DOTNET_NUMBER_OF_FIELD_OFFSETS, 0, count);
}

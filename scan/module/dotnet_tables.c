/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/dotnet_tables.h"

#include "base/reader.h"

/* The head of the stream: flags of the heaps, which tables there are. */
#define HEAD_LEN          24u
#define HEAP_FLAGS_OFFSET 6u
#define VALID_OFFSET      8u
#define WIDE_STRINGS      0x01u
#define WIDE_GUIDS        0x02u
#define WIDE_BLOBS        0x04u
#define MODULE_LEN_MAX    18u
#define EXTRA_DATA        0x40u /* four bytes more before the tables: not in ECMA-335 */

/* Above so many rows an index takes four bytes. */
#define SHORT_INDEX_MAX 0xFFFFu

/* A column: a fixed width, a heap, the rows of one table, or those of several, told
 * apart by the low bits (a coded index, ECMA-335 II.24.2.6). */
#define U16       1u
#define U32       2u
#define STRING    3u
#define GUID      4u
#define BLOB      5u
#define INDEX     0x40u
#define CODED     0x80u
#define KIND_MASK 0xC0u

enum coded {
    TYPE_DEF_OR_REF,
    HAS_CONSTANT,
    HAS_ATTRIBUTE,
    HAS_MARSHAL,
    HAS_SECURITY,
    MEMBER_PARENT,
    HAS_SEMANTICS,
    METHOD_DEF_OR_REF,
    MEMBER_FORWARDED,
    IMPLEMENTATION,
    RESOURCE_IMPLEMENTATION,
    ATTRIBUTE_TYPE,
    RESOLUTION_SCOPE,
    TYPE_OR_METHOD,
    CODED_COUNT
};

struct coded_index {
    uint8_t tag_bits;
    uint64_t tables;
};

#define BIT(table) (UINT64_C(1) << VTR_NET_##table)

/* The tables that YARA counts.  ECMA-335 has DeclSecurity in HAS_ATTRIBUTE, TypeDef in
 * MEMBER_PARENT and ExportedType in RESOURCE_IMPLEMENTATION too. */
static const struct coded_index CODED_INDICES[CODED_COUNT] = {
    [TYPE_DEF_OR_REF] = {2, BIT(TYPEDEF) | BIT(TYPEREF) | BIT(TYPESPEC)},
    [HAS_CONSTANT] = {2, BIT(PARAM) | BIT(FIELD) | BIT(PROPERTY)},
    [HAS_ATTRIBUTE] = {5, BIT(METHODDEF) | BIT(FIELD) | BIT(TYPEREF) | BIT(TYPEDEF) |
                              BIT(PARAM) | BIT(INTERFACEIMPL) | BIT(MEMBERREF) |
                              BIT(MODULE) | BIT(PROPERTY) | BIT(EVENT) |
                              BIT(STANDALONESIG) | BIT(MODULEREF) | BIT(TYPESPEC) |
                              BIT(ASSEMBLY) | BIT(ASSEMBLYREF) | BIT(FILE) |
                              BIT(EXPORTEDTYPE) | BIT(MANIFESTRESOURCE) |
                              BIT(GENERICPARAM) | BIT(GENERICPARAMCONSTRAINT) |
                              BIT(METHODSPEC)},
    [HAS_MARSHAL] = {1, BIT(FIELD) | BIT(PARAM)},
    [HAS_SECURITY] = {2, BIT(TYPEDEF) | BIT(METHODDEF) | BIT(ASSEMBLY)},
    [MEMBER_PARENT] = {3,
                       BIT(METHODDEF) | BIT(MODULEREF) | BIT(TYPEREF) | BIT(TYPESPEC)},
    [HAS_SEMANTICS] = {1, BIT(EVENT) | BIT(PROPERTY)},
    [METHOD_DEF_OR_REF] = {1, BIT(METHODDEF) | BIT(MEMBERREF)},
    [MEMBER_FORWARDED] = {1, BIT(FIELD) | BIT(METHODDEF)},
    [IMPLEMENTATION] = {2, BIT(FILE) | BIT(ASSEMBLYREF) | BIT(EXPORTEDTYPE)},
    [RESOURCE_IMPLEMENTATION] = {2, BIT(FILE) | BIT(ASSEMBLYREF)},
    [ATTRIBUTE_TYPE] = {3, BIT(METHODDEF) | BIT(MEMBERREF)},
    [RESOLUTION_SCOPE] = {2, BIT(MODULE) | BIT(MODULEREF) | BIT(ASSEMBLYREF) |
                                 BIT(TYPEREF)},
    [TYPE_OR_METHOD] = {1, BIT(TYPEDEF) | BIT(METHODDEF)},
};

#define OF(table)   (INDEX | VTR_NET_##table)
#define ANY_OF(set) (CODED | (set))

/* A table without columns is unknown: ParamPtr is, as in YARA. */
static const uint8_t COLUMNS[VTR_NET_TABLE_COUNT][VTR_NET_COLUMN_LIMIT] = {
    [VTR_NET_MODULE] = {U16, STRING, GUID, GUID, GUID},
    [VTR_NET_TYPEREF] = {ANY_OF(RESOLUTION_SCOPE), STRING, STRING},
    [VTR_NET_TYPEDEF] = {U32, STRING, STRING, ANY_OF(TYPE_DEF_OR_REF), OF(FIELD),
                         OF(METHODDEF)},
    [VTR_NET_FIELDPTR] = {OF(FIELD)},
    [VTR_NET_FIELD] = {U16, STRING, BLOB},
    [VTR_NET_METHODPTR] = {OF(METHODDEF)},
    [VTR_NET_METHODDEF] = {U32, U16, U16, STRING, BLOB, OF(PARAM)},
    [VTR_NET_PARAM] = {U16, U16, STRING},
    [VTR_NET_INTERFACEIMPL] = {OF(TYPEDEF), ANY_OF(TYPE_DEF_OR_REF)},
    [VTR_NET_MEMBERREF] = {ANY_OF(MEMBER_PARENT), STRING, BLOB},
    [VTR_NET_CONSTANT] = {U16, ANY_OF(HAS_CONSTANT), BLOB},
    [VTR_NET_CUSTOMATTRIBUTE] = {ANY_OF(HAS_ATTRIBUTE), ANY_OF(ATTRIBUTE_TYPE), BLOB},
    [VTR_NET_FIELDMARSHAL] = {ANY_OF(HAS_MARSHAL), BLOB},
    [VTR_NET_DECLSECURITY] = {U16, ANY_OF(HAS_SECURITY), BLOB},
    [VTR_NET_CLASSLAYOUT] = {U16, U32, OF(TYPEDEF)},
    [VTR_NET_FIELDLAYOUT] = {U32, OF(FIELD)},
    [VTR_NET_STANDALONESIG] = {BLOB},
    [VTR_NET_EVENTMAP] = {OF(TYPEDEF), OF(EVENT)},
    [VTR_NET_EVENTPTR] = {OF(EVENT)},
    [VTR_NET_EVENT] = {U16, STRING, ANY_OF(TYPE_DEF_OR_REF)},
    [VTR_NET_PROPERTYMAP] = {OF(TYPEDEF), OF(PROPERTY)},
    [VTR_NET_PROPERTYPTR] = {OF(PROPERTY)},
    [VTR_NET_PROPERTY] = {U16, STRING, BLOB},
    [VTR_NET_METHODSEMANTICS] = {U16, OF(METHODDEF), ANY_OF(HAS_SEMANTICS)},
    [VTR_NET_METHODIMPL] = {OF(TYPEDEF), ANY_OF(METHOD_DEF_OR_REF),
                            ANY_OF(METHOD_DEF_OR_REF)},
    [VTR_NET_MODULEREF] = {STRING},
    [VTR_NET_TYPESPEC] = {BLOB},
    [VTR_NET_IMPLMAP] = {U16, ANY_OF(MEMBER_FORWARDED), STRING, OF(MODULEREF)},
    [VTR_NET_FIELDRVA] = {U32, OF(FIELD)},
    [VTR_NET_ENCLOG] = {U32, U32},
    [VTR_NET_ENCMAP] = {U32},
    [VTR_NET_ASSEMBLY] = {U32, U16, U16, U16, U16, U32, BLOB, STRING, STRING},
    [VTR_NET_ASSEMBLYPROCESSOR] = {U32},
    [VTR_NET_ASSEMBLYOS] = {U32, U32, U32},
    [VTR_NET_ASSEMBLYREF] = {U16, U16, U16, U16, U32, BLOB, STRING, STRING, BLOB},
    [VTR_NET_ASSEMBLYREFPROCESSOR] = {U32, OF(ASSEMBLYREF)},
    [VTR_NET_ASSEMBLYREFOS] = {U32, U32, U32, OF(ASSEMBLYREF)},
    [VTR_NET_FILE] = {U32, STRING, BLOB},
    [VTR_NET_EXPORTEDTYPE] = {U32, U32, STRING, STRING, ANY_OF(IMPLEMENTATION)},
    [VTR_NET_MANIFESTRESOURCE] = {U32, U32, STRING, ANY_OF(RESOURCE_IMPLEMENTATION)},
    [VTR_NET_NESTEDCLASS] = {OF(TYPEDEF), OF(TYPEDEF)},
    [VTR_NET_GENERICPARAM] = {U16, U16, ANY_OF(TYPE_OR_METHOD), STRING},
    [VTR_NET_METHODSPEC] = {ANY_OF(METHOD_DEF_OR_REF), BLOB},
    [VTR_NET_GENERICPARAMCONSTRAINT] = {OF(GENERICPARAM), ANY_OF(TYPE_DEF_OR_REF)},
};

/* What the head of the stream says. */
struct head {
    uint8_t heap_flags;
    uint64_t valid;
    uint32_t row_counts[VTR_NET_TABLE_COUNT];
};

static uint8_t coded_len(const struct head *head, const struct coded_index *coded)
{
    for (unsigned id = 0; id < VTR_NET_TABLE_COUNT; id++) {
        if ((coded->tables >> id & 1) != 0 &&
            head->row_counts[id] > SHORT_INDEX_MAX >> coded->tag_bits) {
            return 4;
        }
    }
    return 2;
}

static uint8_t column_len(const struct head *head, uint8_t column)
{
    switch (column & KIND_MASK) {
    case INDEX:
        return head->row_counts[column & ~KIND_MASK] > SHORT_INDEX_MAX ? 4 : 2;
    case CODED:
        return coded_len(head, &CODED_INDICES[column & ~KIND_MASK]);
    default:
        break;
    }
    switch (column) {
    case U16:
        return 2;
    case STRING:
        return (head->heap_flags & WIDE_STRINGS) != 0 ? 4 : 2;
    case GUID:
        return (head->heap_flags & WIDE_GUIDS) != 0 ? 4 : 2;
    case BLOB:
        return (head->heap_flags & WIDE_BLOBS) != 0 ? 4 : 2;
    default:
        return 4;
    }
}

static void measure(struct vtr_net_table *table, const struct head *head,
                    const uint8_t *columns)
{
    for (unsigned i = 0; i < VTR_NET_COLUMN_LIMIT; i++) {
        table->column_offsets[i] = table->row_len;
        if (columns[i] != 0) {
            table->row_len = (uint8_t)(table->row_len + column_len(head, columns[i]));
        }
        table->column_offsets[i + 1] = table->row_len;
    }
}

/* Two tables of one row are not there, and take no room, when the file ends in that
 * row. Of Module YARA asks for the widest row that there can be. */
static bool is_cut_off(const struct vtr_net_tables *tables, unsigned id,
                       const struct vtr_net_table *table)
{
    struct vtr_bytes row;

    return (id == VTR_NET_MODULE &&
            !vtr_peek_slice(tables->file, table->offset, MODULE_LEN_MAX, &row)) ||
           (id == VTR_NET_ASSEMBLY &&
            !vtr_peek_slice(tables->file, table->offset, table->row_len, &row));
}

static bool read_head(struct head *head, struct vtr_bytes file, uint64_t offset)
{
    struct vtr_bytes bytes;
    uint64_t at = offset + HEAD_LEN;

    if (!vtr_peek_slice(file, offset, HEAD_LEN, &bytes)) {
        return false;
    }
    head->heap_flags = bytes.ptr[HEAP_FLAGS_OFFSET];
    head->valid = vtr_load_u64(bytes.ptr + VALID_OFFSET);
    for (unsigned id = 0; id < VTR_NET_TABLE_COUNT; id++) {
        if ((head->valid >> id & 1) != 0) {
            head->row_counts[id] =
                vtr_peek_slice(file, at, 4, &bytes) ? vtr_load_u32(bytes.ptr) : 0;
            at += 4;
        }
    }
    return true;
}

void vtr_net_tables_find(struct vtr_net_tables *tables, struct vtr_bytes file,
                         uint64_t offset)
{
    struct head head = {0};
    struct vtr_bytes count;
    uint64_t count_at = offset + HEAD_LEN;
    uint64_t at = count_at;

    *tables = (struct vtr_net_tables){.file = file};
    if (!read_head(&head, file, offset)) {
        return;
    }
    for (unsigned id = 0; id < 64; id++) {
        at += (head.valid >> id & 1) != 0 ? 4 : 0;
    }
    at += (head.heap_flags & EXTRA_DATA) != 0 ? 4 : 0;
    for (unsigned id = 0; id < 64; id++) {
        if ((head.valid >> id & 1) == 0) {
            continue;
        }
        if (id >= VTR_NET_TABLE_COUNT || COLUMNS[id][0] == 0 ||
            !vtr_peek_slice(file, count_at, 4, &count) ||
            head.row_counts[id] > VTR_NET_ROW_LIMIT) {
            return;
        }
        count_at += 4;
        struct vtr_net_table *table = &tables->at[id];
        table->offset = at;
        measure(table, &head, COLUMNS[id]);
        if (!is_cut_off(tables, id, table)) {
            table->is_present = true;
            table->row_count = head.row_counts[id];
            at += (uint64_t)table->row_count * table->row_len;
        }
    }
    tables->is_complete = true;
}

bool vtr_net_row_at(const struct vtr_net_tables *tables, enum vtr_net_table_id id,
                    uint32_t number, struct vtr_net_row *out)
{
    const struct vtr_net_table *table = &tables->at[id];

    out->table = table;
    return table->is_present && number != 0 &&
           vtr_peek_slice(tables->file,
                          table->offset + (uint64_t)(number - 1) * table->row_len,
                          table->row_len, &out->bytes);
}

bool vtr_net_row_get(const struct vtr_net_tables *tables, enum vtr_net_table_id id,
                     uint32_t number, struct vtr_net_row *out)
{
    return number <= tables->at[id].row_count &&
           vtr_net_row_at(tables, id, number, out);
}

uint32_t vtr_net_cell(const struct vtr_net_row *row, enum vtr_net_column column)
{
    const uint8_t from = row->table->column_offsets[column];
    const uint8_t *bytes = row->bytes.ptr + from;

    return row->table->column_offsets[column + 1] - from == 2 ? vtr_load_u16(bytes)
                                                              : vtr_load_u32(bytes);
}

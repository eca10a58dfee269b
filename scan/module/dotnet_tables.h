/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The tables of .NET metadata, the #~ stream (ECMA-335 II.22 and II.24.2.6): where each
 * is and how wide its columns are.
 *
 * Widths depend on how many rows other tables have, and a table's place on the widths
 * of all before it.  As in YARA a table of more than VTR_NET_ROW_LIMIT rows, or one of
 * unknown columns, hides itself and all that follow it.
 */
#ifndef VTR_SCAN_MODULE_DOTNET_TABLES_H
#define VTR_SCAN_MODULE_DOTNET_TABLES_H

#include <stdbool.h>

#include "base/compiler.h"

#define VTR_NET_ROW_LIMIT 15000u

enum vtr_net_table_id {
    VTR_NET_MODULE = 0x00,
    VTR_NET_TYPEREF = 0x01,
    VTR_NET_TYPEDEF = 0x02,
    VTR_NET_FIELDPTR = 0x03,
    VTR_NET_FIELD = 0x04,
    VTR_NET_METHODPTR = 0x05,
    VTR_NET_METHODDEF = 0x06,
    VTR_NET_PARAM = 0x08,
    VTR_NET_INTERFACEIMPL = 0x09,
    VTR_NET_MEMBERREF = 0x0A,
    VTR_NET_CONSTANT = 0x0B,
    VTR_NET_CUSTOMATTRIBUTE = 0x0C,
    VTR_NET_FIELDMARSHAL = 0x0D,
    VTR_NET_DECLSECURITY = 0x0E,
    VTR_NET_CLASSLAYOUT = 0x0F,
    VTR_NET_FIELDLAYOUT = 0x10,
    VTR_NET_STANDALONESIG = 0x11,
    VTR_NET_EVENTMAP = 0x12,
    VTR_NET_EVENTPTR = 0x13,
    VTR_NET_EVENT = 0x14,
    VTR_NET_PROPERTYMAP = 0x15,
    VTR_NET_PROPERTYPTR = 0x16,
    VTR_NET_PROPERTY = 0x17,
    VTR_NET_METHODSEMANTICS = 0x18,
    VTR_NET_METHODIMPL = 0x19,
    VTR_NET_MODULEREF = 0x1A,
    VTR_NET_TYPESPEC = 0x1B,
    VTR_NET_IMPLMAP = 0x1C,
    VTR_NET_FIELDRVA = 0x1D,
    VTR_NET_ENCLOG = 0x1E,
    VTR_NET_ENCMAP = 0x1F,
    VTR_NET_ASSEMBLY = 0x20,
    VTR_NET_ASSEMBLYPROCESSOR = 0x21,
    VTR_NET_ASSEMBLYOS = 0x22,
    VTR_NET_ASSEMBLYREF = 0x23,
    VTR_NET_ASSEMBLYREFPROCESSOR = 0x24,
    VTR_NET_ASSEMBLYREFOS = 0x25,
    VTR_NET_FILE = 0x26,
    VTR_NET_EXPORTEDTYPE = 0x27,
    VTR_NET_MANIFESTRESOURCE = 0x28,
    VTR_NET_NESTEDCLASS = 0x29,
    VTR_NET_GENERICPARAM = 0x2A,
    VTR_NET_METHODSPEC = 0x2B,
    VTR_NET_GENERICPARAMCONSTRAINT = 0x2C,
    VTR_NET_TABLE_COUNT
};

/* Columns that are read, by their place in the row. */
enum vtr_net_column {
    VTR_NET_MODULE_NAME = 1,
    VTR_NET_TYPEREF_NAME = 1,
    VTR_NET_TYPEREF_NAMESPACE = 2,
    VTR_NET_TYPEDEF_FLAGS = 0,
    VTR_NET_TYPEDEF_NAME = 1,
    VTR_NET_TYPEDEF_NAMESPACE = 2,
    VTR_NET_TYPEDEF_EXTENDS = 3,
    VTR_NET_TYPEDEF_METHODS = 5,
    VTR_NET_METHODDEF_FLAGS = 2,
    VTR_NET_METHODDEF_NAME = 3,
    VTR_NET_METHODDEF_SIGNATURE = 4,
    VTR_NET_METHODDEF_PARAMS = 5,
    VTR_NET_PARAM_NAME = 2,
    VTR_NET_INTERFACEIMPL_CLASS = 0,
    VTR_NET_INTERFACEIMPL_INTERFACE = 1,
    VTR_NET_MEMBERREF_PARENT = 0,
    VTR_NET_CONSTANT_TYPE = 0,
    VTR_NET_CONSTANT_VALUE = 2,
    VTR_NET_CUSTOMATTRIBUTE_PARENT = 0,
    VTR_NET_CUSTOMATTRIBUTE_TYPE = 1,
    VTR_NET_CUSTOMATTRIBUTE_VALUE = 2,
    VTR_NET_MODULEREF_NAME = 0,
    VTR_NET_TYPESPEC_SIGNATURE = 0,
    VTR_NET_FIELDRVA_RVA = 0,
    VTR_NET_ASSEMBLY_MAJOR = 1, /* then minor, build and revision */
    VTR_NET_ASSEMBLY_NAME = 7,
    VTR_NET_ASSEMBLY_CULTURE = 8,
    VTR_NET_ASSEMBLYREF_MAJOR = 0, /* as above */
    VTR_NET_ASSEMBLYREF_KEY = 5,
    VTR_NET_ASSEMBLYREF_NAME = 6,
    VTR_NET_RESOURCE_OFFSET = 0,
    VTR_NET_RESOURCE_NAME = 2,
    VTR_NET_RESOURCE_IMPLEMENTATION = 3,
    VTR_NET_NESTEDCLASS_NESTED = 0,
    VTR_NET_NESTEDCLASS_ENCLOSING = 1,
    VTR_NET_GENERICPARAM_OWNER = 2,
    VTR_NET_GENERICPARAM_NAME = 3,
    VTR_NET_COLUMN_LIMIT = 9
};

struct vtr_net_table {
    bool is_present;
    uint64_t offset; /* in the file */
    uint32_t row_count;
    uint8_t row_len;
    uint8_t column_offsets[VTR_NET_COLUMN_LIMIT + 1]; /* the last one ends the row */
};

struct vtr_net_tables {
    struct vtr_bytes file;
    struct vtr_net_table at[VTR_NET_TABLE_COUNT];
    bool is_complete; /* no table hides another */
};

/* A row: the bytes of its columns. */
struct vtr_net_row {
    const struct vtr_net_table *table;
    struct vtr_bytes bytes;
};

/* Finds the tables of the stream that begins at `offset`; on damage as many as can be.
 */
void vtr_net_tables_find(struct vtr_net_tables *tables, struct vtr_bytes file,
                         uint64_t offset);

/* Row `number` from 1.  False when the table has none of that number or the file ends
 * before it does. */
VTR_MUST_CHECK bool vtr_net_row_get(const struct vtr_net_tables *tables,
                                    enum vtr_net_table_id id, uint32_t number,
                                    struct vtr_net_row *out);

/* The same in a table that goes on to the end of the file. */
VTR_MUST_CHECK bool vtr_net_row_at(const struct vtr_net_tables *tables,
                                   enum vtr_net_table_id id, uint32_t number,
                                   struct vtr_net_row *out);

/* A column of the row: two or four bytes. */
uint32_t vtr_net_cell(const struct vtr_net_row *row, enum vtr_net_column column);

#endif

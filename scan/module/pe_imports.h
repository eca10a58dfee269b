/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the two kinds of import tables of a PE file have in common: the rows that they
 * fill in, and how a name becomes an item.  For pe_imports.c, pe_delayed_imports.c and
 * pe_import_functions.c.
 */
#ifndef VTR_SCAN_MODULE_PE_IMPORTS_H
#define VTR_SCAN_MODULE_PE_IMPORTS_H

#include "scan/module/pe.h"

/* Rows of one kind of import. */
struct vtr_pe_import_rows {
    uint32_t library_count;
    uint32_t function_count;
    uint32_t libraries;
    uint32_t library_name;
    uint32_t library_function_count;
    uint32_t functions;
    uint32_t function_name;
    uint32_t function_ordinal;
    uint32_t function_rva;
};

extern const struct vtr_pe_import_rows VTR_PE_IMPORT_ROWS;
extern const struct vtr_pe_import_rows VTR_PE_DELAYED_IMPORT_ROWS;

/* A function that is imported. */
struct vtr_pe_import {
    struct vtr_bytes name;
    bool has_ordinal;
    uint16_t ordinal;
    uint64_t rva; /* where its address is put; 0: unknown */
};

/* Whether another entry of a table of functions may be looked at; counts it.  A table
 * may be that of thousands of libraries, and its entries lead nowhere. */
VTR_MUST_CHECK bool vtr_pe_visit_import(struct vtr_module_run *run,
                                        uint32_t *visit_count);

/* The library name at an offset, of less than len_limit bytes.  False unless Windows
 * could have a file of that name. */
VTR_MUST_CHECK bool vtr_pe_library_name(struct vtr_module_run *run,
                                        const struct vtr_pe_image *image,
                                        uint64_t offset, size_t len_limit,
                                        struct vtr_bytes *out);

/* The name of an ordinal of a library: a well-known one's, else ordN, from the arena.
 */
struct vtr_bytes vtr_pe_ordinal_name(struct vtr_module_run *run,
                                     struct vtr_bytes library, uint16_t ordinal);

/* Appends a function to library `library`.  False: no more can be taken. */
VTR_MUST_CHECK bool vtr_pe_add_import(struct vtr_module_run *run,
                                      const struct vtr_pe_import_rows *rows,
                                      uint32_t library,
                                      const struct vtr_pe_import *import);

#endif

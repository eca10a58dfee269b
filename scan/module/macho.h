/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The macho module: loaders for the one file, for the headers of a fat one, and for all
 * the files in that; for what these are linked with, their symbols and signatures;
 * functions that look into them.
 */
#ifndef VTR_SCAN_MODULE_MACHO_H
#define VTR_SCAN_MODULE_MACHO_H

#include "scan/module/module.h"

void vtr_macho_thin(struct vtr_module_run *run);
void vtr_macho_fat(struct vtr_module_run *run);
void vtr_macho_files(struct vtr_module_run *run);
void vtr_macho_linkage(struct vtr_module_run *run);
void vtr_macho_files_linkage(struct vtr_module_run *run);
void vtr_macho_symbols(struct vtr_module_run *run);
void vtr_macho_files_symbols(struct vtr_module_run *run);
void vtr_macho_symtab(struct vtr_module_run *run);
void vtr_macho_files_symtab(struct vtr_module_run *run);
void vtr_macho_signature(struct vtr_module_run *run);
void vtr_macho_files_signature(struct vtr_module_run *run);

/* Loads a file, which is item `item` of its rows: 0, or one of macho.file. */
typedef void (*vtr_macho_file_fn)(struct vtr_module_run *run, uint32_t item,
                                  struct vtr_bytes data, const void *rows);

/* Has `load` load the file when it is no fat one; and the files in a fat one. */
void vtr_macho_load_thin(struct vtr_module_run *run, vtr_macho_file_fn load,
                         const void *rows);
void vtr_macho_load_parts(struct vtr_module_run *run, vtr_macho_file_fn load,
                          const void *rows);

struct vtr_module_value vtr_macho_file_index(struct vtr_module_run *run,
                                             const struct vtr_module_call *call);
struct vtr_module_value vtr_macho_entry_point_for(struct vtr_module_run *run,
                                                  const struct vtr_module_call *call);
struct vtr_module_value vtr_macho_has_dylib(struct vtr_module_run *run,
                                            const struct vtr_module_call *call);
struct vtr_module_value vtr_macho_has_rpath(struct vtr_module_run *run,
                                            const struct vtr_module_call *call);
struct vtr_module_value vtr_macho_dylib_hash(struct vtr_module_run *run,
                                             const struct vtr_module_call *call);
struct vtr_module_value vtr_macho_has_import(struct vtr_module_run *run,
                                             const struct vtr_module_call *call);
struct vtr_module_value vtr_macho_has_export(struct vtr_module_run *run,
                                             const struct vtr_module_call *call);
struct vtr_module_value vtr_macho_has_entitlement(struct vtr_module_run *run,
                                                  const struct vtr_module_call *call);
struct vtr_module_value vtr_macho_import_hash(struct vtr_module_run *run,
                                              const struct vtr_module_call *call);
struct vtr_module_value vtr_macho_export_hash(struct vtr_module_run *run,
                                              const struct vtr_module_call *call);
struct vtr_module_value vtr_macho_entitlement_hash(struct vtr_module_run *run,
                                                   const struct vtr_module_call *call);
struct vtr_module_value vtr_macho_symhash(struct vtr_module_run *run,
                                          const struct vtr_module_call *call);

#endif

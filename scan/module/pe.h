/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The pe module: executables and libraries of Windows, as YARA's module of that name
 * describes them.
 *
 * Each part of a file has a loader of its own, so that a rule that asks for the headers
 * does not pay for the resources.  All loaders share the headers (pe_image.h), which
 * are read once.  Of a file that is no PE file only `is_pe` is set.
 */
#ifndef VTR_SCAN_MODULE_PE_H
#define VTR_SCAN_MODULE_PE_H

#include "scan/module/module.h"
#include "scan/module/pe_image.h"

/* The headers of the file that is scanned, read at the first call; NULL: it is no PE
 * file, or memory is out. */
const struct vtr_pe_image *vtr_pe_image_of(struct vtr_module_run *run);

/* Loaders: pe_headers.c, pe_sections.c, pe_rich.c, pe_debug.c, pe_imports.c,
 * pe_exports.c, pe_resources.c. */
void vtr_pe_headers(struct vtr_module_run *run);
void vtr_pe_sections(struct vtr_module_run *run);
void vtr_pe_rich(struct vtr_module_run *run);
void vtr_pe_debug(struct vtr_module_run *run);
void vtr_pe_imports(struct vtr_module_run *run);
void vtr_pe_delayed_imports(struct vtr_module_run *run);
void vtr_pe_exports(struct vtr_module_run *run);
void vtr_pe_resources(struct vtr_module_run *run);

/* Functions: pe_functions.c, and beside the loaders whose values they look through. */
struct vtr_module_value vtr_pe_calculate_checksum(struct vtr_module_run *run,
                                                  const struct vtr_module_call *call);
struct vtr_module_value vtr_pe_exports_index(struct vtr_module_run *run,
                                             const struct vtr_module_call *call);
struct vtr_module_value vtr_pe_has_export(struct vtr_module_run *run,
                                          const struct vtr_module_call *call);
struct vtr_module_value vtr_pe_has_import(struct vtr_module_run *run,
                                          const struct vtr_module_call *call);
struct vtr_module_value vtr_pe_imphash(struct vtr_module_run *run,
                                       const struct vtr_module_call *call);
struct vtr_module_value vtr_pe_import_rva(struct vtr_module_run *run,
                                          const struct vtr_module_call *call);
struct vtr_module_value vtr_pe_is_32bit(struct vtr_module_run *run,
                                        const struct vtr_module_call *call);
struct vtr_module_value vtr_pe_is_64bit(struct vtr_module_run *run,
                                        const struct vtr_module_call *call);
struct vtr_module_value vtr_pe_is_dll(struct vtr_module_run *run,
                                      const struct vtr_module_call *call);
struct vtr_module_value vtr_pe_locale(struct vtr_module_run *run,
                                      const struct vtr_module_call *call);
struct vtr_module_value vtr_pe_rich_version(struct vtr_module_run *run,
                                            const struct vtr_module_call *call);
struct vtr_module_value vtr_pe_rva_to_offset(struct vtr_module_run *run,
                                             const struct vtr_module_call *call);
struct vtr_module_value vtr_pe_section_index(struct vtr_module_run *run,
                                             const struct vtr_module_call *call);

#endif

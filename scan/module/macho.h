/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The macho module: loaders for the one file, for the headers of a fat one, and for all
 * the files in that; for what these are linked with; functions that look into them.
 */
#ifndef VTR_SCAN_MODULE_MACHO_H
#define VTR_SCAN_MODULE_MACHO_H

#include "scan/module/module.h"

void vtr_macho_thin(struct vtr_module_run *run);
void vtr_macho_fat(struct vtr_module_run *run);
void vtr_macho_files(struct vtr_module_run *run);
void vtr_macho_linkage(struct vtr_module_run *run);
void vtr_macho_files_linkage(struct vtr_module_run *run);

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

#endif

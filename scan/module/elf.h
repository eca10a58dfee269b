/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The elf module: loaders for the header, and for each of its tables by itself; the two
 * digests of what is imported and exported.
 */
#ifndef VTR_SCAN_MODULE_ELF_H
#define VTR_SCAN_MODULE_ELF_H

#include "scan/module/module.h"

/* Names of a table may share their bytes: each is paid for by how long it is. */
#define VTR_ELF_NAME_BYTES_PER_UNIT 16u

void vtr_elf_header(struct vtr_module_run *run);
void vtr_elf_sections(struct vtr_module_run *run);
void vtr_elf_segments(struct vtr_module_run *run);
void vtr_elf_dynamic(struct vtr_module_run *run);
void vtr_elf_symtab(struct vtr_module_run *run);
void vtr_elf_dynsym(struct vtr_module_run *run);

struct vtr_module_value vtr_elf_telfhash(struct vtr_module_run *run,
                                         const struct vtr_module_call *call);
struct vtr_module_value vtr_elf_import_md5(struct vtr_module_run *run,
                                           const struct vtr_module_call *call);

#endif

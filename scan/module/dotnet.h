/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The dotnet module: what the metadata of a .NET image says.  Loaders that read one
 * table or one heap each: a rule pays for what it asks for.
 */
#ifndef VTR_SCAN_MODULE_DOTNET_H
#define VTR_SCAN_MODULE_DOTNET_H

#include "scan/module/module.h"

void vtr_dotnet_header(struct vtr_module_run *run);
void vtr_dotnet_guids(struct vtr_module_run *run);
void vtr_dotnet_user_strings(struct vtr_module_run *run);
void vtr_dotnet_module(struct vtr_module_run *run);
void vtr_dotnet_modulerefs(struct vtr_module_run *run);
void vtr_dotnet_assembly(struct vtr_module_run *run);
void vtr_dotnet_assembly_refs(struct vtr_module_run *run);
void vtr_dotnet_resources(struct vtr_module_run *run);
void vtr_dotnet_constants(struct vtr_module_run *run);
void vtr_dotnet_typelib(struct vtr_module_run *run);
void vtr_dotnet_field_offsets(struct vtr_module_run *run);
void vtr_dotnet_classes(struct vtr_module_run *run);

#endif

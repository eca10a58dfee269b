/* SPDX-License-Identifier: Apache-2.0 */

/* What the loaders of the dotnet module share. */
#ifndef VTR_SCAN_MODULE_DOTNET_STATE_H
#define VTR_SCAN_MODULE_DOTNET_STATE_H

#include "scan/module/dotnet_metadata.h"
#include "scan/module/module.h"

/* The metadata of the file, or NULL when it is no .NET image. */
const struct vtr_net_metadata *vtr_dotnet_metadata(struct vtr_module_run *run);

/* Sets a text of the #Strings heap; nothing when there is none at that index. */
void vtr_dotnet_store_string(struct vtr_module_run *run, uint32_t field, uint32_t item,
                             uint32_t index);

#endif

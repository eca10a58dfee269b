/* SPDX-License-Identifier: Apache-2.0 */

/* The version resource of a PE file: part of what pe_resources.c loads. */
#ifndef VTR_SCAN_MODULE_PE_RESOURCES_H
#define VTR_SCAN_MODULE_PE_RESOURCES_H

#include "scan/module/pe.h"

/* Sets the texts of the version resource at an offset, behind those that are there. */
void vtr_pe_version_info(struct vtr_module_run *run, const struct vtr_pe_image *image,
                         uint64_t offset);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The dex module: a loader for each table by itself, and one for what the classes of
 * the file define; functions that look names up in that, and in the tables.
 */
#ifndef VTR_SCAN_MODULE_DEX_H
#define VTR_SCAN_MODULE_DEX_H

#include "scan/module/module.h"

void vtr_dex_constants(struct vtr_module_run *run);
void vtr_dex_header(struct vtr_module_run *run);
void vtr_dex_strings(struct vtr_module_run *run);
void vtr_dex_types(struct vtr_module_run *run);
void vtr_dex_protos(struct vtr_module_run *run);
void vtr_dex_field_ids(struct vtr_module_run *run);
void vtr_dex_method_ids(struct vtr_module_run *run);
void vtr_dex_map(struct vtr_module_run *run);
void vtr_dex_classes(struct vtr_module_run *run);
void vtr_dex_version(struct vtr_module_run *run);

struct vtr_module_value vtr_dex_has_class(struct vtr_module_run *run,
                                          const struct vtr_module_call *call);
struct vtr_module_value vtr_dex_has_method(struct vtr_module_run *run,
                                           const struct vtr_module_call *call);
struct vtr_module_value vtr_dex_checksum(struct vtr_module_run *run,
                                         const struct vtr_module_call *call);
struct vtr_module_value vtr_dex_signature(struct vtr_module_run *run,
                                          const struct vtr_module_call *call);
struct vtr_module_value vtr_dex_contains_string(struct vtr_module_run *run,
                                                const struct vtr_module_call *call);
struct vtr_module_value vtr_dex_contains_method(struct vtr_module_run *run,
                                                const struct vtr_module_call *call);
struct vtr_module_value vtr_dex_contains_class(struct vtr_module_run *run,
                                               const struct vtr_module_call *call);

#endif

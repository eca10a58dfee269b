/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The magic module: what libmagic, the library of the program file, says of a file.
 *
 * Rules compile the same everywhere; where the program is built without libmagic, or
 * finds no database of it, the values are undefined and `is_limited` is set.
 */
#ifndef VTR_SCAN_MODULE_MAGIC_H
#define VTR_SCAN_MODULE_MAGIC_H

#include "scan/module/module.h"

struct vtr_module_value vtr_magic_type(struct vtr_module_run *run,
                                       const struct vtr_module_call *call);
struct vtr_module_value vtr_magic_mime_type(struct vtr_module_run *run,
                                            const struct vtr_module_call *call);

#endif

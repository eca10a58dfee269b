/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What functions of modules work on: an offset and a size that a rule names, or a text.
 */
#ifndef VTR_SCAN_MODULE_MODULE_RANGE_H
#define VTR_SCAN_MODULE_MODULE_RANGE_H

#include "scan/module/module.h"

/* The bytes of the file at offset args[0], args[1] of them or as many as there are.
 * False when an argument is negative or the offset is not inside the file: what YARA
 * leaves undefined. */
VTR_MUST_CHECK bool vtr_module_range(const struct vtr_module_run *run,
                                     const struct vtr_module_value *args,
                                     struct vtr_bytes *out);

/* The same, or the text args[0] if it is one: what most functions take either of. */
VTR_MUST_CHECK bool vtr_module_subject(const struct vtr_module_run *run,
                                       const struct vtr_module_value *args,
                                       struct vtr_bytes *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* The string module: texts as numbers. */
#ifndef VTR_SCAN_MODULE_STRING_H
#define VTR_SCAN_MODULE_STRING_H

#include "scan/module/module.h"

struct vtr_module_value vtr_string_length(struct vtr_module_run *run,
                                          const struct vtr_module_call *call);

/* As strtoll of C reads a text, up to its first NUL: blanks, a sign, the prefix 0x or 0
 * if the base is 0 or 16.  Undefined when anything else is left, when there is no
 * digit, when the number does not fit, and when the base is neither 0 nor 2 to 36. */
struct vtr_module_value vtr_string_to_int(struct vtr_module_run *run,
                                          const struct vtr_module_call *call);

#endif

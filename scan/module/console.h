/* SPDX-License-Identifier: Apache-2.0 */

/* The console module: lines for whoever writes a rule.  What they say is never part of
 * a verdict: every function is true. */
#ifndef VTR_SCAN_MODULE_CONSOLE_H
#define VTR_SCAN_MODULE_CONSOLE_H

#include "scan/module/module.h"

struct vtr_module_value vtr_console_log(struct vtr_module_run *run,
                                        const struct vtr_module_call *call);
struct vtr_module_value vtr_console_hex(struct vtr_module_run *run,
                                        const struct vtr_module_call *call);

#endif

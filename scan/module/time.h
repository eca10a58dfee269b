/* SPDX-License-Identifier: Apache-2.0 */

/* The time module: the clock of the machine that scans. */
#ifndef VTR_SCAN_MODULE_TIME_H
#define VTR_SCAN_MODULE_TIME_H

#include "scan/module/module.h"

struct vtr_module_value vtr_time_now(struct vtr_module_run *run,
                                     const struct vtr_module_call *call);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* The functions behind the rows of the table of modules. */
#ifndef VTR_SCAN_MODULE_MODULE_ACTIONS_H
#define VTR_SCAN_MODULE_MODULE_ACTIONS_H

#include "scan/module/module.h"

/* What fills in a row, NULL of functions and constants. */
vtr_module_load_fn vtr_module_loader(uint32_t row);

/* What computes a function, NULL of everything else. */
vtr_module_call_fn vtr_module_function(uint32_t row);

#endif

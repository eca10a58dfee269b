/* SPDX-License-Identifier: Apache-2.0 */

/*
 * All that modules find in a file, as a tree: structures, arrays and dictionaries, in
 * the order of the table.  What is undefined, and what holds nothing, is left out;
 * constants and functions are not what a file says.
 */
#ifndef VTR_SCAN_MODULE_MODULE_TREE_H
#define VTR_SCAN_MODULE_MODULE_TREE_H

#include "scan/module/modules.h"

/* Tells of every module that finds something in the file that was begun. */
void vtr_module_tree_tell(struct vtr_modules *modules, vtr_finding_fn visit,
                          void *context);

#endif

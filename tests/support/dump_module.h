/* SPDX-License-Identifier: Apache-2.0 */

/* What a module finds in a file, as lines "path = value" in the order of the table:
 * numbers in decimal, texts in quotes with \xNN for what is not ASCII.  What is
 * undefined has no line; an array has a line with how many items it has. */
#ifndef VTR_TESTS_SUPPORT_DUMP_MODULE_H
#define VTR_TESTS_SUPPORT_DUMP_MODULE_H

#include "base/writer.h"
#include "scan/module/modules.h"

/* Appends the lines of module `module` for the file that `modules` has begun. */
void vtr_dump_module(struct vtr_modules *modules, uint32_t module,
                     struct vtr_writer *out);

/* Services for a module without a scanner: work is never out, regular expressions match
 * nothing, lines go nowhere. */
extern const struct vtr_module_services VTR_DUMP_SERVICES;

#endif

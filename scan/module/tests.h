/* SPDX-License-Identifier: Apache-2.0 */

/* The tests module: values that every file has, for those who try the language.
 * YARA's own tests are written with it. */
#ifndef VTR_SCAN_MODULE_TESTS_H
#define VTR_SCAN_MODULE_TESTS_H

#include "scan/module/module.h"

void vtr_tests_constants(struct vtr_module_run *run);
void vtr_tests_integer_array(struct vtr_module_run *run);
void vtr_tests_string_array(struct vtr_module_run *run);
void vtr_tests_string_dict(struct vtr_module_run *run);
void vtr_tests_struct_array(struct vtr_module_run *run);
void vtr_tests_struct_dict(struct vtr_module_run *run);
void vtr_tests_module_data(struct vtr_module_run *run);

/* Of what is undefined or has no items. */
void vtr_tests_nothing(struct vtr_module_run *run);

struct vtr_module_value vtr_tests_empty(struct vtr_module_run *run,
                                        const struct vtr_module_call *call);
struct vtr_module_value vtr_tests_foobar(struct vtr_module_run *run,
                                         const struct vtr_module_call *call);
struct vtr_module_value vtr_tests_fsum(struct vtr_module_run *run,
                                       const struct vtr_module_call *call);
struct vtr_module_value vtr_tests_isum(struct vtr_module_run *run,
                                       const struct vtr_module_call *call);
struct vtr_module_value vtr_tests_length(struct vtr_module_run *run,
                                         const struct vtr_module_call *call);
struct vtr_module_value vtr_tests_match(struct vtr_module_run *run,
                                        const struct vtr_module_call *call);

#endif

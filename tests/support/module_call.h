/* SPDX-License-Identifier: Apache-2.0 */

/* Functions of modules, called by the path of their row, for tests. */
#ifndef VTR_TESTS_SUPPORT_MODULE_CALL_H
#define VTR_TESTS_SUPPORT_MODULE_CALL_H

#include "scan/module/modules.h"

/* A scanner's modules with as much work as a test allows. */
struct vtr_test_modules {
    struct vtr_modules modules;
    struct vtr_module_services services;
    uint64_t units_left;
    uint64_t units_spent;
};

/* `data` is borrowed, and is what the modules read.  Not to be moved. */
void vtr_test_modules_init(struct vtr_test_modules *test, struct vtr_bytes data);
void vtr_test_modules_deinit(struct vtr_test_modules *test);

/* Calls "module.path(types)" with as many arguments as the path has: of each type what
 * C passes, an int64_t for i and b, a double for f, a const char * for s and r (which
 * matches where it stands in the subject). */
struct vtr_module_value vtr_test_call(struct vtr_test_modules *test, const char *path,
                                      ...);

/* Asserts that the value is that text; NULL: that it is undefined. */
void vtr_test_is_text(struct vtr_module_value value, const char *expected);

/* What a function of one text, that gives an integer, gives of `data`. */
int64_t vtr_test_call_text(struct vtr_bytes data, const char *path, const char *text);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* A folder of a test's own, which goes with it. */
#ifndef VTR_TESTS_SUPPORT_TEST_FOLDER_H
#define VTR_TESTS_SUPPORT_TEST_FOLDER_H

/* For groups of tests: made before them, removed with all that is in it after them. */
int vtr_test_folder_make(void **state);
int vtr_test_folder_remove(void **state);

const char *vtr_test_folder(void);

/* The path of a name in the folder, until the next call. */
const char *vtr_test_path(const char *name);

/* Writes a file of the folder. */
void vtr_test_put(const char *name, const char *text);

/* Asserts that a file of the folder holds a text. */
void vtr_test_holds(const char *name, const char *text);

#endif

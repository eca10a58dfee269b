/* SPDX-License-Identifier: Apache-2.0 */

/* Rules from a text to an image in one step, for tests of what comes after it. */
#ifndef VTR_TESTS_COMPILE_TEXT_H
#define VTR_TESTS_COMPILE_TEXT_H

#include "vitrine/common.h"

/* The image of the rules in `text`, from malloc; the test fails when they have errors.
 * `scratch` is a file's name in the current folder, which no other test uses. */
struct vtr_bytes vtr_test_compile(const char *text, const char *scratch);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* Asks everything of an image that can be asked, as its users would: for bytes that are
 * damaged or hostile, where the only wrong answer is an access outside them. */
#ifndef VTR_TESTS_WALK_IMAGE_H
#define VTR_TESTS_WALK_IMAGE_H

#include <stdbool.h>

#include "base/compiler.h"

/* Opens and walks `bytes`; false when they are refused at once. */
bool vtr_test_walk_image(struct vtr_bytes bytes);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* Asks everything of an image that can be asked, as its users would: for bytes that are
 * damaged or hostile, where the only wrong answer is an access outside them. */
#ifndef VTR_TESTS_WALK_IMAGE_H
#define VTR_TESTS_WALK_IMAGE_H

#include <stddef.h>

#include "base/compiler.h"

/* Opens and walks `bytes`: 0 when they are refused at once, else one more than the good
 * answers that they gave. */
size_t vtr_test_walk_image(struct vtr_bytes bytes);

#endif

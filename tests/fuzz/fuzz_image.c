/* SPDX-License-Identifier: Apache-2.0 */

/* Any bytes as a database: opened, walked, searched, rebuilt, checked. */
#include <stddef.h>
#include <stdint.h>

#include "tests/support/walk_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)vtr_test_walk_image((struct vtr_bytes){data, size});
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_memory.h"

#include <stdlib.h>
#include <sys/mman.h>

void *vtr_memory_new_large(size_t len)
{
    void *memory;

    if (posix_memalign(&memory, VTR_LARGE_PAGE_LEN, len) != 0) {
        return NULL;
    }
    /* Advice: a system that does not take it gives small pages. */
    (void)madvise(memory, len / VTR_LARGE_PAGE_LEN * VTR_LARGE_PAGE_LEN,
                  VTR_LARGE_PAGE_ADVICE);
    return memory;
}

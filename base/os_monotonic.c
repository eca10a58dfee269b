/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_monotonic.h"

#include <time.h>

uint64_t vtr_monotonic_ns(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) {
        return 0;
    }
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

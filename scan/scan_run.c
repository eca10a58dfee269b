/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/scan_run.h"

#include <time.h>

uint64_t vtr_run_clock_ms(void)
{
    struct timespec now;

    if (timespec_get(&now, TIME_UTC) != TIME_UTC || now.tv_sec < 0) {
        return 0;
    }
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

bool vtr_run_must_stop(struct vtr_scan_run *run)
{
    if (!run->is_late && run->deadline_ms != 0 &&
        vtr_run_clock_ms() > run->deadline_ms) {
        run->is_late = true;
        run->limits |= VTR_SCAN_LIMIT_TIME;
    }
    return run->is_late || run->is_memory_out;
}

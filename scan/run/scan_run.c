/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/run/scan_run.h"

#include "base/compiler.h"
#include "base/os_monotonic.h"

/* What a large file may reasonably cost more. */
#define WORK_PER_BYTE 64u

/* Units between two looks at the clock. */
#define CLOCK_SHIFT 22

bool vtr_run_must_stop(struct vtr_scan_run *run)
{
    if (!run->is_late && run->deadline_ns != 0 &&
        vtr_monotonic_ns() > run->deadline_ns) {
        run->is_late = true;
        run->limits |= VTR_SCAN_LIMIT_TIME;
    }
    return run->is_late || run->is_memory_out;
}

uint64_t vtr_run_work(const struct vtr_scan_run *run)
{
    const uint64_t len = run->total_len;
    const uint64_t limit = run->options.work_limit;

    return len > (UINT64_MAX - limit) / WORK_PER_BYTE ? UINT64_MAX
                                                      : limit + len * WORK_PER_BYTE;
}

uint64_t vtr_run_work_left(const struct vtr_scan_run *run,
                           const struct vtr_pattern_part *part)
{
    const uint64_t share = vtr_run_work(run);

    if (part == NULL || part->file_number != run->file_number) {
        return share < run->work_left ? share : run->work_left;
    }
    const uint64_t left = part->work < share ? share - part->work : 0;
    return left < run->work_left ? left : run->work_left;
}

void vtr_run_overflow(struct vtr_scan_run *run, uint32_t pattern)
{
    run->limits |= VTR_SCAN_LIMIT_MATCHES;
    if (run->crowded_pattern == 0) {
        run->crowded_pattern = pattern + 1;
    }
}

void vtr_run_exhaust(struct vtr_scan_run *run, const struct vtr_pattern_part *part)
{
    run->limits |= VTR_SCAN_LIMIT_REGEX;
    if (part != NULL && run->costly_pattern == 0 && run->work_left > 0 &&
        !run->is_late) {
        run->costly_pattern = part->pattern + 1;
    }
}

bool vtr_run_spend(struct vtr_scan_run *run, struct vtr_pattern_part *part,
                   uint64_t units)
{
    const uint64_t left = vtr_run_work_left(run, part);
    const uint64_t before = run->work_left;
    const uint64_t spent = units < left ? units : left;

    run->work_left -= spent;
    if (part != NULL) {
        part->work = part->file_number == run->file_number ? part->work + spent : spent;
        part->file_number = run->file_number;
    }
    if (units > left || left == 0) {
        vtr_run_exhaust(run, part);
        return false;
    }
    return before >> CLOCK_SHIFT == run->work_left >> CLOCK_SHIFT
               ? !run->is_late
               : !vtr_run_must_stop(run);
}

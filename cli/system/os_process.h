/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The memory of a running process.  Linux only: from /proc, without stopping it; what
 * changes meanwhile is seen as it was when its turn came.
 */
#ifndef VTR_CLI_SYSTEM_OS_PROCESS_H
#define VTR_CLI_SYSTEM_OS_PROCESS_H

#include "vitrine/scan.h"

struct vtr_process; /* opaque, heap */

/*
 * Opens the memory of process `pid` and lists its regions, each in pieces of at most
 * `piece_len` bytes (0: VTR_MEMORY_RANGE_LIMIT).  Left out are long stretches that were
 * never written to, which are zeros.  VTR_ERROR_IO: there is no such process, it may
 * not be read, or it has no memory; VTR_ERROR_ARGUMENT: not on this system.
 */
VTR_MUST_CHECK enum vtr_status vtr_process_open(struct vtr_process **out, uint64_t pid,
                                                uint64_t piece_len,
                                                struct vtr_error *err);
void vtr_process_close(struct vtr_process *process);

/* What vtr_scan_memory takes; borrowed. */
const struct vtr_memory *vtr_process_get_memory(const struct vtr_process *process);

/* After a scan: VTR_ERROR_IO when the process ended meanwhile, or nothing could be
 * read. */
VTR_MUST_CHECK enum vtr_status vtr_process_check(const struct vtr_process *process,
                                                 struct vtr_error *err);

#endif

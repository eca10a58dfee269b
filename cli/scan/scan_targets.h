/* SPDX-License-Identifier: Apache-2.0 */

/* What a scan looks at: files that the operands name, hold or list; processes. */
#ifndef VTR_CLI_SCAN_SCAN_TARGETS_H
#define VTR_CLI_SCAN_SCAN_TARGETS_H

#include "cli/scan/scan_arguments.h"
#include "cli/system/os_path_list.h"

/* {0} is safe to deinit. */
struct vtr_scan_targets {
    struct vtr_path_list names; /* in the order of the answers */
    size_t file_count;          /* the names after these are numbers of processes */
    bool is_single;             /* one target was named: its name can be left out */
    bool has_failed;            /* something could not be looked into: it was said */
};

/* Finds them all, or those of the shard; what cannot be looked into is said on standard
 * error.  False when memory is out or the shard is none, which is said too. */
VTR_MUST_CHECK bool vtr_scan_targets_find(struct vtr_scan_targets *out,
                                          const struct vtr_scan_arguments *arguments,
                                          const char *const *operands, size_t count);
/* The number of a process, of nothing but digits; 0 when it is none. */
uint64_t vtr_scan_read_pid(const char *text);

void vtr_scan_targets_deinit(struct vtr_scan_targets *targets);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Scanning memory that is no one run of bytes: block by block, each searched as if it
 * were a file of its own, with addresses for offsets.
 *
 * What is found in a block is settled before the next one is read: matches get their
 * addresses and copies of their bytes.  Only one block is in memory at a time.
 */
#ifndef VTR_SCAN_RUN_MEMORY_H
#define VTR_SCAN_RUN_MEMORY_H

#include <stdbool.h>

#include "scan/run/scan_run.h"

/* VTR_ERROR_ARGUMENT unless the ranges ascend and each is of an allowed length; the
 * length of them all and of the longest one. */
VTR_MUST_CHECK enum vtr_status vtr_memory_measure(const struct vtr_memory *memory,
                                                  uint64_t *out_total,
                                                  size_t *out_longest,
                                                  struct vtr_error *err);

/* Moves the matches of the block that was searched to those of the memory. */
void vtr_memory_settle(struct vtr_scan_run *run);

/* After the last block: the matches of the memory are those of the scan. */
void vtr_memory_finish(struct vtr_scan_run *run);

/* Reads `len` bytes at an address; false when they are not all in one range. */
VTR_MUST_CHECK bool vtr_memory_read(const struct vtr_memory *memory, uint64_t address,
                                    uint8_t *to, size_t len);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* What other files do with an open file: open a regular one, read as much as there is,
 * write all of it. */
#ifndef VTR_BASE_OS_OPEN_H
#define VTR_BASE_OS_OPEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct stat;

/* Opens a regular file, whose length a size_t holds, for reading.  -1 with `err` set
 * when it is none. */
int vtr_open_regular(const char *path, struct stat *out, struct vtr_error *err);

/* Reads `cap` bytes, or fewer where the file ends before; `*out_len` says how many. */
VTR_MUST_CHECK enum vtr_status vtr_read_up_to(int fd, const char *path, uint8_t *out,
                                              size_t cap, size_t *out_len,
                                              struct vtr_error *err);

/* Writes all bytes at an offset of an open file; 0 or an errno. */
VTR_MUST_CHECK int vtr_write_at(int fd, uint64_t offset, struct vtr_bytes bytes);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* What reading and mapping files begin with. */
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

#endif

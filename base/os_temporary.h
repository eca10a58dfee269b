/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A file without a name for what does not fit into memory: nobody else sees it, and it
 * is gone when it is closed or its process ends, however that ends.
 */
#ifndef VTR_BASE_OS_TEMPORARY_H
#define VTR_BASE_OS_TEMPORARY_H

#include <stdbool.h>

#include "base/compiler.h"

/* {0} is safe to close. */
struct vtr_temporary {
    char *folder; /* owned; where it was made, for messages */
    uint64_t len; /* of what was written */
    int fd;
    bool is_open;
};

/* Makes the file in the folder that TMPDIR names; where it names none in that of the
 * path `beside`, or in /tmp when that is NULL or names a pipe or device. */
VTR_MUST_CHECK enum vtr_status vtr_temporary_open(struct vtr_temporary *out,
                                                  const char *beside,
                                                  struct vtr_error *err);
void vtr_temporary_close(struct vtr_temporary *file);

/* Writes behind what was written.  VTR_ERROR_IO, a full disk among the reasons. */
VTR_MUST_CHECK enum vtr_status vtr_temporary_append(struct vtr_temporary *file,
                                                    struct vtr_bytes bytes,
                                                    struct vtr_error *err);

/* Reads `len` bytes, all of which were written.  Any number of threads at a time. */
VTR_MUST_CHECK enum vtr_status vtr_temporary_read(const struct vtr_temporary *file,
                                                  uint64_t offset, uint8_t *out,
                                                  size_t len, struct vtr_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* One writer at a time, across processes. */
#ifndef VTR_BASE_OS_LOCK_H
#define VTR_BASE_OS_LOCK_H

#include <stdbool.h>

#include "base/compiler.h"

/* Held until closed or the process ends.  {0} is safe to close. */
struct vtr_file_lock {
    bool is_held;
    int fd;
};

/* Locks the file at `path`, which is made if it is missing, without waiting:
 * VTR_ERROR_IO with EWOULDBLOCK when another holds it. */
VTR_MUST_CHECK enum vtr_status vtr_file_lock_open(struct vtr_file_lock *out,
                                                  const char *path,
                                                  struct vtr_error *err);
void vtr_file_lock_close(struct vtr_file_lock *lock);

#endif

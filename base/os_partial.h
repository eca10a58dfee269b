/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A file that is brought piece by piece, over several runs, and then put in place: it
 * survives a kill at any moment.
 */
#ifndef VTR_BASE_OS_PARTIAL_H
#define VTR_BASE_OS_PARTIAL_H

#include <stdbool.h>

#include "base/compiler.h"

/* {0} is safe to close. */
struct vtr_partial {
    char *path; /* owned */
    uint64_t len;
    int fd;
    bool is_open;
};

/* Opens or makes a private file; a symbolic link is refused. */
VTR_MUST_CHECK enum vtr_status vtr_partial_open(struct vtr_partial *out,
                                                const char *path,
                                                struct vtr_error *err);
/* Drops what is behind `offset`, at most the length so far, and appends. */
VTR_MUST_CHECK enum vtr_status vtr_partial_write(struct vtr_partial *partial,
                                                 uint64_t offset,
                                                 struct vtr_bytes bytes,
                                                 struct vtr_error *err);
/* Gives the file the permissions that it is to have at `path`, those of the file there
 * or of `mode` when there is none, and syncs both bytes and permissions. */
VTR_MUST_CHECK enum vtr_status vtr_partial_sync(struct vtr_partial *partial,
                                                const char *path, unsigned mode,
                                                struct vtr_error *err);
/* Keeps the file for another time. */
void vtr_partial_close(struct vtr_partial *partial);
/* Removes it. */
void vtr_partial_discard(struct vtr_partial *partial);

/* Puts a file that was synced for `path` in its place, and syncs the folder. */
VTR_MUST_CHECK enum vtr_status vtr_partial_install(const struct vtr_partial *partial,
                                                   const char *path,
                                                   struct vtr_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* Files whose bytes are used where they are, without being read first. */
#ifndef VTR_BASE_OS_MAP_H
#define VTR_BASE_OS_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* A read-only mapping of a regular file.  {0} is safe to close. */
struct vtr_mapping {
    struct vtr_bytes bytes;
    void *address; /* NULL for an empty file */
};

/* Maps `path` read-only and shared.  A folder, pipe or device is refused with
 * VTR_ERROR_IO; an empty file maps to no bytes. */
VTR_MUST_CHECK enum vtr_status vtr_mapping_open(struct vtr_mapping *out,
                                                const char *path,
                                                struct vtr_error *err);
void vtr_mapping_close(struct vtr_mapping *mapping);
/* False: the file has shrunk, and zeros were read where it ends (base/os_fault.h). */
bool vtr_mapping_is_whole(const struct vtr_mapping *mapping);

/*
 * Reads a file to be scanned: a copy of its bytes or, under guard (base/os_fault.h) and
 * where that is quicker, a mapping of it; both survive a file that shrinks meanwhile.
 * What a mapping says may change while it is read.  Regular files only.
 */
struct vtr_snapshot {
    struct vtr_bytes bytes;
    void *mapping;   /* NULL: the bytes are a copy in `room` */
    uint8_t *room;   /* owned, kept from one file to the next */
    size_t room_len; /* what there is of it */
};
/* `snapshot` is zeroed, or was closed. */
VTR_MUST_CHECK enum vtr_status vtr_snapshot_open(struct vtr_snapshot *snapshot,
                                                 const char *path,
                                                 struct vtr_error *err);
/* False: as of a mapping.  A copy is what the file was at one time. */
bool vtr_snapshot_is_whole(const struct vtr_snapshot *snapshot);
/* Ends the use of the bytes.  Room for a few megabytes is kept. */
void vtr_snapshot_close(struct vtr_snapshot *snapshot);
void vtr_snapshot_deinit(struct vtr_snapshot *snapshot);

#endif

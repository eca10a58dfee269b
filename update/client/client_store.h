/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A client's folder: where its files are, and reading and writing them.
 *
 *     NAME.vdb             the database
 *     NAME.vdb.previous    the one before it
 *     metadata/            what the repository said last: root.json and so on
 *     partial/             targets that are being brought, by SHA-256
 *     state                what is told to people, and when to try again
 *     lock
 */
#ifndef VTR_UPDATE_CLIENT_CLIENT_STORE_H
#define VTR_UPDATE_CLIENT_CLIENT_STORE_H

#include "base/os_lock.h"
#include "verify/tuf/tuf_metadata.h"

#define VTR_CLIENT_METADATA "metadata/"
#define VTR_CLIENT_PARTIAL  "partial/"
#define VTR_CLIENT_STATE    "state"
#define VTR_CLIENT_EXCHANGE ".vdb.tmp1" /* of a database that changes places */

/* DIR/NAME with `suffix` behind it; from malloc, NULL when memory is out. */
char *vtr_client_path(const char *dir, const char *name, const char *suffix);

/* Reads a file whole: `*out` is empty when there is none.  The caller frees. */
VTR_MUST_CHECK enum vtr_status vtr_client_read(const char *dir, const char *name,
                                               size_t limit_bytes,
                                               struct vtr_bytes *out,
                                               struct vtr_error *err);

/* See vtr_whole_file_write. */
VTR_MUST_CHECK enum vtr_status vtr_client_write(const char *dir, const char *name,
                                                struct vtr_bytes bytes,
                                                struct vtr_error *err);
/* That it is missing is fine. */
VTR_MUST_CHECK enum vtr_status vtr_client_remove(const char *dir, const char *name,
                                                 struct vtr_error *err);

/* Makes the folders, takes the lock, and removes what a killed client left half
 * written. */
VTR_MUST_CHECK enum vtr_status vtr_client_lock(struct vtr_file_lock *out,
                                               const char *dir, struct vtr_error *err);

/* Removes the partial files but those of `count` targets. */
void vtr_client_sweep_partials(const char *dir,
                               const struct vtr_tuf_target *const *kept, size_t count);

#endif

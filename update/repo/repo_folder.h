/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A repository's folder: where its files are, what its metadata says now, and one
 * writer at a time.  docs/repository.md, "Layout".
 */
#ifndef VTR_UPDATE_REPO_REPO_FOLDER_H
#define VTR_UPDATE_REPO_REPO_FOLDER_H

#include <stdbool.h>

#include "base/os_lock.h"
#include "base/writer.h"
#include "verify/tuf/tuf_trusted.h"
#include "vitrine/repository.h"

#define VTR_REPO_METADATA "metadata"
#define VTR_REPO_TARGETS  "targets"

/* {0} is safe to close. */
struct vtr_repo {
    const char *dir;                 /* borrowed */
    struct vtr_file_lock lock;       /* held by a writer */
    struct vtr_tuf_trusted *trusted; /* NULL: there is no root yet */
    bool has_release;                /* all four kinds are there */
};

/* Locks and reads; the repository's own metadata is verified as a client would, but for
 * its expiry. */
VTR_MUST_CHECK enum vtr_status vtr_repo_open(struct vtr_repo *out, const char *dir,
                                             struct vtr_error *err);
void vtr_repo_close(struct vtr_repo *repo);

/* Metadata that is there; NULL otherwise. */
const struct vtr_tuf_metadata *vtr_repo_get(const struct vtr_repo *repo,
                                            enum vtr_tuf_type type);

/* DIR/FOLDER/NAME; `folder` NULL: DIR/NAME.  From malloc; NULL when memory is out. */
char *vtr_repo_path(const char *dir, const char *folder, const char *name);

/* Reads a file whole; the caller frees.  VTR_ERROR_IO with ENOENT: there is none. */
VTR_MUST_CHECK enum vtr_status vtr_repo_read(const char *dir, const char *folder,
                                             const char *name, size_t limit_bytes,
                                             struct vtr_bytes *out,
                                             struct vtr_error *err);
/* See vtr_whole_file_write. */
VTR_MUST_CHECK enum vtr_status vtr_repo_write(const char *dir, const char *folder,
                                              const char *name, struct vtr_bytes bytes,
                                              struct vtr_error *err);
bool vtr_repo_has(const char *dir, const char *folder, const char *name);

/* "3.targets.json", or "timestamp.json" of version 0.  At most VTR_REPO_NAME_CAP. */
#define VTR_REPO_NAME_CAP 512
void vtr_repo_name_metadata(enum vtr_tuf_type type, uint64_t version,
                            char out[VTR_REPO_NAME_CAP]);

/* "<sha256>.PATH", as consistent snapshots have it.  `path` was checked when its target
 * was made: see vtr_plain_name_is. */
void vtr_repo_name_target(const uint8_t *sha256, struct vtr_bytes path,
                          char out[VTR_REPO_NAME_CAP]);

/* Opens a metadata folder as a client would: roots, timestamp, snapshot, targets.
 * `*out_has_release` false: there are only roots.  `*out` NULL: not even that.  A
 * refusal leaves `*out` set to what was taken before it. */
VTR_MUST_CHECK enum vtr_status vtr_repo_follow(const char *dir, uint64_t now,
                                               struct vtr_tuf_trusted **out,
                                               bool *out_has_release,
                                               struct vtr_error *err);

#endif

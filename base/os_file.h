/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Files as the operating system gives them: read whole, mapped, walked, and replaced
 * atomically.  The only POSIX code of the project besides base/os_thread.c.
 */
#ifndef VTR_BASE_OS_FILE_H
#define VTR_BASE_OS_FILE_H

#include <stdbool.h>

#include "base/compiler.h"

/* A read-only mapping of a regular file.  {0} is safe to close. */
struct vtr_mapping {
    struct vtr_bytes bytes;
    void *address; /* NULL for an empty file */
};

/* Maps `path` read-only and shared.  A folder, pipe or device is refused with
 * VTR_ERROR_IO; an empty file maps to no bytes. */
VTR_MUST_CHECK enum vtr_status vtr_mapping_open(struct vtr_mapping *out, const char *path,
                                                struct vtr_error *err);
void vtr_mapping_close(struct vtr_mapping *mapping);

/* Reads a whole file ("-" is standard input) to memory from malloc, with a NUL after
 * it that is not counted.  VTR_ERROR_LIMIT past `limit_bytes`.  Pipes are fine. */
VTR_MUST_CHECK enum vtr_status vtr_file_read(const char *path, size_t limit_bytes,
                                             struct vtr_bytes *out,
                                             struct vtr_error *err);

/*
 * Reads a file to be scanned: its bytes as they were at one moment, in memory or
 * mapped, whichever survives a file that shrinks while it is read.  Regular files only.
 */
struct vtr_snapshot {
    struct vtr_bytes bytes;
    void *memory;     /* what to free or unmap */
    size_t map_len;   /* 0: `memory` is from malloc */
};
VTR_MUST_CHECK enum vtr_status vtr_snapshot_open(struct vtr_snapshot *out,
                                                 const char *path, struct vtr_error *err);
void vtr_snapshot_close(struct vtr_snapshot *snapshot);

/*
 * An output file that appears whole or not at all: written beside its destination
 * under a temporary name, synced, and renamed by commit.  {0} is safe to abort.
 */
struct vtr_replacement {
    char *path;      /* destination, owned */
    char *temp_path; /* owned */
    int fd;
    uint8_t *memory; /* writable mapping after _map */
    size_t map_len;
    bool is_open;
    bool is_stdout;  /* "-": bytes go to standard output on commit */
};
VTR_MUST_CHECK enum vtr_status vtr_replacement_begin(struct vtr_replacement *out,
                                                     const char *path, unsigned mode,
                                                     struct vtr_error *err);
/* Appends bytes. */
VTR_MUST_CHECK enum vtr_status vtr_replacement_write(struct vtr_replacement *r,
                                                     struct vtr_bytes bytes,
                                                     struct vtr_error *err);
/* Instead of appending: reserves `len` bytes on the disk (a full disk is refused here,
 * never by a signal later) and maps them, zeroed, for writing. */
VTR_MUST_CHECK enum vtr_status vtr_replacement_map(struct vtr_replacement *r, size_t len,
                                                   uint8_t **out,
                                                   struct vtr_error *err);
/* Unmaps and syncs, so that a second reader of `temp_path` sees what is on the disk. */
VTR_MUST_CHECK enum vtr_status vtr_replacement_sync(struct vtr_replacement *r,
                                                    struct vtr_error *err);
/* Syncs, renames over the destination and syncs the folder.  After a failure the
 * destination is as it was and the temporary file is gone. */
VTR_MUST_CHECK enum vtr_status vtr_replacement_commit(struct vtr_replacement *r,
                                                      struct vtr_error *err);
/* Removes the temporary file unless committed; releases everything. */
void vtr_replacement_abort(struct vtr_replacement *r);

/* What a path is. */
enum vtr_path_kind { VTR_PATH_MISSING, VTR_PATH_FILE, VTR_PATH_FOLDER, VTR_PATH_OTHER };
enum vtr_path_kind vtr_path_kind(const char *path);

/* Called for each regular file of a walk, and for what could not be read (`status` not
 * VTR_OK, `err` says why).  Returning false ends the walk. */
typedef bool (*vtr_walk_fn)(const char *path, enum vtr_status status,
                            const struct vtr_error *err, void *context);

/* Walks a file or folder, names sorted by unsigned bytes, without following symbolic
 * links below `path`. */
VTR_MUST_CHECK enum vtr_status vtr_walk(const char *path, vtr_walk_fn visit,
                                        void *context, struct vtr_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Atomic replacement of a file: whatever happens, kill and power loss included, the
 * destination holds its old bytes or the new ones, whole.  And second names for a file,
 * which survive the same.
 */
#ifndef VTR_BASE_OS_REPLACE_H
#define VTR_BASE_OS_REPLACE_H

#include <stdbool.h>

#include "base/compiler.h"

/*
 * An output file that appears whole or not at all: written beside its destination
 * under a temporary name, synced, and renamed by commit.  {0} is safe to abort.
 */
struct vtr_replacement {
    char *path;      /* destination, owned */
    char *temp_path; /* owned */
    int fd;
    uint8_t *memory; /* the whole file after _map */
    size_t memory_len;
    bool is_mapped; /* `memory` is the file itself, not yet to be written */
    bool is_synced; /* nothing was done to the file since */
    bool is_open;
    bool is_stream; /* a pipe or device, written on commit from the temporary file */
    bool is_stdout; /* "-" */
};
/* `mode` as for open(2).  A symbolic link is followed; "-" is standard output. */
VTR_MUST_CHECK enum vtr_status vtr_replacement_begin(struct vtr_replacement *out,
                                                     const char *path, unsigned mode,
                                                     struct vtr_error *err);
/* Gives the file the permissions of the one that it replaces and, where the system
 * allows, its owner and group; nothing is done where there is none. */
VTR_MUST_CHECK enum vtr_status vtr_replacement_keep_mode(struct vtr_replacement *r,
                                                         struct vtr_error *err);
/* Lets those read the file who may search its folder, whatever the umask: for what
 * others are served from. */
VTR_MUST_CHECK enum vtr_status vtr_replacement_share(struct vtr_replacement *r,
                                                     struct vtr_error *err);
/* Appends bytes. */
VTR_MUST_CHECK enum vtr_status vtr_replacement_write(struct vtr_replacement *r,
                                                     struct vtr_bytes bytes,
                                                     struct vtr_error *err);
/* Instead of appending: reserves `len` bytes on the disk (a full disk is refused here,
 * never by a signal later) and gives memory for them, zeroed, for writing: a mapping of
 * the file when it is long. */
VTR_MUST_CHECK enum vtr_status vtr_replacement_map(struct vtr_replacement *r,
                                                   size_t len, uint8_t **out,
                                                   struct vtr_error *err);
/* Takes the pages of a mapping out of this process's memory; the file keeps what was
 * written, and they come back when they are used. */
void vtr_replacement_relax(struct vtr_replacement *r);
/* Writes or unmaps the memory of _map, if any, and syncs, so that a second reader of
 * `temp_path` sees what is on the disk.  What is synced already is not again. */
VTR_MUST_CHECK enum vtr_status vtr_replacement_sync(struct vtr_replacement *r,
                                                    struct vtr_error *err);
/* Syncs, renames over the destination and syncs the folder.  After a failure the
 * destination is as it was and the temporary file is gone. */
VTR_MUST_CHECK enum vtr_status vtr_replacement_commit(struct vtr_replacement *r,
                                                      struct vtr_error *err);
/* The same for a file that must not exist: VTR_ERROR_IO with EEXIST when it does by
 * now, and that one is as it was. */
VTR_MUST_CHECK enum vtr_status vtr_replacement_commit_new(struct vtr_replacement *r,
                                                          struct vtr_error *err);
/* Removes the temporary file unless committed; releases everything. */
void vtr_replacement_abort(struct vtr_replacement *r);

/* The name of the destination whose temporary file is called `name`, which it is a part
 * of; empty where `name` is no temporary file's. */
struct vtr_bytes vtr_replacement_destination(const char *name);
/* Removes a temporary file that a killed process left; false: it is there yet, since
 * somebody writes it or it cannot be removed. */
bool vtr_replacement_remove_stale(const char *temp_path);

/* Makes `second` a name of the file at `path`, whatever it was before; a copy where the
 * file system has no links.  Both are in one folder, which is the caller's alone: the
 * name that is made on the way is not locked. */
VTR_MUST_CHECK enum vtr_status vtr_file_name_also(const char *path, const char *second,
                                                  struct vtr_error *err);

#endif

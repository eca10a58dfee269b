/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Files as the operating system gives them: read whole, mapped, walked; replaced
 * atomically by base/os_replace.h.
 */
#ifndef VTR_BASE_OS_FILE_H
#define VTR_BASE_OS_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/os_replace.h"

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

/* Reads a whole file ("-" is standard input) to memory from malloc, with a NUL after
 * it that is not counted.  VTR_ERROR_LIMIT past `limit_bytes`.  Pipes are fine. */
VTR_MUST_CHECK enum vtr_status vtr_file_read(const char *path, size_t limit_bytes,
                                             struct vtr_bytes *out,
                                             struct vtr_error *err);

/* The same for a regular file only: what an untrusted text names may be a pipe that
 * never ends, or standard input. */
VTR_MUST_CHECK enum vtr_status vtr_file_read_regular(const char *path,
                                                     size_t limit_bytes,
                                                     struct vtr_bytes *out,
                                                     struct vtr_error *err);

/* Which file it is, by whatever path; {0} is none. */
struct vtr_file_identity {
    uint64_t device;
    uint64_t number;
    bool is_known;
};

/* The file at `path`, links followed; {0} when there is none. */
struct vtr_file_identity vtr_file_identify(const char *path);

/* Whether both are known and one file. */
bool vtr_file_is_same(struct vtr_file_identity a, struct vtr_file_identity b);

/* A file that was read to an arena, with a NUL after its bytes. */
struct vtr_loaded_file {
    struct vtr_bytes bytes;
    struct vtr_file_identity identity;
};

/* Reads as vtr_file_read does or, with `is_regular`, as vtr_file_read_regular, to
 * memory of `arena`: for many files that are kept together. */
VTR_MUST_CHECK enum vtr_status vtr_file_load(struct vtr_loaded_file *out,
                                             const char *path, bool is_regular,
                                             size_t limit_bytes,
                                             struct vtr_arena *arena,
                                             struct vtr_error *err);

/* A file that is read from its beginning to its end.  {0} is safe to close. */
struct vtr_file_stream {
    const char *path; /* borrowed */
    struct vtr_file_identity identity;
    int fd;
    bool is_open;
};

/* Opens anything for reading, "-" for standard input. */
VTR_MUST_CHECK enum vtr_status vtr_file_stream_open(struct vtr_file_stream *out,
                                                    const char *path,
                                                    struct vtr_error *err);
void vtr_file_stream_close(struct vtr_file_stream *stream);

/* Reads up to `cap` bytes, fewer only at the end; `*out_len` says how many. */
VTR_MUST_CHECK enum vtr_status vtr_file_stream_read(struct vtr_file_stream *stream,
                                                    uint8_t *out, size_t cap,
                                                    size_t *out_len,
                                                    struct vtr_error *err);

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

/* What a path is. */
enum vtr_path_kind {
    VTR_PATH_MISSING,
    VTR_PATH_FILE,
    VTR_PATH_FOLDER,
    VTR_PATH_OTHER /* also what nobody says: opening it tells why */
};
enum vtr_path_kind vtr_path_kind(const char *path);

/* Makes the folders that a file at `path` needs, those that are missing, so that they
 * survive a power loss. */
VTR_MUST_CHECK enum vtr_status vtr_make_folders_for(const char *path,
                                                    struct vtr_error *err);

/* Called for each regular file of a walk, and for what could not be read (`status` not
 * VTR_OK, `err` says why).  Returning false ends the walk. */
typedef bool (*vtr_walk_fn)(const char *path, enum vtr_status status,
                            const struct vtr_error *err, void *context);

/* Walks a file or folder, names sorted by unsigned bytes, without following symbolic
 * links below `path`. */
VTR_MUST_CHECK enum vtr_status vtr_walk(const char *path, vtr_walk_fn visit,
                                        void *context, struct vtr_error *err);

/* Called for what a walk passes over: symbolic links, pipes, devices and the like. */
typedef void (*vtr_walk_passed_fn)(const char *path, void *context);

/* The same, and tells what was passed over. */
VTR_MUST_CHECK enum vtr_status vtr_walk_telling(const char *path, vtr_walk_fn visit,
                                                vtr_walk_passed_fn passed,
                                                void *context, struct vtr_error *err);

#endif

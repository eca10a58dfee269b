/* SPDX-License-Identifier: Apache-2.0 */

/* Files that are read: whole, or from their beginning to their end. */
#ifndef VTR_BASE_OS_FILE_H
#define VTR_BASE_OS_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"

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

#endif

/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/os_open.h"

#define FIRST_READ_LEN ((size_t)64 << 10)

static bool is_stdin(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* Closes what open_any has opened. */
static void close_any(int fd, const char *path)
{
    if (fd >= 0 && !is_stdin(path)) {
        (void)close(fd);
    }
}

/* Opens anything for reading, "-" for standard input.  -1 with `err` set. */
static int open_any(const char *path, struct stat *out, struct vtr_error *err)
{
    const int fd = is_stdin(path) ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, out) != 0) {
        (void)vtr_error_set_os(err, errno, "cannot open '%s'", path);
        close_any(fd, path);
        return -1;
    }
    return fd;
}

/* The length of a regular file, 0 for anything else. */
static size_t regular_len(const struct stat *info)
{
    return S_ISREG(info->st_mode) && info->st_size > 0 &&
                   (uintmax_t)info->st_size < SIZE_MAX
               ? (size_t)info->st_size
               : 0;
}

static enum vtr_status refuse_len(const char *path, size_t limit_bytes,
                                  struct vtr_error *err)
{
    return vtr_error_set(err, VTR_ERROR_LIMIT, "'%s' is longer than %zu bytes", path,
                         limit_bytes);
}

/* Reads to the end of `fd`, which is expected after `expected` bytes when that is not
 * 0; memory from malloc with a NUL after the bytes. */
static enum vtr_status read_to_end(int fd, const char *path, size_t expected,
                                   size_t limit_bytes, struct vtr_bytes *out,
                                   struct vtr_error *err)
{
    const size_t first = expected > 0 ? expected + 2 : FIRST_READ_LEN;
    uint8_t *memory = NULL;
    size_t len = 0;
    size_t cap = 0;
    enum vtr_status status = VTR_OK;

    if (expected > limit_bytes) {
        return refuse_len(path, limit_bytes, err);
    }
    for (;;) {
        if (cap - len < 2) {
            cap = cap == 0 ? first : cap * 2;
            uint8_t *larger = cap < len ? NULL : realloc(memory, cap);
            if (larger == NULL) {
                status = vtr_error_set_memory(err);
                break;
            }
            memory = larger;
        }
        const size_t room = cap - len - 1;
        const ssize_t got = read(fd, memory + len, room);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            status = vtr_error_set_os(err, errno, "cannot read '%s'", path);
            break;
        }
        len += (size_t)got;
        if (len > limit_bytes) {
            status = refuse_len(path, limit_bytes, err);
            break;
        }
        /* Less than was asked for, and all that there is: that was the end. */
        if (got == 0 || (len == expected && (size_t)got < room)) {
            memory[len] = 0;
            *out = (struct vtr_bytes){memory, len};
            return VTR_OK;
        }
    }
    free(memory);
    return status;
}

enum vtr_status vtr_file_read(const char *path, size_t limit_bytes,
                              struct vtr_bytes *out, struct vtr_error *err)
{
    struct stat info;
    const int fd = open_any(path, &info, err);

    if (fd < 0) {
        return VTR_ERROR_IO;
    }
    const enum vtr_status status =
        read_to_end(fd, path, regular_len(&info), limit_bytes, out, err);
    close_any(fd, path);
    return status;
}

enum vtr_status vtr_file_read_regular(const char *path, size_t limit_bytes,
                                      struct vtr_bytes *out, struct vtr_error *err)
{
    struct stat info;
    const int fd = vtr_open_regular(path, &info, err);

    if (fd < 0) {
        return VTR_ERROR_IO;
    }
    const enum vtr_status status =
        read_to_end(fd, path, (size_t)info.st_size, limit_bytes, out, err);
    (void)close(fd);
    return status;
}

static struct vtr_file_identity identity_of(const struct stat *status)
{
    return (struct vtr_file_identity){
        .device = (uint64_t)status->st_dev,
        .number = (uint64_t)status->st_ino,
        .is_known = true,
    };
}

struct vtr_file_identity vtr_file_identify(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 ? identity_of(&status)
                                    : (struct vtr_file_identity){0};
}

bool vtr_file_is_same(struct vtr_file_identity a, struct vtr_file_identity b)
{
    return a.is_known && b.is_known && a.device == b.device && a.number == b.number;
}

/* Reads the `len` bytes that a regular file is expected to have at once; ptr NULL, with
 * nothing read, when they are not what there is. */
static struct vtr_bytes read_expected(int fd, size_t len, struct vtr_arena *arena)
{
    uint8_t *memory = vtr_arena_take(arena, len + 1);
    /* The byte of the NUL is asked for as well: it shows whether there is more. */
    const ssize_t got = memory == NULL ? -1 : read(fd, memory, len + 1);

    if (got >= 0 && (size_t)got == len) {
        memory[len] = 0;
        return (struct vtr_bytes){memory, len};
    }
    if (got > 0) {
        (void)lseek(fd, -(off_t)got, SEEK_CUR);
    }
    return (struct vtr_bytes){NULL, 0};
}

/* Reads `fd` to its end, whatever it is, to the arena; `expected` as for read_to_end.
 */
static enum vtr_status load_to_end(struct vtr_bytes *out, int fd, const char *path,
                                   size_t expected, size_t limit_bytes,
                                   struct vtr_arena *arena, struct vtr_error *err)
{
    struct vtr_bytes bytes;
    const enum vtr_status status =
        read_to_end(fd, path, expected, limit_bytes, &bytes, err);

    if (status != VTR_OK) {
        return status;
    }
    *out = vtr_arena_dup(arena, bytes);
    free((void *)(uintptr_t)bytes.ptr);
    return out->ptr == NULL ? vtr_error_set_memory(err) : VTR_OK;
}

enum vtr_status vtr_file_load(struct vtr_loaded_file *out, const char *path,
                              bool is_regular, size_t limit_bytes,
                              struct vtr_arena *arena, struct vtr_error *err)
{
    struct vtr_loaded_file file = {0};
    enum vtr_status status = VTR_OK;
    struct stat info;
    const int fd =
        is_regular ? vtr_open_regular(path, &info, err) : open_any(path, &info, err);

    if (fd < 0) {
        return VTR_ERROR_IO;
    }
    file.identity = identity_of(&info);
    if (S_ISREG(info.st_mode) && (uintmax_t)info.st_size <= limit_bytes) {
        file.bytes = read_expected(fd, (size_t)info.st_size, arena);
    }
    if (file.bytes.ptr == NULL) {
        status = load_to_end(&file.bytes, fd, path, regular_len(&info), limit_bytes,
                             arena, err);
    }
    if (is_regular) { /* to vtr_open_regular "-" is a name like any other */
        (void)close(fd);
    } else {
        close_any(fd, path);
    }
    if (status == VTR_OK) {
        *out = file;
    }
    return status;
}

enum vtr_status vtr_file_stream_open(struct vtr_file_stream *out, const char *path,
                                     struct vtr_error *err)
{
    struct stat info;
    const int fd = open_any(path, &info, err);

    if (fd < 0) {
        return VTR_ERROR_IO;
    }
    *out = (struct vtr_file_stream){.path = path,
                                    .identity = identity_of(&info),
                                    .fd = fd,
                                    .is_open = true};
    return VTR_OK;
}

void vtr_file_stream_close(struct vtr_file_stream *stream)
{
    if (stream != NULL && stream->is_open) {
        close_any(stream->fd, stream->path);
    }
    if (stream != NULL) {
        *stream = (struct vtr_file_stream){0};
    }
}

enum vtr_status vtr_file_stream_read(struct vtr_file_stream *stream, uint8_t *out,
                                     size_t cap, size_t *out_len, struct vtr_error *err)
{
    return vtr_read_up_to(stream->fd, stream->path, out, cap, out_len, err);
}

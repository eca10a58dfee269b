/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/os_fault.h"
#include "base/os_partial.h"

#define FIRST_READ_LEN ((size_t)64 << 10)

/* Files from this length on are mapped to be scanned, under guard: a copy takes a third
 * of the time of a scan.  Shorter ones are copied sooner than mapped. */
#define MAP_LEAST ((size_t)256 << 10)

/* Longer files are mapped even where not all of their pages can be had at once. */
#define COPY_LIMIT ((size_t)64 << 20)

/* Room for copies of files up to this long is kept: new pages, which the system fills
 * with zeros, take longer than the copy itself. */
#define ROOM_LIMIT ((size_t)16 << 20)

/* Opens a regular file, whose length a size_t holds, for reading.  -1 with `err` set
 * when it is none. */
static int open_regular(const char *path, struct stat *out, struct vtr_error *err)
{
    /* Not blocking: a pipe in a folder must not stop a scan. */
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0) {
        (void)vtr_error_set_os(err, errno, "cannot open '%s'", path);
        return -1;
    }
    int code = 0;
    if (fstat(fd, out) != 0) {
        code = errno;
    } else if (S_ISDIR(out->st_mode)) {
        code = EISDIR;
    } else if (!S_ISREG(out->st_mode)) {
        (void)vtr_error_set(err, VTR_ERROR_IO, "not a regular file: '%s'", path);
        (void)close(fd);
        return -1;
    } else if ((uintmax_t)out->st_size > SIZE_MAX) {
        code = EFBIG;
    }
    if (code != 0) {
        (void)vtr_error_set_os(err, code, "cannot open '%s'", path);
        (void)close(fd);
        return -1;
    }
    return fd;
}

static enum vtr_status map_open_file(struct vtr_mapping *out, int fd, size_t len,
                                     const char *path, struct vtr_error *err)
{
    struct vtr_mapping mapping = {0};

    if (len > 0) {
        void *address = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
        if (address == MAP_FAILED) {
            return vtr_error_set_os(err, errno, "cannot map '%s'", path);
        }
        mapping.address = address;
        mapping.bytes = (struct vtr_bytes){address, len};
        (void)vtr_fault_guard_add(address, len);
    }
    *out = mapping;
    return VTR_OK;
}

enum vtr_status vtr_mapping_open(struct vtr_mapping *out, const char *path,
                                 struct vtr_error *err)
{
    struct stat info;
    const int fd = open_regular(path, &info, err);

    if (fd < 0) {
        return VTR_ERROR_IO;
    }
    const enum vtr_status status =
        map_open_file(out, fd, (size_t)info.st_size, path, err);
    (void)close(fd);
    return status;
}

bool vtr_mapping_is_whole(const struct vtr_mapping *mapping)
{
    return mapping->address == NULL || !vtr_fault_guard_has_faulted(mapping->address);
}

void vtr_mapping_close(struct vtr_mapping *mapping)
{
    if (mapping != NULL && mapping->address != NULL) {
        vtr_fault_guard_remove(mapping->address);
        (void)munmap(mapping->address, mapping->bytes.len);
    }
    if (mapping != NULL) {
        *mapping = (struct vtr_mapping){0};
    }
}

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

/* Reads to the end of `fd`, which is expected after `expected` bytes when that is not
 * 0; memory from malloc with a NUL after the bytes. */
static enum vtr_status read_to_end(int fd, const char *path, size_t expected,
                                   size_t limit_bytes, struct vtr_bytes *out,
                                   struct vtr_error *err)
{
    const size_t first =
        expected > 0 && expected <= limit_bytes ? expected + 2 : FIRST_READ_LEN;
    uint8_t *memory = NULL;
    size_t len = 0;
    size_t cap = 0;
    enum vtr_status status = VTR_OK;

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
        /* Less than was asked for, and all that there is: that was the end. */
        if (got == 0 || (len == expected && (size_t)got < room)) {
            memory[len] = 0;
            *out = (struct vtr_bytes){memory, len};
            return VTR_OK;
        }
        if (len > limit_bytes) {
            status = vtr_error_set(err, VTR_ERROR_LIMIT,
                                   "'%s' is longer than %zu bytes", path, limit_bytes);
            break;
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
    const int fd = open_regular(path, &info, err);

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

/* Reads `fd` to its end, whatever it is, to the arena. */
static enum vtr_status load_to_end(struct vtr_bytes *out, int fd, const char *path,
                                   size_t limit_bytes, struct vtr_arena *arena,
                                   struct vtr_error *err)
{
    struct vtr_bytes bytes;
    const enum vtr_status status = read_to_end(fd, path, 0, limit_bytes, &bytes, err);

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
        is_regular ? open_regular(path, &info, err) : open_any(path, &info, err);

    if (fd < 0) {
        return VTR_ERROR_IO;
    }
    file.identity = identity_of(&info);
    if (S_ISREG(info.st_mode) && (uintmax_t)info.st_size <= limit_bytes) {
        file.bytes = read_expected(fd, (size_t)info.st_size, arena);
    }
    if (file.bytes.ptr == NULL) {
        status = load_to_end(&file.bytes, fd, path, limit_bytes, arena, err);
    }
    close_any(fd, path);
    if (status == VTR_OK) {
        *out = file;
    }
    return status;
}

/* Reads `cap` bytes, or fewer where the file ends before; `*out_len` says how many. */
static enum vtr_status read_up_to(int fd, const char *path, uint8_t *out, size_t cap,
                                  size_t *out_len, struct vtr_error *err)
{
    size_t done = 0;

    while (done < cap) {
        const ssize_t got = read(fd, out + done, cap - done);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return vtr_error_set_os(err, errno, "cannot read '%s'", path);
        }
        if (got == 0) {
            break;
        }
        done += (size_t)got;
    }
    *out_len = done;
    return VTR_OK;
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
    return read_up_to(stream->fd, stream->path, out, cap, out_len, err);
}

/* Room for a copy; what was in it does not matter. */
static bool make_room(struct vtr_snapshot *snapshot, size_t len)
{
    if (snapshot->room != NULL && snapshot->room_len >= len) {
        return true;
    }
    /* Rooms that grow by little would be made anew for most files. */
    const size_t more =
        snapshot->room_len < ROOM_LIMIT / 2 ? 2 * snapshot->room_len : 0;

    free(snapshot->room);
    snapshot->room_len = len > more ? len : more;
    snapshot->room_len += snapshot->room_len == 0;
    snapshot->room = malloc(snapshot->room_len);
    if (snapshot->room == NULL) {
        snapshot->room_len = 0;
    }
    return snapshot->room != NULL;
}

/* Copies up to `len` bytes; fewer when the file has shrunk meanwhile. */
static enum vtr_status copy_file(struct vtr_snapshot *snapshot, int fd, size_t len,
                                 const char *path, struct vtr_error *err)
{
    size_t got = 0;

    if (!make_room(snapshot, len)) {
        return vtr_error_set_memory(err);
    }
    const enum vtr_status status = read_up_to(fd, path, snapshot->room, len, &got, err);
    if (status == VTR_OK) {
        snapshot->bytes = (struct vtr_bytes){snapshot->room, got};
    }
    return status;
}

/* Maps a file with all of its pages: one that cannot be read is found here, and left to
 * read(), which says why.  False when it is to be copied. */
static bool map_whole(struct vtr_snapshot *snapshot, int fd, size_t len)
{
    if (len < MAP_LEAST || len > COPY_LIMIT || VTR_HAS_ADDRESS_SANITIZER ||
        !vtr_fault_guard_is_installed()) {
        return false;
    }
    void *address = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
    if (address == MAP_FAILED) {
        return false;
    }
    const bool is_guarded = vtr_fault_guard_add(address, len);
    if (is_guarded && madvise(address, len, VTR_POPULATE_ADVICE) == 0) {
        snapshot->bytes = (struct vtr_bytes){address, len};
        snapshot->mapping = address;
        return true;
    }
    if (is_guarded) {
        vtr_fault_guard_remove(address);
    }
    (void)munmap(address, len);
    return false;
}

static enum vtr_status open_snapshot(struct vtr_snapshot *snapshot, int fd, size_t len,
                                     const char *path, struct vtr_error *err)
{
    struct vtr_mapping mapping;

    if (map_whole(snapshot, fd, len)) {
        return VTR_OK;
    }
    if (len <= COPY_LIMIT || !vtr_fault_guard_is_installed()) {
        return copy_file(snapshot, fd, len, path, err);
    }
    const enum vtr_status status = map_open_file(&mapping, fd, len, path, err);
    if (status == VTR_OK) {
        snapshot->bytes = mapping.bytes;
        snapshot->mapping = mapping.address;
    }
    return status;
}

enum vtr_status vtr_snapshot_open(struct vtr_snapshot *snapshot, const char *path,
                                  struct vtr_error *err)
{
    struct stat info;
    const int fd = open_regular(path, &info, err);

    if (fd < 0) {
        return VTR_ERROR_IO;
    }
    const enum vtr_status status =
        open_snapshot(snapshot, fd, (size_t)info.st_size, path, err);
    (void)close(fd);
    return status;
}

bool vtr_snapshot_is_whole(const struct vtr_snapshot *snapshot)
{
    return snapshot->mapping == NULL || !vtr_fault_guard_has_faulted(snapshot->mapping);
}

void vtr_snapshot_close(struct vtr_snapshot *snapshot)
{
    if (snapshot->mapping != NULL) {
        vtr_fault_guard_remove(snapshot->mapping);
        (void)munmap(snapshot->mapping, snapshot->bytes.len);
        snapshot->mapping = NULL;
    }
    snapshot->bytes = (struct vtr_bytes){0};
    /* The sanitizer sees where a block ends, not where a file does. */
    if (snapshot->room_len > ROOM_LIMIT || VTR_HAS_ADDRESS_SANITIZER) {
        free(snapshot->room);
        snapshot->room = NULL;
        snapshot->room_len = 0;
    }
}

void vtr_snapshot_deinit(struct vtr_snapshot *snapshot)
{
    if (snapshot != NULL) {
        vtr_snapshot_close(snapshot);
        free(snapshot->room);
        *snapshot = (struct vtr_snapshot){0};
    }
}

enum vtr_path_kind vtr_path_kind(const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0) {
        return errno == ENOENT || errno == ENOTDIR ? VTR_PATH_MISSING : VTR_PATH_OTHER;
    }
    if (S_ISREG(status.st_mode)) {
        return VTR_PATH_FILE;
    }
    return S_ISDIR(status.st_mode) ? VTR_PATH_FOLDER : VTR_PATH_OTHER;
}

enum vtr_status vtr_make_folders_for(const char *path, struct vtr_error *err)
{
    char *folder = strdup(path);
    enum vtr_status status = VTR_OK;

    if (folder == NULL) {
        return vtr_error_set_memory(err);
    }
    for (char *slash = strchr(folder, '/'); slash != NULL && status == VTR_OK;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int code = slash > folder && mkdir(folder, 0777) != 0 ? errno : 0;
        if (code == 0 && slash > folder) {
            code = vtr_sync_folder_of(folder);
        }
        if (code != 0 && code != EEXIST) {
            status = vtr_error_set_os(err, code, "cannot make the folder '%s'", folder);
        }
        *slash = '/';
    }
    free(folder);
    return status;
}

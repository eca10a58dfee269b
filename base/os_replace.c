/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Temporary files are named ".NAME.tmpN" beside their destination and locked while they
 * are written: one without a lock was left by a killed process and is removed.
 */
#include "base/os_replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/os_map.h"
#include "base/os_memory.h"
#include "base/os_path.h"

#define TEMP_NAMES_LIMIT 64u
#define COPY_LEN         ((size_t)1 << 16)

/* Up to this length a file is put together in memory and written at once, which is
 * cheaper than a page fault for every page of a mapping; a longer one is mapped, so
 * that the system can write it back meanwhile. */
#define IN_MEMORY_LIMIT ((size_t)16 << 20)

/* The folder part of a path, with its slash; "" for a bare name. */
static size_t folder_len(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

/* FOLDER/.NAME.tmpN, from malloc. */
static char *temp_path_new(const char *path, unsigned number)
{
    const size_t folder = folder_len(path);
    const size_t name_len = strlen(path) - folder;
    const size_t room = folder + name_len + 24;
    char *temp = malloc(room);

    if (temp != NULL) {
        memcpy(temp, path, folder);
        temp[folder] = '.';
        memcpy(temp + folder + 1, path + folder, name_len);
        const size_t used = folder + 1 + name_len;
        (void)snprintf(temp + used, room - used, ".tmp%u", number);
    }
    return temp;
}

/* Whether `path` names the file that is open: another process may have removed that one
 * and made its own meanwhile. */
static bool is_still_at(int fd, const char *path)
{
    struct stat open_file;
    struct stat named;

    return fstat(fd, &open_file) == 0 && lstat(path, &named) == 0 &&
           open_file.st_dev == named.st_dev && open_file.st_ino == named.st_ino;
}

/* ".NAME.tmpN" */
struct vtr_bytes vtr_replacement_destination(const char *name)
{
    static const char MARK[] = ".tmp";
    const size_t mark_len = sizeof(MARK) - 1;
    const size_t len = strlen(name);
    size_t end = len;

    while (end > 0 && name[end - 1] >= '0' && name[end - 1] <= '9') {
        end--;
    }
    if (end == len || end < 2 + mark_len || name[0] != '.' ||
        memcmp(name + end - mark_len, MARK, mark_len) != 0) {
        return (struct vtr_bytes){NULL, 0};
    }
    return (struct vtr_bytes){(const uint8_t *)name + 1, end - 1 - mark_len};
}

/* Nobody holds a lock on a file that a killed process left. */
bool vtr_replacement_remove_stale(const char *temp_path)
{
    const int fd = open(temp_path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    bool is_free = false;

    if (fd < 0) {
        return errno == ENOENT;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_still_at(fd, temp_path)) {
        is_free = unlink(temp_path) == 0 || errno == ENOENT;
    }
    (void)close(fd);
    return is_free;
}

/* Creates and locks `temp`.  -1 with errno: EEXIST when another process holds it. */
static int create_locked(const char *temp, unsigned mode)
{
    const int fd =
        open(temp, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, (mode_t)mode);

    if (fd < 0) {
        return -1;
    }
    /* Between open and lock another process may have taken the file for a stale one. */
    if ((flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) ||
        !is_still_at(fd, temp)) {
        (void)close(fd);
        errno = EEXIST;
        return -1;
    }
    return fd;
}

static enum vtr_status open_beside(struct vtr_replacement *r, unsigned mode,
                                   struct vtr_error *err)
{
    for (unsigned i = 0; i < 2 * TEMP_NAMES_LIMIT; i++) {
        free(r->temp_path);
        r->temp_path =
            temp_path_new(r->path, i / 2); /* twice: once a stale one is gone */
        if (r->temp_path == NULL) {
            return vtr_error_set_memory(err);
        }
        r->fd = create_locked(r->temp_path, mode);
        if (r->fd >= 0) {
            r->is_open = true;
            return VTR_OK;
        }
        if (errno != EEXIST) {
            return vtr_error_set_os(err, errno, "cannot write '%s'", r->path);
        }
        (void)vtr_replacement_remove_stale(r->temp_path);
    }
    return vtr_error_set_os(err, EEXIST, "cannot write '%s'", r->path);
}

/* A pipe, device or standard output: collected in a temporary file until commit. */
static enum vtr_status open_for_stream(struct vtr_replacement *r, struct vtr_error *err)
{
    const char *folder = getenv("TMPDIR");
    static const char NAME[] = "/vitrine-XXXXXX";

    if (folder == NULL || folder[0] == '\0') {
        folder = "/tmp";
    }
    const size_t len = strlen(folder);
    r->temp_path = malloc(len + sizeof(NAME));
    if (r->temp_path == NULL) {
        return vtr_error_set_memory(err);
    }
    memcpy(r->temp_path, folder, len);
    memcpy(r->temp_path + len, NAME, sizeof(NAME));
    r->fd = mkstemp(r->temp_path);
    if (r->fd < 0) {
        return vtr_error_set_os(err, errno, "cannot write into '%s'", folder);
    }
    r->is_open = true;
    r->is_stream = true;
    return VTR_OK;
}

/* Where the bytes go in the end: a symbolic link is followed, not replaced. */
static enum vtr_status set_destination(struct vtr_replacement *r, const char *path,
                                       struct vtr_error *err)
{
    r->path = realpath(path, NULL);
    if (r->path == NULL) {
        r->path = strdup(path);
    }
    return r->path == NULL ? vtr_error_set_memory(err) : VTR_OK;
}

enum vtr_status vtr_replacement_begin(struct vtr_replacement *out, const char *path,
                                      unsigned mode, struct vtr_error *err)
{
    struct vtr_replacement r = {.fd = -1};
    enum vtr_status status = set_destination(&r, path, err);
    const bool is_stdout = strcmp(path, "-") == 0;
    const enum vtr_path_kind kind = is_stdout ? VTR_PATH_OTHER : vtr_path_kind(path);

    if (status == VTR_OK && kind == VTR_PATH_FOLDER) {
        status = vtr_error_set_os(err, EISDIR, "cannot write '%s'", path);
    }
    if (status == VTR_OK) {
        status = kind == VTR_PATH_OTHER ? open_for_stream(&r, err)
                                        : open_beside(&r, mode, err);
    }
    if (status != VTR_OK) {
        vtr_replacement_abort(&r);
        return status;
    }
    r.is_stdout = is_stdout;
    *out = r;
    return VTR_OK;
}

enum vtr_status vtr_replacement_keep_mode(struct vtr_replacement *r,
                                          struct vtr_error *err)
{
    struct stat info;

    if (r->is_stream || stat(r->path, &info) != 0) {
        return VTR_OK;
    }
    r->is_synced = false;
    /* Only root may give a file away: elsewhere it stays with who writes it, and so
     * does the right to run it as its owner. */
    const bool is_given = fchown(r->fd, info.st_uid, info.st_gid) == 0;
    const mode_t mode = info.st_mode & (is_given ? (mode_t)07777 : (mode_t)0777);
    return fchmod(r->fd, mode) == 0
               ? VTR_OK
               : vtr_error_set_os(err, errno, "cannot write '%s'", r->path);
}

enum vtr_status vtr_replacement_share(struct vtr_replacement *r, struct vtr_error *err)
{
    static const mode_t SEARCH = S_IXGRP | S_IXOTH;
    struct stat folder;
    struct stat own;

    if (r->is_stream) {
        return VTR_OK;
    }
    const size_t len = folder_len(r->path);
    const char kept = r->path[len];
    r->path[len] = '\0';
    const bool is_known =
        stat(len == 0 ? "." : r->path, &folder) == 0 && fstat(r->fd, &own) == 0;
    r->path[len] = kept;
    r->is_synced = false;
    /* Of three bits, the lowest is that to search and the highest that to read. */
    return is_known && fchmod(r->fd, (own.st_mode & (mode_t)07777) |
                                         ((folder.st_mode & SEARCH) << 2)) == 0
               ? VTR_OK
               : vtr_error_set_os(err, errno, "cannot write '%s'", r->path);
}

/* Writes all bytes; 0 or an errno. */
static int write_all(int fd, struct vtr_bytes bytes)
{
    while (bytes.len > 0) {
        const ssize_t written = write(fd, bytes.ptr, bytes.len);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return written == 0 ? EIO : errno;
        }
        bytes.ptr += written;
        bytes.len -= (size_t)written;
    }
    return 0;
}

enum vtr_status vtr_replacement_write(struct vtr_replacement *r, struct vtr_bytes bytes,
                                      struct vtr_error *err)
{
    r->is_synced = false;
    const int code = write_all(r->fd, bytes);
    return code == 0 ? VTR_OK
                     : vtr_error_set_os(err, code, "cannot write '%s'", r->path);
}

/* Zeroed memory for the whole file, in large pages where that is worth one. */
static void *new_memory(size_t len)
{
    const size_t page = VTR_LARGE_PAGE_LEN;

    if (len < page / 2) {
        return calloc(1, len);
    }
    void *memory = vtr_memory_new_large((len + page - 1) / page * page);
    return memory == NULL ? NULL : memset(memory, 0, len);
}

static void release_memory(struct vtr_replacement *r)
{
    if (r->is_mapped) {
        (void)munmap(r->memory, r->memory_len);
    } else {
        free(r->memory);
    }
    r->memory = NULL;
    r->is_mapped = false;
}

/* Maps the file, whose room is reserved; 0 or an errno. */
static int map_file(struct vtr_replacement *r, size_t len)
{
    void *memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);

    if (memory == MAP_FAILED) {
        return errno;
    }
    r->memory = memory;
    r->is_mapped = true;
    return 0;
}

enum vtr_status vtr_replacement_map(struct vtr_replacement *r, size_t len,
                                    uint8_t **out, struct vtr_error *err)
{
    if (len == 0 || len > (size_t)INT64_MAX) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "cannot write a file of %zu bytes",
                             len);
    }
    r->is_synced = false;
    int code = posix_fallocate(r->fd, 0, (off_t)len);
    if (code != 0) {
        return vtr_error_set_os(err, code, "cannot write '%s'", r->path);
    }
    if (len > IN_MEMORY_LIMIT) {
        code = map_file(r, len);
        if (code != 0) {
            return vtr_error_set_os(err, code, "cannot map '%s'", r->path);
        }
    } else {
        r->memory = new_memory(len);
        if (r->memory == NULL) {
            return vtr_error_set_memory(err);
        }
    }
    r->memory_len = len;
    *out = r->memory;
    return VTR_OK;
}

void vtr_replacement_relax(struct vtr_replacement *r)
{
    if (r->is_mapped) {
        /* Of a shared mapping nothing is lost, and a system that does not take the
         * advice only holds more. */
        (void)madvise(r->memory, r->memory_len, MADV_DONTNEED);
    }
}

/* Hands the memory to the file; 0 or an errno. */
static int write_memory(struct vtr_replacement *r)
{
    if (r->is_mapped) {
        return msync(r->memory, r->memory_len, MS_SYNC) == 0 ? 0 : errno;
    }
    return write_all(r->fd, (struct vtr_bytes){r->memory, r->memory_len});
}

enum vtr_status vtr_replacement_sync(struct vtr_replacement *r, struct vtr_error *err)
{
    int code = 0;

    if (r->memory != NULL) {
        code = write_memory(r);
        release_memory(r);
    }
    if (code == 0 && !r->is_synced && fsync(r->fd) != 0) {
        code = errno;
    }
    r->is_synced = code == 0;
    return code == 0 ? VTR_OK
                     : vtr_error_set_os(err, code, "cannot write '%s'", r->path);
}

/* Copies the collected bytes to the pipe or device that they are meant for.  The file
 * goes first: a reader that hangs up may end the process. */
static int copy_to_stream(struct vtr_replacement *r)
{
    (void)unlink(r->temp_path);
    free(r->temp_path);
    r->temp_path = NULL;

    uint8_t buffer[COPY_LEN];
    const int to = r->is_stdout ? STDOUT_FILENO : open(r->path, O_WRONLY | O_CLOEXEC);
    int code = to < 0 || lseek(r->fd, 0, SEEK_SET) < 0 ? errno : 0;

    while (code == 0) {
        const ssize_t got = read(r->fd, buffer, sizeof(buffer));
        if (got <= 0) {
            code = got < 0 ? errno : 0;
            break;
        }
        code = write_all(to, (struct vtr_bytes){buffer, (size_t)got});
    }
    if (to >= 0 && !r->is_stdout && close(to) != 0 && code == 0) {
        code = errno;
    }
    return code;
}

/* The folder of `path`, open, so that what is done in it can be synced; -1 with errno.
 */
static int open_folder(const char *path)
{
    const size_t len = folder_len(path);
    char *folder = len == 0 ? strdup(".") : strndup(path, len);
    int fd = -1;

    if (folder == NULL) {
        errno = ENOMEM;
    } else {
        fd = open(folder, O_RDONLY | O_CLOEXEC);
        const int code = errno;
        free(folder);
        errno = code;
    }
    return fd;
}

/* Gives the temporary file a name that nothing has yet; 0 or an errno. */
static int link_new(const struct vtr_replacement *r)
{
    if (link(r->temp_path, r->path) == 0) {
        (void)unlink(r->temp_path);
        return 0;
    }
    if (errno != EPERM && errno != ENOTSUP && errno != EMLINK) {
        return errno;
    }
    /* No links in this file system: whoever makes the empty file has the name. */
    const int fd = open(r->path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, (mode_t)0600);
    if (fd < 0) {
        return errno;
    }
    (void)close(fd);
    if (rename(r->temp_path, r->path) != 0) {
        const int code = errno;
        (void)unlink(r->path);
        return code;
    }
    return 0;
}

/* Puts the temporary file in its place and makes that survive a power loss. */
static int put_in_place(struct vtr_replacement *r, bool is_new)
{
    const int folder = open_folder(r->path);
    int code = folder < 0 ? errno : 0;

    if (code == 0 && is_new) {
        code = link_new(r);
    } else if (code == 0 && rename(r->temp_path, r->path) != 0) {
        code = errno;
    }
    if (code == 0) {
        free(r->temp_path);
        r->temp_path = NULL;
        if (fsync(folder) != 0 && errno != EINVAL && errno != ENOTSUP) {
            code = errno;
        }
    }
    if (folder >= 0) {
        (void)close(folder);
    }
    return code;
}

static enum vtr_status commit(struct vtr_replacement *r, bool is_new,
                              struct vtr_error *err)
{
    enum vtr_status status = vtr_replacement_sync(r, err);

    if (status == VTR_OK) {
        const int code = r->is_stream ? copy_to_stream(r) : put_in_place(r, is_new);
        if (code != 0) {
            status = vtr_error_set_os(err, code, "cannot write '%s'", r->path);
        }
    }
    vtr_replacement_abort(r);
    return status;
}

enum vtr_status vtr_replacement_commit(struct vtr_replacement *r, struct vtr_error *err)
{
    return commit(r, false, err);
}

enum vtr_status vtr_replacement_commit_new(struct vtr_replacement *r,
                                           struct vtr_error *err)
{
    return commit(r, true, err);
}

void vtr_replacement_abort(struct vtr_replacement *r)
{
    if (r == NULL) {
        return;
    }
    if (r->memory != NULL) {
        release_memory(r);
    }
    if (r->is_open) {
        if (r->temp_path != NULL) {
            (void)unlink(r->temp_path);
        }
        (void)close(r->fd);
    }
    free(r->temp_path);
    free(r->path);
    *r = (struct vtr_replacement){.fd = -1};
}

/* For file systems without links. */
static enum vtr_status copy_file(const char *path, const char *second,
                                 struct vtr_error *err)
{
    struct vtr_mapping mapping = {0};
    struct vtr_replacement copy = {0};
    enum vtr_status status = vtr_mapping_open(&mapping, path, err);

    if (status == VTR_OK) {
        status = vtr_replacement_begin(&copy, second, 0600, err);
    }
    if (status == VTR_OK) {
        status = vtr_replacement_write(&copy, mapping.bytes, err);
        if (status == VTR_OK) {
            status = vtr_replacement_commit(&copy, err);
        }
        vtr_replacement_abort(&copy);
    }
    vtr_mapping_close(&mapping);
    return status;
}

enum vtr_status vtr_file_name_also(const char *path, const char *second,
                                   struct vtr_error *err)
{
    char *temp = temp_path_new(second, 0);
    enum vtr_status status = VTR_OK;

    if (temp == NULL) {
        return vtr_error_set_memory(err);
    }
    (void)unlink(temp);
    if (link(path, temp) == 0) {
        status = vtr_file_rename(temp, second, err);
        (void)unlink(temp); /* two names of one file: renaming leaves both */
    } else if (errno == EPERM || errno == ENOTSUP || errno == EMLINK) {
        status = copy_file(path, second, err);
    } else {
        status = vtr_error_set_os(err, errno, "cannot write '%s'", second);
    }
    free(temp);
    return status;
}

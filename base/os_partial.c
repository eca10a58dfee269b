/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_partial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/os_open.h"
#include "base/os_path.h"

enum vtr_status vtr_partial_open(struct vtr_partial *out, const char *path,
                                 struct vtr_error *err)
{
    const int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, (mode_t)0600);
    struct stat info;

    if (fd < 0) {
        return vtr_error_set_os(err, errno, "cannot write '%s'", path);
    }
    struct vtr_partial partial = {.path = strdup(path), .fd = fd, .is_open = true};
    enum vtr_status status = VTR_OK;
    if (partial.path == NULL) {
        status = vtr_error_set_memory(err);
    } else if (fstat(fd, &info) != 0 || info.st_size < 0) {
        status = vtr_error_set_os(err, errno, "cannot write '%s'", path);
    } else if (!S_ISREG(info.st_mode)) {
        status = vtr_error_set(err, VTR_ERROR_IO, "not a regular file: '%s'", path);
    }
    if (status != VTR_OK) {
        vtr_partial_close(&partial);
        return status;
    }
    partial.len = (uint64_t)info.st_size;
    *out = partial;
    return VTR_OK;
}

enum vtr_status vtr_partial_write(struct vtr_partial *partial, uint64_t offset,
                                  struct vtr_bytes bytes, struct vtr_error *err)
{
    int code = 0;

    if (offset > partial->len || offset > (uint64_t)INT64_MAX - bytes.len) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT, "bytes for '%s' leave a gap",
                             partial->path);
    }
    if (offset < partial->len && ftruncate(partial->fd, (off_t)offset) != 0) {
        code = errno;
    }
    if (code == 0) {
        code = vtr_write_at(partial->fd, offset, bytes);
    }
    if (code != 0) {
        return vtr_error_set_os(err, code, "cannot write '%s'", partial->path);
    }
    partial->len = offset + bytes.len;
    return VTR_OK;
}

enum vtr_status vtr_partial_sync(struct vtr_partial *partial, const char *path,
                                 unsigned mode, struct vtr_error *err)
{
    struct stat info;
    const mode_t wanted =
        stat(path, &info) == 0 ? info.st_mode & (mode_t)0777 : (mode_t)mode;

    if (fchmod(partial->fd, wanted) != 0 || fsync(partial->fd) != 0) {
        return vtr_error_set_os(err, errno, "cannot write '%s'", partial->path);
    }
    return VTR_OK;
}

void vtr_partial_close(struct vtr_partial *partial)
{
    if (partial->is_open) {
        (void)close(partial->fd);
    }
    free(partial->path);
    *partial = (struct vtr_partial){0};
}

void vtr_partial_discard(struct vtr_partial *partial)
{
    if (partial->is_open) {
        (void)unlink(partial->path);
    }
    vtr_partial_close(partial);
}

enum vtr_status vtr_partial_install(const struct vtr_partial *partial, const char *path,
                                    struct vtr_error *err)
{
    return vtr_file_rename(partial->path, path, err);
}

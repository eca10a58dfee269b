/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_open.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

int vtr_open_regular(const char *path, struct stat *out, struct vtr_error *err)
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

enum vtr_status vtr_read_up_to(int fd, const char *path, uint8_t *out, size_t cap,
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

int vtr_write_at(int fd, uint64_t offset, struct vtr_bytes bytes)
{
    while (bytes.len > 0) {
        const ssize_t written = pwrite(fd, bytes.ptr, bytes.len, (off_t)offset);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return written == 0 ? EIO : errno;
        }
        bytes.ptr += written;
        bytes.len -= (size_t)written;
        offset += (uint64_t)written;
    }
    return 0;
}

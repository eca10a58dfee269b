/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

enum vtr_status vtr_file_lock_open(struct vtr_file_lock *out, const char *path,
                                   struct vtr_error *err)
{
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, (mode_t)0600);

    if (fd < 0) {
        return vtr_error_set_os(err, errno, "cannot lock '%s'", path);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        const int code = errno;
        (void)close(fd);
        enum vtr_status status = vtr_error_set_os(err, code, "cannot lock '%s'", path);

        if (code == EWOULDBLOCK) {
            status = vtr_error_set(err, VTR_ERROR_IO,
                                   "another is at work here: '%s' is locked", path);
            if (err != NULL) {
                err->os_errno = code;
            }
        }
        return status;
    }
    *out = (struct vtr_file_lock){.is_held = true, .fd = fd};
    return VTR_OK;
}

void vtr_file_lock_close(struct vtr_file_lock *lock)
{
    if (lock->is_held) {
        (void)close(lock->fd);
    }
    *lock = (struct vtr_file_lock){0};
}

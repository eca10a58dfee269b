/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

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

/* Syncs the folder that `path` is in, so that names made there survive a power loss; 0
 * or an errno.  A file system that cannot is taken at its word. */
static int sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder =
        slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
    int code = 0;

    if (folder == NULL) {
        return ENOMEM;
    }
    const int fd = open(folder, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        code = errno;
    } else {
        if (fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP) {
            code = errno;
        }
        (void)close(fd);
    }
    free(folder);
    return code;
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
            code = sync_folder_of(folder);
        }
        if (code != 0 && code != EEXIST) {
            status = vtr_error_set_os(err, code, "cannot make the folder '%s'", folder);
        }
        *slash = '/';
    }
    free(folder);
    return status;
}

enum vtr_status vtr_file_rename(const char *path, const char *to, struct vtr_error *err)
{
    int code = rename(path, to) == 0 ? 0 : errno;

    if (code == 0) {
        code = sync_folder_of(to);
    }
    return code == 0 ? VTR_OK : vtr_error_set_os(err, code, "cannot write '%s'", to);
}

enum vtr_status vtr_file_remove(const char *path, struct vtr_error *err)
{
    if (unlink(path) != 0 && errno != ENOENT) {
        return vtr_error_set_os(err, errno, "cannot remove '%s'", path);
    }
    return VTR_OK;
}

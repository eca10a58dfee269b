/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/system/os_places.h"

#include <errno.h>
#include <sys/stat.h>

#include "cli/system/failure.h"

bool vtr_is_file(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

bool vtr_is_folder(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool vtr_is_missing(const char *path)
{
    struct stat info;

    return stat(path, &info) != 0 && errno == ENOENT;
}

bool vtr_path_exists(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0;
}

bool vtr_is_one_of(const char *path, const char *const *others, size_t count)
{
    struct stat info;
    struct stat other;

    if (stat(path, &info) != 0) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (stat(others[i], &other) == 0 && info.st_dev == other.st_dev &&
            info.st_ino == other.st_ino) {
            return true;
        }
    }
    return false;
}

uint64_t vtr_file_len(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && info.st_size > 0 ? (uint64_t)info.st_size : 0;
}

enum vtr_status vtr_folder_make_private(const char *path, struct vtr_error *err)
{
    if (mkdir(path, (mode_t)0700) == 0 || errno == EEXIST) {
        return VTR_OK;
    }
    return vtr_fail_os(err, errno, "cannot make the folder '%s'", path);
}

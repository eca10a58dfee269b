/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/os_partial.h"

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

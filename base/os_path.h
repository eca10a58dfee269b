/* SPDX-License-Identifier: Apache-2.0 */

/* What stands at a path, and folders on the way to it. */
#ifndef VTR_BASE_OS_PATH_H
#define VTR_BASE_OS_PATH_H

#include "base/compiler.h"

/* What a path is. */
enum vtr_path_kind {
    VTR_PATH_MISSING,
    VTR_PATH_FILE,
    VTR_PATH_FOLDER,
    VTR_PATH_OTHER /* also what nobody says: opening it tells why */
};
enum vtr_path_kind vtr_path_kind(const char *path);

/* Makes the folders that a file at `path` needs, those that are missing, so that they
 * survive a power loss. */
VTR_MUST_CHECK enum vtr_status vtr_make_folders_for(const char *path,
                                                    struct vtr_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* What stands at a path, folders on the way to it, and names that go or change. */
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

/* Renames and syncs the folder of `to`. */
VTR_MUST_CHECK enum vtr_status vtr_file_rename(const char *path, const char *to,
                                               struct vtr_error *err);

/* Removes a file; that it is missing is fine. */
VTR_MUST_CHECK enum vtr_status vtr_file_remove(const char *path, struct vtr_error *err);

#endif

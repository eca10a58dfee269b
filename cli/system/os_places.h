/* SPDX-License-Identifier: Apache-2.0 */

/* Places in the file system: what is at a path, links followed, and folders that are
 * made. */
#ifndef VTR_CLI_SYSTEM_OS_PLACES_H
#define VTR_CLI_SYSTEM_OS_PLACES_H

#include <stdbool.h>

#include "vitrine/common.h"

/* What a path leads to.  Where the system does not say, it is none of the first two,
 * and not missing either. */
bool vtr_is_file(const char *path); /* a regular one */
bool vtr_is_folder(const char *path);
bool vtr_is_missing(const char *path);

/* Whether the system finds anything there. */
bool vtr_path_exists(const char *path);

/* Whether `path` and one of the others name one and the same existing file. */
bool vtr_is_one_of(const char *path, const char *const *others, size_t count);

/* Bytes of a file, or 0 when it cannot be told. */
uint64_t vtr_file_len(const char *path);

/* Makes a folder that nobody but its owner enters, unless it is there. */
VTR_MUST_CHECK enum vtr_status vtr_folder_make_private(const char *path,
                                                       struct vtr_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* Small files that are written whole: the metadata and the state of clients and of
 * repositories. */
#ifndef VTR_BASE_WHOLE_FILE_H
#define VTR_BASE_WHOLE_FILE_H

#include "base/compiler.h"

/* Replaces a file: the old one or the new one, whole and synced, and read back, since
 * what a disk has lost is better found out now.  Whoever may search its folder may read
 * it, whatever the umask. */
VTR_MUST_CHECK enum vtr_status vtr_whole_file_write(const char *path,
                                                    struct vtr_bytes bytes,
                                                    struct vtr_error *err);

/* Frees what vtr_file_read and its like gave. */
void vtr_whole_file_free(struct vtr_bytes *text);

#endif

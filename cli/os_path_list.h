/* SPDX-License-Identifier: Apache-2.0 */

/* Finds the files to scan. */
#ifndef VTR_CLI_OS_PATH_LIST_H
#define VTR_CLI_OS_PATH_LIST_H

#include <stdbool.h>

#include "vitrine/common.h"

struct vtr_path_list {
    char **items; /* owned, each too */
    size_t count;
    size_t cap;
};

void vtr_path_list_deinit(struct vtr_path_list *list);

/* Called for what could not be looked into. */
typedef void (*vtr_walk_failed_fn)(const struct vtr_error *err, void *context);

/*
 * Adds `path` to the list, or if it is a folder the regular files in it and below it,
 * in the order of their names' bytes.  Symbolic links are followed where they are
 * `path` itself, and nowhere else.  False when memory is out.
 */
VTR_MUST_CHECK bool vtr_walk_collect(struct vtr_path_list *list, const char *path,
                                     vtr_walk_failed_fn failed, void *context);

/* Bytes of a file, or 0 when it cannot be told. */
uint64_t vtr_walk_file_len(const char *path);

#endif

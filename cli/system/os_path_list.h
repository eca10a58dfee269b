/* SPDX-License-Identifier: Apache-2.0 */

/* Finds the files to scan. */
#ifndef VTR_CLI_SYSTEM_OS_PATH_LIST_H
#define VTR_CLI_SYSTEM_OS_PATH_LIST_H

#include <stdbool.h>

#include "vitrine/common.h"

struct vtr_path_list {
    char **items; /* owned, each too */
    size_t count;
    size_t cap;
    size_t *longs; /* owned: the indexes of those that were found to be long files,
                      ascending */
    size_t long_count;
    size_t long_cap;
};

/* A file from this length on is long: it takes as long as hundreds of others. */
#define VTR_LONG_FILE_LEN ((uint64_t)4 << 20)

void vtr_path_list_deinit(struct vtr_path_list *list);

/* How folders are walked. */
struct vtr_walk {
    bool is_flat;       /* not into the folders in a folder */
    bool follows_links; /* symbolic links in folders too; one to a folder at most */

    /* Called for what could not be looked into. */
    void (*failed)(const struct vtr_error *err, void *context);
    /* Called for what is in a folder and neither file, folder nor symbolic link:
     * reading a pipe or a device may never end. */
    void (*left_out)(const char *path, void *context);
    /* Called for a symbolic link that is not followed. */
    void (*not_followed)(const char *path, void *context);
    void *context;
};

/* Adds a copy of `path` as it is.  False when memory is out. */
VTR_MUST_CHECK bool vtr_path_list_add(struct vtr_path_list *list,
                                      struct vtr_bytes path);

/* Leaves the paths that `is_kept` says, in their order. */
void vtr_path_list_keep(struct vtr_path_list *list,
                        bool (*is_kept)(const char *path, void *context),
                        void *context);

/*
 * Adds `path` to the list, or if it is a folder the regular files in it and below it,
 * in the order of their names' bytes.  A symbolic link that is `path` itself is always
 * followed.  False when memory is out.
 */
VTR_MUST_CHECK bool vtr_walk_collect(struct vtr_path_list *list, const char *path,
                                     const struct vtr_walk *walk);

#endif

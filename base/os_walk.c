/* SPDX-License-Identifier: Apache-2.0 */

/* Walks folders with an explicit stack, so that a deep tree costs memory and not the
 * call stack. */
#include "base/os_walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/sort.h"
#include "base/vector.h"

struct walk {
    struct vtr_vector pending; /* char *: paths still to visit, the next one last */
    vtr_walk_fn visit;
    vtr_walk_passed_fn passed; /* may be NULL */
    void *context;
};

static int compare_paths_descending(const void *a, const void *b, void *context)
{
    (void)context;
    return strcmp(*(char *const *)b, *(char *const *)a);
}

/* FOLDER/NAME, from malloc. */
static char *join_path(const char *folder, const char *name)
{
    const size_t folder_len = strlen(folder);
    const size_t name_len = strlen(name);
    const size_t slash = folder_len > 0 && folder[folder_len - 1] == '/' ? 0 : 1;
    char *path = malloc(folder_len + slash + name_len + 1);

    if (path != NULL) {
        memcpy(path, folder, folder_len);
        memset(path + folder_len, '/', slash);
        memcpy(path + folder_len + slash, name, name_len + 1);
    }
    return path;
}

static enum vtr_status push_path(struct walk *walk, const char *folder,
                                 const char *name)
{
    char *path = join_path(folder, name);
    char **place = path == NULL ? NULL : vtr_vector_push(&walk->pending);

    if (place == NULL) {
        free(path);
        return VTR_ERROR_MEMORY;
    }
    *place = path;
    return VTR_OK;
}

/* Pushes a folder's entries so that they are popped in the order of their names.
 * `*out_code` is why it could not be read to its end, or 0: what follows is missing. */
static enum vtr_status push_entries(struct walk *walk, DIR *folder, const char *path,
                                    int *out_code)
{
    const size_t first = walk->pending.count;
    enum vtr_status status = VTR_OK;

    errno = 0;
    for (struct dirent *entry; status == VTR_OK && (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            status = push_path(walk, path, entry->d_name);
        }
        errno = 0;
    }
    *out_code = status == VTR_OK ? errno : 0;
    if (status == VTR_OK && walk->pending.count > first) {
        status =
            vtr_sort((char **)walk->pending.items + first, walk->pending.count - first,
                     sizeof(char *), compare_paths_descending, NULL);
    }
    return status;
}

static bool visit_failure(struct walk *walk, const char *path, int code)
{
    struct vtr_error err;
    const enum vtr_status status =
        vtr_error_set_os(&err, code, "cannot read '%s'", path);

    return walk->visit(path, status, &err, walk->context);
}

/* Visits one path.  `*goes_on` becomes false when the visitor ends the walk. */
static enum vtr_status visit_path(struct walk *walk, const char *path, bool is_root,
                                  bool *goes_on)
{
    struct stat status;
    enum vtr_status result = VTR_OK;

    if ((is_root ? stat(path, &status) : lstat(path, &status)) != 0) {
        *goes_on = visit_failure(walk, path, errno);
    } else if (S_ISDIR(status.st_mode)) {
        DIR *folder = opendir(path);
        int code = errno;
        if (folder != NULL) {
            result = push_entries(walk, folder, path, &code);
            (void)closedir(folder);
        }
        if (result == VTR_OK && code != 0) {
            *goes_on = visit_failure(walk, path, code);
        }
    } else if (S_ISREG(status.st_mode)) {
        *goes_on = walk->visit(path, VTR_OK, NULL, walk->context);
    } else if (is_root) {
        struct vtr_error err;
        const enum vtr_status refusal =
            vtr_error_set(&err, VTR_ERROR_IO, "not a regular file or folder: '%s'",
                          path);
        *goes_on = walk->visit(path, refusal, &err, walk->context);
    } else if (walk->passed != NULL) {
        walk->passed(path, walk->context);
    }
    return result;
}

enum vtr_status vtr_walk(const char *path, vtr_walk_fn visit, void *context,
                         struct vtr_error *err)
{
    return vtr_walk_telling(path, visit, NULL, context, err);
}

enum vtr_status vtr_walk_telling(const char *path, vtr_walk_fn visit,
                                 vtr_walk_passed_fn passed, void *context,
                                 struct vtr_error *err)
{
    struct walk walk = {.visit = visit, .passed = passed, .context = context};
    bool goes_on = true;

    vtr_vector_init(&walk.pending, sizeof(char *));
    enum vtr_status status = visit_path(&walk, path, true, &goes_on);
    while (status == VTR_OK && goes_on && walk.pending.count > 0) {
        char *next = ((char **)walk.pending.items)[--walk.pending.count];
        status = visit_path(&walk, next, false, &goes_on);
        free(next);
    }
    while (walk.pending.count > 0) {
        free(((char **)walk.pending.items)[--walk.pending.count]);
    }
    vtr_vector_deinit(&walk.pending);
    return status == VTR_ERROR_MEMORY ? vtr_error_set_memory(err) : status;
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/system/os_path_list.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void vtr_path_list_deinit(struct vtr_path_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i]);
    }
    free(list->items);
    free(list->longs);
    *list = (struct vtr_path_list){0};
}

/* Takes `path` over; frees it when memory is out or it is NULL. */
static bool take(struct vtr_path_list *list, char *path)
{
    if (path != NULL && list->count == list->cap) {
        const size_t cap = list->cap == 0 ? 64 : list->cap * 2;
        char **items = realloc(list->items, cap * sizeof(*items));
        if (items == NULL) {
            free(path);
            return false;
        }
        list->items = items;
        list->cap = cap;
    }
    if (path == NULL) {
        return false;
    }
    list->items[list->count++] = path;
    return true;
}

/* The same for the path of a file, of which `info` tells. */
static bool take_file(struct vtr_path_list *list, char *path, const struct stat *info)
{
    const bool is_long = S_ISREG(info->st_mode) && info->st_size > 0 &&
                         (uint64_t)info->st_size >= VTR_LONG_FILE_LEN;

    if (is_long && list->long_count == list->long_cap) {
        const size_t cap = list->long_cap == 0 ? 64 : list->long_cap * 2;
        size_t *longs = realloc(list->longs, cap * sizeof(*longs));
        if (longs == NULL) {
            free(path);
            return false;
        }
        list->longs = longs;
        list->long_cap = cap;
    }
    if (is_long) {
        list->longs[list->long_count++] = list->count;
    }
    return take(list, path);
}

bool vtr_path_list_add(struct vtr_path_list *list, struct vtr_bytes path)
{
    char *copy = malloc(path.len + 1);

    if (copy != NULL) {
        memcpy(copy, path.ptr, path.len);
        copy[path.len] = '\0';
    }
    return take(list, copy);
}

void vtr_path_list_keep(struct vtr_path_list *list,
                        bool (*is_kept)(const char *path, void *context), void *context)
{
    size_t count = 0;
    size_t long_count = 0;
    size_t next = 0; /* of the long ones */

    for (size_t i = 0; i < list->count; i++) {
        const bool is_long = next < list->long_count && list->longs[next] == i;

        next += is_long ? 1 : 0;
        if (!is_kept(list->items[i], context)) {
            free(list->items[i]);
            continue;
        }
        if (is_long) {
            list->longs[long_count++] = count;
        }
        list->items[count++] = list->items[i];
    }
    list->count = count;
    list->long_count = long_count;
}

/* "folder/name" from malloc; `folder` NULL: "name". */
static char *join(const char *folder, const char *name)
{
    const size_t folder_len = folder == NULL ? 0 : strlen(folder);
    const bool needs_slash = folder_len > 0 && folder[folder_len - 1] != '/';
    const size_t size = folder_len + strlen(name) + 2;
    char *path = malloc(size);

    if (path != NULL) {
        (void)snprintf(path, size, "%s%s%s", folder == NULL ? "" : folder,
                       needs_slash ? "/" : "", name);
    }
    return path;
}

static void complain(const char *what, const char *path, const struct vtr_walk *walk)
{
    struct vtr_error err = {.status = VTR_ERROR_IO, .os_errno = errno};

    (void)snprintf(err.message, sizeof(err.message), "cannot %s '%.400s': %s", what,
                   path, strerror(err.os_errno));
    walk->failed(&err, walk->context);
}

/* Moves an item down a heap whose root is the least name. */
static void sift_down(char **items, size_t at, size_t count)
{
    while (2 * at + 1 < count) {
        size_t child = 2 * at + 1;
        if (child + 1 < count && strcmp(items[child + 1], items[child]) < 0) {
            child++;
        }
        if (strcmp(items[child], items[at]) >= 0) {
            return;
        }
        char *kept = items[at];
        items[at] = items[child];
        items[child] = kept;
        at = child;
    }
}

/* Sorts by bytes, the greatest name first: the names leave a stack in order. */
static void sort_descending(char **items, size_t count)
{
    for (size_t start = count / 2; start-- > 0;) {
        sift_down(items, start, count);
    }
    for (size_t end = count; end-- > 1;) {
        char *least = items[0];
        items[0] = items[end];
        items[end] = least;
        sift_down(items, 0, end);
    }
}

/* A walk that goes on. */
struct progress {
    const struct vtr_walk *walk;
    struct vtr_path_list *list;
    struct vtr_path_list stack; /* to be visited, the last first */
    struct stat *linked;        /* the first folder, and those of links; owned */
    size_t linked_count;
    size_t linked_cap;
};

/* Puts what is in a folder on the stack. */
static bool open_folder(struct vtr_path_list *stack, const char *folder,
                        const struct vtr_walk *walk)
{
    const size_t before = stack->count;
    bool is_ok = true;
    DIR *stream = opendir(folder);

    if (stream == NULL) {
        complain("open folder", folder, walk);
        return true;
    }
    errno = 0;
    for (struct dirent *entry; is_ok && (entry = readdir(stream)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            is_ok = take(stack, join(folder, entry->d_name));
        }
        errno = 0;
    }
    if (is_ok && errno != 0) {
        complain("read folder", folder, walk);
    }
    closedir(stream);
    if (stack->count > before) {
        sort_descending(stack->items + before, stack->count - before);
    }
    return is_ok;
}

/* Opens a folder that a link leads to, or the first one, unless it was opened so
 * before: links may lead in circles. */
static bool open_linked(struct progress *p, const char *path, const struct stat *info)
{
    for (size_t i = 0; i < p->linked_count; i++) {
        if (p->linked[i].st_dev == info->st_dev &&
            p->linked[i].st_ino == info->st_ino) {
            return true;
        }
    }
    if (p->linked_count == p->linked_cap) {
        const size_t cap = p->linked_cap == 0 ? 16 : p->linked_cap * 2;
        struct stat *linked = realloc(p->linked, cap * sizeof(*linked));
        if (linked == NULL) {
            return false;
        }
        p->linked = linked;
        p->linked_cap = cap;
    }
    p->linked[p->linked_count++] = *info;
    return open_folder(&p->stack, path, p->walk);
}

/* Does with one thing of a folder what is due; takes `path` over. */
static bool visit(struct progress *p, char *path)
{
    const struct vtr_walk *walk = p->walk;
    struct stat info;
    bool is_ok = lstat(path, &info) == 0;
    const bool is_link = is_ok && S_ISLNK(info.st_mode);

    if (is_link && walk->follows_links) {
        is_ok = stat(path, &info) == 0;
    }
    if (!is_ok) {
        complain(is_link ? "follow" : "look at", path, walk);
        is_ok = true;
    } else if (S_ISREG(info.st_mode)) {
        return take_file(p->list, path, &info);
    } else if (S_ISDIR(info.st_mode)) {
        is_ok = walk->is_flat || (is_link ? open_linked(p, path, &info)
                                          : open_folder(&p->stack, path, walk));
    } else if (S_ISLNK(info.st_mode)) {
        walk->not_followed(path, walk->context);
    } else {
        walk->left_out(path, walk->context);
    }
    free(path);
    return is_ok;
}

bool vtr_walk_collect(struct vtr_path_list *list, const char *path,
                      const struct vtr_walk *walk)
{
    struct progress p = {.walk = walk, .list = list};
    struct stat info = {0};
    bool is_ok;

    /* What is named is scanned, or scanning it says why not. */
    if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode)) {
        return take_file(list, join(NULL, path), &info);
    }
    is_ok = open_linked(&p, path, &info);
    while (is_ok && p.stack.count > 0) {
        is_ok = visit(&p, p.stack.items[--p.stack.count]);
    }
    vtr_path_list_deinit(&p.stack);
    free(p.linked);
    return is_ok;
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/scan/scan_hint.h"

#include <string.h>

#include "cli/system/os_path_list.h"
#include "cli/system/os_places.h"

static const char *const SOURCES[] = {".yar", ".yara", ".hdb", ".hsb", NULL};
static const char *const YARA[] = {".yar", ".yara", NULL};
static const char *const DATABASES[] = {".vdb", NULL};

static bool has_suffix(const char *path, const char *const *suffixes)
{
    const size_t len = strlen(path);

    for (; *suffixes != NULL; suffixes++) {
        const size_t suffix_len = strlen(*suffixes);
        if (len > suffix_len && strcmp(path + len - suffix_len, *suffixes) == 0) {
            return true;
        }
    }
    return false;
}

static void pass_over(const struct vtr_error *err, void *context)
{
    (void)err;
    (void)context;
}

static void pass_over_path(const char *path, void *context)
{
    (void)path;
    (void)context;
}

/* The files of a folder, not of those in it.  What cannot be read has none. */
static void list_folder(struct vtr_path_list *out, const char *path)
{
    const struct vtr_walk walk = {.is_flat = true,
                                  .failed = pass_over,
                                  .left_out = pass_over_path,
                                  .not_followed = pass_over_path};

    if (vtr_is_folder(path) && !vtr_walk_collect(out, path, &walk)) {
        vtr_path_list_deinit(out); /* memory is out: no hint */
        *out = (struct vtr_path_list){0};
    }
}

static const char *first_of(const struct vtr_path_list *list,
                            const char *const *suffixes)
{
    for (size_t i = 0; i < list->count; i++) {
        if (has_suffix(list->items[i], suffixes)) {
            return list->items[i];
        }
    }
    return NULL;
}

/* Whether a path is that of rules: by its name, or by those of the files in it. */
static bool is_like_rules(const char *path)
{
    struct vtr_path_list files = {0};

    if (vtr_is_file(path)) {
        return has_suffix(path, SOURCES) || has_suffix(path, DATABASES);
    }
    list_folder(&files, path);
    const bool answer = first_of(&files, SOURCES) != NULL;
    vtr_path_list_deinit(&files);
    return answer;
}

static bool hint_at_database(const char *folder)
{
    struct vtr_path_list files = {0};

    list_folder(&files, folder);
    const char *database = first_of(&files, DATABASES);
    if (database != NULL) {
        vtr_complain_text(&vtr_verb_scan,
                          "the first operand is the rules, one database or sources; "
                          "in this folder there is the database",
                          database);
    }
    vtr_path_list_deinit(&files);
    return database != NULL;
}

void vtr_scan_hint(const struct vtr_list *operands)
{
    if (is_like_rules(operands->items[0]) || hint_at_database(operands->items[0])) {
        return;
    }
    for (size_t i = 1; i < operands->count; i++) {
        if (is_like_rules(operands->items[i])) {
            vtr_complain_text(&vtr_verb_scan,
                              "the first operand is the rules, what is scanned comes "
                              "after it; rules seem to be in",
                              operands->items[i]);
            return;
        }
    }
}

void vtr_scan_warn_of_rules(const struct vtr_list *operands)
{
    for (size_t i = 1; i + 1 < operands->count; i++) {
        const char *path = operands->items[i];
        if (has_suffix(path, YARA)) {
            vtr_complain_text(&vtr_verb_scan,
                              "warning: only the first operand is rules, others with "
                              "--rules; this is scanned:",
                              path);
        }
    }
}

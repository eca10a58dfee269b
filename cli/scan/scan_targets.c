/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/scan/scan_targets.h"

#include <stdio.h>
#include <string.h>

#include "cli/command/command.h"
#include "cli/report/text.h"
#include "cli/scan/shard.h"
#include "cli/system/os_input.h"
#include "cli/system/os_places.h"

/* What the walk's callbacks know. */
struct finder {
    struct vtr_scan_targets *targets;
    const struct vtr_scan_arguments *arguments;
    struct vtr_walk walk;
    unsigned long long link_count; /* not followed */
};

static void walk_failed(const struct vtr_error *err, void *context)
{
    struct finder *finder = context;

    vtr_complain(&vtr_verb_scan, err);
    finder->targets->has_failed = true;
}

static void left_out(const char *path, void *context)
{
    const struct finder *finder = context;

    if (!finder->arguments->has_no_warnings) {
        vtr_complain_text(&vtr_verb_scan, "left out, it is no file:", path);
    }
}

static void not_followed(const char *path, void *context)
{
    struct finder *finder = context;

    (void)path;
    finder->link_count++;
}

/* A folder of links to samples would else be called clean without a word. */
static void say_links(const struct finder *finder)
{
    struct vtr_error note = {0};

    if (finder->link_count > 0 && !finder->arguments->has_no_warnings) {
        (void)snprintf(note.message, sizeof(note.message),
                       "symbolic links in folders that were not followed: %llu; "
                       "--follow-symlinks follows them",
                       finder->link_count);
        vtr_complain(&vtr_verb_scan, &note);
    }
}

/* The paths of a list, one a line; a folder among them is walked. */
static bool add_lines(struct finder *finder, struct vtr_bytes lines)
{
    struct vtr_path_list paths = {0};
    bool is_ok = true;

    for (size_t at = 0; is_ok && at < lines.len;) {
        const uint8_t *line = lines.ptr + at;
        const uint8_t *end = memchr(line, '\n', lines.len - at);
        const size_t len = end == NULL ? lines.len - at : (size_t)(end - line);

        if (len > 0) {
            is_ok = vtr_path_list_add(&paths, (struct vtr_bytes){line, len});
        }
        at += len + 1;
    }
    for (size_t i = 0; is_ok && i < paths.count; i++) {
        is_ok =
            vtr_walk_collect(&finder->targets->names, paths.items[i], &finder->walk);
    }
    vtr_path_list_deinit(&paths);
    return is_ok;
}

static bool add_list(struct finder *finder, const char *path)
{
    struct vtr_input input = {0};
    struct vtr_error err = {0};

    if (vtr_input_open(&input, path, &err) != VTR_OK) {
        walk_failed(&err, finder);
        return true;
    }
    bool is_ok = true;
    if (input.bytes.len > 0 && memchr(input.bytes.ptr, 0, input.bytes.len) != NULL) {
        vtr_complain_text(&vtr_verb_scan, "not a list of paths, one a line:", path);
        finder->targets->has_failed = true;
    } else {
        is_ok = add_lines(finder, input.bytes);
    }
    vtr_input_close(&input);
    return is_ok;
}

uint64_t vtr_scan_read_pid(const char *text)
{
    uint64_t pid = 0;

    for (const char *c = text; *c != '\0'; c++) {
        if (*c < '0' || *c > '9' || pid > INT32_MAX) {
            return 0;
        }
        pid = pid * 10 + (uint64_t)(*c - '0');
    }
    return pid;
}

/* Whether an operand is no file, but may be a process. */
static bool is_process(const struct vtr_scan_arguments *arguments, const char *operand)
{
    return !arguments->has_lists && vtr_scan_read_pid(operand) != 0 &&
           vtr_is_missing(operand);
}

static bool add_operand(struct finder *finder, const char *operand)
{
    if (is_process(finder->arguments, operand)) {
        return true; /* its turn comes after the files */
    }
    return finder->arguments->has_lists
               ? add_list(finder, operand)
               : vtr_walk_collect(&finder->targets->names, operand, &finder->walk);
}

static bool add_pid(struct finder *finder, const char *pid)
{
    if (vtr_scan_read_pid(pid) == 0) {
        vtr_complain_text(&vtr_verb_scan, "not the number of a process:", pid);
        finder->targets->has_failed = true;
        return true;
    }
    return vtr_path_list_add(&finder->targets->names, vtr_text_view(pid));
}

static bool is_of_shard(const char *path, void *context)
{
    const struct vtr_shard *shard = context;

    return vtr_shard_has(shard, path);
}

/* Leaves the files of the shard, and says how many, lest anybody take them for all. */
static bool keep_shard(struct vtr_scan_targets *targets, struct vtr_shard *shard)
{
    struct vtr_error note = {0};
    const size_t all = targets->file_count;

    if (targets->names.count > all) {
        vtr_complain_text(&vtr_verb_scan,
                          "--shard divides files: processes do not go with it", NULL);
        return false;
    }
    vtr_path_list_keep(&targets->names, is_of_shard, shard);
    targets->file_count = targets->names.count;
    (void)snprintf(note.message, sizeof(note.message),
                   "shard %llu of %llu: %zu of %zu files",
                   (unsigned long long)shard->index + 1,
                   (unsigned long long)shard->count, targets->file_count, all);
    vtr_complain(&vtr_verb_scan, &note);
    return true;
}

/* Who starts a task for each part of the files, and forgets --shard, scans all in each.
 */
static void warn_of_scheduler(const struct vtr_scan_arguments *arguments)
{
    const char *scheduler = vtr_shard_scheduler();
    struct vtr_error note = {0};

    if (scheduler != NULL && arguments->shard == NULL && !arguments->has_no_warnings) {
        (void)
            snprintf(note.message, sizeof(note.message),
                     "one of several tasks of %s, and it scans all files; --shard auto "
                     "takes its part, --shard all says that all are meant",
                     scheduler);
        vtr_complain(&vtr_verb_scan, &note);
    }
}

bool vtr_scan_targets_find(struct vtr_scan_targets *out,
                           const struct vtr_scan_arguments *arguments,
                           const char *const *operands, size_t count)
{
    struct finder finder = {
        .targets = out,
        .arguments = arguments,
        .walk = {.is_flat = arguments->is_flat,
                 .follows_links = arguments->follows_links,
                 .not_followed = not_followed,
                 .failed = walk_failed,
                 .left_out = left_out},
    };
    struct vtr_shard shard = {0};
    bool is_ok = true;

    if (arguments->shard != NULL && !vtr_shard_read(&shard, arguments->shard)) {
        return false;
    }
    warn_of_scheduler(arguments);
    finder.walk.context = &finder;
    for (size_t i = 0; is_ok && i < count; i++) {
        is_ok = add_operand(&finder, operands[i]);
    }
    out->file_count = out->names.count;
    for (size_t i = 0; is_ok && i < count; i++) {
        is_ok = !is_process(arguments, operands[i]) || add_pid(&finder, operands[i]);
    }
    for (size_t i = 0; is_ok && i < arguments->pids.count; i++) {
        is_ok = add_pid(&finder, arguments->pids.items[i]);
    }
    out->is_single = count + arguments->pids.count == 1 && !arguments->has_lists &&
                     (count == 0 || !vtr_is_folder(operands[0]));
    say_links(&finder);
    if (!is_ok) {
        vtr_complain_text(&vtr_verb_scan, "out of memory", NULL);
    }
    return is_ok && (shard.count <= 1 || keep_shard(out, &shard));
}

void vtr_scan_targets_deinit(struct vtr_scan_targets *targets)
{
    vtr_path_list_deinit(&targets->names);
}

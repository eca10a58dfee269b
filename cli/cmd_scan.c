/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine scan: which rules of a database hold of which files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/os_input.h"
#include "cli/os_parallel.h"
#include "cli/os_path_list.h"
#include "cli/scan_print.h"

#define WORKER_LIMIT 256u

struct scan_arguments {
    struct vtr_scan_style style;
    bool is_count;
    uint64_t workers;
    uint64_t timeout_ms;
    uint64_t size_limit;
    bool is_habit; /* options of YARA's that say what is so anyway */
};

static const struct vtr_option OPTIONS[] = {
    {"strings", 's', VTR_OPTION_FLAG, NULL, "show where strings match, and what",
     offsetof(struct scan_arguments, style.has_strings)},
    {"lengths", 'L', VTR_OPTION_FLAG, NULL, "show how long matches are",
     offsetof(struct scan_arguments, style.has_lengths)},
    {"tags", 'g', VTR_OPTION_FLAG, NULL, "show tags",
     offsetof(struct scan_arguments, style.has_tags)},
    {"meta", 'm', VTR_OPTION_FLAG, NULL, "show metadata",
     offsetof(struct scan_arguments, style.has_metas)},
    {"namespaces", 'e', VTR_OPTION_FLAG, NULL, "show namespaces",
     offsetof(struct scan_arguments, style.has_spaces)},
    {"count", 'c', VTR_OPTION_FLAG, NULL, "show only how many rules a file satisfies",
     offsetof(struct scan_arguments, is_count)},
    {"json", 0, VTR_OPTION_FLAG, NULL, "one JSON object a match",
     offsetof(struct scan_arguments, style.is_json)},
    {"jobs", 'j', VTR_OPTION_NUMBER, "N", "threads; by default one a processor",
     offsetof(struct scan_arguments, workers)},
    {"threads", 'p', VTR_OPTION_NUMBER, "N", "the same as --jobs",
     offsetof(struct scan_arguments, workers)},
    {"recursive", 'r', VTR_OPTION_FLAG, NULL, "no effect: folders are always walked",
     offsetof(struct scan_arguments, is_habit)},
    {"no-warnings", 'w', VTR_OPTION_FLAG, NULL, "no effect: a scan has no warnings",
     offsetof(struct scan_arguments, is_habit)},
    {"timeout", 0, VTR_OPTION_NUMBER, "MS", "give a file so many milliseconds at most",
     offsetof(struct scan_arguments, timeout_ms)},
    {"max-size", 0, VTR_OPTION_NUMBER, "BYTES",
     "leave larger files out, and say so on standard error",
     offsetof(struct scan_arguments, size_limit)}};

const struct vtr_verb vtr_verb_scan = {
    .name = "scan",
    .summary = "say which rules of a database hold of which files",
    .example = "vitrine scan detections.vdb file\n"
               "vitrine scan -s -j 4 detections.vdb folder another\n"
               "vitrine scan --json detections.vdb - < file",
    .details =
        "One line a match: RULE PATH.  Hash records of one name are one line; with\n"
        "--json each is said.  Folders are walked, symbolic links in them are not\n"
        "followed.  The output is in the order of the files' names, however many\n"
        "threads work.  What of a file could not be looked at is said on standard\n"
        "error, and such a file is not called clean.  External variables have the\n"
        "values that 'vitrine compile -D' gave them.\n",
    .operands = "DB.vdb PATH...",
    .operand_min = 2,
    .operand_max = SIZE_MAX,
    .options = OPTIONS,
    .option_count = sizeof(OPTIONS) / sizeof(OPTIONS[0]),
    .exits = "0  nothing was found\n"
             "1  something was found\n"
             "2  a file could not be looked at whole, or the database not at all\n",
    .run = vtr_cmd_scan};

/* What the scan of one file came to; kept until it is its turn to be said. */
struct outcome {
    struct vtr_text text;
    struct vtr_text hash_names; /* said already, a zero byte after each */
    struct vtr_error err;       /* status VTR_OK: scanned */
    unsigned limits;
    uint64_t found;
    bool is_left_out; /* too large */
};

struct scan {
    const struct scan_arguments *arguments;
    const struct vtr_database *database;
    struct vtr_path_list paths;
    struct vtr_scanner **scanners; /* one a worker, made when it starts */
    struct outcome *outcomes;      /* one a path */
    bool has_found;
    bool has_failed;
};

/* A detection of the file that is being scanned. */
struct listener {
    const struct scan *scan;
    const char *path;
    struct outcome *outcome;
};

/* Whether a hash record of this name was heard before; notes it when not.  A list often
 * has a file by its MD5, SHA-1 and SHA-256, all by one name. */
static bool is_repeated(struct vtr_text *names, struct vtr_bytes name)
{
    static const uint8_t END[1] = {0};
    size_t start = 0;

    while (start < names->len) {
        const char *end = memchr(names->ptr + start, 0, names->len - start);
        if (end == NULL) {
            break; /* memory ran out in the middle of a name */
        }
        const size_t len = (size_t)(end - names->ptr) - start;
        if (len == name.len && memcmp(names->ptr + start, name.ptr, len) == 0) {
            return true;
        }
        start += len + 1;
    }
    vtr_text_bytes(names, name);
    vtr_text_bytes(names, (struct vtr_bytes){END, sizeof(END)});
    return false;
}

static int hear(const struct vtr_detection *detection, void *context)
{
    struct listener *listener = context;
    const bool is_json = listener->scan->arguments->style.is_json;

    if (!is_json && detection->is_hash &&
        is_repeated(&listener->outcome->hash_names, detection->name)) {
        return 1;
    }
    listener->outcome->found++;
    if (!listener->scan->arguments->is_count) {
        vtr_scan_print(&listener->outcome->text, &listener->scan->arguments->style,
                       detection, listener->path);
    }
    return 1;
}

static enum vtr_status scan_stdin(struct vtr_scanner *scanner,
                                  struct listener *listener)
{
    struct outcome *outcome = listener->outcome;
    struct vtr_input input = {0};
    enum vtr_status status = vtr_input_open(&input, "-", &outcome->err);

    if (status == VTR_OK) {
        status = vtr_scan_bytes(scanner, input.bytes, hear, listener, &outcome->limits,
                                &outcome->err);
        vtr_input_close(&input);
    }
    return status;
}

/* Scans one file; everything that there is to say goes into its outcome. */
static void run_task(size_t task, unsigned worker, void *context)
{
    struct scan *scan = context;
    struct outcome *outcome = &scan->outcomes[task];
    const char *path = scan->paths.items[task];
    struct vtr_scanner **scanner = &scan->scanners[worker];
    const uint64_t size_limit = scan->arguments->size_limit;
    enum vtr_status status = VTR_OK;

    if (size_limit != 0 && vtr_walk_file_len(path) > size_limit) {
        outcome->is_left_out = true;
        return;
    }
    if (*scanner == NULL) {
        const struct vtr_scan_options options = {.timeout_ms =
                                                     scan->arguments->timeout_ms};
        status = vtr_scanner_new(scanner, scan->database, &options, &outcome->err);
    }
    if (status == VTR_OK) {
        struct listener listener = {scan, path, outcome};
        status = strcmp(path, "-") == 0
                     ? scan_stdin(*scanner, &listener)
                     : vtr_scan_file(*scanner, path, hear, &listener, &outcome->limits,
                                     &outcome->err);
    }
    outcome->err.status = status;
}

static void say_count(struct vtr_text *out, const struct scan *scan, const char *path,
                      uint64_t found)
{
    if (scan->arguments->is_count) {
        vtr_text_add(out, path);
        vtr_text_add(out, ": ");
        vtr_text_number(out, found);
        vtr_text_add(out, "\n");
    }
}

static void say_limits(struct scan *scan, struct outcome *outcome, const char *path)
{
    for (unsigned bit = 1; bit <= VTR_SCAN_BAD_DATABASE; bit <<= 1) {
        if ((outcome->limits & bit) != 0) {
            vtr_complain_text(&vtr_verb_scan, vtr_scan_limit_name(bit), path);
        }
    }
    if (outcome->limits != 0 && scan->arguments->style.is_json) {
        vtr_scan_print_limits(&outcome->text, path, outcome->limits);
    }
}

static void finish_task(size_t task, void *context)
{
    struct scan *scan = context;
    struct outcome *outcome = &scan->outcomes[task];
    const char *path = scan->paths.items[task];

    if (outcome->is_left_out) {
        vtr_complain_text(&vtr_verb_scan, "larger than --max-size:", path);
        scan->has_failed = true;
    } else if (outcome->err.status != VTR_OK) {
        vtr_complain(&vtr_verb_scan, &outcome->err);
        scan->has_failed = true;
    } else {
        say_count(&outcome->text, scan, path, outcome->found);
    }
    scan->has_found = scan->has_found || outcome->found > 0;
    scan->has_failed = scan->has_failed || outcome->limits != 0 ||
                       outcome->text.has_failed || outcome->hash_names.has_failed;
    say_limits(scan, outcome, path);
    (void)vtr_text_print(&outcome->text, stdout); /* vtr_output_finish looks at it */
    vtr_text_deinit(&outcome->text);
    vtr_text_deinit(&outcome->hash_names);
}

static void walk_failed(const struct vtr_error *err, void *context)
{
    struct scan *scan = context;

    vtr_complain(&vtr_verb_scan, err);
    scan->has_failed = true;
}

/* Finds the files and makes room for what they come to. */
static bool prepare(struct scan *scan, const char *const *paths, size_t count,
                    unsigned workers)
{
    for (size_t i = 0; i < count; i++) {
        if (!vtr_walk_collect(&scan->paths, paths[i], walk_failed, scan)) {
            return false;
        }
    }
    scan->outcomes = calloc(scan->paths.count + 1, sizeof(*scan->outcomes));
    scan->scanners = calloc(workers, sizeof(struct vtr_scanner *));
    return scan->outcomes != NULL && scan->scanners != NULL;
}

static void release(struct scan *scan, unsigned workers)
{
    for (unsigned i = 0; scan->scanners != NULL && i < workers; i++) {
        vtr_scanner_free(scan->scanners[i]);
    }
    free(scan->scanners);
    free(scan->outcomes);
    vtr_path_list_deinit(&scan->paths);
}

static unsigned worker_count(const struct scan_arguments *arguments)
{
    const uint64_t wanted =
        arguments->workers == 0 ? vtr_parallel_processors() : arguments->workers;

    return wanted > WORKER_LIMIT ? WORKER_LIMIT : (unsigned)wanted;
}

static int scan_paths(const struct scan_arguments *arguments,
                      const struct vtr_database *database, const char *const *paths,
                      size_t count)
{
    struct scan scan = {.arguments = arguments, .database = database};
    const unsigned workers = worker_count(arguments);
    int exit_code = VTR_EXIT_FAILED;

    if (prepare(&scan, paths, count, workers)) {
        const struct vtr_parallel parallel = {.count = scan.paths.count,
                                              .workers = workers,
                                              .run = run_task,
                                              .finish = finish_task,
                                              .context = &scan};
        vtr_parallel_run(&parallel);
        exit_code = scan.has_failed  ? VTR_EXIT_FAILED
                    : scan.has_found ? VTR_EXIT_NO
                                     : VTR_EXIT_YES;
    } else {
        vtr_complain_text(&vtr_verb_scan, "out of memory", NULL);
    }
    release(&scan, workers);
    return exit_code;
}

int vtr_cmd_scan(int argc, char **argv)
{
    struct scan_arguments arguments = {0};
    struct vtr_list operands = {0};
    int exit_code;

    if (vtr_options_parse(&vtr_verb_scan, argc, argv, &arguments, &operands,
                          &exit_code)) {
        struct vtr_database *database = NULL;
        struct vtr_error err = {0};
        enum vtr_status status = vtr_scan_guard_files(&err);
        if (status == VTR_OK) {
            status = vtr_database_open(&database, operands.items[0], &err);
        }
        exit_code = status != VTR_OK
                        ? vtr_complain(&vtr_verb_scan, &err)
                        : scan_paths(&arguments, database, operands.items + 1,
                                     operands.count - 1);
        vtr_database_free(database);
    }
    vtr_options_deinit(&vtr_verb_scan, &arguments, &operands);
    return vtr_output_finish(exit_code);
}

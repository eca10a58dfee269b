/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/scan/scan_job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command/command.h"
#include "cli/report/module_print.h"
#include "cli/report/scan_profile.h"
#include "cli/scan/scan_outcome.h"
#include "cli/system/os_clock.h"
#include "cli/system/os_input.h"
#include "cli/system/os_parallel.h"
#include "cli/system/os_places.h"
#include "cli/system/os_process.h"

#define WORKER_LIMIT 256u

/* Bytes that are kept of a target before its turn is waited for. */
#define WAITING_LEN_MAX ((size_t)16 << 20)

/* Who hears of the file that is being scanned. */
struct listener {
    const struct job *job;
    const struct vtr_parallel_task *task;
    const char *path;
    struct vtr_scan_outcome *outcome;
};

struct worker {
    struct vtr_scanner *scanner; /* made when it starts */
    struct listener listener;    /* to its file */
    struct vtr_module_print modules;
};

struct job {
    const struct vtr_scan_arguments *arguments;
    const struct vtr_scan_rules *rules;
    const struct vtr_scan_targets *targets;
    struct vtr_scan_options options;
    struct worker *workers;
    struct vtr_scan_outcome *
        *outcomes;        /* one a target: from its scan until it was said */
    uint64_t deadline_ms; /* of vtr_stopwatch_ms; 0: none */
    uint64_t satisfied;   /* with a limit of rules: so far; there is one worker */
    uint64_t too_late;    /* files */
    bool has_found;
    bool has_failed;
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

static bool is_listed(const struct vtr_list *list, struct vtr_bytes name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (vtr_text_is_same(vtr_text_view(list->items[i]), name)) {
            return true;
        }
    }
    return false;
}

/* Whether -i, -t and -n ask for it.  As with yara, a name counts whatever the tags. */
static bool is_wanted(const struct vtr_scan_arguments *arguments,
                      const struct vtr_detection *detection)
{
    bool has_tag = arguments->tags.count == 0;

    for (size_t i = 0; i < detection->tag_count && !has_tag; i++) {
        has_tag = is_listed(&arguments->tags, detection->tags[i]);
    }
    if (arguments->names.count > 0) {
        has_tag = is_listed(&arguments->names, detection->name);
    }
    return has_tag && (detection->is_satisfied != 0) != arguments->is_negated;
}

static int hear(const struct vtr_detection *detection, void *context)
{
    struct listener *listener = context;
    struct vtr_scan_outcome *outcome = listener->outcome;
    const struct vtr_scan_arguments *arguments = listener->job->arguments;

    if (!arguments->style.is_json && detection->is_hash &&
        is_repeated(&outcome->hash_names, detection->name)) {
        return 1;
    }
    if (is_wanted(arguments, detection)) {
        outcome->shown++;
        if (!arguments->is_count) {
            vtr_scan_print(&outcome->text, &arguments->style, detection,
                           listener->path);
        }
    }
    outcome->satisfied += detection->is_satisfied ? 1 : 0;
    const bool is_enough =
        arguments->rule_limit != 0 &&
        listener->job->satisfied + outcome->satisfied >= arguments->rule_limit;
    return !is_enough && !outcome->text.has_failed;
}

static void hear_line(struct vtr_bytes line, void *context)
{
    const struct worker *worker = context;
    const struct listener *listener = &worker->listener;

    vtr_scan_print_log(&listener->outcome->text, &listener->job->arguments->style, line,
                       listener->path);
}

static void hear_finding(const struct vtr_finding *node, void *context)
{
    struct worker *worker = context;

    vtr_module_print_finding(&worker->modules, &worker->listener.outcome->text, node,
                             worker->listener.path);
}

static enum vtr_status open_scanner(const struct job *job, struct worker *worker,
                                    struct vtr_error *err)
{
    struct vtr_scan_options options = job->options;

    options.log = job->arguments->is_quiet ? NULL : hear_line;
    options.log_context = worker;
    options.finding = job->arguments->has_modules ? hear_finding : NULL;
    options.finding_context = worker;
    return vtr_scanner_new(&worker->scanner, job->rules->database, &options, err);
}

static enum vtr_status scan_stdin(struct vtr_scanner *scanner,
                                  struct listener *listener)
{
    struct vtr_scan_outcome *outcome = listener->outcome;
    struct vtr_input input = {0};
    enum vtr_status status = vtr_input_open(&input, "-", &outcome->err);

    if (status == VTR_OK) {
        status = vtr_scan_bytes(scanner, input.bytes, hear, listener, &outcome->limits,
                                &outcome->err);
        vtr_input_close(&input);
    }
    return status;
}

static enum vtr_status scan_process(struct vtr_scanner *scanner,
                                    struct listener *listener)
{
    struct vtr_scan_outcome *outcome = listener->outcome;
    struct vtr_process *process = NULL;
    enum vtr_status status =
        vtr_process_open(&process, vtr_scan_read_pid(listener->path),
                         listener->job->arguments->piece_len, &outcome->err);

    if (status == VTR_OK) {
        status = vtr_scan_memory(scanner, vtr_process_get_memory(process), hear,
                                 listener, &outcome->limits, &outcome->err);
    }
    if (status == VTR_OK) {
        status = vtr_process_check(process, &outcome->err);
    }
    vtr_process_close(process);
    return status;
}

/* Scans a target of whatever kind. */
static enum vtr_status scan_target(struct vtr_scanner *scanner, bool is_process,
                                   struct listener *listener)
{
    struct vtr_scan_outcome *outcome = listener->outcome;

    if (is_process) {
        return scan_process(scanner, listener);
    }
    if (strcmp(listener->path, "-") == 0) {
        return scan_stdin(scanner, listener);
    }
    return vtr_scan_file(scanner, listener->path, hear, listener, &outcome->limits,
                         &outcome->err);
}

/* Milliseconds that the file may take, 0: as long as it takes.  False when there are
 * none left. */
static bool time_left(const struct job *job, uint64_t *out_ms)
{
    const uint64_t own = job->arguments->file_timeout_ms;

    *out_ms = own;
    if (job->deadline_ms != 0) {
        const uint64_t now = vtr_stopwatch_ms();
        if (now >= job->deadline_ms) {
            return false;
        }
        const uint64_t left = job->deadline_ms - now;
        *out_ms = own != 0 && own < left ? own : left;
    }
    return true;
}

/* Why a target is not scanned, if so. */
static void decide(const struct job *job, const char *path, bool is_process,
                   uint64_t *out_timeout_ms, struct vtr_scan_outcome *outcome)
{
    const struct vtr_scan_arguments *arguments = job->arguments;
    const bool is_limited = arguments->size_limit != 0 || arguments->skip_larger != 0;
    const uint64_t len = is_limited && !is_process ? vtr_file_len(path) : 0;

    const bool is_enough =
        arguments->rule_limit != 0 && job->satisfied >= arguments->rule_limit;

    if (is_enough || ferror(stdout) != 0) {
        outcome->end = VTR_SCAN_NOT_NECESSARY;
    } else if (arguments->skip_larger != 0 && len > arguments->skip_larger) {
        outcome->end = VTR_SCAN_SKIPPED;
    } else if (arguments->size_limit != 0 && len > arguments->size_limit) {
        outcome->end = VTR_SCAN_TOO_LARGE;
    } else if (!time_left(job, out_timeout_ms)) {
        outcome->end = VTR_SCAN_TOO_LATE;
    }
}

/* The file that -x hands to a module, NULL: none. */
static const char *find_report(const struct vtr_scan_arguments *arguments,
                               struct vtr_bytes module)
{
    const struct vtr_list *reports = &arguments->module_data;

    for (size_t i = reports->count; i > 0; i--) { /* the last one counts */
        const char *report = reports->items[i - 1];
        if (strncmp(report, (const char *)module.ptr, module.len) == 0 &&
            report[module.len] == '=') {
            return report + module.len + 1;
        }
    }
    return NULL;
}

static void ask_limited(const struct vtr_scanner *scanner,
                        const struct vtr_scan_arguments *arguments,
                        struct vtr_scan_limited *out)
{
    (void)vtr_scanner_get_limited(scanner, VTR_SCAN_LIMIT_MATCHES, &out->matches);
    (void)vtr_scanner_get_limited(scanner, VTR_SCAN_LIMIT_REGEX, &out->steps);
    if (vtr_scanner_get_limited(scanner, VTR_SCAN_LIMIT_MODULE, &out->module) != 0) {
        out->module_report = find_report(arguments, out->module.name);
    }
}

/* Prints what is kept of a target, when it is its turn. */
static void relieve(struct vtr_text *text, void *context)
{
    const struct listener *listener = context;

    if (text->cap >= WAITING_LEN_MAX) {
        vtr_parallel_await_turn(listener->task);
    }
    if (vtr_parallel_has_turn(listener->task)) {
        (void)vtr_text_print(text, stdout); /* the outcome says it */
    }
}

static void begin_listening(const struct job *job, struct worker *worker,
                            const struct vtr_parallel_task *task,
                            struct vtr_scan_outcome *outcome)
{
    worker->listener =
        (struct listener){job, task, job->targets->names.items[task->number], outcome};
    worker->modules =
        (struct vtr_module_print){.is_json = job->arguments->style.is_json};
    /* The time of a target is not to be that of who reads the output, or of targets
     * before it; and bounds what there is to say. */
    if (job->arguments->file_timeout_ms == 0) {
        outcome->text.relieve = relieve;
        outcome->text.context = &worker->listener;
    }
}

/* Scans one file; everything that there is to say goes into its outcome. */
static void run_task(const struct vtr_parallel_task *task, void *context)
{
    struct job *job = context;
    struct vtr_scan_outcome *outcome = calloc(1, sizeof(*outcome));
    const char *path = job->targets->names.items[task->number];
    const bool is_process = task->number >= job->targets->file_count;
    struct worker *self = &job->workers[task->worker];
    enum vtr_status status = VTR_OK;
    uint64_t timeout_ms = 0;

    job->outcomes[task->number] = outcome;
    if (outcome == NULL) {
        return;
    }
    decide(job, path, is_process, &timeout_ms, outcome);
    if (outcome->end != VTR_SCAN_DONE) {
        return;
    }
    begin_listening(job, self, task, outcome);
    if (self->scanner == NULL) {
        status = open_scanner(job, self, &outcome->err);
    }
    if (status == VTR_OK) {
        vtr_scanner_set_timeout(self->scanner, timeout_ms);
        status = scan_target(self->scanner, is_process, &self->listener);
        ask_limited(self->scanner, job->arguments, &outcome->limited);
    }
    outcome->text.relieve = NULL;
    outcome->err.status = status;
    if (job->arguments->rule_limit != 0) {
        job->satisfied += outcome->satisfied;
    }
}

static size_t result_len(size_t task, void *context)
{
    const struct job *job = context;
    const struct vtr_scan_outcome *outcome = job->outcomes[task];

    return outcome == NULL ? 0 : vtr_scan_outcome_len(outcome);
}

static void finish_task(size_t task, void *context)
{
    struct job *job = context;
    struct vtr_scan_outcome *outcome = job->outcomes[task];
    const char *path = job->targets->names.items[task];

    if (outcome == NULL) {
        vtr_complain_text(&vtr_verb_scan, "out of memory before it was scanned:", path);
        job->has_failed = true;
        return;
    }
    const bool is_good =
        vtr_scan_outcome_say(outcome, job->arguments, path, job->targets->is_single);
    job->has_failed = job->has_failed || !is_good;
    job->has_found = job->has_found || outcome->shown > 0;
    job->too_late += outcome->end == VTR_SCAN_TOO_LATE ? 1 : 0;
    vtr_scan_outcome_free(outcome);
    job->outcomes[task] = NULL;
}

static void say_too_late(struct job *job)
{
    struct vtr_error err = {0};

    if (job->too_late > 0) {
        (void)snprintf(err.message, sizeof(err.message),
                       "the time was up: %llu %s not scanned",
                       (unsigned long long)job->too_late,
                       job->too_late == 1 ? "file was" : "files were");
        vtr_complain(&vtr_verb_scan, &err);
        job->has_failed = true;
    }
}

/* Threads that are left for each file when files are fewer than workers. */
static unsigned threads_of_file(const struct vtr_scan_targets *targets,
                                unsigned workers)
{
    const size_t count = targets->names.count;

    return count == 0 || count >= workers ? 1 : workers / (unsigned)count;
}

/* Says where the time of all workers went. */
static void say_profile(struct job *job, unsigned workers)
{
    const struct vtr_scanner **scanners = calloc(workers, sizeof(*scanners));
    struct vtr_text text = {0};
    struct vtr_error err = {0};
    bool is_said = false;

    if (scanners != NULL) {
        for (unsigned i = 0; i < workers; i++) {
            scanners[i] = job->workers[i].scanner;
        }
        is_said =
            vtr_scan_profile_print(&text, scanners, workers,
                                   job->arguments->style.is_json, &err) == VTR_OK &&
            !text.has_failed;
        (void)vtr_text_print(&text, stdout); /* vtr_output_finish looks at it */
    }
    if (!is_said) {
        vtr_complain_text(&vtr_verb_scan, "out of memory", NULL);
        job->has_failed = true;
    }
    vtr_text_deinit(&text);
    free(scanners);
}

static unsigned worker_count(const struct vtr_scan_arguments *arguments)
{
    const uint64_t wanted =
        arguments->workers == 0 ? vtr_parallel_processors() : arguments->workers;

    if (arguments->rule_limit != 0) {
        return 1; /* which rules come first is not to depend on chance */
    }
    return wanted > WORKER_LIMIT ? WORKER_LIMIT : (unsigned)wanted;
}

/* Makes the first scanner, which tells whether its options are right. */
static bool prepare(struct job *job, unsigned workers)
{
    struct vtr_error err = {0};

    job->outcomes = calloc(job->targets->names.count + 1, sizeof(*job->outcomes));
    job->workers = calloc(workers, sizeof(*job->workers));
    if (job->outcomes == NULL || job->workers == NULL) {
        vtr_complain_text(&vtr_verb_scan, "out of memory", NULL);
        return false;
    }
    if (open_scanner(job, &job->workers[0], &err) != VTR_OK) {
        vtr_complain(&vtr_verb_scan, &err);
        return false;
    }
    return true;
}

static void release(struct job *job, unsigned workers)
{
    for (unsigned i = 0; job->workers != NULL && i < workers; i++) {
        vtr_scanner_free(job->workers[i].scanner);
    }
    free(job->workers);
    free(job->outcomes);
}

int vtr_scan_job_run(const struct vtr_scan_arguments *arguments,
                     const struct vtr_scan_rules *rules,
                     const struct vtr_scan_targets *targets)
{
    struct job job = {.arguments = arguments,
                      .rules = rules,
                      .targets = targets,
                      .has_failed = targets->has_failed};
    const unsigned workers = worker_count(arguments);
    int exit_code = VTR_EXIT_FAILED;

    job.options.module_data = rules->module_data;
    job.options.module_data_count = rules->module_data_count;
    job.options.has_unsatisfied = arguments->is_negated;
    job.options.has_profile = arguments->has_profile;
    job.options.is_brief = !arguments->style.has_strings &&
                           !arguments->style.has_lengths &&
                           !arguments->style.has_keys && !arguments->style.is_json;
    job.options.threads = threads_of_file(targets, workers);
    if (!rules->is_compiled) { /* else the compiler had them */
        job.options.externals = arguments->defines.items;
        job.options.external_count = arguments->defines.count;
    }
    if (arguments->timeout_s != 0) {
        const uint64_t room = UINT64_MAX / 2000;
        const uint64_t seconds =
            arguments->timeout_s < room ? arguments->timeout_s : room;
        job.deadline_ms = vtr_stopwatch_ms() + seconds * 1000;
    }
    if (prepare(&job, workers)) {
        const struct vtr_parallel parallel = {.count = targets->names.count,
                                              .longs = targets->names.longs,
                                              .long_count = targets->names.long_count,
                                              .workers = workers,
                                              .run = run_task,
                                              .result_len = result_len,
                                              .finish = finish_task,
                                              .context = &job};
        vtr_parallel_run(&parallel);
        say_too_late(&job);
        if (arguments->has_profile) {
            say_profile(&job, workers);
        }
        exit_code = job.has_failed  ? VTR_EXIT_FAILED
                    : job.has_found ? VTR_EXIT_NO
                                    : VTR_EXIT_YES;
    }
    release(&job, workers);
    return exit_code;
}

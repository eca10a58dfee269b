/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine update: brings a folder's database up to date from a repository. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cli/command/command.h"
#include "cli/command/keys.h"
#include "cli/command/output.h"
#include "cli/report/json.h"
#include "cli/system/os_clock.h"
#include "cli/system/os_curl.h"
#include "cli/system/os_input.h"
#include "cli/system/os_terminal.h"
#include "vitrine/update.h"

#define TIMEOUT_SECONDS_DEFAULT  3600u
#define INTERVAL_SECONDS_DEFAULT 3600u
#define SLOW_BYTES_DEFAULT       1000u

struct update_arguments {
    struct vtr_list urls;
    const char *dir;
    const char *root;
    const char *database;
    struct vtr_list trusted;
    const char *ca_file;
    uint64_t timeout_seconds;
    uint64_t slow_bytes;
    uint64_t limit_mib;
    uint64_t jitter_seconds;
    uint64_t interval_seconds;
    bool is_scheduled;
    bool is_daemon;
    bool is_rollback;
    bool is_json;
};

static const struct vtr_option OPTIONS[] = {
    {"url", 'u', VTR_OPTION_TEXTS, "URL",
     "where the repository is; given again: another to try when this one fails",
     offsetof(struct update_arguments, urls)},
    {"dir", 'd', VTR_OPTION_PATH, "DIR", "the folder to keep up to date",
     offsetof(struct update_arguments, dir)},
    {"root", 'r', VTR_OPTION_PATH, "ROOT.json",
     "the root to begin with, in a folder that has none yet",
     offsetof(struct update_arguments, root)},
    {"database", 0, VTR_OPTION_TEXT, "NAME",
     "which of the repository's databases, at first where it has several",
     offsetof(struct update_arguments, database)},
    {"trust", 't', VTR_OPTION_PATHS, "KEY.pub",
     "deltas must besides be signed by this key; may be given again",
     offsetof(struct update_arguments, trusted)},
    {"ca", 0, VTR_OPTION_PATH, "FILE.pem",
     "certificates to trust instead of the system's",
     offsetof(struct update_arguments, ca_file)},
    {"timeout", 0, VTR_OPTION_NUMBER, "SECONDS", "for everything together (3600)",
     offsetof(struct update_arguments, timeout_seconds)},
    {"slow", 0, VTR_OPTION_NUMBER, "BYTES",
     "give up a server that sends fewer a second for half a minute (1000)",
     offsetof(struct update_arguments, slow_bytes)},
    {"limit", 0, VTR_OPTION_NUMBER, "MIB", "no database longer than this (8192)",
     offsetof(struct update_arguments, limit_mib)},
    {"scheduled", 0, VTR_OPTION_FLAG, NULL,
     "do nothing before the time to wait after a failure is over",
     offsetof(struct update_arguments, is_scheduled)},
    {"jitter", 0, VTR_OPTION_NUMBER, "SECONDS", "begin after a random part of this",
     offsetof(struct update_arguments, jitter_seconds)},
    {"daemon", 0, VTR_OPTION_FLAG, NULL,
     "stay, and update again and again, as if scheduled",
     offsetof(struct update_arguments, is_daemon)},
    {"interval", 0, VTR_OPTION_NUMBER, "SECONDS",
     "between the updates of a daemon, and up to a tenth more (3600)",
     offsetof(struct update_arguments, interval_seconds)},
    {"rollback", 0, VTR_OPTION_FLAG, NULL,
     "put the previous database back; the present one stays away",
     offsetof(struct update_arguments, is_rollback)},
    {"json", 0, VTR_OPTION_FLAG, NULL, "summary as one JSON object",
     offsetof(struct update_arguments, is_json)}};

const struct vtr_verb vtr_verb_update = {
    .name = "update",
    .summary = "bring a database up to date from a repository",
    .example =
        "vitrine update --url https://updates.example.org --dir /var/lib/vitrine "
        "--root root.json\n"
        "vitrine update --url https://updates.example.org --dir /var/lib/vitrine\n"
        "vitrine update --dir /var/lib/vitrine --rollback",
    .details =
        "The database is DIR/NAME.vdb, the one before it DIR/NAME.vdb.previous.\n"
        "Whatever goes wrong, kill and power loss included, it is the old one or the\n"
        "new one, whole.  Addresses begin with https://, http:// or file://; proxies\n"
        "are those of the environment (https_proxy, no_proxy).\n",
    .options = OPTIONS,
    .option_count = sizeof(OPTIONS) / sizeof(OPTIONS[0]),
    .exits = "0  up to date\n"
             "1  refused: what the repository serves is not to be believed, or stale\n"
             "2  could not: network, disk, usage; another update is running\n",
    .run = vtr_cmd_update};

static bool is_refusal(enum vtr_status status)
{
    return status == VTR_ERROR_SIGNATURE || status == VTR_ERROR_ROLLBACK ||
           status == VTR_ERROR_EXPIRED || status == VTR_ERROR_MIXED ||
           status == VTR_ERROR_MISMATCH || status == VTR_ERROR_GAP ||
           status == VTR_ERROR_FORMAT || status == VTR_ERROR_LIMIT;
}

static const char *name_outcome(enum vtr_update_outcome outcome)
{
    static const char *const NAMES[] = {[VTR_UPDATE_CURRENT] = "current",
                                        [VTR_UPDATE_BY_DELTAS] = "deltas",
                                        [VTR_UPDATE_BY_DATABASE] = "database",
                                        [VTR_UPDATE_HELD] = "held",
                                        [VTR_UPDATE_WAITING] = "waiting"};

    return NAMES[outcome];
}

static void put_result(struct vtr_text *out, const struct vtr_update_result *result,
                       uint64_t milliseconds)
{
    struct vtr_json json;

    vtr_json_begin(&json, out);
    vtr_json_string(&json, "outcome", name_outcome(result->outcome));
    if (result->outcome == VTR_UPDATE_WAITING) {
        vtr_json_number(&json, "retry_at", result->retry_at);
    } else {
        vtr_json_string(&json, "database", result->database);
        if (result->had_database != 0) {
            vtr_json_number(&json, "from_release", result->from_release);
        }
        vtr_json_bool(&json, "replaced_damaged", result->replaced_damaged != 0);
        vtr_json_number(&json, "release", result->release);
        vtr_json_number(&json, "database_bytes", result->database_len);
        vtr_json_number(&json, "fetched_bytes", result->fetched_bytes);
        vtr_json_number(&json, "deltas", result->delta_count);
        vtr_json_number(&json, "failed_deltas", result->failed_deltas);
        vtr_json_number(&json, "expires", result->expires);
    }
    vtr_json_milli(&json, "seconds", milliseconds);
    vtr_json_finish(&json);
}

static void print_release(struct vtr_text *out, const struct vtr_update_result *result)
{
    vtr_text_safe(out, vtr_text_view(result->database));
    vtr_text_add(out, ": release ");
    vtr_text_number(out, result->release);
}

static void print_result(struct vtr_text *out, const struct vtr_update_result *result)
{
    switch (result->outcome) {
    case VTR_UPDATE_WAITING:
        vtr_text_add(out, "nothing done: the last update failed, and it is not time to "
                          "try again yet");
        break;
    case VTR_UPDATE_CURRENT:
        print_release(out, result);
        vtr_text_add(out, ", nothing newer");
        break;
    case VTR_UPDATE_HELD:
        print_release(out, result);
        vtr_text_add(out, ", a later one is held back");
        break;
    case VTR_UPDATE_BY_DELTAS:
    case VTR_UPDATE_BY_DATABASE:
        print_release(out, result);
        if (result->had_database != 0) {
            vtr_text_add(out, " after ");
            vtr_text_number(out, result->from_release);
        }
        vtr_text_add(out, ", ");
        vtr_text_number(out, result->fetched_bytes);
        vtr_text_add(out, " bytes fetched");
        if (result->delta_count > 0) {
            vtr_text_add(out, ", ");
            vtr_text_number(out, result->delta_count);
            vtr_text_add(out, result->delta_count == 1 ? " delta" : " deltas");
        }
        if (result->replaced_damaged != 0) {
            vtr_text_add(out, ", in place of a damaged database");
        }
        break;
    }
    vtr_text_add(out, "\n");
}

/* Two releases have changed places; a second roll-back goes forward again. */
static void print_rollback(struct vtr_text *out, const struct vtr_update_result *result)
{
    print_release(out, result);
    vtr_text_add(out, " is back");
    if (result->had_database != 0) {
        vtr_text_add(out, ", release ");
        vtr_text_number(out, result->from_release);
        vtr_text_add(out, " is held back");
    }
    vtr_text_add(out, "\n");
}

static int answer(const struct update_arguments *arguments,
                  const struct vtr_update_result *result, uint64_t started_ms)
{
    struct vtr_text out = {0};

    if (arguments->is_json) {
        put_result(&out, result, vtr_stopwatch_ms() - started_ms);
    } else if (arguments->is_rollback) {
        print_rollback(&out, result);
    } else {
        print_result(&out, result);
    }
    return vtr_output_answer(&out, VTR_EXIT_YES);
}

/* A line on the terminal that is written over; kept short, not to wrap. */
static void show_progress(const struct vtr_update_progress *progress, void *context)
{
    static const char *const WORDS[] = {[VTR_UPDATE_METADATA] = "asking",
                                        [VTR_UPDATE_FETCH_DELTAS] = "fetching deltas",
                                        [VTR_UPDATE_FETCH_DATABASE] =
                                            "fetching database",
                                        [VTR_UPDATE_INSTALL] = "installing"};
    uint64_t *shown_ms = context;
    const uint64_t now = vtr_stopwatch_ms();

    if (progress->phase != VTR_UPDATE_INSTALL && now - *shown_ms < 100) {
        return;
    }
    *shown_ms = now;
    (void)fprintf(stderr, "\r\033[K%s", WORDS[progress->phase]);
    if (progress->total_bytes > 0) {
        (void)fprintf(stderr, " %llu of %llu KiB",
                      (unsigned long long)(progress->done_bytes / 1024),
                      (unsigned long long)(progress->total_bytes / 1024));
    }
    (void)fflush(stderr);
}

static void hide_progress(void)
{
    (void)fputs("\r\033[K", stderr);
    (void)fflush(stderr);
}

/* Reads the root that was given, if any, and the keys. */
static enum vtr_status read_trust(const struct update_arguments *arguments,
                                  struct vtr_input *root, struct vtr_public_key **keys,
                                  struct vtr_error *err)
{
    const enum vtr_status status =
        arguments->root == NULL ? VTR_OK : vtr_input_open(root, arguments->root, err);

    return status == VTR_OK ? vtr_keys_load_public(keys, &arguments->trusted, err)
                            : status;
}

static enum vtr_status run(const struct update_arguments *arguments,
                           const struct vtr_update_options *options,
                           struct vtr_update_result *out, struct vtr_error *err)
{
    const struct vtr_curl_options curl_options = {
        .urls = arguments->urls.items,
        .url_count = arguments->urls.count,
        .ca_file = arguments->ca_file,
        .timeout_seconds = arguments->timeout_seconds,
        .slow_bytes =
            arguments->slow_bytes == 0 ? SLOW_BYTES_DEFAULT : arguments->slow_bytes};
    struct vtr_curl *curl = NULL;
    enum vtr_status status = vtr_curl_new(&curl, &curl_options, err);

    if (status == VTR_OK) {
        const struct vtr_transport transport = vtr_curl_transport(curl);

        status = vtr_update(options, &transport, out, err);
    }
    vtr_curl_free(curl);
    return status;
}

static int complain(enum vtr_status status, const struct vtr_error *err)
{
    const int exit_code = vtr_complain(&vtr_verb_update, err);

    return is_refusal(status) ? VTR_EXIT_NO : exit_code;
}

static int update(const struct update_arguments *arguments)
{
    const uint64_t started_ms = vtr_stopwatch_ms();
    const bool has_progress = vtr_terminal_is(stderr);
    uint64_t shown_ms = 0;
    struct vtr_input root = {0};
    struct vtr_update_result result = {0};
    struct vtr_error err = {0};
    struct vtr_public_key *keys = NULL;
    enum vtr_status status = read_trust(arguments, &root, &keys, &err);

    if (status != VTR_OK) {
        vtr_input_close(&root);
        return vtr_complain(&vtr_verb_update, &err);
    }
    vtr_wait(0, arguments->jitter_seconds);
    const time_t now = time(NULL);
    const struct vtr_update_options options = {
        .dir = arguments->dir,
        .database = arguments->database,
        .root = root.bytes,
        .now = now < 0 ? 0 : (uint64_t)now,
        .delta_keys = keys,
        .delta_key_count = arguments->trusted.count,
        .database_limit_bytes = arguments->limit_mib > UINT64_MAX >> 20
                                    ? UINT64_MAX
                                    : arguments->limit_mib << 20,
        .is_scheduled = arguments->is_scheduled,
        .progress = has_progress ? show_progress : NULL,
        .progress_context = &shown_ms};
    status = run(arguments, &options, &result, &err);
    if (has_progress) {
        hide_progress();
    }
    free(keys);
    vtr_input_close(&root);
    return status == VTR_OK ? answer(arguments, &result, started_ms)
                            : complain(status, &err);
}

/* Ends by a signal: an update may be killed at any moment. */
_Noreturn static void stay(struct update_arguments *arguments)
{
    const uint64_t interval = arguments->interval_seconds;

    arguments->is_scheduled = true;
    for (;;) {
        const int exit_code = update(arguments);

        (void)exit_code; /* what went wrong has been said */
        vtr_wait(interval, interval / 10);
    }
}

static int roll_back(const struct update_arguments *arguments)
{
    const uint64_t started_ms = vtr_stopwatch_ms();
    struct vtr_update_result result = {0};
    struct vtr_error err = {0};

    return vtr_update_roll_back(arguments->dir, &result, &err) == VTR_OK
               ? answer(arguments, &result, started_ms)
               : vtr_complain(&vtr_verb_update, &err);
}

/* Fills in a time that is not given, and refuses one that nobody can mean. */
static enum vtr_status settle_time(uint64_t *seconds, const char *option,
                                   uint64_t if_not_given, struct vtr_error *err)
{
    return vtr_clock_span(seconds, option, *seconds == 0 ? if_not_given : *seconds, 1,
                          err);
}

static enum vtr_status settle_times(struct update_arguments *arguments,
                                    struct vtr_error *err)
{
    enum vtr_status status = settle_time(&arguments->timeout_seconds, "--timeout",
                                         TIMEOUT_SECONDS_DEFAULT, err);

    if (status == VTR_OK) {
        status = settle_time(&arguments->interval_seconds, "--interval",
                             INTERVAL_SECONDS_DEFAULT, err);
    }
    return status == VTR_OK
               ? settle_time(&arguments->jitter_seconds, "--jitter", 0, err)
               : status;
}

static int run_verb(struct update_arguments *arguments)
{
    struct vtr_error err = {0};

    if (arguments->dir == NULL) {
        return vtr_complain_text(&vtr_verb_update, "--dir is missing", NULL);
    }
    if (arguments->is_rollback) {
        return roll_back(arguments);
    }
    if (arguments->urls.count == 0) {
        return vtr_complain_text(&vtr_verb_update, "--url is missing", NULL);
    }
    if (settle_times(arguments, &err) != VTR_OK) {
        return vtr_complain(&vtr_verb_update, &err);
    }
    if (arguments->is_daemon) {
        stay(arguments);
    }
    return update(arguments);
}

int vtr_cmd_update(int argc, char **argv)
{
    struct update_arguments arguments = {0};
    struct vtr_list operands = {0};
    int exit_code;

    if (vtr_options_parse(&vtr_verb_update, argc, argv, &arguments, &operands,
                          &exit_code)) {
        exit_code = run_verb(&arguments);
    }
    vtr_options_deinit(&vtr_verb_update, &arguments, &operands);
    return exit_code;
}

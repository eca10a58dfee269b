/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine status: what a folder that is kept up to date says of itself. */
#include <string.h>
#include <time.h>

#include "cli/command/command.h"
#include "cli/command/output.h"
#include "cli/report/json.h"
#include "vitrine/update.h"

struct status_arguments {
    const char *dir;
    bool is_json;
};

static const struct vtr_option OPTIONS[] = {
    {"dir", 'd', VTR_OPTION_PATH, "DIR", "the folder that is kept up to date",
     offsetof(struct status_arguments, dir)},
    {"json", 0, VTR_OPTION_FLAG, NULL, "one JSON object",
     offsetof(struct status_arguments, is_json)}};

const struct vtr_verb vtr_verb_status = {
    .name = "status",
    .summary = "show how up to date a folder's database is",
    .example = "vitrine status --dir /var/lib/vitrine",
    .details = "Nobody is asked: this is what 'vitrine update' left.\n",
    .options = OPTIONS,
    .option_count = sizeof(OPTIONS) / sizeof(OPTIONS[0]),
    .exits = "0  what the repository said last still holds\n"
             "1  stale: it has expired, or the last update failed\n"
             "2  no database, or it cannot be read\n",
    .run = vtr_cmd_status};

static void row(struct vtr_text *out, const char *what)
{
    vtr_text_cell(out, what, 14);
}

static void put_number(struct vtr_text *out, const char *what, uint64_t number)
{
    row(out, what);
    vtr_text_number(out, number);
    vtr_text_add(out, "\n");
}

/* "3 h", "2 days": one unit is enough. */
static void add_span(struct vtr_text *out, uint64_t seconds)
{
    const uint64_t unit = seconds < 120      ? 1
                          : seconds < 7200   ? 60
                          : seconds < 172800 ? 3600
                                             : 86400;

    vtr_text_number(out, seconds / unit);
    vtr_text_add(out, unit == 1      ? " s"
                      : unit == 60   ? " min"
                      : unit == 3600 ? " h"
                                     : " days");
}

static void put_time(struct vtr_text *out, const char *what, uint64_t time,
                     uint64_t now)
{
    row(out, what);
    if (time == 0) {
        vtr_text_add(out, "never\n");
        return;
    }
    if (time > now) {
        vtr_text_add(out, "in ");
        add_span(out, time - now);
    } else {
        add_span(out, now - time);
        vtr_text_add(out, " ago");
    }
    vtr_text_add(out, "\n");
}

static void print_state(struct vtr_text *out, const struct vtr_update_state *state,
                        uint64_t now)
{
    row(out, "database");
    if (state->database[0] == '\0') {
        vtr_text_add(out, "none yet\n");
    } else {
        vtr_text_safe(out, vtr_text_view(state->database));
        vtr_text_add(out, state->has_database != 0 ? "\n" : ", missing or damaged\n");
    }
    if (state->has_database != 0) {
        put_number(out, "release", state->release);
        put_number(out, "bytes", state->database_len);
    }
    if (state->has_previous != 0) {
        put_number(out, "previous", state->previous_release);
    }
    if (state->is_held != 0) {
        row(out, "held back");
        vtr_text_add(out, "the release that was rolled back from\n");
    }
    put_time(out, "updated", state->updated_at, now);
    put_time(out, "checked", state->checked_at, now);
    put_time(out, "expires", state->expires, now);
    put_number(out, "bytes fetched", state->fetched_bytes);
    put_number(out, "bytes saved", state->saved_bytes);
    if (state->failure_count > 0) {
        put_number(out, "failures", state->failure_count);
        put_time(out, "next try", state->retry_at, now);
        row(out, "last error");
        vtr_text_safe(out, vtr_text_view(state->last_error));
        vtr_text_add(out, "\n");
    }
}

static void put_state(struct vtr_text *out, const struct vtr_update_state *state,
                      uint64_t now)
{
    struct vtr_json json;

    vtr_json_begin(&json, out);
    vtr_json_string(&json, "database", state->database);
    vtr_json_bool(&json, "has_database", state->has_database != 0);
    if (state->has_database != 0) {
        vtr_json_number(&json, "release", state->release);
        vtr_json_number(&json, "database_bytes", state->database_len);
    }
    if (state->has_previous != 0) {
        vtr_json_number(&json, "previous_release", state->previous_release);
    }
    vtr_json_bool(&json, "is_held", state->is_held != 0);
    vtr_json_number(&json, "updated_at", state->updated_at);
    vtr_json_number(&json, "checked_at", state->checked_at);
    vtr_json_number(&json, "expires", state->expires);
    vtr_json_bool(&json, "is_expired", state->expires <= now);
    vtr_json_number(&json, "fetched_bytes", state->fetched_bytes);
    vtr_json_number(&json, "saved_bytes", state->saved_bytes);
    vtr_json_number(&json, "failures", state->failure_count);
    vtr_json_number(&json, "retry_at", state->retry_at);
    vtr_json_string(&json, "last_error", state->last_error);
    vtr_json_finish(&json);
}

static int show(const struct status_arguments *arguments)
{
    struct vtr_update_state state = {0};
    struct vtr_error err = {0};
    struct vtr_text out = {0};
    const time_t clock_now = time(NULL);
    const uint64_t now = clock_now < 0 ? 0 : (uint64_t)clock_now;

    if (vtr_update_get_state(arguments->dir, &state, &err) != VTR_OK) {
        return vtr_complain(&vtr_verb_status, &err);
    }
    if (state.database[0] == '\0' && state.failure_count == 0) {
        return vtr_complain_text(&vtr_verb_status, "never updated", arguments->dir);
    }
    const int exit_code = state.has_database == 0 ? VTR_EXIT_FAILED
                          : state.expires <= now || state.failure_count > 0
                              ? VTR_EXIT_NO
                              : VTR_EXIT_YES;
    if (arguments->is_json) {
        put_state(&out, &state, now);
    } else {
        print_state(&out, &state, now);
    }
    return vtr_output_answer(&out, exit_code);
}

int vtr_cmd_status(int argc, char **argv)
{
    struct status_arguments arguments = {0};
    struct vtr_list operands = {0};
    int exit_code;

    if (vtr_options_parse(&vtr_verb_status, argc, argv, &arguments, &operands,
                          &exit_code)) {
        exit_code = arguments.dir == NULL
                        ? vtr_complain_text(&vtr_verb_status, "--dir is missing", NULL)
                        : show(&arguments);
    }
    vtr_options_deinit(&vtr_verb_status, &arguments, &operands);
    return exit_code;
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/scan/scan_outcome.h"

#include <stdlib.h>

#include "cli/command/command.h"

void vtr_scan_outcome_free(struct vtr_scan_outcome *outcome)
{
    if (outcome != NULL) {
        vtr_text_deinit(&outcome->text);
        vtr_text_deinit(&outcome->hash_names);
        free(outcome);
    }
}

size_t vtr_scan_outcome_len(const struct vtr_scan_outcome *outcome)
{
    return sizeof(*outcome) + outcome->text.cap + outcome->hash_names.cap;
}

static void say_count(struct vtr_scan_outcome *outcome,
                      const struct vtr_scan_arguments *arguments, const char *path,
                      bool is_single)
{
    struct vtr_text *out = &outcome->text;

    if (arguments->style.is_json) {
        vtr_scan_print_count(out, path, outcome->satisfied);
        return;
    }
    if (!is_single) {
        vtr_scan_print_path(out, &arguments->style, path);
        vtr_text_add(out, ": ");
    }
    vtr_text_number(out, outcome->satisfied);
    vtr_text_add(out, "\n");
}

static void say_limit(const struct vtr_scan_outcome *outcome, unsigned bit,
                      const char *path)
{
    struct vtr_text reason = {0};

    vtr_scan_say_limit(&reason, bit, &outcome->limited);
    vtr_text_repeat(&reason, '\0', 1);
    vtr_complain_text(&vtr_verb_scan,
                      reason.has_failed ? "a limit was reached:" : reason.ptr, path);
    vtr_text_deinit(&reason);
}

static void say_limits(struct vtr_scan_outcome *outcome, bool is_json, const char *path)
{
    for (unsigned bit = 1; bit <= VTR_SCAN_LIMIT_LAST; bit <<= 1) {
        if ((outcome->limits & bit) != 0) {
            say_limit(outcome, bit, path);
        }
    }
    if (outcome->limits != 0 && is_json) {
        vtr_scan_print_limits(&outcome->text, path, outcome->limits, &outcome->limited);
    }
}

/* For programs, what standard error says as well. */
static void say_not_scanned(struct vtr_scan_outcome *outcome, bool is_json,
                            const char *path, const char *key, const char *reason)
{
    if (is_json) {
        vtr_scan_print_end(&outcome->text, path, key, reason);
    }
}

/* Says how it ended; false when that was a failure. */
static bool say_end(struct vtr_scan_outcome *outcome,
                    const struct vtr_scan_arguments *arguments, const char *path,
                    bool is_single)
{
    const bool is_json = arguments->style.is_json;

    switch (outcome->end) {
    case VTR_SCAN_DONE:
        break;
    case VTR_SCAN_TOO_LARGE:
        vtr_complain_text(&vtr_verb_scan, "larger than --max-size:", path);
        say_not_scanned(outcome, is_json, path, "error", "larger than --max-size");
        return false;
    case VTR_SCAN_SKIPPED:
        vtr_complain_text(&vtr_verb_scan, "skipped, larger than --skip-larger:", path);
        say_not_scanned(outcome, is_json, path, "skipped", "larger than --skip-larger");
        return true;
    case VTR_SCAN_TOO_LATE:
        say_not_scanned(outcome, is_json, path, "error", "the time was up");
        return true;
    case VTR_SCAN_NOT_NECESSARY:
        return true;
    }
    if (outcome->err.status != VTR_OK) {
        vtr_complain(&vtr_verb_scan, &outcome->err);
        say_not_scanned(outcome, is_json, path, "error", outcome->err.message);
        return false;
    }
    if (arguments->is_count) {
        say_count(outcome, arguments, path, is_single);
    }
    return true;
}

bool vtr_scan_outcome_say(struct vtr_scan_outcome *outcome,
                          const struct vtr_scan_arguments *arguments, const char *path,
                          bool is_single)
{
    const bool is_good = say_end(outcome, arguments, path, is_single);

    say_limits(outcome, arguments->style.is_json, path);
    const bool is_printed = vtr_text_print(&outcome->text, stdout);
    const bool is_whole = is_printed && !outcome->hash_names.has_failed;
    if (!is_whole && ferror(stdout) == 0) { /* else vtr_output_finish says it */
        vtr_complain_text(&vtr_verb_scan, "out of memory for what there is to say of",
                          path);
    }
    return is_good && outcome->limits == 0 && is_whole;
}

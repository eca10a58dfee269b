/* SPDX-License-Identifier: Apache-2.0 */

#include "testing/suite_scan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/writer.h"

#define MATCHES_SHOWN 4u

/* A list of names for a message. */
struct names {
    struct vtr_writer text;
    uint64_t count;
};

struct scan {
    const struct vtr_suite_scanner *scanner;
    struct vtr_suite_expectation *expectations;
    struct names all;
    struct names extra;
    bool has_no_memory;
};

enum vtr_status vtr_suite_scanner_init(struct vtr_suite_scanner *out,
                                       struct vtr_suite_rules *rules,
                                       struct vtr_arena *arena,
                                       const struct vtr_scan_options *options,
                                       struct vtr_error *err)
{
    struct vtr_suite_scanner s = {.rules = rules, .arena = arena};
    size_t len = 0;
    enum vtr_status status =
        vtr_compilation_build(rules->compilation, &s.image, &len, err);

    if (status == VTR_OK) {
        status =
            vtr_database_open_bytes(&s.database, (struct vtr_bytes){s.image, len}, err);
    }
    if (status == VTR_OK) {
        status = vtr_scanner_new(&s.scanner, s.database, options, err);
    }
    if (status != VTR_OK) {
        vtr_suite_scanner_deinit(&s);
        return status;
    }
    *out = s;
    return VTR_OK;
}

void vtr_suite_scanner_deinit(struct vtr_suite_scanner *scanner)
{
    vtr_scanner_free(scanner->scanner);
    vtr_database_free(scanner->database);
    free(scanner->image);
    *scanner = (struct vtr_suite_scanner){0};
}

static void add_text(struct vtr_writer *w, const char *text)
{
    vtr_writer_raw(w, vtr_bytes_from_text(text));
}

static void add_number(struct vtr_writer *w, const char *before, uint64_t number)
{
    char text[64];

    (void)snprintf(text, sizeof(text), "%s%" PRIu64, before, number);
    add_text(w, text);
}

/* The text as a string of the arena, and the writer empty; "" when memory is out. */
static const char *take_text(struct scan *scan, struct vtr_writer *w)
{
    const struct vtr_bytes copy =
        vtr_arena_dup(scan->scanner->arena, vtr_writer_bytes(w));

    scan->has_no_memory |= copy.ptr == NULL || !vtr_writer_ok(w);
    vtr_writer_deinit(w);
    return copy.ptr == NULL ? "" : (const char *)copy.ptr;
}

static void add_name(struct names *names, struct vtr_bytes name)
{
    if (names->count < VTR_SUITE_NAMES_MAX) {
        add_text(&names->text, names->count == 0 ? "" : ", ");
        vtr_writer_raw(&names->text, name);
    }
    names->count++;
}

static const char *take_names(struct scan *scan, struct names *names)
{
    if (names->count == 0) {
        add_text(&names->text, "nothing");
    } else if (names->count > VTR_SUITE_NAMES_MAX) {
        add_number(&names->text, " and ", names->count - VTR_SUITE_NAMES_MAX);
        add_text(&names->text, " more");
    }
    return take_text(scan, &names->text);
}

static const struct vtr_string_matches *find_string(
    const struct vtr_detection *detection, struct vtr_bytes id)
{
    for (size_t i = 0; i < detection->string_count; i++) {
        if (vtr_bytes_equal(detection->strings[i].id, id)) {
            return &detection->strings[i];
        }
    }
    return NULL;
}

static bool has_match(const struct vtr_string_matches *matches,
                      const struct vtr_suite_string *wanted)
{
    for (size_t i = 0; i < matches->count; i++) {
        const struct vtr_match *match = &matches->matches[i];
        if ((!wanted->has_offset || match->offset == wanted->offset) &&
            (!wanted->has_length || match->length == wanted->length)) {
            return true;
        }
    }
    return false;
}

/* "found 2 times: at 7 length 3, at 9 length 4". */
static const char *describe_matches(struct scan *scan,
                                    const struct vtr_string_matches *matches)
{
    struct vtr_writer w = {0};

    if (matches == NULL || matches->count == 0) {
        return "the string is not found";
    }
    add_number(&w, "found ", matches->count);
    add_text(&w, matches->count == 1 ? " time: " : " times: ");
    for (size_t i = 0; i < matches->count && i < MATCHES_SHOWN; i++) {
        add_number(&w, i == 0 ? "at " : ", at ", matches->matches[i].offset);
        add_number(&w, " length ", matches->matches[i].length);
    }
    add_text(&w, matches->count > MATCHES_SHOWN ? ", ..." : "");
    return take_text(scan, &w);
}

static void judge_string(struct scan *scan, const struct vtr_detection *detection,
                         struct vtr_suite_string *wanted)
{
    const struct vtr_string_matches *matches = find_string(detection, wanted->id);
    const uint64_t count = matches == NULL ? 0 : matches->count;
    const bool is_counted = wanted->has_count ? count == wanted->count : count > 0;
    const bool has_place = wanted->has_offset || wanted->has_length;

    wanted->is_satisfied =
        is_counted && (!has_place || (count > 0 && has_match(matches, wanted)));
    if (!wanted->is_satisfied) {
        wanted->reason = describe_matches(scan, matches);
    }
}

static int note_detection(const struct vtr_detection *detection, void *context)
{
    struct scan *scan = context;
    bool is_expected = false;

    add_name(&scan->all, detection->name);
    for (struct vtr_suite_expectation *e = scan->expectations; e != NULL; e = e->next) {
        if ((e->kind != VTR_SUITE_MATCHES && e->kind != VTR_SUITE_MISSES) ||
            !vtr_suite_is_named(e->rule, detection->space, detection->name)) {
            continue;
        }
        e->is_found = true;
        is_expected |= e->kind == VTR_SUITE_MATCHES;
        for (struct vtr_suite_string *s = e->strings; s != NULL; s = s->next) {
            judge_string(scan, detection, s);
        }
    }
    if (is_expected && !detection->is_hash) {
        vtr_suite_rules_note(scan->scanner->rules, detection->space, detection->name);
    }
    if (!is_expected) {
        add_name(&scan->extra, detection->name);
    }
    return !scan->has_no_memory;
}

/* What of the scan was incomplete. */
static const char *describe_limits(unsigned limits)
{
    return (limits & VTR_SCAN_LIMIT_TIME) != 0      ? "the scan took too long"
           : (limits & VTR_SCAN_LIMIT_MATCHES) != 0 ? "a string matched too often"
           : (limits & VTR_SCAN_LIMIT_REGEX) != 0   ? "a string took too much work"
           : (limits & VTR_SCAN_LIMIT_MODULE) != 0
               ? "a module stopped at a limit, or does not serve what a rule asks"
           : limits != 0 ? "the scan is incomplete"
                         : NULL;
}

enum vtr_status vtr_suite_scan(const struct vtr_suite_scanner *scanner,
                               struct vtr_bytes data,
                               struct vtr_suite_expectation *expectations,
                               struct vtr_suite_found *out, struct vtr_error *err)
{
    struct scan scan = {.scanner = scanner, .expectations = expectations};
    unsigned limits = 0;
    const enum vtr_status status =
        vtr_scan_bytes(scanner->scanner, data, note_detection, &scan, &limits, err);

    *out = (struct vtr_suite_found){
        .count = scan.all.count,
        .extra_count = scan.extra.count,
        .names = take_names(&scan, &scan.all),
        .extra_names = take_names(&scan, &scan.extra),
        .limits = describe_limits(limits),
    };
    return status != VTR_OK     ? status
           : scan.has_no_memory ? vtr_error_set_memory(err)
                                : VTR_OK;
}

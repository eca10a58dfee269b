/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine verify: is this database exactly what these sources compile to? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command/command.h"
#include "cli/command/output.h"
#include "cli/command/sources.h"
#include "cli/report/changes.h"
#include "cli/system/os_input.h"
#include "cli/system/os_terminal.h"
#include "vitrine/scan.h"
#include "vitrine/verify.h"

/* So many errors of the sources are shown; 'vitrine check' shows all. */
#define ERRORS_SHOWN 5

struct verify_arguments {
    struct vtr_source_arguments sources; /* first: see VTR_SOURCE_OPTIONS */
    struct vtr_list paths;
    bool keeps_going;
    bool is_json;
};

/* What a rebuild brought to light. */
struct finding {
    enum vtr_verdict verdict;
    struct vtr_change_list changes;
    struct vtr_compilation *compilation; /* NULL when the sources were not read */
    uint8_t digest[VTR_DIGEST_LEN];      /* of the database, as it says */
    uint8_t rebuilt[VTR_DIGEST_LEN];     /* zeros when there was no rebuild */
    char damage[512]; /* how the database contradicts itself; "" when it does not */
    char layout[512]; /* what is the matter with the layout; "" when it is known */
};

static const struct vtr_option OPTIONS[] = {
    {"sources", 's', VTR_OPTION_PATHS, "PATH",
     "rule sources, a file or folder; may be given again",
     offsetof(struct verify_arguments, paths)},
    VTR_SOURCE_OPTIONS,
    {"keep-going", 'k', VTR_OPTION_FLAG, NULL,
     "the database was compiled with --keep-going: without the bad rules",
     offsetof(struct verify_arguments, keeps_going)},
    {"json", 0, VTR_OPTION_FLAG, NULL, "one JSON object",
     offsetof(struct verify_arguments, is_json)}};

const struct vtr_verb vtr_verb_verify = {
    .name = "verify",
    .summary = "rebuild a database from its sources and compare every byte",
    .example = "vitrine verify detections.vdb --sources rules/",
    .details =
        "MATCH         every byte is what the sources compile to\n"
        "EXPLAINED     the rules differ: each missing, extra or changed one is listed\n"
        "UNEXPLAINED   the bytes are not what the database's own rules give\n"
        "UNVERIFIABLE  the sources do not compile (without --keep-going: not all of "
        "them),\n"
        "              or the layout is another version's\n"
        "\n"
        "'missing' rules are in the sources and not in the database, 'extra' ones in "
        "the\n"
        "database and not in the sources.  What follows the database on the command "
        "line\n"
        "is taken as further sources, so '--sources rules/*' does what it seems to.\n",
    .operands = "DB.vdb [SOURCE...]",
    .operand_min = 1,
    .operand_max = SIZE_MAX,
    .options = OPTIONS,
    .option_count = sizeof(OPTIONS) / sizeof(OPTIONS[0]),
    .exits = "0  MATCH\n"
             "1  EXPLAINED or UNEXPLAINED\n"
             "2  UNVERIFIABLE, or could not read\n",
    .run = vtr_cmd_verify};

static const char *name_of(enum vtr_verdict verdict)
{
    switch (verdict) {
    case VTR_VERDICT_MATCH:
        return "MATCH";
    case VTR_VERDICT_EXPLAINED:
        return "EXPLAINED";
    case VTR_VERDICT_UNEXPLAINED:
        return "UNEXPLAINED";
    case VTR_VERDICT_UNVERIFIABLE:
        return "UNVERIFIABLE";
    }
    return "";
}

static const char *meaning_of(const struct finding *finding)
{
    switch (finding->verdict) {
    case VTR_VERDICT_MATCH:
        return "every byte is what the sources compile to";
    case VTR_VERDICT_EXPLAINED:
        return "the database is not what the sources say; these records differ:";
    case VTR_VERDICT_UNEXPLAINED:
        return finding->changes.count > 0
                   ? "bytes are not what the database's own records give, and these "
                     "records differ:"
                   : "bytes are not what the database's own records give";
    case VTR_VERDICT_UNVERIFIABLE:
        return finding->layout[0] != '\0' ? finding->layout
                                          : "the sources do not compile: ";
    }
    return "";
}

static int exit_of(enum vtr_verdict verdict)
{
    switch (verdict) {
    case VTR_VERDICT_MATCH:
        return VTR_EXIT_YES;
    case VTR_VERDICT_EXPLAINED:
    case VTR_VERDICT_UNEXPLAINED:
        return VTR_EXIT_NO;
    case VTR_VERDICT_UNVERIFIABLE:
        return VTR_EXIT_FAILED;
    }
    return VTR_EXIT_FAILED;
}

/* The database is A: what only the rebuild has is missing from it. */
static const char *word_of(enum vtr_change_kind kind)
{
    switch (kind) {
    case VTR_CHANGE_ADDED:
        return "missing";
    case VTR_CHANGE_REMOVED:
        return "extra";
    case VTR_CHANGE_CHANGED:
        return "changed";
    }
    return "";
}

/* Where the sources say what a change is of; path NULL when they do not. */
static struct vtr_span place_of(const struct finding *finding,
                                const struct vtr_change *change)
{
    struct vtr_span place = {0};

    if (finding->compilation == NULL) {
        return place;
    }
    if (change->of == VTR_CHANGE_OF_RULE) {
        vtr_compilation_find(finding->compilation, &change->space, change->name,
                             &place);
    } else if (change->of == VTR_CHANGE_OF_HASH) {
        struct vtr_text hex = {0};
        vtr_text_hex(&hex, change->digest);
        vtr_compilation_find(finding->compilation, NULL, vtr_text_get_bytes(&hex),
                             &place);
        vtr_text_deinit(&hex);
    }
    return place;
}

static bool is_rebuilt(const struct finding *finding)
{
    return finding->verdict != VTR_VERDICT_UNVERIFIABLE;
}

static void print_digest(struct vtr_text *out, const char *what, const uint8_t *digest)
{
    vtr_text_add(out, what);
    vtr_text_hex(out, (struct vtr_bytes){digest, VTR_DIGEST_LEN});
    vtr_text_add(out, "\n");
}

static const struct vtr_compile_stats *stats_of(const struct finding *finding)
{
    return vtr_compilation_get_stats(finding->compilation);
}

static const uint8_t *sources_digest(const struct finding *finding)
{
    return stats_of(finding)->source_digest;
}

/* What errors in the sources mean for the verdict. */
static void print_errors(struct vtr_text *out, const struct finding *finding)
{
    const struct vtr_compile_stats *stats = stats_of(finding);

    if (stats->errors == 0) {
        return;
    }
    if (is_rebuilt(finding)) {
        vtr_text_add(out, "left out ");
        vtr_text_number(out, stats->bad);
        vtr_text_add(out, stats->bad == 1 ? " rule or line" : " rules or lines");
        vtr_text_add(out, " of the sources, because of ");
        vtr_print_count(out, stats->errors, "error");
        vtr_text_add(out, "; see 'vitrine check'\n");
    } else if (stats->unreadable == 0) {
        vtr_text_add(out, "a database compiled with --keep-going is verified with "
                          "--keep-going (-k)\n");
    }
}

static void print_verdict(struct vtr_text *out, const struct finding *finding)
{
    vtr_text_add(out, name_of(finding->verdict));
    vtr_text_add(out, ": ");
    vtr_text_safe(out, vtr_text_view(meaning_of(finding)));
    if (!is_rebuilt(finding) && finding->compilation != NULL) {
        vtr_print_count(out, stats_of(finding)->errors, "error");
    }
    vtr_text_add(out, "\n");
}

static void print_finding(struct vtr_text *out, const struct finding *finding)
{
    print_verdict(out, finding);
    for (size_t i = 0; i < finding->changes.count; i++) {
        const struct vtr_change *change = &finding->changes.items[i].change;
        const struct vtr_span place = place_of(finding, change);
        vtr_text_add(out, "  ");
        vtr_change_print(out, word_of(change->kind), change, &place);
    }
    if (finding->damage[0] != '\0') {
        vtr_text_add(out, "  damaged ");
        vtr_text_safe(out, vtr_text_view(finding->damage));
        vtr_text_add(out, "\n");
    }
    if (finding->layout[0] == '\0') {
        print_digest(out, "database ", finding->digest);
    }
    if (is_rebuilt(finding)) {
        print_digest(out, "rebuilt  ", finding->rebuilt);
    }
    if (finding->compilation != NULL) {
        print_digest(out, "sources  ", sources_digest(finding));
        print_errors(out, finding);
    }
}

/* Which rules were left out, or why there is no verdict. */
static void put_errors(struct vtr_json *json, const struct finding *finding)
{
    if (!is_rebuilt(finding)) {
        vtr_json_string(json, "reason",
                        finding->layout[0] != '\0' ? "layout" : "sources");
    }
    if (finding->compilation != NULL) {
        vtr_json_number(json, "errors", stats_of(finding)->errors);
        vtr_json_number(json, "bad", stats_of(finding)->bad);
    }
}

static void put_finding(struct vtr_text *out, const struct finding *finding)
{
    struct vtr_json json;

    vtr_json_begin(&json, out);
    vtr_json_string(&json, "verdict", name_of(finding->verdict));
    put_errors(&json, finding);
    if (finding->layout[0] == '\0') {
        vtr_json_hex(&json, "database_digest",
                     (struct vtr_bytes){finding->digest, VTR_DIGEST_LEN});
    }
    if (is_rebuilt(finding)) {
        vtr_json_hex(&json, "rebuilt_digest",
                     (struct vtr_bytes){finding->rebuilt, VTR_DIGEST_LEN});
    }
    if (finding->compilation != NULL) {
        vtr_json_hex(&json, "sources_digest",
                     (struct vtr_bytes){sources_digest(finding), VTR_DIGEST_LEN});
    }
    if (finding->damage[0] != '\0') {
        vtr_json_string(&json, "damage", finding->damage);
    }
    vtr_json_begin_array(&json, "changes");
    for (size_t i = 0; i < finding->changes.count; i++) {
        const struct vtr_change *change = &finding->changes.items[i].change;
        const struct vtr_span place = place_of(finding, change);
        vtr_change_to_json(&json, word_of(change->kind), change, &place);
    }
    vtr_json_end_array(&json);
    vtr_json_finish(&json);
}

/* Problems of the sources explain why nothing could be verified. */
static void report_problems(const struct finding *finding)
{
    struct vtr_text out = {0};

    if (finding->compilation != NULL && !is_rebuilt(finding)) {
        vtr_sources_print_errors(&out, finding->compilation, ERRORS_SHOWN,
                                 vtr_terminal_has_colour(stderr));
        (void)vtr_text_print(&out, stderr);
    }
    vtr_text_deinit(&out);
}

static int report(const struct finding *finding, bool is_json)
{
    struct vtr_text out = {0};

    report_problems(finding);
    if (is_json) {
        put_finding(&out, finding);
    } else {
        print_finding(&out, finding);
    }
    out.has_failed = out.has_failed || finding->changes.has_failed;
    return vtr_output_answer(&out, exit_of(finding->verdict));
}

static void describe_damage(struct finding *finding, const struct vtr_error *damage)
{
    const size_t cap = sizeof(finding->damage);

    if (damage->section[0] == '\0') {
        (void)snprintf(finding->damage, cap, "%s", damage->message);
        return;
    }
    (void)snprintf(finding->damage, cap, "%.400s (%s, byte %llu)", damage->message,
                   damage->section, (unsigned long long)damage->offset);
}

/* The content digest that a database carries, and whether its own bytes agree. */
static enum vtr_status look_at(struct finding *finding, struct vtr_bytes bytes,
                               struct vtr_error *err)
{
    struct vtr_error damage = {0};
    struct vtr_database *database = NULL;
    const enum vtr_status status = vtr_database_open_bytes(&database, bytes, err);

    if (status == VTR_OK) {
        struct vtr_database_info info;
        vtr_database_get_info(database, &info);
        memcpy(finding->digest, info.content_digest, VTR_DIGEST_LEN);
        if (vtr_database_check(database, &damage) != VTR_OK) {
            describe_damage(finding, &damage);
        }
        vtr_database_free(database);
    }
    return status;
}

static int verify(const struct verify_arguments *arguments, const char *path,
                  const struct vtr_list *sources)
{
    struct vtr_compile_options options =
        vtr_sources_to_options(&arguments->sources, sources->items, sources->count);
    struct vtr_input database = {0};
    struct finding finding = {.verdict = VTR_VERDICT_UNVERIFIABLE};
    struct vtr_error err = {0};
    int exit_code;

    options.keep_going = arguments->keeps_going ? 1 : 0;
    enum vtr_status status = vtr_input_open(&database, path, &err);
    if (status == VTR_OK) {
        status = look_at(&finding, database.bytes, &err);
        if (status != VTR_OK && status != VTR_ERROR_VERSION) {
            vtr_input_blame(path, &err);
        }
    }
    if (status == VTR_ERROR_VERSION) {
        (void)snprintf(finding.layout, sizeof(finding.layout), "%s", err.message);
        status = VTR_OK;
    } else if (status == VTR_OK) {
        status =
            vtr_rebuild(database.bytes, &options, &finding.verdict, vtr_change_list_add,
                        &finding.changes, &finding.compilation, finding.rebuilt, &err);
    }
    exit_code = status == VTR_OK ? report(&finding, arguments->is_json)
                                 : vtr_complain(&vtr_verb_verify, &err);
    vtr_compilation_free(finding.compilation);
    vtr_change_list_deinit(&finding.changes);
    vtr_input_close(&database);
    return exit_code;
}

/* --sources and what follows the database, as one list in `*out`. */
static bool join_sources(struct vtr_list *out, const struct vtr_list *named,
                         const struct vtr_list *operands)
{
    const size_t count = named->count + operands->count - 1;

    if (count == 0) {
        vtr_complain_text(&vtr_verb_verify, "missing --sources PATH", NULL);
        return false;
    }
    out->items = calloc(count, sizeof(*out->items));
    if (out->items == NULL) {
        vtr_complain_text(&vtr_verb_verify, "out of memory", NULL);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        out->items[i] =
            i < named->count ? named->items[i] : operands->items[i - named->count + 1];
    }
    out->count = count;
    return true;
}

int vtr_cmd_verify(int argc, char **argv)
{
    struct verify_arguments arguments = {0};
    struct vtr_list operands = {0};
    struct vtr_list sources = {0};
    int exit_code;

    if (vtr_options_parse(&vtr_verb_verify, argc, argv, &arguments, &operands,
                          &exit_code)) {
        exit_code = join_sources(&sources, &arguments.paths, &operands)
                        ? verify(&arguments, operands.items[0], &sources)
                        : VTR_EXIT_FAILED;
    }
    free(sources.items);
    vtr_options_deinit(&vtr_verb_verify, &arguments, &operands);
    return exit_code;
}

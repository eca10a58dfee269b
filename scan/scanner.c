/* SPDX-License-Identifier: Apache-2.0 */

/* One scan as a list of steps; each step is a module of its own. */
#include "scan/scanner.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/os_map.h"
#include "base/os_monotonic.h"
#include "format/modules/module_table.h"
#include "scan/condition/entry_point.h"
#include "scan/condition/external.h"
#include "scan/condition/rule_eval.h"
#include "scan/condition/rule_facts.h"
#include "scan/database.h"
#include "scan/detection.h"
#include "scan/regex/regex.h"
#include "scan/run/memory.h"
#include "scan/run/profile.h"
#include "scan/search/atom_ahead.h"
#include "scan/search/atom_search.h"
#include "scan/search/verify_pattern.h"

#define MATCH_LIMIT       1000000u
#define REGEX_MATCH_LIMIT 1000000u
#define REGEX_HEAP_KIB    16384u
#define WORK_LIMIT        500000000u

/* Patterns that may use up what each of them may cost, before the others suffer. */
#define WORK_SHARES 4u

/* After a file with more matches their memory is given back. */
#define KEPT_MATCHES 4000000u

struct vtr_scanner {
    struct vtr_scan_run run;
    struct vtr_atom_searcher searcher;
    struct vtr_external_settings externals;
    struct vtr_rule_facts facts;
    struct vtr_rule_eval eval;
    struct vtr_snapshot snapshot; /* of the file that is scanned */
    const struct vtr_database *database;
};

/* Data for a module that there is not was meant for another one. */
static enum vtr_status check_module_data(const struct vtr_scan_options *options,
                                         struct vtr_error *err)
{
    for (size_t i = 0; i < options->module_data_count; i++) {
        const char *name = options->module_data[i].module;
        if (vtr_module_find(vtr_bytes_from_text(name)) == VTR_MODULE_COUNT) {
            return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                                 "there is no module '%.100s' to hand data to", name);
        }
    }
    return VTR_OK;
}

static struct vtr_scan_options with_defaults(const struct vtr_scan_options *options)
{
    struct vtr_scan_options all =
        options == NULL ? (struct vtr_scan_options){0} : *options;

    all.match_limit = all.match_limit == 0 ? MATCH_LIMIT : all.match_limit;
    all.regex_match_limit =
        all.regex_match_limit == 0 ? REGEX_MATCH_LIMIT : all.regex_match_limit;
    all.work_limit = all.work_limit == 0 ? WORK_LIMIT : all.work_limit;
    all.regex_heap_kib = all.regex_heap_kib == 0 ? REGEX_HEAP_KIB : all.regex_heap_kib;
    return all;
}

/* What a scanner has without having asked for anything. */
static void init(struct vtr_scanner *scanner, const struct vtr_database *database,
                 const struct vtr_scan_options *options)
{
    struct vtr_scan_run *run = &scanner->run;

    scanner->database = database;
    vtr_atom_searcher_init(&scanner->searcher, &database->atoms, vtr_cpu_get_vectors());
    vtr_rule_facts_init(&scanner->facts);
    vtr_rule_eval_init(&scanner->eval);
    run->image = &database->image;
    run->atoms = &database->atoms;
    run->searcher = &scanner->searcher;
    run->options = with_defaults(options);
    run->externals = &scanner->externals;
    run->patterns.image = &database->image;
    run->facts = &scanner->facts;
    run->modules = &scanner->eval.modules;
    vtr_idle_rows_init(&run->idle);
}

/* The rest, of which each part may fail. */
static enum vtr_status prepare(struct vtr_scanner *scanner, struct vtr_error *err)
{
    struct vtr_scan_run *run = &scanner->run;
    const struct vtr_scan_options *options = &run->options;
    enum vtr_status status =
        vtr_external_settings_init(&scanner->externals, run->image, options->externals,
                                   options->external_count, err);

    if (status == VTR_OK) {
        status = check_module_data(options, err);
    }
    if (status != VTR_OK) {
        return status;
    }
    run->regexes =
        vtr_regex_machine_new(options->regex_match_limit, options->regex_heap_kib);
    run->profile = options->has_profile ? vtr_profile_new(run->image) : NULL;
    return run->regexes == NULL || (options->has_profile && run->profile == NULL)
               ? vtr_error_set_memory(err)
               : VTR_OK;
}

enum vtr_status vtr_scanner_new(struct vtr_scanner **out,
                                const struct vtr_database *database,
                                const struct vtr_scan_options *options,
                                struct vtr_error *err)
{
    struct vtr_scanner *scanner = calloc(1, sizeof(*scanner));

    if (scanner == NULL) {
        return vtr_error_set_memory(err);
    }
    init(scanner, database, options);
    const enum vtr_status status = prepare(scanner, err);
    if (status != VTR_OK) {
        vtr_scanner_free(scanner);
        return status;
    }
    *out = scanner;
    return VTR_OK;
}

void vtr_scanner_free(struct vtr_scanner *scanner)
{
    if (scanner != NULL) {
        vtr_snapshot_deinit(&scanner->snapshot);
        vtr_rule_eval_deinit(&scanner->eval);
        vtr_pattern_states_deinit(&scanner->run.patterns);
        vtr_hex_matcher_deinit(&scanner->run.hex);
        vtr_regex_machine_free(scanner->run.regexes);
        vtr_external_settings_deinit(&scanner->externals);
        vtr_arena_deinit(&scanner->run.copies);
        vtr_profile_free(scanner->run.profile);
        vtr_rule_facts_deinit(&scanner->facts);
        vtr_idle_rows_deinit(&scanner->run.idle);
        free(scanner);
    }
}

void vtr_scanner_use_vectors(struct vtr_scanner *scanner, enum vtr_vectors vectors)
{
    vtr_atom_searcher_init(&scanner->searcher, scanner->run.atoms, vectors);
}

void vtr_scanner_set_timeout(struct vtr_scanner *scanner, uint64_t timeout_ms)
{
    scanner->run.options.timeout_ms = timeout_ms;
}

enum vtr_status vtr_scan_tell_costs(const struct vtr_scanner *const *scanners,
                                    size_t count, vtr_cost_fn tell, void *context,
                                    struct vtr_error *err)
{
    struct vtr_profile *sum = NULL;
    enum vtr_status status = VTR_OK;

    for (size_t i = 0; i < count && status == VTR_OK; i++) {
        const struct vtr_profile *profile =
            scanners[i] == NULL ? NULL : scanners[i]->run.profile;
        if (profile != NULL && sum == NULL) {
            sum = vtr_profile_new(scanners[i]->run.image);
            status = sum == NULL ? VTR_ERROR_MEMORY : VTR_OK;
        }
        if (profile != NULL && sum != NULL) {
            vtr_profile_add(sum, profile);
        }
    }
    if (sum != NULL) {
        status = vtr_profile_tell(sum, tell, context);
    }
    vtr_profile_free(sum);
    return status == VTR_OK ? VTR_OK : vtr_error_set_memory(err);
}

/* The name of the module that came to a limit. */
static int get_limited_module(const struct vtr_scanner *scanner,
                              struct vtr_limited_string *out)
{
    const char *name = vtr_modules_get_limited(&scanner->eval.modules.modules);

    if (name == NULL) {
        return 0;
    }
    *out = (struct vtr_limited_string){.name = vtr_bytes_from_text(name)};
    return 1;
}

int vtr_scanner_get_limited(const struct vtr_scanner *scanner, unsigned limit,
                            struct vtr_limited_string *out)
{
    const struct vtr_scan_run *run = &scanner->run;
    const uint32_t number = limit == VTR_SCAN_LIMIT_MATCHES ? run->crowded_pattern
                            : limit == VTR_SCAN_LIMIT_REGEX ? run->costly_pattern
                                                            : 0;
    struct vtr_pattern_view view;
    uint32_t rule;
    uint32_t offset;

    if (limit == VTR_SCAN_LIMIT_MODULE) {
        return get_limited_module(scanner, out);
    }
    if (number == 0 || !vtr_pattern_row(run->image, number - 1, &rule, &offset)) {
        return 0;
    }
    const struct vtr_bytes body = vtr_image_rule(run->image, rule);
    if (!vtr_rule_read_key(body, &out->space, &out->rule) ||
        !vtr_rule_pattern_at(body, offset, &view)) {
        return 0;
    }
    out->name = view.id;
    return 1;
}

/* When a scan that begins now must end, of vtr_monotonic_ns; 0: never. */
static uint64_t find_deadline(uint64_t timeout_ms)
{
    const uint64_t now = timeout_ms == 0 ? 0 : vtr_monotonic_ns();

    return timeout_ms > (UINT64_MAX - now) / 1000000u ? 0 : now + timeout_ms * 1000000u;
}

/* Forgets the file before. */
static void begin(struct vtr_scanner *scanner, const struct vtr_memory *memory,
                  struct vtr_bytes data, uint64_t total_len)
{
    struct vtr_scan_run *run = &scanner->run;

    if (!vtr_pattern_states_clear(&run->patterns, run->match_count <= KEPT_MATCHES)) {
        vtr_rule_facts_clear(&scanner->facts);
    }
    vtr_arena_deinit(&run->copies);
    vtr_idle_rows_clear(&run->idle);
    run->memory = memory;
    run->data = data;
    run->base = 0;
    run->total_len = total_len;
    run->entry_point = -1;
    run->limits = 0;
    run->crowded_pattern = 0;
    run->costly_pattern = 0;
    run->match_count = 0;
    run->candidate_count = 0;
    const uint64_t share = vtr_run_work(run);
    run->work_left =
        share > UINT64_MAX / WORK_SHARES ? UINT64_MAX : share * WORK_SHARES;
    run->visits = 0;
    run->file_number++;
    run->is_lean = memory == NULL && !run->options.has_unsatisfied;
    run->is_late = false;
    run->is_search_over = false;
    run->is_memory_out = false;
    run->hex.has_failed = false;
    run->hex.has_hit_limit = false;
    run->deadline_ns = find_deadline(run->options.timeout_ms);
    vtr_rule_eval_begin(&scanner->eval, run);
}

static void search_unindexed(struct vtr_scan_run *run)
{
    const struct vtr_bytes patterns = run->image->sections[VTR_SECTION_UNINDEXED].bytes;

    for (size_t i = 0; i < patterns.len / 4 && !vtr_run_must_stop(run); i++) {
        vtr_verify_everywhere(run, vtr_table_u32(patterns, i));
    }
}

static enum vtr_status report_satisfied(struct vtr_scanner *scanner,
                                        struct vtr_report *to)
{
    const uint32_t *rules = scanner->eval.rules.items;

    for (size_t i = 0; i < scanner->eval.rules.count && !to->is_over; i++) {
        const enum vtr_status status =
            vtr_detection_report_rule(&scanner->run, rules[i], true, to);
        if (status != VTR_OK) {
            return status;
        }
    }
    return VTR_OK;
}

/* Tells of every rule, in the same order. */
static enum vtr_status report_all(struct vtr_scanner *scanner, struct vtr_report *to)
{
    const struct vtr_vector *rules = &scanner->eval.rules;
    size_t next = 0;

    for (uint32_t i = 0; i < scanner->run.image->rule_count && !to->is_over; i++) {
        const bool is_satisfied =
            next < rules->count && ((const uint32_t *)rules->items)[next] == i;
        next += is_satisfied ? 1 : 0;
        if (!is_satisfied && scanner->run.is_late) {
            continue; /* perhaps nobody got to it */
        }
        const enum vtr_status status =
            vtr_detection_report_rule(&scanner->run, i, is_satisfied, to);
        if (status != VTR_OK) {
            return status;
        }
    }
    return VTR_OK;
}

static enum vtr_status report(struct vtr_scanner *scanner, struct vtr_report *to)
{
    enum vtr_status status = scanner->run.options.has_unsatisfied
                                 ? report_all(scanner, to)
                                 : report_satisfied(scanner, to);

    if (status != VTR_OK || to->is_over || scanner->run.memory != NULL) {
        return status;
    }
    struct vtr_profile *profile = scanner->run.profile;
    const struct vtr_profile_span span = vtr_profile_begin(profile);
    status = vtr_detection_report_hashes(&scanner->run, to);
    vtr_profile_end(profile, &span, VTR_COST_HASHES, 0);
    return status;
}

/* Finds what patterns match in the data. */
static void search(struct vtr_scan_run *run)
{
    const struct vtr_profile_span span = vtr_profile_begin(run->profile);

    if (!vtr_atom_ahead_is_worth(run) || !vtr_atom_ahead_search(run)) {
        vtr_atom_search(run);
    }
    search_unindexed(run);
    vtr_verify_finish(run);
    vtr_profile_end(run->profile, &span, VTR_COST_SEARCH, 0);
}

/* What follows from the matches. */
static enum vtr_status conclude(struct vtr_scanner *scanner, vtr_detection_fn found,
                                void *context, unsigned *out_limits,
                                struct vtr_error *err)
{
    struct vtr_scan_run *run = &scanner->run;
    struct vtr_report to = {found, context, false};

    const bool is_evaluated =
        !run->is_memory_out && vtr_rule_eval_run(&scanner->eval, run);
    if (is_evaluated && run->options.finding != NULL && !run->is_late) {
        vtr_module_host_tell(&scanner->eval.modules);
    }
    if (!vtr_mapping_is_whole(&scanner->database->mapping)) {
        return vtr_error_set(err, VTR_ERROR_IO,
                             "the file of the database has shrunk since it was opened");
    }
    if (!is_evaluated || run->is_memory_out || report(scanner, &to) != VTR_OK) {
        return vtr_error_set_memory(err);
    }
    if (out_limits != NULL) {
        *out_limits = run->limits;
    }
    return VTR_OK;
}

enum vtr_status vtr_scan_bytes(struct vtr_scanner *scanner, struct vtr_bytes data,
                               vtr_detection_fn found, void *context,
                               unsigned *out_limits, struct vtr_error *err)
{
    struct vtr_profile *profile = scanner->run.profile;
    const struct vtr_profile_span span = vtr_profile_begin(profile);

    begin(scanner, NULL, data, data.len);
    search(&scanner->run);
    const enum vtr_status status = conclude(scanner, found, context, out_limits, err);
    vtr_profile_end(profile, &span, VTR_COST_REST, 0);
    return status;
}

/* Searches one range, as far as it can be read. */
static void search_range(struct vtr_scan_run *run, const struct vtr_memory_range *range,
                         uint8_t *room)
{
    const size_t len =
        run->memory->read(run->memory->context, range->base, room, (size_t)range->len);

    if (len == 0) {
        return;
    }
    run->data = (struct vtr_bytes){room, len};
    run->base = range->base;
    if (run->entry_point < 0 &&
        !vtr_entry_point_address(run->data, run->base, &run->entry_point)) {
        run->entry_point = -1;
    }
    search(run);
    vtr_memory_settle(run);
    run->data = (struct vtr_bytes){0};
}

enum vtr_status vtr_scan_memory(struct vtr_scanner *scanner,
                                const struct vtr_memory *memory, vtr_detection_fn found,
                                void *context, unsigned *out_limits,
                                struct vtr_error *err)
{
    struct vtr_scan_run *run = &scanner->run;
    uint64_t total = 0;
    size_t longest = 0;
    enum vtr_status status = vtr_memory_measure(memory, &total, &longest, err);

    if (status != VTR_OK) {
        return status;
    }
    uint8_t *room = malloc(longest + 1);
    if (room == NULL) {
        return vtr_error_set_memory(err);
    }
    const struct vtr_profile_span span = vtr_profile_begin(run->profile);
    begin(scanner, memory, (struct vtr_bytes){0}, total);
    for (size_t i = 0; i < memory->range_count && !vtr_run_must_stop(run); i++) {
        search_range(run, &memory->ranges[i], room);
    }
    free(room);
    vtr_memory_finish(run);
    status = conclude(scanner, found, context, out_limits, err);
    vtr_profile_end(run->profile, &span, VTR_COST_REST, 0);
    return status;
}

enum vtr_status vtr_scan_file(struct vtr_scanner *scanner, const char *path,
                              vtr_detection_fn found, void *context,
                              unsigned *out_limits, struct vtr_error *err)
{
    enum vtr_status status = vtr_snapshot_open(&scanner->snapshot, path, err);

    if (status == VTR_OK) {
        status = vtr_scan_bytes(scanner, scanner->snapshot.bytes, found, context,
                                out_limits, err);
    }
    if (status == VTR_OK && !vtr_snapshot_is_whole(&scanner->snapshot)) {
        status = vtr_error_set(err, VTR_ERROR_IO,
                               "the file has shrunk while it was scanned: '%s'", path);
    }
    vtr_snapshot_close(&scanner->snapshot);
    return status;
}

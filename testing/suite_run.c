/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A run of tests: rules compiled, test files read, samples scanned, each check told.
 */
#include "testing/suite_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/os_file.h"

/* Appends what a file holds; false, reported, when it cannot be read. */
static bool add_file(struct vtr_writer *content, struct vtr_suite_sample *sample,
                     const struct vtr_suite_part *part,
                     struct vtr_diagnostics *diagnostics)
{
    struct vtr_error reason = {0};
    struct vtr_bytes bytes;

    if (vtr_file_read_regular((const char *)part->bytes.ptr, VTR_SUITE_SAMPLE_MAX,
                              &bytes, &reason) != VTR_OK) {
        struct vtr_problem *problem =
            vtr_diagnostics_add_coded(diagnostics, "E505", part->place, "%s",
                                      reason.message);
        problem->note = "a path is relative to the folder of its test file";
        sample->is_bad = true;
        return false;
    }
    vtr_writer_raw(content, bytes);
    free((void *)(uintptr_t)bytes.ptr);
    return true;
}

static bool build_content(struct vtr_writer *content, struct vtr_suite_sample *sample,
                          struct vtr_diagnostics *diagnostics)
{
    for (const struct vtr_suite_part *p = sample->parts; p != NULL; p = p->next) {
        switch (p->kind) {
        case VTR_SUITE_BYTES:
            vtr_writer_raw(content, p->bytes);
            break;
        case VTR_SUITE_ZEROS:
            vtr_writer_zeros(content, (size_t)p->zeros);
            break;
        case VTR_SUITE_FILE:
            if (!add_file(content, sample, p, diagnostics)) {
                return false;
            }
            break;
        }
    }
    return true;
}

/* Reports names of rules and strings that are not there, or never matter. */
static void check_expectation(struct vtr_test_run *run, struct vtr_suite_sample *sample,
                              const struct vtr_suite_expectation *e,
                              struct vtr_diagnostics *d)
{
    const uint64_t *hashes = run->compilation->stats.hashes;
    const bool has_hashes = hashes[0] + hashes[1] + hashes[2] > 0;
    const struct vtr_compiled_rule *rule = vtr_suite_rules_find(&run->rules, e->rule);

    if (rule == NULL && has_hashes && memchr(e->rule.ptr, '.', e->rule.len) != NULL) {
        return; /* hash records are called like this, rules are not */
    }
    if (rule == NULL || vtr_suite_rule_is_private(rule)) {
        const struct vtr_bytes nearest = vtr_suite_rules_nearest(&run->rules, e->rule);
        struct vtr_problem *problem =
            vtr_diagnostics_add_coded(d, "E506", e->place,
                                      rule == NULL ? "there is no rule '%.*s'"
                                                   : "rule '%.*s' is private",
                                      (int)e->rule.len, (const char *)e->rule.ptr);
        if (rule != NULL) {
            problem->note = "a scan tells of no private rule: test one that uses it";
        } else if (nearest.ptr != NULL) {
            problem->help =
                vtr_diagnostics_text(d, "did you mean '%.*s'?", (int)nearest.len,
                                     (const char *)nearest.ptr);
        }
        sample->is_bad = true;
        return;
    }
    for (const struct vtr_suite_string *s = e->strings; s != NULL; s = s->next) {
        if (!vtr_suite_rule_has_string(rule, s->id)) {
            (void)vtr_diagnostics_add_coded(d, "E507", s->place,
                                            "rule '%.*s' has no string '$%.*s'",
                                            (int)e->rule.len, (const char *)e->rule.ptr,
                                            (int)s->id.len, (const char *)s->id.ptr);
            sample->is_bad = true;
        }
    }
}

static enum vtr_status try_sample(struct vtr_test_run *run,
                                  struct vtr_suite_sample *sample,
                                  struct vtr_diagnostics *diagnostics,
                                  struct vtr_error *err)
{
    struct vtr_writer content = {0};
    struct vtr_suite_found found;
    enum vtr_status status = VTR_OK;

    for (const struct vtr_suite_expectation *e = sample->expectations; e != NULL;
         e = e->next) {
        if (e->kind == VTR_SUITE_MATCHES || e->kind == VTR_SUITE_MISSES) {
            check_expectation(run, sample, e, diagnostics);
        }
    }
    if (!sample->is_bad && build_content(&content, sample, diagnostics)) {
        status = vtr_writer_ok(&content)
                     ? vtr_suite_scan(&run->scanner, vtr_writer_bytes(&content),
                                      sample->expectations, &found, err)
                     : vtr_error_set_memory(err);
        if (status == VTR_OK && run->unpack != NULL) {
            status = vtr_suite_unpack(run, run->unpack, sample,
                                      vtr_writer_bytes(&content), err);
        }
        for (const struct vtr_suite_expectation *e = sample->expectations;
             e != NULL && status == VTR_OK && !run->is_stopped; e = e->next) {
            vtr_suite_tell(run, (const char *)sample->name.ptr, e, &found);
        }
        run->summary.samples++;
    }
    vtr_writer_deinit(&content);
    return status;
}

/* Reads a test file into the run's holder; one that cannot be read is reported. */
static enum vtr_status load_file(struct vtr_test_run *run, struct vtr_bytes path,
                                 struct vtr_error *err)
{
    struct vtr_error reason = {0};
    struct vtr_bytes bytes;
    enum vtr_status status =
        vtr_file_read_regular((const char *)path.ptr, VTR_SOURCE_LIMIT_BYTES, &bytes,
                              &reason);

    if (status != VTR_OK) {
        (void)vtr_diagnostics_add(&run->files->diagnostics, VTR_CODE_UNREADABLE,
                                  (struct vtr_place){0}, "%s", reason.message);
        return VTR_OK;
    }
    status =
        vtr_file_set_add_text(&run->files->files, (const char *)path.ptr, bytes, err);
    free((void *)(uintptr_t)bytes.ptr);
    return status;
}

static enum vtr_status try_files(struct vtr_test_run *run, struct vtr_error *err)
{
    const struct vtr_bytes *paths = run->sources.files.items;
    enum vtr_status status = VTR_OK;

    for (size_t i = 0; i < run->sources.files.count && status == VTR_OK; i++) {
        status = load_file(run, paths[i], err);
    }
    for (size_t i = 0; i < run->files->files.files.count && status == VTR_OK; i++) {
        struct vtr_file *file = vtr_file_at(&run->files->files, i);
        struct vtr_suite_sample *samples = NULL;
        if (vtr_suite_file_parse(&samples, &file->source, &run->arena,
                                 &file->diagnostics) != VTR_OK) {
            return vtr_error_set_memory(err);
        }
        run->summary.files++;
        for (struct vtr_suite_sample *s = samples;
             s != NULL && status == VTR_OK && !run->is_stopped; s = s->next) {
            status = try_sample(run, s, &file->diagnostics, err);
        }
    }
    return status;
}

static enum vtr_status try_all(struct vtr_test_run *run,
                               const struct vtr_test_options *options,
                               struct vtr_error *err)
{
    enum vtr_status status;

    if (vtr_suite_rules_init(&run->rules, run->compilation, &run->arena) != VTR_OK) {
        return vtr_error_set_memory(err);
    }
    status = vtr_suite_scanner_init(&run->scanner, &run->rules, &run->arena,
                                    &options->scan, err);
    if (status == VTR_OK) {
        status = try_files(run, err);
    }
    if (status == VTR_OK && options->samples != NULL && !run->is_stopped) {
        status = vtr_suite_try_collection(run, options->samples, err);
    }
    if (status == VTR_OK) {
        vtr_suite_tell_coverage(run, options->is_complete != 0);
        status = vtr_compilation_report(run->files);
        status = status == VTR_OK ? VTR_OK : vtr_error_set_memory(err);
    }
    return status;
}

/* Compiles the rules among the arguments.  VTR_ERROR_RULES: they have errors because of
 * which nothing is tried. */
static enum vtr_status compile(struct vtr_test_run *run,
                               const struct vtr_test_options *options,
                               struct vtr_error *err)
{
    struct vtr_compile_options compile = options->compile;
    enum vtr_status status;

    if (run->sources.rules.count == 0) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT, "no rules to test are named");
    }
    compile.sources = run->sources.rules.items;
    compile.source_count = run->sources.rules.count;
    status = vtr_compile(&run->compilation, &compile, err);
    return status == VTR_ERROR_RULES && options->compile.keep_going &&
                   run->compilation->stats.unreadable == 0
               ? VTR_OK
               : status;
}

static enum vtr_status run_new(struct vtr_test_run **out,
                               const struct vtr_test_options *options,
                               vtr_test_fn checked, void *context)
{
    struct vtr_test_run *run = calloc(1, sizeof(*run));

    if (run == NULL) {
        return VTR_ERROR_MEMORY;
    }
    run->unpack = options->unpack;
    run->checked = checked;
    run->context = context;
    vtr_suite_sources_init(&run->sources, &run->arena);
    if (vtr_compilation_new(&run->files, &options->compile) != VTR_OK) {
        free(run);
        return VTR_ERROR_MEMORY;
    }
    *out = run;
    return VTR_OK;
}

enum vtr_status vtr_test(struct vtr_test_run **out,
                         const struct vtr_test_options *options, vtr_test_fn checked,
                         void *context, struct vtr_error *err)
{
    struct vtr_test_run *run = NULL;
    enum vtr_status status;

    if (run_new(&run, options, checked, context) != VTR_OK) {
        return vtr_error_set_memory(err);
    }
    status = vtr_suite_sources_collect(&run->sources, options->compile.sources,
                                       options->compile.source_count, err);
    if (status == VTR_OK) {
        status = compile(run, options, err);
    }
    if (status == VTR_OK) {
        status = try_all(run, options, err);
        if (status == VTR_OK && run->files->stats.errors > 0) {
            status = vtr_error_set(err, VTR_ERROR_RULES, "the tests have errors");
        }
    }
    if (status == VTR_OK || status == VTR_ERROR_RULES) {
        *out = run;
    } else {
        vtr_test_run_free(run);
    }
    return status;
}

void vtr_test_run_free(struct vtr_test_run *run)
{
    if (run != NULL) {
        vtr_suite_scanner_deinit(&run->scanner);
        vtr_suite_sources_deinit(&run->sources);
        vtr_compilation_free(run->compilation);
        vtr_compilation_free(run->files);
        vtr_arena_deinit(&run->arena);
        free(run);
    }
}

const struct vtr_test_summary *vtr_test_run_get_summary(const struct vtr_test_run *run)
{
    return &run->summary;
}

const struct vtr_diagnostic *vtr_test_run_get_diagnostics(
    const struct vtr_test_run *run, size_t *count)
{
    return vtr_compilation_get_diagnostics(run->files, count);
}

const struct vtr_compilation *vtr_test_run_get_compilation(
    const struct vtr_test_run *run)
{
    return run->compilation;
}

/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/compilation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/os_file.h"
#include "compiler/diagnostic/warning.h"
#include "compiler/hash/hash_input.h"
#include "format/materialise.h"

#define DATABASE_MODE 0644u

#define DEFAULT_DIAGNOSTIC_LIMIT 1000u
#define WORKERS_MAX              64u

enum vtr_status vtr_compilation_new(struct vtr_compilation **out,
                                    const struct vtr_compile_options *options)
{
    struct vtr_compilation *c = calloc(1, sizeof(*c));

    if (c == NULL) {
        return VTR_ERROR_MEMORY;
    }
    c->workers = options->workers == 0            ? 1
                 : options->workers > WORKERS_MAX ? WORKERS_MAX
                                                  : options->workers;
    c->diagnostic_limit = options->diagnostic_limit == 0 ? DEFAULT_DIAGNOSTIC_LIMIT
                                                         : options->diagnostic_limit;
    c->arenas = calloc(c->workers, sizeof(*c->arenas));
    c->scratches = calloc(c->workers, sizeof(*c->scratches));
    if (c->arenas == NULL || c->scratches == NULL) {
        free(c->arenas);
        free(c->scratches);
        free(c);
        return VTR_ERROR_MEMORY;
    }
    c->has_lint = options->lint != 0 && !vtr_warning_are_all(options->allow);
    c->denied = options->deny;
    vtr_file_set_init(&c->files, c->arenas, c->scratches, c->workers,
                      c->diagnostic_limit);
    c->files.dialect = options->dialect;
    vtr_diagnostics_init(&c->diagnostics, &c->arenas[0], c->diagnostic_limit);
    c->files.allowed = options->allow;
    c->files.diagnostics.allowed = options->allow;
    c->diagnostics.allowed = options->allow;
    *out = c;
    return VTR_OK;
}

void vtr_compilation_free(struct vtr_compilation *compilation)
{
    if (compilation == NULL) {
        return;
    }
    vtr_hash_input_free(compilation->hashes);
    vtr_resolution_deinit(&compilation->resolution);
    vtr_namespace_set_deinit(&compilation->namespaces);
    vtr_diagnostics_deinit(&compilation->diagnostics);
    vtr_file_set_deinit(&compilation->files);
    for (unsigned i = 0; i < compilation->workers; i++) {
        vtr_arena_deinit(&compilation->arenas[i]);
        vtr_arena_deinit(&compilation->scratches[i]);
    }
    free(compilation->arenas);
    free(compilation->scratches);
    free(compilation);
}

const struct vtr_diagnostic *vtr_compilation_get_diagnostics(
    const struct vtr_compilation *compilation, size_t *count)
{
    *count = compilation->report_count;
    return compilation->reports;
}

const struct vtr_compile_stats *vtr_compilation_get_stats(
    const struct vtr_compilation *compilation)
{
    return &compilation->stats;
}

const struct vtr_records *vtr_compilation_records(
    const struct vtr_compilation *compilation)
{
    return &compilation->records;
}

const struct vtr_compiled_rule *vtr_compilation_find_rule(
    const struct vtr_compilation *compilation, struct vtr_bytes space,
    struct vtr_bytes name)
{
    size_t low = 0;
    size_t high = (size_t)compilation->stats.rules;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct vtr_compiled_rule *rule = &compilation->rules[middle];
        const int order = vtr_rule_compare_key(rule->space, rule->name, space, name);
        if (order == 0) {
            return rule;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/* A line of a hash list, whose record is the whole of it. */
static void find_hash(const struct vtr_compilation *c, struct vtr_bytes name,
                      struct vtr_span *out)
{
    const struct vtr_source *source;
    uint32_t line;

    if (vtr_hash_input_find(c->hashes, name, &source, &line)) {
        out->path = (const char *)source->path.ptr;
        out->line = line;
        out->column = 1;
        out->length = (uint32_t)name.len;
    }
}

void vtr_compilation_find(const struct vtr_compilation *compilation,
                          const struct vtr_bytes *space, struct vtr_bytes name,
                          struct vtr_span *out)
{
    const struct vtr_compiled_rule *rule;

    *out = (struct vtr_span){.path = NULL, .text = ""};
    if (space == NULL) {
        find_hash(compilation, name, out);
        return;
    }
    rule = vtr_compilation_find_rule(compilation, *space, name);
    if (rule != NULL) {
        out->path = (const char *)rule->source->path.ptr;
        out->line = rule->line;
        out->column = rule->column;
        out->length = (uint32_t)rule->name.len;
    }
}

static uint8_t *allocate_memory(void *context, size_t len, struct vtr_error *err)
{
    uint8_t **out = context;

    *out = calloc(1, len);
    if (*out == NULL) {
        (void)vtr_error_set_memory(err);
    }
    return *out;
}

/* Records that cannot be read back from a temporary file are that file's fault. */
static enum vtr_status materialise(const struct vtr_compilation *c,
                                   const struct vtr_image_pause *pause,
                                   vtr_image_alloc_fn alloc, void *context,
                                   size_t *out_len, struct vtr_error *err)
{
    struct vtr_records records = c->records;

    records.pause = pause;
    records.workers = c->workers;
    const enum vtr_status status =
        vtr_materialise(&records, alloc, context, out_len, err);
    const enum vtr_status reading = vtr_hash_input_check(c->hashes, err);
    return reading == VTR_OK ? status : reading;
}

enum vtr_status vtr_compilation_build(const struct vtr_compilation *compilation,
                                      uint8_t **out, size_t *out_len,
                                      struct vtr_error *err)
{
    uint8_t *memory = NULL;
    size_t len = 0;
    const enum vtr_status status =
        materialise(compilation, NULL, allocate_memory, &memory, &len, err);

    if (status != VTR_OK) {
        free(memory);
        return status;
    }
    *out = memory;
    *out_len = len;
    return VTR_OK;
}

/* The file that an image is built into. */
struct target {
    struct vtr_replacement file;
    uint8_t *image;
};

static uint8_t *allocate_file(void *context, size_t len, struct vtr_error *err)
{
    struct target *target = context;

    if (vtr_replacement_map(&target->file, len, &target->image, err) != VTR_OK) {
        return NULL;
    }
    return target->image;
}

static void relax_file(void *context)
{
    vtr_replacement_relax(&((struct target *)context)->file);
}

/* A source stays what it is: a database in its place cannot be compiled again. */
static enum vtr_status check_output(const struct vtr_compilation *c, const char *path,
                                    struct vtr_error *err)
{
    const struct vtr_file_identity output = vtr_file_identify(path);

    for (size_t i = 0; i < c->files.files.count; i++) {
        if (vtr_file_is_same(output, vtr_file_at(&c->files, i)->source.identity)) {
            return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                                 "the output is also an input: '%s'", path);
        }
    }
    return VTR_OK;
}

enum vtr_status vtr_compilation_write(const struct vtr_compilation *compilation,
                                      const char *path, uint64_t *out_len,
                                      uint8_t *out_digest, struct vtr_error *err)
{
    struct target target = {0};
    uint8_t digest[VTR_DIGEST_LEN] = {0};
    size_t len = 0;
    enum vtr_status status = check_output(compilation, path, err);

    if (status != VTR_OK) {
        return status;
    }
    status = vtr_replacement_begin(&target.file, path, DATABASE_MODE, err);
    if (status == VTR_OK) {
        status = vtr_replacement_keep_mode(&target.file, err);
    }
    if (status == VTR_OK) {
        const struct vtr_image_pause pause = {relax_file, &target};
        status = materialise(compilation, &pause, allocate_file, &target, &len, err);
    }
    if (status == VTR_OK) {
        memcpy(digest, target.image + VTR_AT_CONTENT_DIGEST, VTR_DIGEST_LEN);
        status = vtr_replacement_commit(&target.file, err);
    }
    vtr_replacement_abort(&target.file);
    if (status != VTR_OK) {
        return status;
    }
    if (out_len != NULL) {
        *out_len = len;
    }
    if (out_digest != NULL) {
        memcpy(out_digest, digest, sizeof(digest));
    }
    return VTR_OK;
}

static void put_source_line(struct vtr_writer *w, const struct vtr_compiled_rule *rule)
{
    char place[32];

    vtr_writer_raw(w, vtr_bytes_from_text("rule\t"));
    vtr_writer_raw(w, rule->space);
    vtr_writer_u8(w, '\t');
    vtr_writer_raw(w, rule->name);
    vtr_writer_u8(w, '\t');
    vtr_writer_raw(w, rule->source->path);
    (void)snprintf(place, sizeof(place), ":%u:%u\n", (unsigned)rule->line,
                   (unsigned)rule->column);
    vtr_writer_raw(w, vtr_bytes_from_text(place));
}

static enum vtr_status write_rule_map(const struct vtr_compilation *c,
                                      struct vtr_replacement *file,
                                      struct vtr_error *err)
{
    struct vtr_writer text = {0};

    for (uint64_t i = 0; i < c->stats.rules; i++) {
        put_source_line(&text, &c->rules[i]);
    }
    const enum vtr_status status =
        vtr_writer_ok(&text) ? vtr_replacement_write(file, vtr_writer_bytes(&text), err)
                             : vtr_error_set_memory(err);
    vtr_writer_deinit(&text);
    return status;
}

static enum vtr_status write_maps(const struct vtr_compilation *c,
                                  struct vtr_replacement *file, struct vtr_error *err)
{
    enum vtr_status status =
        vtr_hash_input_write_map(c->hashes, VTR_HASH_MD5, file, err);

    if (status == VTR_OK) {
        status = write_rule_map(c, file, err);
    }
    if (status == VTR_OK) {
        status = vtr_hash_input_write_map(c->hashes, VTR_HASH_SHA1, file, err);
    }
    if (status == VTR_OK) {
        status = vtr_hash_input_write_map(c->hashes, VTR_HASH_SHA256, file, err);
    }
    return status;
}

enum vtr_status vtr_compilation_write_source_map(
    const struct vtr_compilation *compilation, const char *path, struct vtr_error *err)
{
    struct vtr_replacement file = {0};
    enum vtr_status status = check_output(compilation, path, err);

    if (status != VTR_OK) {
        return status;
    }
    status = vtr_replacement_begin(&file, path, DATABASE_MODE, err);
    if (status == VTR_OK) {
        status = vtr_replacement_keep_mode(&file, err);
    }
    if (status == VTR_OK) {
        status = write_maps(compilation, &file, err);
    }
    if (status == VTR_OK) {
        status = vtr_replacement_commit(&file, err);
    }
    vtr_replacement_abort(&file);
    return status;
}

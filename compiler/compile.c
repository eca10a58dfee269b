/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A compile, from the arguments to the records: the phases in their order.
 *
 * Reading, parsing, checking and lowering go file by file, on several threads; between
 * them the rules of all files are brought together.  What a file comes to depends on
 * the sources alone, never on the thread that handles it.
 */
#include "vitrine/compile.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/os_thread.h"
#include "base/plain_name.h"
#include "base/sort.h"
#include "compiler/check/check.h"
#include "compiler/compilation.h"
#include "compiler/hash/hash_input.h"
#include "compiler/lint/allow.h"
#include "compiler/lint/lint.h"
#include "compiler/lower/lower_rule.h"
#include "format/modules/module_table.h"

/* What hash records may take in memory before temporary files take them. */
#define DEFAULT_MEMORY_LIMIT_BYTES ((uint64_t)1 << 30)

/* What the threads that check and lower share. */
struct checking {
    struct vtr_compilation *compilation;
    struct vtr_name_table rule_names; /* of all namespaces */
    /* Modules that some source imports, and those that more than one does: a bit each.
     */
    uint32_t imports;
    uint32_t shared_imports;
};

/* The modules that a source imports, a bit each. */
static uint32_t list_imports(const struct vtr_ast *ast)
{
    uint32_t imports = 0;

    for (const struct vtr_ast_import *i = ast->imports; i != NULL; i = i->next) {
        imports |= vtr_module_bit(i->name);
    }
    return imports;
}

static enum vtr_status check_file(size_t task, unsigned worker, void *context)
{
    const struct checking *checking = context;
    struct vtr_compilation *c = checking->compilation;
    struct vtr_file *file = vtr_file_at(&c->files, task);
    struct vtr_checker checker = {
        .source = &file->source,
        .ast = &file->ast,
        .externals = &c->externals,
        .rule_names = &checking->rule_names,
        .imports =
            checking->shared_imports | (checking->imports & ~list_imports(&file->ast)),
        .next_import = file->ast.imports,
        .arena = &c->arenas[worker],
        .scratch = &c->scratches[worker],
        .diagnostics = &file->diagnostics,
    };
    struct vtr_lowering lowering = {
        .source = &file->source,
        .arena = &c->arenas[worker],
        .diagnostics = &file->diagnostics,
    };
    struct vtr_linter linter = {
        .source = &file->source,
        .ast = &file->ast,
        .rule_names = &checking->rule_names,
        .diagnostics = &file->diagnostics,
    };
    enum vtr_status status = VTR_OK;

    file->diagnostics.arena = &c->arenas[worker];
    if (c->has_lint) {
        status = vtr_lint_imports(&linter);
    }
    for (struct vtr_ast_rule *r = file->ast.rules; r != NULL && status == VTR_OK;
         r = r->next) {
        status = vtr_check_rule(&checker, r);
        if (status == VTR_OK && !r->is_bad) {
            status = vtr_lower_rule(&lowering, r, c->namespaces.spaces[file->space]);
        }
        if (status == VTR_OK && !r->is_bad && c->has_lint) {
            status = vtr_lint_rule(&linter, r, checker.strings);
        }
    }
    if (status == VTR_OK) {
        status = vtr_allow_apply(&file->source, &file->ast, &file->diagnostics);
    }
    vtr_linter_deinit(&linter);
    vtr_writer_deinit(&lowering.out);
    vtr_writer_deinit(&lowering.body);
    file->diagnostics.arena = &c->arenas[0];
    return status;
}

/* What one source imports, another may use, as in YARA: which of them was read first
 * means nothing here. */
static void share_imports(struct checking *checking)
{
    const struct vtr_compilation *c = checking->compilation;

    for (size_t i = 0; i < c->files.files.count; i++) {
        const uint32_t own = list_imports(&vtr_file_at(&c->files, i)->ast);
        checking->shared_imports |= checking->imports & own;
        checking->imports |= own;
    }
}

/* Checks and lowers every rule, in whichever namespaces it is. */
static enum vtr_status check_files(struct vtr_compilation *c)
{
    struct checking checking = {.compilation = c};
    const struct vtr_resolution *r = &c->resolution;
    enum vtr_status status =
        vtr_name_table_init(&checking.rule_names, &c->arenas[0], r->count);

    if (status != VTR_OK) {
        return status;
    }
    for (size_t i = 0; i < r->count; i++) {
        const struct vtr_ast_rule *rule = r->entries[i].rule;
        const bool is_global = (rule->flags & VTR_RULE_GLOBAL) != 0;
        (void)vtr_name_table_add(&checking.rule_names, 0, rule->name,
                                 is_global ? 1 : 0);
    }
    share_imports(&checking);
    status = vtr_run_tasks(c->files.files.count, c->workers, check_file, &checking);
    for (unsigned i = 0; i < c->workers; i++) {
        vtr_arena_deinit(&c->scratches[i]);
    }
    return status;
}

/* The condition of a rule with wildcards, which each namespace fills in its way. */
static enum vtr_status lower_with_wildcards(struct vtr_compilation *c, uint32_t entry,
                                            struct vtr_bytes *out)
{
    struct vtr_rule_lister lister = {&c->resolution, entry};
    struct vtr_lowering lowering = {
        .source = &c->resolution.entries[entry].file->source,
        .arena = &c->arenas[0],
        .diagnostics = &c->diagnostics,
        .list_rules = vtr_resolution_list_rules,
        .list_context = &lister,
    };

    vtr_lower_condition(&lowering, c->resolution.entries[entry].rule);
    *out = vtr_arena_dup(&c->arenas[0], vtr_writer_bytes(&lowering.out));
    vtr_writer_deinit(&lowering.out);
    return lowering.has_no_memory || out->ptr == NULL ? VTR_ERROR_MEMORY : VTR_OK;
}

/* The record of a rule as one of its namespaces has it, made when it is not the one
 * that the rule was lowered in. */
static enum vtr_status make_body(struct vtr_compilation *c, uint32_t entry_index,
                                 struct vtr_writer *scratch, struct vtr_bytes *out,
                                 struct vtr_rule_place *out_place)
{
    const struct vtr_rule_entry *entry = &c->resolution.entries[entry_index];
    const struct vtr_record_body *record = &entry->rule->record;
    struct vtr_bytes code = record->code;

    out_place->pattern_count = entry->rule->string_count;
    out_place->patterns = (uint32_t)record->patterns; /* bodies are below 4 GiB */
    *out = record->body;
    if (entry->space == entry->file->space && !entry->rule->has_wildcards) {
        return VTR_OK;
    }
    if (entry->rule->has_wildcards &&
        lower_with_wildcards(c, entry_index, &code) != VTR_OK) {
        return VTR_ERROR_MEMORY;
    }
    vtr_writer_clear(scratch);
    out_place->patterns =
        (uint32_t)vtr_write_rule_body(scratch, entry->rule,
                                      c->namespaces.spaces[entry->space], code);
    *out = vtr_arena_dup(&c->arenas[0], vtr_writer_bytes(scratch));
    return out->ptr == NULL || !vtr_writer_ok(scratch) ? VTR_ERROR_MEMORY : VTR_OK;
}

static enum vtr_status add_rule(struct vtr_compilation *c, uint32_t entry_index,
                                struct vtr_writer *scratch)
{
    const struct vtr_rule_entry *entry = &c->resolution.entries[entry_index];
    struct vtr_compiled_rule *rule = &c->rules[c->stats.rules];
    const enum vtr_status status =
        make_body(c, entry_index, scratch, &rule->body, &c->places[c->stats.rules]);

    if (status != VTR_OK) {
        return status;
    }
    rule->space = c->namespaces.spaces[entry->space];
    rule->name = entry->rule->name;
    rule->source = &entry->file->source;
    rule->offset = entry->rule->offset;
    rule->line = entry->rule->line;
    rule->column = entry->rule->column;
    c->bodies[c->stats.rules++] = rule->body;
    return VTR_OK;
}

/* The records of the good rules, in their order. */
static enum vtr_status collect_rules(struct vtr_compilation *c)
{
    const struct vtr_resolution *r = &c->resolution;
    struct vtr_writer scratch = {0};
    enum vtr_status status = VTR_OK;

    c->rules = vtr_arena_array(&c->arenas[0], r->sorted_count + 1, sizeof(*c->rules));
    c->bodies = vtr_arena_array(&c->arenas[0], r->sorted_count + 1, sizeof(*c->bodies));
    c->places = vtr_arena_array(&c->arenas[0], r->sorted_count + 1, sizeof(*c->places));
    if (c->rules == NULL || c->bodies == NULL || c->places == NULL) {
        return VTR_ERROR_MEMORY;
    }
    for (size_t i = 0; i < r->sorted_count && status == VTR_OK; i++) {
        if (!r->entries[r->sorted[i]].is_bad) {
            status = add_rule(c, r->sorted[i], &scratch);
        }
    }
    vtr_writer_deinit(&scratch);
    c->stats.bad += r->count - c->stats.rules;
    c->records.rules = c->bodies;
    c->records.places = c->places;
    c->records.rule_count = (size_t)c->stats.rules;
    return status;
}

/* The records of the external variables that a good rule asks for. */
static enum vtr_status collect_externals(struct vtr_compilation *c)
{
    const struct vtr_resolution *r = &c->resolution;
    const size_t count = c->externals.count;
    uint8_t *is_used = vtr_arena_array(&c->arenas[0], count + 1, sizeof(*is_used));

    c->external_bodies =
        vtr_arena_array(&c->arenas[0], count + 1, sizeof(*c->external_bodies));
    if (is_used == NULL || c->external_bodies == NULL) {
        return VTR_ERROR_MEMORY;
    }
    for (size_t i = 0; i < r->count; i++) {
        const struct vtr_ast_rule *rule = r->entries[i].rule;
        for (size_t n = 0; n < rule->external_count && !r->entries[i].is_bad; n++) {
            is_used[rule->externals[n]] = 1;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (is_used[i] != 0) {
            c->external_bodies[c->records.external_count++] =
                c->externals.items[i].body;
        }
    }
    c->records.externals = c->external_bodies;
    return VTR_OK;
}

/* One digest for all sources, whatever their names and order. */
static enum vtr_status digest_sources(struct vtr_compilation *c)
{
    const size_t count = c->files.files.count;
    struct vtr_bytes *digests =
        vtr_arena_array(&c->arenas[0], count + 1, sizeof(*digests));
    size_t loaded = 0;
    size_t distinct = 0;

    if (digests == NULL) {
        return VTR_ERROR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        const struct vtr_source *source = &vtr_file_at(&c->files, i)->source;
        if (source->is_loaded) {
            digests[loaded++] = (struct vtr_bytes){source->digest, VTR_DIGEST_LEN};
            c->stats.source_bytes += source->len;
        }
    }
    c->stats.files = loaded;
    if (vtr_sort(digests, loaded, sizeof(*digests), vtr_bytes_compare_items, NULL) !=
        VTR_OK) {
        return VTR_ERROR_MEMORY;
    }
    for (size_t i = 0; i < loaded; i++) {
        if (i == 0 || !vtr_bytes_equal(digests[i], digests[distinct - 1])) {
            digests[distinct++] = digests[i];
        }
    }
    vtr_digest_blake2b_pieces(digests, distinct, c->stats.source_digest);
    return VTR_OK;
}

static enum vtr_status set_name(struct vtr_compilation *c,
                                const struct vtr_compile_options *options,
                                struct vtr_error *err)
{
    const char *name = options->name == NULL ? "vitrine" : options->name;

    c->records.name = vtr_arena_dup(&c->arenas[0], vtr_bytes_from_text(name));
    c->records.release = options->release;
    if (c->records.name.ptr == NULL) {
        return vtr_error_set_memory(err);
    }
    if (c->records.name.len > VTR_NAME_LIMIT) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                             "the name of a database has at most %u bytes",
                             VTR_NAME_LIMIT);
    }
    /* Another name would be refused by every repository, after all the work. */
    return vtr_plain_name_check(c->records.name, err);
}

static enum vtr_status read_hashes(struct vtr_compilation *c,
                                   const struct vtr_compile_options *options,
                                   struct vtr_error *err)
{
    const struct vtr_hash_list_options how = {
        .workers = c->workers,
        .memory_limit_bytes = options->memory_limit_bytes == 0
                                  ? DEFAULT_MEMORY_LIMIT_BYTES
                                  : options->memory_limit_bytes,
        .beside = options->temporary_beside,
    };

    return vtr_hash_input_new(&c->hashes, &how, &c->files, &c->records, &c->stats, err);
}

/* The phases after the sources have been named. */
static enum vtr_status run_phases(struct vtr_compilation *c,
                                  const struct vtr_compile_options *options,
                                  struct vtr_error *err)
{
    enum vtr_status status =
        vtr_external_set_init(&c->externals, &c->arenas[0], options->defines,
                              options->define_count, err);

    if (status == VTR_OK) {
        status = set_name(c, options, err);
    }
    if (status == VTR_OK) {
        status = vtr_file_set_load(&c->files, err);
    }
    if (status == VTR_OK) {
        status =
            vtr_namespace_set_init(&c->namespaces, &c->files, options->namespaces, err);
    }
    if (status != VTR_OK) {
        return status;
    }
    status = vtr_resolution_init(&c->resolution, &c->namespaces, &c->arenas[0],
                                 &c->diagnostics);
    if (status == VTR_OK) {
        status = check_files(c);
    }
    if (status == VTR_OK) {
        status = vtr_resolution_link(&c->resolution);
    }
    if (status == VTR_OK) {
        status = collect_rules(c);
    }
    if (status == VTR_OK) {
        status = collect_externals(c);
    }
    if (status == VTR_OK) {
        status = read_hashes(c, options, err);
    }
    if (status == VTR_OK) {
        status = digest_sources(c);
    }
    if (status == VTR_OK) {
        status = vtr_compilation_report(c);
    }
    if (status == VTR_ERROR_LIMIT) {
        return vtr_error_set(err, status,
                             "too many rules, references between them, or hashes");
    }
    return status == VTR_OK || status == VTR_ERROR_IO ? status
                                                      : vtr_error_set_memory(err);
}

/* Hands out a compilation, or frees it when it came to nothing. */
static enum vtr_status finish(struct vtr_compilation **out, struct vtr_compilation *c,
                              enum vtr_status status, struct vtr_error *err)
{
    if (status != VTR_OK) {
        vtr_compilation_free(c);
        return status;
    }
    *out = c;
    if (c->stats.errors > 0) {
        return vtr_error_set(err, VTR_ERROR_RULES, "the sources have %llu %s",
                             (unsigned long long)c->stats.errors,
                             c->stats.errors == 1 ? "error" : "errors");
    }
    return VTR_OK;
}

enum vtr_status vtr_compile(struct vtr_compilation **out,
                            const struct vtr_compile_options *options,
                            struct vtr_error *err)
{
    struct vtr_compilation *c = NULL;
    enum vtr_status status;

    if (options->source_count == 0) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT, "no sources");
    }
    if (vtr_compilation_new(&c, options) != VTR_OK) {
        return vtr_error_set_memory(err);
    }
    status = vtr_file_set_add(&c->files, options->sources, options->source_count, err);
    if (status == VTR_OK) {
        status = run_phases(c, options, err);
    }
    return finish(out, c, status, err);
}

enum vtr_status vtr_compile_text(struct vtr_compilation **out, const char *path,
                                 struct vtr_bytes text,
                                 const struct vtr_compile_options *options,
                                 struct vtr_error *err)
{
    struct vtr_compilation *c = NULL;
    enum vtr_status status;

    if (vtr_compilation_new(&c, options) != VTR_OK) {
        return vtr_error_set_memory(err);
    }
    status = vtr_file_set_add_text(&c->files, path, text, err);
    if (status == VTR_OK) {
        status = run_phases(c, options, err);
    }
    return finish(out, c, status, err);
}

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a compile holds: sources, diagnostics, records, and where each came from.
 *
 * compile.c fills it, phase by phase, diagnostic_report.c with what is reported;
 * compilation.c makes it, answers questions about it and writes the database.
 */
#ifndef VTR_COMPILER_COMPILATION_H
#define VTR_COMPILER_COMPILATION_H

#include "compiler/check/external_set.h"
#include "compiler/namespaces.h"
#include "compiler/resolve.h"
#include "compiler/syntax/file_set.h"
#include "format/record/records.h"
#include "vitrine/compile.h"

struct vtr_hash_input;

/* A rule's record and the place of its name. */
struct vtr_compiled_rule {
    struct vtr_bytes space;
    struct vtr_bytes name;
    struct vtr_bytes body;
    const struct vtr_source *source;
    uint32_t offset;
    uint32_t line;
    uint32_t column;
};

struct vtr_compilation {
    struct vtr_arena *arenas;    /* one a worker */
    struct vtr_arena *scratches; /* one a worker, until the rules are lowered */
    unsigned workers;
    size_t diagnostic_limit;
    bool has_lint;
    uint64_t denied; /* warnings that are reported as errors */
    struct vtr_file_set files;
    struct vtr_external_set externals;
    struct vtr_namespace_set namespaces;
    struct vtr_resolution resolution;
    struct vtr_diagnostics diagnostics; /* of what is no file's own */
    struct vtr_hash_input *hashes;

    struct vtr_compiled_rule *rules; /* good ones, sorted by namespace, name */
    struct vtr_bytes *bodies;        /* of `rules`, for `records` */
    struct vtr_rule_place *places;   /* of their patterns, for `records` */
    struct vtr_bytes *external_bodies;
    struct vtr_records records;

    struct vtr_diagnostic *reports; /* sorted, what the caller sees */
    size_t report_count;
    struct vtr_compile_stats stats;
};

/* An empty compilation, for the phases; vtr_compilation_free ends it.
 * VTR_ERROR_MEMORY. */
VTR_MUST_CHECK enum vtr_status vtr_compilation_new(
    struct vtr_compilation **out, const struct vtr_compile_options *options);

/* The records, ready for vtr_materialise; borrowed. */
const struct vtr_records *vtr_compilation_records(
    const struct vtr_compilation *compilation);

/* The good rule of that name; NULL when there is none. */
const struct vtr_compiled_rule *vtr_compilation_find_rule(
    const struct vtr_compilation *compilation, struct vtr_bytes space,
    struct vtr_bytes name);

/* Compiles one YARA source that is in memory, as vtr_compile does with files: includes
 * are refused.  `options` are used but for the sources. */
VTR_MUST_CHECK enum vtr_status vtr_compile_text(
    struct vtr_compilation **out, const char *path, struct vtr_bytes text,
    const struct vtr_compile_options *options, struct vtr_error *err);

/* Turns what the collectors hold into `reports`, and counts. */
VTR_MUST_CHECK enum vtr_status vtr_compilation_report(struct vtr_compilation *c);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rule sources to databases (libvitrine-compiler).
 *
 * A compilation reads every source, reports every problem that it finds, and holds the
 * records of the rules that are good.  It does not print: problems are diagnostics.
 */
#ifndef VITRINE_COMPILE_H
#define VITRINE_COMPILE_H

#include "vitrine/common.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which namespace the rules of a YARA source are in. */
enum vtr_namespace_mode {
    VTR_NAMESPACE_SHARED = 0, /* all in "default" */
    VTR_NAMESPACE_FILE = 1    /* each source file in one of its own, named by its path
                                 relative to the source that it was found under, with
                                 '/' between folders and without its suffix */
};

/* Whose language a YARA source is in, where YARA 4 and YARA-X differ. */
enum vtr_dialect {
    VTR_DIALECT_ANY = 0, /* what either takes; where they contradict, YARA 4 */
    VTR_DIALECT_YARA4 = 1,
    VTR_DIALECT_YARA_X = 2
};

struct vtr_compile_options {
    const char *const *sources; /* files or folders; "-" is standard input, YARA */
    size_t source_count;
    const char *const *defines; /* "NAME=VALUE": external variables, each once */
    size_t define_count;
    const char *name; /* of the database; NULL: "vitrine" */
    uint64_t release; /* release number */
    enum vtr_namespace_mode namespaces;
    enum vtr_dialect dialect;
    unsigned workers;        /* threads; 0: one */
    size_t diagnostic_limit; /* kept at most; 0: 1000 */
    int lint;                /* also look for what is legal but hardly meant */
    uint64_t allow;          /* warnings that are not reported, vtr_warning_set */
    uint64_t deny;           /* warnings that count as errors: rules that have them are
                                compiled all the same, vtr_compile says VTR_ERROR_RULES */
    int keep_going; /* vtr_rebuild: the good rules of sources with errors will do, as in
                       a database written in spite of VTR_ERROR_RULES; vtr_compile
                       itself ignores it */
    uint64_t memory_limit_bytes;  /* what hash records take in memory before they go
                                     through temporary files; 0: 1 GiB.  The database
                                     is the same */
    const char *temporary_beside; /* a file: these are in its folder, where TMPDIR
                                     names none; NULL: in /tmp */
};

enum vtr_severity {
    VTR_SEVERITY_ERROR = 1,
    VTR_SEVERITY_WARNING = 2
};

/* A place in a source: line and column from 1, column and length in bytes. */
struct vtr_span {
    const char *path; /* as given, or found by walking or including; "" when none */
    uint32_t line;    /* 0: the file as a whole */
    uint32_t column;
    uint32_t length;
    /* The source line, without its end; of one past 4 KiB a part around the place; ""
     * when not available. */
    const char *text;
    /* The same in characters (code points of UTF-8) from 1, for editors; 0: not known.
     */
    uint32_t character;
    uint32_t end_line; /* of the byte after the last */
    uint32_t end_character;
    uint32_t text_column; /* that `text` begins at: 1, or more in a long line */
};

struct vtr_diagnostic {
    enum vtr_severity severity;
    const char *code;    /* "E012", stable */
    const char *message; /* lower case, no full stop */
    struct vtr_span span;
    const char *label;       /* beside the carets; "" when none */
    struct vtr_span other;   /* a second place, path "" when none */
    const char *other_label; /* what is there */
    const char *note;        /* why; "" when none */
    const char *help;        /* what to do; "" when none */
    const char *name;        /* of a warning, "slow_pattern"; "" of an error */
    struct vtr_span edit;    /* what `help` replaces, path "" when nothing */
    const char *replacement; /* by what; "" takes it out */
};

/* What a code means, whatever the rule. */
struct vtr_code_meaning {
    const char *code;
    const char *name; /* as above */
    const char *meaning;
};

struct vtr_compile_stats {
    uint64_t files;
    uint64_t source_bytes;
    uint64_t rules;      /* compiled YARA rules */
    uint64_t hashes[3];  /* MD5, SHA-1, SHA-256 records */
    uint64_t duplicates; /* records that were said more than once */
    uint64_t bad;        /* rules and lines left out because of an error */
    uint64_t unreadable; /* sources that could not be read at all, E001 */
    uint64_t errors;
    uint64_t warnings;
    /* BLAKE2b over the sorted BLAKE2b digests of the distinct contents of all source
       files, included ones too.  Contents only: neither names, order and repetitions of
       files nor defines, namespaces, name and release change it. */
    uint8_t source_digest[VTR_DIGEST_LEN];
};

/* Every code that there is, ascending. */
VTR_API const struct vtr_code_meaning *vtr_code_meanings(size_t *count);

/* The set of warnings that a name ("slow_pattern", "W060", "warnings" for all of them)
 * means, for vtr_compile_options; 0: there is none. */
VTR_API uint64_t vtr_warning_set(const char *name);

/* The warning that a name was probably meant to be, or NULL. */
VTR_API const char *vtr_warning_suggest(const char *name);

struct vtr_compilation; /* opaque, heap, not shared between threads */

/*
 * Reads and checks all sources.  VTR_OK: no errors.  VTR_ERROR_RULES: `*out` is set all
 * the same; its diagnostics say what is wrong and its records are those of the good
 * rules.  Any other status: `*out` is not touched.
 */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_compile(
    struct vtr_compilation **out, const struct vtr_compile_options *options,
    struct vtr_error *err);
VTR_API void vtr_compilation_free(struct vtr_compilation *compilation);

/* In the order of file, line, column.  Borrowed. */
VTR_API const struct vtr_diagnostic *vtr_compilation_get_diagnostics(
    const struct vtr_compilation *compilation, size_t *count);

VTR_API const struct vtr_compile_stats *vtr_compilation_get_stats(
    const struct vtr_compilation *compilation);

/* Where a rule or hash record comes from: the first place that said it.  `space` is
 * NULL for a hash record, whose `name` is its digest in lower-case hexadecimal.
 * `out->path` is NULL when nothing by that name was compiled. */
VTR_API void vtr_compilation_find(const struct vtr_compilation *compilation,
                                  const struct vtr_bytes *space, struct vtr_bytes name,
                                  struct vtr_span *out);

/* Writes the database to `path` ("-": standard output): all of it or nothing.
 * `out_digest` (may be NULL) receives the content digest.  VTR_ERROR_ARGUMENT when
 * `path` is one of the files that were compiled. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_compilation_write(
    const struct vtr_compilation *compilation, const char *path, uint64_t *out_len,
    uint8_t *out_digest, struct vtr_error *err);

/* The database in memory from malloc, which the caller frees. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_compilation_build(
    const struct vtr_compilation *compilation, uint8_t **out, size_t *out_len,
    struct vtr_error *err);

/* The source map: one line a record, `kind TAB namespace TAB name TAB
 * path:line:column`, sorted; the second deterministic output of a compile.  Writes as
 * vtr_compilation_write does. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_compilation_write_source_map(
    const struct vtr_compilation *compilation, const char *path, struct vtr_error *err);

/* The files that sources stand for, as vtr_compile finds them: without those that are
 * only included. */
struct vtr_source_file {
    const char *path;
    const char *relative; /* below the source that it was found under */
    int is_yara;          /* 0: a hash list */
};

struct vtr_source_list; /* opaque, heap */

/* Sources that cannot be found become diagnostics. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_source_list_new(struct vtr_source_list **out,
                                                           const char *const *sources,
                                                           size_t source_count,
                                                           struct vtr_error *err);
VTR_API void vtr_source_list_free(struct vtr_source_list *list);

/* Sorted by path; each file once.  Borrowed. */
VTR_API const struct vtr_source_file *vtr_source_list_get_files(
    const struct vtr_source_list *list, size_t *count);
VTR_API const struct vtr_diagnostic *vtr_source_list_get_diagnostics(
    const struct vtr_source_list *list, size_t *count);

#ifdef __cplusplus
}
#endif

#endif

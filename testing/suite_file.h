/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Test files (docs/testing.md): samples, and what is expected of them.
 *
 * A line is one thing; the first word says what.  A line that is wrong is reported and
 * spoils its sample only: the others are read on.
 */
#ifndef VTR_TESTING_SUITE_FILE_H
#define VTR_TESTING_SUITE_FILE_H

#include <stdbool.h>

#include "base/arena.h"
#include "compiler/diagnostic/diagnose.h"

/* A piece of a sample's content; pieces follow one another. */
enum vtr_suite_part_kind {
    VTR_SUITE_BYTES,
    VTR_SUITE_ZEROS,
    VTR_SUITE_FILE
};
struct vtr_suite_part {
    enum vtr_suite_part_kind kind;
    struct vtr_bytes bytes; /* BYTES; the path of a FILE, NUL-terminated */
    uint64_t zeros;
    struct vtr_place place;
    struct vtr_suite_part *next;
};

/* What is expected of one string of a rule that matches. */
struct vtr_suite_string {
    struct vtr_bytes id;   /* without its mark */
    struct vtr_bytes text; /* the whole line */
    struct vtr_place place;
    bool has_offset;
    bool has_length;
    bool has_count;
    uint64_t offset;
    uint64_t length;
    uint64_t count;
    bool is_satisfied;  /* by the scan */
    const char *reason; /* why it is not */
    struct vtr_suite_string *next;
};

enum vtr_suite_kind {
    VTR_SUITE_MATCHES, /* the rule matches */
    VTR_SUITE_MISSES,  /* it does not */
    VTR_SUITE_ONLY,    /* no rule matches but those that are expected to */
    VTR_SUITE_CLEAN    /* no rule matches */
};
struct vtr_suite_expectation {
    enum vtr_suite_kind kind;
    struct vtr_bytes rule; /* as written: NAME or NAMESPACE:NAME; MATCHES, MISSES */
    struct vtr_place place;
    struct vtr_suite_string *strings; /* MATCHES */
    bool is_found;                    /* by the scan: the rule matches */
    struct vtr_suite_expectation *next;
};

struct vtr_suite_sample {
    struct vtr_bytes name;
    struct vtr_place place;
    struct vtr_suite_part *parts;
    struct vtr_suite_expectation *expectations;
    bool is_bad; /* it has an error and is not tried */
    struct vtr_suite_sample *next;
};

/* The samples of a loaded source, in their order, in the arena.  What is wrong goes to
 * `diagnostics`.  VTR_ERROR_MEMORY is the only failure. */
VTR_MUST_CHECK enum vtr_status vtr_suite_file_parse(
    struct vtr_suite_sample **out, const struct vtr_source *source,
    struct vtr_arena *arena, struct vtr_diagnostics *diagnostics);

#endif

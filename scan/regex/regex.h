/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Regular expressions as PCRE2 runs them: compiled from their text, executed
 * under match and heap limits.
 */
#ifndef VTR_SCAN_REGEX_REGEX_H
#define VTR_SCAN_REGEX_REGEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/* A text of more bytes is not compiled. */
#define VTR_REGEX_TEXT_LIMIT (1u << 20)

struct vtr_regex; /* opaque, heap, immutable */

enum vtr_regex_use {
    VTR_REGEX_AT,    /* at one place: a match begins where it is looked for */
    VTR_REGEX_SEARCH /* from one place on: with JIT */
};

/* Compiles unmasked `text` for one use; `program_flags` are VTR_PROGRAM_*.  NULL when
 * it is no expression, or memory is out, which `out_is_memory_out` tells apart. */
VTR_MUST_CHECK struct vtr_regex *vtr_regex_new(struct vtr_bytes text,
                                               uint8_t program_flags,
                                               enum vtr_regex_use use,
                                               bool *out_is_memory_out);
void vtr_regex_free(struct vtr_regex *regex);

/* What execution needs; one thread at a time. */
struct vtr_regex_machine; /* opaque, heap */
VTR_MUST_CHECK struct vtr_regex_machine *vtr_regex_machine_new(uint32_t match_limit,
                                                               uint32_t heap_kib);
void vtr_regex_machine_free(struct vtr_regex_machine *machine);

/* Sets the match limit of the runs that follow. */
void vtr_regex_machine_set_limit(struct vtr_regex_machine *machine,
                                 uint32_t match_limit);

/* In the runs that follow no match of an expression for one place that looks at what
 * follows a match (VTR_PROGRAM_END_ANCHOR) ends past `end`, though the data go on: what
 * stands behind the last match that is wanted is there to be seen.  SIZE_MAX: no bound.
 */
void vtr_regex_machine_set_end(struct vtr_regex_machine *machine, size_t end);

enum vtr_regex_answer {
    VTR_REGEX_NO = 0,
    VTR_REGEX_YES = 1,
    VTR_REGEX_LIMIT = 2, /* a limit was reached: not known */
    VTR_REGEX_FAILED = 3 /* memory was out */
};

/* A match may begin everywhere from the start on. */
#define VTR_REGEX_ANYWHERE SIZE_MAX

/* Looks for the first match that begins in start..last, which are one place for
 * VTR_REGEX_AT; the bytes before `start` are looked at by assertions only. */
enum vtr_regex_answer vtr_regex_run(struct vtr_regex_machine *machine,
                                    const struct vtr_regex *regex,
                                    struct vtr_bytes data, size_t start, size_t last,
                                    size_t *out_start, size_t *out_end);

#endif

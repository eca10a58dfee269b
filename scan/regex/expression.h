/* SPDX-License-Identifier: Apache-2.0 */

/*
 * An expression of a database, and what is made of its text: the programs that PCRE2
 * runs, and the one without memory that says where a match may be.  Each is made when
 * it is needed first, once.
 */
#ifndef VTR_SCAN_REGEX_EXPRESSION_H
#define VTR_SCAN_REGEX_EXPRESSION_H

#include <stdbool.h>

#include "base/compiler.h"
#include "scan/regex/regex.h"

struct vtr_class_run;
struct vtr_regex_filter;
struct vtr_regex_sweep;
struct vtr_regex_ways;

struct vtr_expression; /* opaque, heap; one thread at a time */

/* Borrows the `masked` text; `program_flags` are VTR_PROGRAM_*.  NULL when memory is
 * out. */
VTR_MUST_CHECK struct vtr_expression *vtr_expression_new(struct vtr_bytes masked,
                                                         uint8_t program_flags);
void vtr_expression_free(struct vtr_expression *expression);

/* What PCRE2 runs for one use.  NULL when the text is no expression, or memory is out,
 * which `out_is_memory_out` tells apart. */
const struct vtr_regex *vtr_expression_get_regex(struct vtr_expression *expression,
                                                 enum vtr_regex_use use,
                                                 bool *out_is_memory_out);

/* NULL when it is not one run of a class. */
const struct vtr_class_run *vtr_expression_get_run(struct vtr_expression *expression);

/* NULL when it cannot be looked for, or followed, or gone through like this. */
struct vtr_regex_filter *vtr_expression_get_filter(struct vtr_expression *expression);
struct vtr_regex_ways *vtr_expression_get_ways(struct vtr_expression *expression);
struct vtr_regex_sweep *vtr_expression_get_sweep(struct vtr_expression *expression);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* Bounds of a repeat: {n} {n,} {,m} {n,m}. */
#ifndef VTR_COMPILER_PATTERN_REGEX_BRACES_H
#define VTR_COMPILER_PATTERN_REGEX_BRACES_H

#include "compiler/pattern/regex_parser.h"

struct vtr_regex_braces {
    size_t len;   /* from { to }; 0: they are no repeat */
    uint32_t min; /* as they stand there, saturated past every limit */
    uint32_t max; /* VTR_REGEX_UNBOUNDED: there is none */
};

/* Reads what stands at the brace at `at`. */
struct vtr_regex_braces vtr_regex_read_braces(struct vtr_bytes text, size_t at,
                                              enum vtr_dialect dialect);

/* Reads YARA-X's "{start}" or the like at `*at`, behind \b, and moves past it. */
enum vtr_regex_edge vtr_regex_read_edge(struct vtr_bytes text, size_t *at);

#endif

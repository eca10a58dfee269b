/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What stands between [ and ] for YARA-X: sets in sets, [:names:], and what is in both
 * (&&), in the first alone (--) or in one alone (~~).
 */
#ifndef VTR_COMPILER_PATTERN_REGEX_SET_H
#define VTR_COMPILER_PATTERN_REGEX_SET_H

#include "compiler/pattern/regex_parser.h"

struct vtr_regex_set_rules {
    bool is_nocase;
    bool is_extended; /* blanks mean nothing */
};

/* Reads the set whose bracket is at `*at` and moves past its end. */
VTR_MUST_CHECK bool vtr_regex_read_set(struct vtr_bytes text, size_t *at,
                                       const struct vtr_regex_set_rules *rules,
                                       struct vtr_byte_set *out,
                                       struct vtr_pattern_problem *problem);

/* Reads \x{...}, \u0000, \u{...}, \U00000000 or \U{...} at `*at` as a character of
 * Unicode and moves past it; false when there is none. */
bool vtr_regex_read_code_point(struct vtr_bytes text, size_t *at, uint32_t *out);

#endif

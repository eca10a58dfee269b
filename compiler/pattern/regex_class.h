/* SPDX-License-Identifier: Apache-2.0 */

/* Escapes of regular expressions and what stands between [ and ]. */
#ifndef VTR_COMPILER_PATTERN_REGEX_CLASS_H
#define VTR_COMPILER_PATTERN_REGEX_CLASS_H

#include "compiler/pattern/regex_parser.h"

/* Reads the escape whose backslash is at `*at` as one byte and moves past it. */
VTR_MUST_CHECK bool vtr_regex_read_escape(struct vtr_bytes text, size_t *at,
                                          uint8_t *out,
                                          struct vtr_pattern_problem *problem);

/* Adds what \w \W \s \S \d \D stand for; false when `letter` is none of them. */
bool vtr_regex_add_shorthand(struct vtr_byte_set *set, uint8_t letter);

/* Adds the other case of each letter of the set. */
void vtr_byte_set_fold(struct vtr_byte_set *set);

void vtr_byte_set_invert(struct vtr_byte_set *set);

/* Bytes that it has. */
unsigned vtr_byte_set_count(const struct vtr_byte_set *set);

/* Adds what YARA-X's [:NAME:] or [:^NAME:] at `*at` stands for and moves past it; false
 * when there is none. */
bool vtr_regex_read_named(struct vtr_bytes text, size_t *at, struct vtr_byte_set *set);

/* Reads the class whose bracket is at `*at`, as YARA 4 has it, and moves past its end.
 */
VTR_MUST_CHECK bool vtr_regex_read_class(struct vtr_bytes text, size_t *at,
                                         bool is_nocase, struct vtr_byte_set *out,
                                         struct vtr_pattern_problem *problem);

#endif

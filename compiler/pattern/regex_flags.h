/* SPDX-License-Identifier: Apache-2.0 */

/* YARA-X's flags of a group, (?i-s:...), or of what follows in it, (?i). */
#ifndef VTR_COMPILER_PATTERN_REGEX_FLAGS_H
#define VTR_COMPILER_PATTERN_REGEX_FLAGS_H

#include "compiler/pattern/regex_parser.h"

struct vtr_regex_flags {
    bool is_nocase;   /* i */
    bool is_dotall;   /* s */
    bool is_extended; /* x: blanks and comments mean nothing */
    bool is_swapped;  /* U: a repeat is lazy, and with a ? behind it greedy */
    bool is_unicode;  /* u: '.' and [^...] are characters in UTF-8 */
    bool has_returns; /* R: \r ends a line too, in a condition's text as in files */
    bool has_lines;   /* m: '^' and '$' stand for ends of lines too */
};

/* Reads "P<name>" or "<name>" at `*at`, behind "(?", and moves past it: a group like
 * any other here, since nothing asks for what it has taken. */
bool vtr_regex_skip_group_name(struct vtr_bytes text, size_t *at);

/* Reads flags at `*at`, behind "(?", moves to the ':' or ')' behind them and changes
 * what they change; false, and nothing is changed, when they are none. */
bool vtr_regex_read_flags(struct vtr_bytes text, size_t *at,
                          struct vtr_regex_flags *flags);

#endif

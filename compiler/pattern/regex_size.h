/* SPDX-License-Identifier: Apache-2.0 */

/*
 * How a tree is written for PCRE2, as far as its size decides, and what it takes there.
 *
 * PCRE2 copies a group as often as it may repeat.  Where that is too much, copies
 * become calls of one (regex_emit.c).
 */
#ifndef VTR_COMPILER_PATTERN_REGEX_SIZE_H
#define VTR_COMPILER_PATTERN_REGEX_SIZE_H

#include "compiler/pattern/regex_parser.h"

struct vtr_regex_form {
    bool is_wide;   /* a zero follows each character */
    bool has_calls; /* what repeats is called, not copied */
};

/* Whether it is a character, of whichever kind. */
bool vtr_regex_is_single(const struct vtr_regex_node *node);

/* Whether a repeat is written as a sum of powers. */
bool vtr_regex_has_powers(const struct vtr_regex_form *form,
                          const struct vtr_regex_node *node);

/* Whether a repeat's copies are calls. */
bool vtr_regex_is_called(const struct vtr_regex_form *form,
                         const struct vtr_regex_node *node);

/* The repeat as far as a match may go. */
struct vtr_regex_node vtr_regex_shorten(const struct vtr_regex_node *node,
                                        bool is_wide);

/* Bytes of the compiled tree, rounded up. */
uint64_t vtr_regex_estimate(const struct vtr_regex_form *form,
                            const struct vtr_regex_node *node);

#endif

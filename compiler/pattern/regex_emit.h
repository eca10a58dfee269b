/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A tree as the text of a PCRE2 expression that matches bytes: what the image carries.
 *
 * The text depends on nothing that PCRE2 can be built or set up with: no word
 * characters, newlines, case or anchors of PCRE2's own.  Only VTR_PROGRAM_NOCASE
 * (letters of ASCII) and VTR_PROGRAM_DOTALL ("." is every byte) are asked for.
 */
#ifndef VTR_COMPILER_PATTERN_REGEX_EMIT_H
#define VTR_COMPILER_PATTERN_REGEX_EMIT_H

#include "compiler/pattern/regex_parser.h"

/* Appends the text of `tree`, in the wide form a zero after each character, and sets
 * the VTR_PROGRAM_* flags it is compiled with.  A tree that PCRE2 would refuse as too
 * large is a problem. */
VTR_MUST_CHECK bool vtr_regex_emit(const struct vtr_regex_tree *tree, bool is_wide,
                                   struct vtr_writer *w, uint8_t *out_flags,
                                   struct vtr_pattern_problem *problem);

#endif

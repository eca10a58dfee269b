/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A base64 string as YARA-X has it: what stands around the characters that depend on
 * the text alone is held against the rest of it.
 */
#ifndef VTR_COMPILER_PATTERN_BASE64_EXACT_H
#define VTR_COMPILER_PATTERN_BASE64_EXACT_H

#include "compiler/pattern/pattern.h"

/* One form of the text. */
struct vtr_base64_form {
    struct vtr_bytes text;
    size_t before;             /* bytes of the first group of three that are others' */
    struct vtr_bytes code;     /* the characters that depend on the text alone */
    struct vtr_bytes alphabet; /* 64 bytes */
    bool is_wide;              /* a zero follows each character */
};

/* Appends the form as a program of a regular expression (format/record/rule.h). */
VTR_MUST_CHECK bool vtr_base64_write_exact(struct vtr_arena *arena,
                                           const struct vtr_base64_form *form,
                                           struct vtr_writer *out,
                                           struct vtr_pattern_problem *problem);

#endif

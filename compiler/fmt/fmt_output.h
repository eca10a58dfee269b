/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Formatted lines: indentation, words, comments; comments at the ends of lines that
 * stand below one another, as deep as one another, begin in one column.
 *
 * Failure is sticky, as base/writer.h's: vtr_fmt_output_finish tells.
 */
#ifndef VTR_COMPILER_FMT_FMT_OUTPUT_H
#define VTR_COMPILER_FMT_FMT_OUTPUT_H

#include "base/vector.h"
#include "base/writer.h"

struct vtr_fmt_output {
    struct vtr_writer text;  /* with one blank before each comment at a line's end */
    struct vtr_vector tails; /* struct tail: the comments that may be moved */
    size_t line;             /* number of the current one */
    size_t line_start;       /* where it begins in `text` */
    size_t tail;             /* where its comment begins; 0: it has none */
    unsigned indent;         /* of the current line, in columns */
    bool has_code;           /* something that is no comment is on the line */
    bool has_long_tail;      /* its comment has several lines */
    bool has_failed;
};

void vtr_fmt_output_init(struct vtr_fmt_output *out);
void vtr_fmt_output_deinit(struct vtr_fmt_output *out);

/* Whether nothing was written yet. */
bool vtr_fmt_output_is_empty(const struct vtr_fmt_output *out);

/* Ends the line, unless nothing was written yet, and indents the next one; a blank line
 * between them when asked for. */
void vtr_fmt_output_break(struct vtr_fmt_output *out, bool has_blank, unsigned indent);

/* A word, with a blank before it when asked for. */
void vtr_fmt_output_word(struct vtr_fmt_output *out, bool has_space,
                         struct vtr_bytes word);

/* A comment, with a blank before it unless the line is fresh. */
void vtr_fmt_output_comment(struct vtr_fmt_output *out, struct vtr_bytes comment);

/* Ends the last line and appends all lines to `result`.  VTR_ERROR_MEMORY. */
VTR_MUST_CHECK enum vtr_status vtr_fmt_output_finish(struct vtr_fmt_output *out,
                                                     struct vtr_writer *result);

#endif

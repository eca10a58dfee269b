/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The canonical form of a source that parses: its tokens, laid out anew.
 *
 * Rules, sections, metadata and strings have lines of their own; conditions and hex
 * strings keep the lines that their author gave them, indented by their brackets.
 * docs/formatting.md describes the form.
 */
#ifndef VTR_COMPILER_FMT_FMT_PRINT_H
#define VTR_COMPILER_FMT_FMT_PRINT_H

#include "base/vector.h"
#include "base/writer.h"

/* Appends the formatted text of `tokens` (struct vtr_fmt_token, with VTR_LEX_END) over
 * the source's bytes to `result`.  VTR_ERROR_MEMORY is the only failure. */
VTR_MUST_CHECK enum vtr_status vtr_fmt_print(struct vtr_writer *result,
                                             const struct vtr_vector *tokens,
                                             const uint8_t *text);

#endif

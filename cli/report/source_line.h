/* SPDX-License-Identifier: Apache-2.0 */

/* A line of a source as a terminal shows it: which cells its bytes take. */
#ifndef VTR_CLI_REPORT_SOURCE_LINE_H
#define VTR_CLI_REPORT_SOURCE_LINE_H

#include "cli/report/text.h"

struct vtr_source_line {
    struct vtr_bytes text;
    bool is_plain; /* printable ASCII: a byte is a cell */
    size_t cells;
};

/* `text` is a line without its end, borrowed. */
void vtr_source_line_init(struct vtr_source_line *line, struct vtr_bytes text);

/* Cells that the first `len` bytes take. */
size_t vtr_source_line_cells(const struct vtr_source_line *line, size_t len);

/* Puts down the part of the line between two cells. */
void vtr_source_line_show(const struct vtr_source_line *line, struct vtr_text *out,
                          size_t from, size_t to);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* The difference of two texts that have the same characters but for blanks, as
 * `diff -u` shows it. */
#ifndef VTR_CLI_REPORT_LINE_DIFF_H
#define VTR_CLI_REPORT_LINE_DIFF_H

#include "cli/report/text.h"

struct vtr_diff_texts {
    const char *path;
    struct vtr_bytes old;
    struct vtr_bytes new;
    bool is_for_terminal; /* what it would obey is made visible */
};

/* Takes time in proportion to the length of the texts. */
void vtr_print_line_diff(struct vtr_text *out, const struct vtr_diff_texts *texts);

#endif

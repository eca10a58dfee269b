/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Looks for places where an expression that has no atom may match, a byte at a time
 * through a table that is made while it is needed.
 *
 * States of the table are sets of steps of scan/regex/regex_program.h.  Where they
 * become too many, or what takes no byte matches, the filter gives up, and every place
 * may match.
 */
#ifndef VTR_SCAN_REGEX_REGEX_FILTER_H
#define VTR_SCAN_REGEX_REGEX_FILTER_H

#include <stdbool.h>

#include "base/compiler.h"

struct vtr_regex_filter; /* opaque, heap; one thread at a time */

struct vtr_regex_program_code;

/* Borrows the program.  NULL when memory is out: a scan goes on without. */
struct vtr_regex_filter *vtr_regex_filter_new(
    const struct vtr_regex_program_code *program);
void vtr_regex_filter_free(struct vtr_regex_filter *filter);

/* How far the data is looked through.  {.at = n, .start = n} begins at n. */
struct vtr_regex_cursor {
    size_t at;
    size_t start; /* no match that is open at `at` begins before it */
    uint32_t state;
};

enum vtr_filter_answer {
    VTR_FILTER_NONE,  /* no match ends up to `end` */
    VTR_FILTER_MAYBE, /* one that begins at cursor->start or later may end at `at` */
    VTR_FILTER_GIVES_UP
};

/* Goes on from the cursor to `end` at most. */
enum vtr_filter_answer vtr_regex_filter_find(struct vtr_regex_filter *filter,
                                             struct vtr_bytes data, size_t end,
                                             struct vtr_regex_cursor *cursor);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* What the scan of one target came to, kept until it is its turn to be said. */
#ifndef VTR_CLI_SCAN_SCAN_OUTCOME_H
#define VTR_CLI_SCAN_SCAN_OUTCOME_H

#include "cli/report/scan_print.h"
#include "cli/report/text.h"
#include "cli/scan/scan_arguments.h"

enum vtr_scan_end {
    VTR_SCAN_DONE = 0,
    VTR_SCAN_TOO_LARGE,    /* for --max-size */
    VTR_SCAN_SKIPPED,      /* --skip-larger */
    VTR_SCAN_TOO_LATE,     /* the time for all was up */
    VTR_SCAN_NOT_NECESSARY /* the rules that were asked for had been found, or nothing
                              more can be said */
};

struct vtr_scan_outcome {
    struct vtr_text text;       /* what is left to be said of it */
    struct vtr_text hash_names; /* said already, a zero byte after each */
    struct vtr_error err;       /* status VTR_OK: scanned */
    unsigned limits;
    struct vtr_scan_limited limited;
    uint64_t satisfied; /* rules */
    uint64_t shown; /* of them or, negated, of the others: those that were asked for */
    enum vtr_scan_end end;
};

void vtr_scan_outcome_free(struct vtr_scan_outcome *outcome);

/* Bytes that it keeps. */
size_t vtr_scan_outcome_len(const struct vtr_scan_outcome *outcome);

/* Says how the target went, when it was the turn of those before: to standard error
 * why it was not scanned or not to the end, to standard output what was found.  False
 * when the scan is to count as failed.  (That there is no time left is said once for
 * all.) */
bool vtr_scan_outcome_say(struct vtr_scan_outcome *outcome,
                          const struct vtr_scan_arguments *arguments, const char *path,
                          bool is_single);

#endif

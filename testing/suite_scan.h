/* SPDX-License-Identifier: Apache-2.0 */

/* One sample under the scanner: which expectations it meets, and what else it finds. */
#ifndef VTR_TESTING_SUITE_SCAN_H
#define VTR_TESTING_SUITE_SCAN_H

#include "testing/suite_file.h"
#include "testing/suite_rules.h"
#include "vitrine/scan.h"

/* Found rules are named in messages up to this many. */
#define VTR_SUITE_NAMES_MAX 5u

/* The scanner of a run, over the rules compiled in memory. */
struct vtr_suite_scanner {
    struct vtr_suite_rules *rules; /* borrowed */
    struct vtr_arena *arena;       /* borrowed: reasons */
    uint8_t *image;
    struct vtr_database *database;
    struct vtr_scanner *scanner;
};

VTR_MUST_CHECK enum vtr_status vtr_suite_scanner_init(
    struct vtr_suite_scanner *out, struct vtr_suite_rules *rules,
    struct vtr_arena *arena, const struct vtr_scan_options *options,
    struct vtr_error *err);
void vtr_suite_scanner_deinit(struct vtr_suite_scanner *scanner);

/* What a scan found. */
struct vtr_suite_found {
    uint64_t count;       /* rules and hash records */
    uint64_t extra_count; /* of these, what no "matches" expects */
    const char *names;    /* "A, B and 3 more"; "nothing" */
    const char *extra_names;
    const char *limits; /* what was incomplete; NULL: nothing */
};

/* Scans `data` and writes into the expectations whether each is met.  Texts are the
 * arena's. */
VTR_MUST_CHECK enum vtr_status vtr_suite_scan(
    const struct vtr_suite_scanner *scanner, struct vtr_bytes data,
    struct vtr_suite_expectation *expectations, struct vtr_suite_found *out,
    struct vtr_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A run of tests, shared by suite_run.c (its steps), suite_tell.c (its answers),
 * suite_unpack.c (samples as files) and suite_collection.c (the folder of samples that
 * metadata name).
 */
#ifndef VTR_TESTING_SUITE_RUN_H
#define VTR_TESTING_SUITE_RUN_H

#include "testing/suite_file.h"
#include "testing/suite_rules.h"
#include "testing/suite_scan.h"
#include "testing/suite_sources.h"
#include "vitrine/test.h"

/* A longer sample is refused: it is in memory. */
#define VTR_SUITE_SAMPLE_MAX ((size_t)1 << 30)

struct vtr_test_run {
    struct vtr_arena arena;
    struct vtr_suite_sources sources;
    struct vtr_compilation *compilation; /* of the rules */
    struct vtr_compilation *files;       /* holds the test files and their problems */
    struct vtr_suite_rules rules;
    struct vtr_suite_scanner scanner;
    struct vtr_test_summary summary;

    const char *unpack; /* the caller's; NULL: none */
    vtr_test_fn checked;
    void *context;
    struct vtr_line_cursor lines;
    bool is_stopped; /* by the caller */
};

/* A string of the run's arena; "" when memory is out. */
const char *vtr_suite_text(struct vtr_test_run *run, struct vtr_bytes bytes);

/* Tells of an expectation, and of those of its strings, after the scan of the sample.
 */
void vtr_suite_tell(struct vtr_test_run *run, const char *sample,
                    const struct vtr_suite_expectation *expectation,
                    const struct vtr_suite_found *found);

/* Writes a sample into `folder`.  A name that is no path below it, and a file that is
 * there, are reported. */
VTR_MUST_CHECK enum vtr_status vtr_suite_unpack(struct vtr_test_run *run,
                                                const char *folder,
                                                const struct vtr_suite_sample *sample,
                                                struct vtr_bytes content,
                                                struct vtr_error *err);

/* Counts the rules that no sample is expected to satisfy, and tells of each when
 * `is_told`. */
void vtr_suite_tell_coverage(struct vtr_test_run *run, bool is_told);

/* Tries the files of a folder whose digests metadata name. */
VTR_MUST_CHECK enum vtr_status vtr_suite_try_collection(struct vtr_test_run *run,
                                                        const char *folder,
                                                        struct vtr_error *err);

#endif

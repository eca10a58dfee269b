/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rules tried on samples (libvitrine-compiler): docs/testing.md.
 *
 * The sources are compiled in memory; test files beside them name samples and say what
 * is expected of each.  A collection of files adds those samples whose digests the
 * metadata of rules name.
 */
#ifndef VITRINE_TEST_H
#define VITRINE_TEST_H

#include "vitrine/compile.h"
#include "vitrine/scan.h"

#ifdef __cplusplus
extern "C" {
#endif

struct vtr_test_options {
    /* The sources may be test files too, *.test.  Those below a folder and those beside
     * a rule file, of the same name, are found. */
    struct vtr_compile_options compile;
    struct vtr_scan_options scan;
    const char *samples; /* a folder of files that metadata name; NULL: none */
    const char *unpack;  /* a folder that each sample is written to, as a file of its
                            name  that must not be there yet; NULL: none */
    int is_complete;     /* a rule that no sample is expected to satisfy fails */
};

enum vtr_test_kind {
    VTR_TEST_MATCHES = 1, /* a rule matches a sample */
    VTR_TEST_MISSES = 2,  /* it does not */
    VTR_TEST_ONLY = 3,    /* nothing else matches */
    VTR_TEST_CLEAN = 4,   /* nothing matches */
    VTR_TEST_STRING = 5,  /* a string of a rule is where it should be */
    VTR_TEST_COVERED = 6  /* a sample is expected to satisfy the rule */
};

/* One thing that was asked.  Borrowed for the time of the call. */
struct vtr_test_check {
    enum vtr_test_kind kind;
    int is_passed;
    const char *sample;    /* its name; the path of a file that metadata name; "" */
    const char *rule;      /* as the test file writes it; "" of ONLY and CLEAN */
    const char *string;    /* of STRING: what is expected, "$a at 7" */
    const char *reason;    /* why it failed; "" when it passed */
    struct vtr_span place; /* in the test file; of the rule, when metadata ask */
};

/* Returning 0 ends the run. */
typedef int (*vtr_test_fn)(const struct vtr_test_check *check, void *context);

struct vtr_test_summary {
    uint64_t files;   /* test files */
    uint64_t samples; /* tried */
    uint64_t passed;  /* checks */
    uint64_t failed;
    uint64_t rules;   /* compiled, without private ones */
    uint64_t untried; /* of these, which no sample is expected to satisfy */
    uint64_t digests; /* that metadata name, when a folder of samples is given */
    uint64_t absent;  /* of these, which no file of the folder has */
};

struct vtr_test_run; /* opaque, heap */

/*
 * Tries all samples in the order of files and lines, then those of the folder by their
 * paths.  VTR_OK: the run is complete, the summary tells how it went.  VTR_ERROR_RULES:
 * `*out` is set all the same; rules or test files have errors, which its diagnostics
 * tell.  Rules with errors end the run unless compile.keep_going; a sample with an
 * error is left out.  Any other status: `*out` is not touched.
 */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_test(struct vtr_test_run **out,
                                                const struct vtr_test_options *options,
                                                vtr_test_fn checked, void *context,
                                                struct vtr_error *err);
VTR_API void vtr_test_run_free(struct vtr_test_run *run);

VTR_API const struct vtr_test_summary *vtr_test_run_get_summary(
    const struct vtr_test_run *run);

/* What is wrong in test files; borrowed. */
VTR_API const struct vtr_diagnostic *vtr_test_run_get_diagnostics(
    const struct vtr_test_run *run, size_t *count);

/* The compilation of the rules, for its diagnostics; borrowed. */
VTR_API const struct vtr_compilation *vtr_test_run_get_compilation(
    const struct vtr_test_run *run);

#ifdef __cplusplus
}
#endif

#endif

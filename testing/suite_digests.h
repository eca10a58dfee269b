/* SPDX-License-Identifier: Apache-2.0 */

/* The digests of samples that metadata of rules name: hash = "...", sha256_1 = "...",
 * original_sample_sha1 = "...". */
#ifndef VTR_TESTING_SUITE_DIGESTS_H
#define VTR_TESTING_SUITE_DIGESTS_H

#include "base/digest.h"
#include "base/vector.h"
#include "testing/suite_rules.h"

/* A digest that metadata name. */
struct vtr_suite_digest {
    uint8_t bytes[VTR_SHA256_LEN];
    size_t len;  /* tells which it is */
    size_t rule; /* index of the rule */
    bool is_present;
};

/* Adds all of them to `out` (struct vtr_suite_digest), sorted by length, bytes and
 * rule, each once.  VTR_ERROR_MEMORY. */
VTR_MUST_CHECK enum vtr_status vtr_suite_digests_collect(
    const struct vtr_suite_rules *rules, struct vtr_vector *out);

/* The first that has these bytes, or NULL; those of other rules follow it. */
struct vtr_suite_digest *vtr_suite_digest_find(const struct vtr_vector *digests,
                                               struct vtr_bytes bytes);

#endif

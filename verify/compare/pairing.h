/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Walks the records of two databases side by side and calls back for whatever differs:
 * what compare reports and what a delta carries is found here, once.
 *
 * Hash records are streamed.  Records that break their own order or syntax end the walk
 * with VTR_ERROR_FORMAT, so that a caller may rely on both.
 */
#ifndef VTR_VERIFY_COMPARE_PAIRING_H
#define VTR_VERIFY_COMPARE_PAIRING_H

#include "format/image/image.h"
#include "format/record/records.h"

/* Stem of B's record that A does not have. */
#define VTR_STEM_NONE UINT32_MAX

/* The records of one digest on one side, in their order; `count` 0: none. */
struct vtr_hash_group {
    const struct vtr_hash_record *records; /* without their digests */
    size_t count;
};

/* Records of one digest that differ between A and B. */
struct vtr_hash_pair {
    enum vtr_hash_kind kind;
    const uint8_t *digest;
    struct vtr_hash_group a;
    struct vtr_hash_group b;
    const uint32_t *stems_a; /* A's stem for each stem of B, or VTR_STEM_NONE */
};

/* A rule or external that differs; the side that lacks it has no body (`ptr` NULL). */
struct vtr_body_pair {
    struct vtr_bytes space; /* of a rule */
    struct vtr_bytes name;
    struct vtr_bytes a;
    struct vtr_bytes b;
};

enum vtr_body_kind {
    VTR_BODY_RULE,
    VTR_BODY_EXTERNAL
};

/* Each returns VTR_OK to go on. */
typedef enum vtr_status (*vtr_hash_pair_fn)(const struct vtr_hash_pair *pair,
                                            void *context, struct vtr_error *err);
typedef enum vtr_status (*vtr_body_pair_fn)(const struct vtr_body_pair *pair,
                                            void *context, struct vtr_error *err);

/* All kinds of hash, in order of kind and digest.  Rewinds the sources. */
VTR_MUST_CHECK enum vtr_status vtr_pair_hashes(const struct vtr_records *a,
                                               const struct vtr_records *b,
                                               vtr_hash_pair_fn differs, void *context,
                                               struct vtr_error *err);

/* All rules or externals, in order of namespace and name. */
VTR_MUST_CHECK enum vtr_status vtr_pair_bodies(enum vtr_body_kind kind,
                                               const struct vtr_records *a,
                                               const struct vtr_records *b,
                                               vtr_body_pair_fn differs, void *context,
                                               struct vtr_error *err);

/* The namespace ("" of an external) and name of a body. */
VTR_MUST_CHECK bool vtr_body_read_key(enum vtr_body_kind kind, struct vtr_bytes body,
                                      struct vtr_bytes *out_space,
                                      struct vtr_bytes *out_name);

#endif

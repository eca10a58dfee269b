/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Deltas (.vdelta): what changes between two databases, as records, signed.
 *
 * A delta is refused before anything of it is parsed or inflated unless a trusted key
 * signed its header; it is applied to exactly the database that it names, and its
 * result is exactly the database that it names, or nothing.
 */
#ifndef VITRINE_DELTA_H
#define VITRINE_DELTA_H

#include "vitrine/common.h"
#include "vitrine/verify.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the difference from `from` to `to` (images in memory) to `path`.  It is
 * applied to `from` before it is written, and the result held against `to`.
 * `key` NULL makes an unsigned delta, which apply refuses unless told otherwise. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_delta_create(
    struct vtr_bytes from, struct vtr_bytes to, const struct vtr_secret_key *key,
    const char *path, uint64_t *out_len, struct vtr_error *err);

/* Applies the delta to `from` and replaces `path` by the result atomically, after
 * reading it back from the disk.  Trust: one of `keys`; `key_count` 0 accepts unsigned
 * deltas, which only the digests then protect. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_delta_apply(
    struct vtr_bytes from, struct vtr_bytes delta, const struct vtr_public_key *keys,
    size_t key_count, const char *path, struct vtr_error *err);

struct vtr_delta_info {
    struct vtr_bytes name; /* of the database */
    uint64_t from_release;
    uint64_t to_release;
    const uint8_t *from_digest; /* VTR_DIGEST_LEN bytes each */
    const uint8_t *to_digest;
    uint64_t to_len;  /* of the resulting database */
    uint64_t raw_len; /* of all sections, unpacked */
    uint64_t hashes_added;
    uint64_t hashes_removed; /* digests whose records are taken out; those that stay are
                                among the added */
    uint64_t rules_added;    /* changed ones count here and in removed */
    uint64_t rules_removed;
    uint64_t externals_added;
    uint64_t externals_removed;
    uint32_t layout;
    unsigned signature_count;
    uint8_t key_ids[8][VTR_KEY_ID_LEN]; /* of the first signatures */
};

/* Reads the header; `out` borrows from `delta`.  The signature is not checked. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_delta_get_info(struct vtr_bytes delta,
                                                          struct vtr_delta_info *out,
                                                          struct vtr_error *err);

#ifdef __cplusplus
}
#endif

#endif

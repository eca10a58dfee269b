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

/* Who must have signed what goes in, and who signs what comes out. */
struct vtr_delta_signing {
    const struct vtr_public_key *trusted; /* each delta by one of them */
    size_t trusted_count;                 /* 0: nobody need have */
    const struct vtr_secret_key *key;     /* NULL: an unsigned delta */
};

/* Makes one delta of `count` deltas in a row, from where the first begins to where the
 * last ends, without the databases.  In a longer row it does not matter which are
 * merged first: the bytes are the same.  Nobody's signature is taken over, for nobody
 * signed this file: `signing->key` signs it or nobody does.  VTR_ERROR_MISMATCH when
 * one does not begin where the one before it ends. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_delta_merge(
    const struct vtr_bytes *deltas, size_t count,
    const struct vtr_delta_signing *signing, const char *path, uint64_t *out_len,
    struct vtr_error *err);

struct vtr_delta_info {
    struct vtr_bytes name; /* of the database */
    uint64_t from_release;
    uint64_t to_release;
    const uint8_t *from_digest; /* VTR_DIGEST_LEN bytes each */
    const uint8_t *to_digest;
    uint64_t to_len;  /* of the resulting database */
    uint64_t raw_len; /* of all sections, unpacked */
    struct vtr_delta_hash_counts {
        uint64_t added;
        uint64_t removed; /* digests whose records are taken out; those that stay are
                             among the added */
    } hashes[3];          /* MD5, SHA-1, SHA-256 */
    uint64_t rules_put;   /* new ones and changed ones */
    uint64_t rules_removed;
    uint64_t externals_put;
    uint64_t externals_removed;
    uint32_t layout;
    unsigned signature_count;
    uint8_t key_ids[8][VTR_KEY_ID_LEN]; /* of the signatures */
};

/* Reads the header; `out` borrows from `delta`.  The signature is not checked. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_delta_get_info(struct vtr_bytes delta,
                                                          struct vtr_delta_info *out,
                                                          struct vtr_error *err);

/* Reports each rule and each external variable that a delta adds, changes or removes,
 * by name; the detail of an added one says which it is made from, if it is made from
 * one that goes.  All of the delta is checked but its signature.  VTR_ERROR_VERSION for
 * another layout, whose records nobody here can read. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_delta_list_changes(struct vtr_bytes delta,
                                                              vtr_change_fn changed,
                                                              void *context,
                                                              struct vtr_error *err);

#ifdef __cplusplus
}
#endif

#endif

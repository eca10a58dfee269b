/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What must be taken out of one database's records, and what put in, to have another's.
 *
 * Hash records go by digest: where the records of a digest differ at all, those of the
 * old database are all taken out and those of the new one all put in.
 */
#ifndef VTR_DELTA_DIFFERENCE_H
#define VTR_DELTA_DIFFERENCE_H

#include "base/digest.h"
#include "base/vector.h"
#include "format/records.h"

/* A hash record that is put in. */
struct vtr_added_hash {
    uint8_t digest[VTR_SHA256_LEN]; /* zeros after a shorter one */
    uint64_t size;                  /* or VTR_SIZE_ANY */
    uint32_t stem;                  /* of the new database */
    uint32_t number;
};

/* A digest, or the hash of a name, as the first bytes of a key. */
struct vtr_delta_key {
    uint8_t bytes[VTR_SHA256_LEN];
};

struct vtr_hash_changes {
    struct vtr_vector removed; /* struct vtr_delta_key: digests, sorted */
    struct vtr_vector added;   /* struct vtr_added_hash, in their order */
};

struct vtr_body_changes {
    struct vtr_vector removed; /* struct vtr_delta_key: vtr_body_key, sorted */
    struct vtr_vector added;   /* struct vtr_bytes: bodies that the records own */
};

/* {0} is safe to deinit. */
struct vtr_changes {
    struct vtr_hash_changes hashes[VTR_HASH_KINDS];
    struct vtr_body_changes rules;
    struct vtr_body_changes externals;
};

/* Borrows from both records. */
VTR_MUST_CHECK enum vtr_status vtr_changes_init(struct vtr_changes *out,
                                                const struct vtr_records *from,
                                                const struct vtr_records *to,
                                                struct vtr_error *err);
void vtr_changes_deinit(struct vtr_changes *changes);

/* The 64-bit hash that names a rule (namespace, zero byte, name) or external (empty
 * namespace).  It finds things and proves nothing. */
VTR_MUST_CHECK enum vtr_status vtr_body_key(struct vtr_bytes space,
                                            struct vtr_bytes name, uint64_t *out,
                                            struct vtr_error *err);

/* Stores a number as a key whose order is the number's. */
void vtr_delta_key_set(struct vtr_delta_key *key, uint64_t number);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * TUF metadata from its structs, and signatures on it: the twin of
 * verify/tuf/tuf_metadata.h.
 *
 * What is written is canonical and the same for the same structs, in whatever order
 * their parts stand; it reads back as what was written.  Nothing but Ed25519 keys and
 * what the structs hold can be written.
 */
#ifndef VTR_VERIFY_TUF_TUF_WRITE_H
#define VTR_VERIFY_TUF_TUF_WRITE_H

#include "verify/tuf/tuf_metadata.h"

#define VTR_TUF_KEY_ID_LEN 64u

/* The id of an Ed25519 key: hexadecimal SHA-256 of its canonical form, and a NUL. */
void vtr_tuf_key_id(const uint8_t *public_key, char out[VTR_TUF_KEY_ID_LEN + 1]);

/* Appends the canonical "signed" of `metadata`, whose `signed_bytes` and signatures are
 * not looked at.  VTR_ERROR_ARGUMENT for what must not be written: control characters
 * in a text, a key that is no usable Ed25519 key. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_write_signed(
    struct vtr_writer *w, const struct vtr_tuf_metadata *metadata,
    struct vtr_error *err);

/* Appends what vtr_tuf_history_read reads: the targets alone. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_write_history(
    struct vtr_writer *w, const struct vtr_tuf_metadata *history,
    struct vtr_error *err);

/* Appends the file: `signed_bytes` as they are, and the signatures, by key id. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_write_file(
    struct vtr_writer *w, const struct vtr_tuf_metadata *metadata,
    struct vtr_error *err);

/* Sets `signed_bytes` from the rest and drops the signatures, which were of others. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_seal(struct vtr_tuf_metadata *metadata,
                                            struct vtr_error *err);

/* Adds a signature of `signed_bytes`; one of the same key id is replaced. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_sign(struct vtr_tuf_metadata *metadata,
                                            const struct vtr_secret_key *key,
                                            struct vtr_error *err);

/* Adds those signatures of `from` that `to`, whose signed bytes are the same, has not.
 * VTR_ERROR_MISMATCH when they are not the same. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_merge_signatures(
    struct vtr_tuf_metadata *to, const struct vtr_tuf_metadata *from,
    struct vtr_error *err);

#endif

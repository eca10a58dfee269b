/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Signatures of a delta: Ed25519 over a prefix, which no other kind of message begins
 * with, and the bytes of the header.
 */
#ifndef VTR_DELTA_FILE_DELTA_SIGNATURE_H
#define VTR_DELTA_FILE_DELTA_SIGNATURE_H

#include "delta/file/delta_header.h"

/* Appends the number of signatures and the signatures over what `w` holds so far: one,
 * or none where `key` is NULL. */
VTR_MUST_CHECK enum vtr_status vtr_delta_write_signatures(
    struct vtr_writer *w, const struct vtr_secret_key *key, struct vtr_error *err);

#endif

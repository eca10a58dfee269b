/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Signatures of files in minisign's format (.minisig), which Debian's minisign checks:
 * Ed25519 over the file's BLAKE2b-512, and over that signature and a trusted comment.
 * Functions on bytes alone.
 */
#ifndef VTR_VERIFY_KEY_MINISIGN_H
#define VTR_VERIFY_KEY_MINISIGN_H

#include "base/writer.h"
#include "vitrine/verify.h"

/* Appends the text of a signature of `file` to `w`.  `comment` is one printable line.
 */
void vtr_minisign_write(struct vtr_writer *w, const struct vtr_secret_key *key,
                        struct vtr_bytes file, struct vtr_bytes comment);

/* VTR_ERROR_FORMAT when `text` is no such signature, VTR_ERROR_SIGNATURE when it is not
 * this key's for this file.  The key's id is not looked at: `key->id` may be zeros. */
VTR_MUST_CHECK enum vtr_status vtr_minisign_check(struct vtr_bytes text,
                                                  const struct vtr_public_key *key,
                                                  struct vtr_bytes file,
                                                  struct vtr_error *err);

#endif

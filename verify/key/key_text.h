/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Key files as text, in minisign's formats: a line of comment and a line of base64.
 * Functions on bytes alone; nothing here touches a file.
 *
 *   public:  "Ed" id[8] key[32]
 *   secret:  "Ed" kdf[2] "B2" salt[32] u64 opslimit u64 memlimit
 *            (id[8] key[64] check[32]) ^ scrypt(password)
 *
 * kdf is "Sc", or two zeros for a key that is not encrypted.  check is BLAKE2b-256 of
 * "Ed" id key; all zero, like the limits and the salt, where nothing is encrypted.
 */
#ifndef VTR_VERIFY_KEY_KEY_TEXT_H
#define VTR_VERIFY_KEY_KEY_TEXT_H

#include "base/writer.h"
#include "verify/key/key.h"

/* No key file is longer. */
#define VTR_KEY_TEXT_LIMIT 4096u

/* Appends the text to `w`, whose owner zeroes it afterwards where it is secret. */
void vtr_key_text_write_public(struct vtr_writer *w, const struct vtr_public_key *key);
VTR_MUST_CHECK enum vtr_status vtr_key_text_write_secret(
    struct vtr_writer *w, const struct vtr_secret_key *key, const char *password,
    struct vtr_error *err);

/* VTR_ERROR_FORMAT when the text is not a public key, VTR_ERROR_SIGNATURE when its
 * point is none that may be trusted. */
VTR_MUST_CHECK enum vtr_status vtr_key_text_read_public(struct vtr_bytes text,
                                                        struct vtr_public_key *out,
                                                        struct vtr_error *err);

/* Whether the text is a key of the one kind or the other, by its form. */
bool vtr_key_text_is_public(struct vtr_bytes text);
bool vtr_key_text_is_secret(struct vtr_bytes text);

VTR_MUST_CHECK enum vtr_status vtr_key_text_is_encrypted(struct vtr_bytes text,
                                                         bool *out,
                                                         struct vtr_error *err);

/* Fills `out`.  VTR_ERROR_ARGUMENT when the password is missing or wrong. */
VTR_MUST_CHECK enum vtr_status vtr_key_text_read_secret(struct vtr_bytes text,
                                                        const char *password,
                                                        struct vtr_secret_key *out,
                                                        struct vtr_error *err);

#endif

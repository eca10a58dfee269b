/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Ed25519 keys in memory: making, checking, destroying.  The text of key files is
 * verify/key/key_text.h, the files themselves are verify/key/key_file.c.
 */
#ifndef VTR_VERIFY_KEY_KEY_H
#define VTR_VERIFY_KEY_KEY_H

#include <stdbool.h>

#include "base/compiler.h"
#include "vitrine/verify.h"

#define VTR_SECRET_KEY_LEN 64 /* seed and public key, as libsodium has them */

/* Lives in memory of its own that is locked, guarded and zeroed when it is freed. */
struct vtr_secret_key {
    uint8_t id[VTR_KEY_ID_LEN];
    uint8_t key[VTR_SECRET_KEY_LEN];
};

/* Readies libsodium, which every function of verify/ that needs it calls for itself:
 * idempotent and safe from any thread. */
VTR_MUST_CHECK bool vtr_sodium_prepare(void);

/* An all-zero secret key, or NULL when memory is out. */
VTR_MUST_CHECK struct vtr_secret_key *vtr_secret_key_new(void);

/* Fills `key` from the system's randomness. */
void vtr_secret_key_randomise(struct vtr_secret_key *key);

/* Whether the two halves of a secret key belong together. */
VTR_MUST_CHECK bool vtr_secret_key_is_consistent(const struct vtr_secret_key *key);

/* Whether a point may serve as a public key: canonical, on the curve, in the
 * prime-order group.  A small-order "key" would vouch for messages that nobody signed.
 */
VTR_MUST_CHECK bool vtr_public_key_is_valid(const struct vtr_public_key *key);

#endif

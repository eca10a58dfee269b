/* SPDX-License-Identifier: Apache-2.0 */

#include "verify/key/key.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

static_assert(VTR_SECRET_KEY_LEN == crypto_sign_SECRETKEYBYTES, "libsodium's key");
static_assert(VTR_PUBLIC_KEY_LEN == crypto_sign_PUBLICKEYBYTES, "libsodium's key");
static_assert(VTR_SIGNATURE_LEN == crypto_sign_BYTES, "libsodium's signature");

bool vtr_sodium_prepare(void)
{
    return sodium_init() >= 0;
}

struct vtr_secret_key *vtr_secret_key_new(void)
{
    struct vtr_secret_key *key = NULL;

    if (vtr_sodium_prepare()) {
        key = sodium_malloc(sizeof(*key));
    }
    if (key != NULL) {
        sodium_memzero(key, sizeof(*key));
    }
    return key;
}

void vtr_secret_key_free(struct vtr_secret_key *key)
{
    sodium_free(key); /* zeroes; NULL is fine */
}

void vtr_secret_key_randomise(struct vtr_secret_key *key)
{
    uint8_t public_key[VTR_PUBLIC_KEY_LEN];

    randombytes_buf(key->id, sizeof(key->id));
    (void)crypto_sign_keypair(public_key, key->key);
}

bool vtr_secret_key_is_consistent(const struct vtr_secret_key *key)
{
    uint8_t public_key[VTR_PUBLIC_KEY_LEN];
    uint8_t again[VTR_SECRET_KEY_LEN];

    (void)crypto_sign_seed_keypair(public_key, again, key->key);
    const bool is_same = sodium_memcmp(again, key->key, sizeof(again)) == 0;
    sodium_memzero(again, sizeof(again));
    return is_same;
}

void vtr_secret_key_get_public(const struct vtr_secret_key *key,
                               struct vtr_public_key *out)
{
    memcpy(out->id, key->id, sizeof(out->id));
    (void)crypto_sign_ed25519_sk_to_pk(out->key, key->key);
}

bool vtr_public_key_is_valid(const struct vtr_public_key *key)
{
    return vtr_sodium_prepare() && crypto_core_ed25519_is_valid_point(key->key) == 1;
}

void vtr_key_sign(const struct vtr_secret_key *key, struct vtr_bytes message,
                  uint8_t *out_signature)
{
    (void)crypto_sign_detached(out_signature, NULL, message.ptr, message.len, key->key);
}

int vtr_key_check(const struct vtr_public_key *key, struct vtr_bytes message,
                  const uint8_t *signature)
{
    return vtr_public_key_is_valid(key) &&
           crypto_sign_verify_detached(signature, message.ptr, message.len, key->key) ==
               0;
}

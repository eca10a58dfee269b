/* SPDX-License-Identifier: Apache-2.0 */

#include "base/digest.h"

#include <sodium.h>
#include <xxhash.h>

/* Lets libsodium choose the code for this processor; without, or when that fails, its
 * plain C runs, to the same digests.  Cheap after the first time. */
static void prepare(void)
{
    const int is_ready = sodium_init();
    (void)is_ready;
}

void vtr_digest_sha256(struct vtr_bytes bytes, uint8_t *out)
{
    (void)crypto_hash_sha256(out, bytes.ptr, bytes.len);
}

void vtr_digest_blake2b(struct vtr_bytes bytes, uint8_t *out)
{
    vtr_digest_blake2b_pieces(&bytes, 1, out);
}

void vtr_digest_blake2b_pieces(const struct vtr_bytes *pieces, size_t count,
                               uint8_t *out)
{
    crypto_generichash_state state;

    prepare();
    (void)crypto_generichash_init(&state, NULL, 0, VTR_DIGEST_LEN);
    for (size_t i = 0; i < count; i++) {
        (void)crypto_generichash_update(&state, pieces[i].ptr, pieces[i].len);
    }
    (void)crypto_generichash_final(&state, out, VTR_DIGEST_LEN);
}

/* SHA-256 of a prefix byte and two runs, as RFC 6962 section 2.1 hashes its trees. */
static void hash_prefixed(uint8_t prefix, struct vtr_bytes a, struct vtr_bytes b,
                          uint8_t *out)
{
    crypto_hash_sha256_state state;

    (void)crypto_hash_sha256_init(&state);
    (void)crypto_hash_sha256_update(&state, &prefix, 1);
    (void)crypto_hash_sha256_update(&state, a.ptr, a.len);
    (void)crypto_hash_sha256_update(&state, b.ptr, b.len);
    (void)crypto_hash_sha256_final(&state, out);
}

void vtr_digest_leaf(struct vtr_bytes bytes, uint8_t *out)
{
    hash_prefixed(0x00, bytes, (struct vtr_bytes){NULL, 0}, out);
}

void vtr_digest_node(const uint8_t *left, const uint8_t *right, uint8_t *out)
{
    hash_prefixed(0x01, (struct vtr_bytes){left, VTR_SHA256_LEN},
                  (struct vtr_bytes){right, VTR_SHA256_LEN}, out);
}

uint64_t vtr_digest_xxh3(struct vtr_bytes bytes)
{
    return XXH3_64bits(bytes.ptr, bytes.len);
}

void vtr_digest_hex(struct vtr_bytes bytes, char *out)
{
    static const char DIGITS[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes.len; i++) {
        out[2 * i] = DIGITS[bytes.ptr[i] >> 4];
        out[2 * i + 1] = DIGITS[bytes.ptr[i] & 15];
    }
    out[2 * bytes.len] = '\0';
}

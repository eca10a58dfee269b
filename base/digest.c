/* SPDX-License-Identifier: Apache-2.0 */

#include "base/digest.h"

#include <sodium.h>
#include <xxhash.h>

#include "base/sha256_lanes.h"

#define LEAF_PREFIX 0x00
#define NODE_PREFIX 0x01

/* Fewer than so many are hashed faster one by one. */
#define LANES_MIN 4u

/* Pairs that are listed at a time. */
#define PAIRS_LEN 64u

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
    hash_prefixed(LEAF_PREFIX, bytes, (struct vtr_bytes){NULL, 0}, out);
}

void vtr_digest_node(const uint8_t *left, const uint8_t *right, uint8_t *out)
{
    hash_prefixed(NODE_PREFIX, (struct vtr_bytes){left, VTR_SHA256_LEN},
                  (struct vtr_bytes){right, VTR_SHA256_LEN}, out);
}

void vtr_digest_leaves(const struct vtr_bytes *leaves, size_t count, uint8_t *out)
{
    if (count >= LANES_MIN) {
        vtr_sha256_lanes(LEAF_PREFIX, leaves, count, out);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        vtr_digest_leaf(leaves[i], out + i * VTR_SHA256_LEN);
    }
}

void vtr_digest_nodes(const uint8_t *pairs, size_t count, uint8_t *out)
{
    const size_t pair_len = 2 * (size_t)VTR_SHA256_LEN;
    struct vtr_bytes runs[PAIRS_LEN];

    while (count >= LANES_MIN) {
        const size_t part = count < PAIRS_LEN ? count : PAIRS_LEN;

        for (size_t i = 0; i < part; i++) {
            runs[i] = (struct vtr_bytes){pairs + i * pair_len, pair_len};
        }
        vtr_sha256_lanes(NODE_PREFIX, runs, part, out);
        pairs += part * pair_len;
        out += part * VTR_SHA256_LEN;
        count -= part;
    }
    for (size_t i = 0; i < count; i++) {
        const uint8_t *pair = pairs + i * pair_len;
        vtr_digest_node(pair, pair + VTR_SHA256_LEN, out + i * VTR_SHA256_LEN);
    }
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

/* SPDX-License-Identifier: Apache-2.0 */

#include "base/digest.h"

#include <assert.h>
#include <sodium.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
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

struct vtr_digest_stream {
    crypto_generichash_state state; /* of an alignment that malloc may not give */
};

struct vtr_digest_stream *vtr_digest_stream_new(void)
{
    struct vtr_digest_stream *stream =
        aligned_alloc(alignof(struct vtr_digest_stream), sizeof(*stream));

    if (stream != NULL) {
        prepare();
        (void)crypto_generichash_init(&stream->state, NULL, 0, VTR_DIGEST_LEN);
    }
    return stream;
}

void vtr_digest_stream_free(struct vtr_digest_stream *stream)
{
    free(stream);
}

void vtr_digest_stream_add(struct vtr_digest_stream *stream, struct vtr_bytes bytes)
{
    (void)crypto_generichash_update(&stream->state, bytes.ptr, bytes.len);
}

void vtr_digest_stream_finish(struct vtr_digest_stream *stream, uint8_t *out)
{
    (void)crypto_generichash_final(&stream->state, out, VTR_DIGEST_LEN);
    (void)crypto_generichash_init(&stream->state, NULL, 0, VTR_DIGEST_LEN);
}

/* SHA-256 of two runs, as RFC 6962 section 2.1 hashes its trees. */
static void hash_pair(struct vtr_bytes a, struct vtr_bytes b, uint8_t *out)
{
    crypto_hash_sha256_state state;

    (void)crypto_hash_sha256_init(&state);
    (void)crypto_hash_sha256_update(&state, a.ptr, a.len);
    (void)crypto_hash_sha256_update(&state, b.ptr, b.len);
    (void)crypto_hash_sha256_final(&state, out);
}

/* SHA-256 of `count` messages, each the prefix and one of `runs`. */
static void hash_all(struct vtr_bytes prefix, const struct vtr_bytes *runs,
                     size_t count, uint8_t *out)
{
    if (count >= LANES_MIN) {
        vtr_sha256_lanes(prefix, runs, count, out);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        hash_pair(prefix, runs[i], out + i * VTR_SHA256_LEN);
    }
}

void vtr_digest_leaves(struct vtr_bytes head, const struct vtr_bytes *rests,
                       size_t count, uint8_t *out)
{
    uint8_t prefix[1 + VTR_LEAF_HEAD_MAX] = {LEAF_PREFIX};

    assert(head.len <= VTR_LEAF_HEAD_MAX);
    if (head.len > 0) {
        memcpy(prefix + 1, head.ptr, head.len);
    }
    hash_all((struct vtr_bytes){prefix, 1 + head.len}, rests, count, out);
}

void vtr_digest_node(const uint8_t *left, const uint8_t *right, uint8_t *out)
{
    const uint8_t prefix = NODE_PREFIX;
    uint8_t pair[2 * VTR_SHA256_LEN];

    memcpy(pair, left, VTR_SHA256_LEN);
    memcpy(pair + VTR_SHA256_LEN, right, VTR_SHA256_LEN);
    hash_pair((struct vtr_bytes){&prefix, 1}, (struct vtr_bytes){pair, sizeof(pair)},
              out);
}

void vtr_digest_nodes(const uint8_t *pairs, size_t count, uint8_t *out)
{
    const size_t pair_len = 2 * (size_t)VTR_SHA256_LEN;
    const uint8_t prefix = NODE_PREFIX;
    struct vtr_bytes runs[PAIRS_LEN];

    while (count > 0) {
        const size_t part = count < PAIRS_LEN ? count : PAIRS_LEN;

        for (size_t i = 0; i < part; i++) {
            runs[i] = (struct vtr_bytes){pairs + i * pair_len, pair_len};
        }
        hash_all((struct vtr_bytes){&prefix, 1}, runs, part, out);
        pairs += part * pair_len;
        out += part * VTR_SHA256_LEN;
        count -= part;
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

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Digests.  SHA-256 and BLAKE2b (libsodium) carry trust; XXH3 only serves tables and is
 * never trusted.  Those that only name files are in base/file_digest.h.
 */
#ifndef VTR_BASE_DIGEST_H
#define VTR_BASE_DIGEST_H

#include "base/compiler.h"

#define VTR_MD5_LEN    16
#define VTR_SHA1_LEN   20
#define VTR_SHA256_LEN 32

/* `out` has room for the digest's length. */
void vtr_digest_sha256(struct vtr_bytes bytes, uint8_t *out);

/* BLAKE2b with a 32-byte output: the content digest of Vitrine's own files. */
void vtr_digest_blake2b(struct vtr_bytes bytes, uint8_t *out);

/* The same over several pieces, one after the other. */
void vtr_digest_blake2b_pieces(const struct vtr_bytes *pieces, size_t count,
                               uint8_t *out);

/* The same over bytes that come one after the other. */
struct vtr_digest_stream;                                             /* opaque, heap */
VTR_MUST_CHECK struct vtr_digest_stream *vtr_digest_stream_new(void); /* or NULL */
void vtr_digest_stream_free(struct vtr_digest_stream *stream);
void vtr_digest_stream_add(struct vtr_digest_stream *stream, struct vtr_bytes bytes);
/* The digest of all that was added; the stream begins anew. */
void vtr_digest_stream_finish(struct vtr_digest_stream *stream, uint8_t *out);

/* RFC 6962 node hash (prefix 0x01), SHA-256. */
void vtr_digest_node(const uint8_t *left, const uint8_t *right, uint8_t *out);

/* What many leaves may begin with, at most. */
#define VTR_LEAF_HEAD_MAX 8u

/* RFC 6962 hashes of `count` leaves (prefix 0x00), each `head` and one of `rests`, and
 * of nodes over `count` pairs of digests that stand one behind the other, many at a
 * time; `out` overlaps neither. */
void vtr_digest_leaves(struct vtr_bytes head, const struct vtr_bytes *rests,
                       size_t count, uint8_t *out);
void vtr_digest_nodes(const uint8_t *pairs, size_t count, uint8_t *out);

/* XXH3, 64 bits, seed 0. */
uint64_t vtr_digest_xxh3(struct vtr_bytes bytes);

/* Lower-case hexadecimal of `bytes`, NUL-terminated: `out` holds 2 * len + 1. */
void vtr_digest_hex(struct vtr_bytes bytes, char *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Hash records by the block, as a table of an image has them: what goes through a
 * million records that hardly change does so at a fraction of the cost of one call a
 * record.
 *
 * A block is taken from a source (struct vtr_hash_source) and says where its records
 * are; nothing of them is checked.  Safe on any bytes, as the table is.
 */
#ifndef VTR_FORMAT_IMAGE_HASH_BLOCK_H
#define VTR_FORMAT_IMAGE_HASH_BLOCK_H

#include <string.h>

#include "base/compiler.h"
#include "base/reader.h"
#include "format/record/records.h"

/* The next records of a source as far as they are a block of digests below `below`
 * (NULL: of any).  False when the next record has to be asked for by itself. */
VTR_MUST_CHECK bool vtr_hash_block_take(const struct vtr_hash_source *source,
                                        const uint8_t *below,
                                        struct vtr_hash_block *out);

/* What the records say beside their digests (NULL in `out`, which has room for
 * block->count): stems as those of the source, one that the table's image does not have
 * as UINT32_MAX. */
void vtr_hash_block_rows(const struct vtr_hash_block *block,
                         const struct vtr_hash_source *source,
                         struct vtr_hash_record *out);

/* The digest of record `at` of the block; `out` has VTR_SHA256_LEN bytes. */
void vtr_hash_block_digest(const struct vtr_hash_block *block, size_t at, uint8_t *out);

/* The digests of a block, or of a table from some record on, less the bytes that they
 * have in common. */
struct vtr_hash_tails {
    const uint8_t *ptr;
    size_t len; /* of each; at least 8 */
};
struct vtr_hash_tails vtr_hash_block_tails(const struct vtr_hash_block *block);

/* Below, equal or above zero as the digest of record `at` of the block sorts before,
 * with or after that of the record before it in the table, which begins with the same
 * bits: of the block's first one, that is the caller's to know. */
static inline int vtr_hash_tails_order(struct vtr_hash_tails tails, size_t at)
{
    const uint8_t *tail = tails.ptr + at * tails.len;
    const uint64_t before = vtr_load_u64_be(tail - tails.len);
    const uint64_t here = vtr_load_u64_be(tail);

    if (before != here) { /* but for a digest that is there twice, always */
        return before < here ? 1 : -1;
    }
    return memcmp(tail, tail - tails.len, tails.len);
}

/* How many of the first records of two blocks have the same digests. */
size_t vtr_hash_block_same_digests(const struct vtr_hash_block *a,
                                   const struct vtr_hash_block *b);

#endif

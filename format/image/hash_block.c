/* SPDX-License-Identifier: Apache-2.0 */

#include "format/image/hash_block.h"

#include "format/image/hash_table.h"

bool vtr_hash_block_take(const struct vtr_hash_source *source, const uint8_t *below,
                         struct vtr_hash_block *out)
{
    return source->next_block != NULL &&
           source->next_block(source->context, below, out);
}

void vtr_hash_block_rows(const struct vtr_hash_block *block,
                         const struct vtr_hash_source *source,
                         struct vtr_hash_record *out)
{
    const uint32_t *stems = source->block_stems;
    const uint64_t stem_count = source->block_stem_count;

    vtr_hash_table_rows(block->table, block->first, block->count, out);
    for (size_t i = 0; stems != NULL && i < block->count; i++) {
        out[i].stem = out[i].stem < stem_count ? stems[out[i].stem] : UINT32_MAX;
    }
}

struct vtr_hash_tails vtr_hash_block_tails(const struct vtr_hash_block *block)
{
    const size_t len = vtr_hash_table_tail_len(block->table);

    return (struct vtr_hash_tails){block->table->tails.ptr + (size_t)block->first * len,
                                   len};
}

void vtr_hash_block_digest(const struct vtr_hash_block *block, size_t at, uint8_t *out)
{
    vtr_hash_table_digest(block->table, block->first + at, block->prefix, out);
}

size_t vtr_hash_block_same_digests(const struct vtr_hash_block *a,
                                   const struct vtr_hash_block *b)
{
    const size_t count = a->count < b->count ? a->count : b->count;
    const struct vtr_hash_tails tails_a = vtr_hash_block_tails(a);
    const struct vtr_hash_tails tails_b = vtr_hash_block_tails(b);
    const size_t len = tails_a.len;
    size_t same = 0;

    if (a->prefix != b->prefix || len != tails_b.len) {
        return 0;
    }
    if (memcmp(tails_a.ptr, tails_b.ptr, count * len) == 0) {
        return count;
    }
    while (memcmp(tails_a.ptr + same * len, tails_b.ptr + same * len, len) == 0) {
        same++;
    }
    return same;
}

/* SPDX-License-Identifier: Apache-2.0 */

/* RFC 6962, section 2.1, over leaves that arrive from left to right. */
#include "format/record/record_root.h"

#include <assert.h>
#include <string.h>

#include "base/digest.h"
#include "base/error.h"

/* Groups are hashed when they have so many bytes, or are VTR_MERKLE_BATCH. */
#define PENDING_LIMIT ((size_t)128 << 10)

/* Adds leaf hashes, of which there are `count`, level by level.  `row` holds them
 * behind room for one more digest, and is used up. */
static void add_digests(struct vtr_merkle_tree *tree, uint8_t *row, size_t count)
{
    uint8_t above[VTR_MERKLE_BATCH / 2 * VTR_DIGEST_LEN];
    uint64_t first = tree->leaf_count; /* number of the first in its level */

    tree->leaf_count += count;
    for (unsigned level = 0; count > 0; level++) {
        uint8_t *nodes = row + VTR_DIGEST_LEN;
        if ((first & 1u) != 0) { /* the right one of a pair */
            nodes = row;
            memcpy(nodes, tree->edge[level], VTR_DIGEST_LEN);
            count++;
        }
        if ((count & 1u) != 0) {
            memcpy(tree->edge[level], nodes + (count - 1) * VTR_DIGEST_LEN,
                   VTR_DIGEST_LEN);
        }
        count /= 2;
        vtr_digest_nodes(nodes, count, above);
        memcpy(row + VTR_DIGEST_LEN, above, count * VTR_DIGEST_LEN);
        first /= 2;
    }
}

void vtr_merkle_tree_add(struct vtr_merkle_tree *tree, struct vtr_bytes head,
                         const struct vtr_bytes *rests, size_t count)
{
    uint8_t row[(1 + VTR_MERKLE_BATCH) * VTR_DIGEST_LEN];

    assert(count <= VTR_MERKLE_BATCH);
    vtr_digest_leaves(head, rests, count, row + VTR_DIGEST_LEN);
    add_digests(tree, row, count);
}

void vtr_merkle_tree_root(const struct vtr_merkle_tree *tree, uint8_t *out)
{
    uint8_t node[VTR_DIGEST_LEN];
    bool is_first = true;

    if (tree->leaf_count == 0) {
        vtr_digest_sha256((struct vtr_bytes){NULL, 0}, out);
        return;
    }
    for (unsigned level = 0; level < 64; level++) {
        if ((tree->leaf_count >> level & 1u) == 0) {
            continue;
        }
        if (is_first) {
            memcpy(node, tree->edge[level], sizeof(node));
        } else {
            vtr_digest_node(tree->edge[level], node, node);
        }
        is_first = false;
    }
    memcpy(out, node, sizeof(node));
}

void vtr_root_builder_deinit(struct vtr_root_builder *builder)
{
    if (builder != NULL) {
        vtr_writer_deinit(&builder->leaves);
    }
}

/* Puts the groups that have ended into the tree. */
static void flush(struct vtr_root_builder *builder)
{
    struct vtr_bytes leaves[VTR_MERKLE_BATCH];
    size_t start = 0;

    for (size_t i = 0; i < builder->leaf_count; i++) {
        leaves[i] =
            (struct vtr_bytes){builder->leaves.ptr + start, builder->ends[i] - start};
        start = builder->ends[i];
    }
    if (vtr_writer_ok(&builder->leaves)) {
        vtr_merkle_tree_add(&builder->tree, (struct vtr_bytes){NULL, 0}, leaves,
                            builder->leaf_count);
    }
    vtr_writer_clear(&builder->leaves);
    builder->leaf_count = 0;
}

static void close_leaf(struct vtr_root_builder *builder)
{
    builder->ends[builder->leaf_count] = builder->leaves.len;
    builder->leaf_count++;
    builder->group_count = 0;
    if (builder->leaf_count == VTR_MERKLE_BATCH ||
        builder->leaves.len >= PENDING_LIMIT) {
        flush(builder);
    }
}

void vtr_root_builder_add_hash(struct vtr_root_builder *builder,
                               enum vtr_hash_kind kind,
                               const struct vtr_hash_record *record,
                               struct vtr_bytes stem)
{
    vtr_record_write_hash(&builder->leaves, kind, record, stem);
    builder->group_count++;
    if (builder->group_count == VTR_LEAF_HASHES) {
        close_leaf(builder);
    }
}

void vtr_root_builder_end_kind(struct vtr_root_builder *builder)
{
    if (builder->group_count > 0) {
        close_leaf(builder);
    }
}

void vtr_root_builder_add_bodies(struct vtr_root_builder *builder, uint8_t kind,
                                 const struct vtr_bytes *bodies, size_t count)
{
    flush(builder);
    while (count > 0) {
        const size_t part = count < VTR_MERKLE_BATCH ? count : VTR_MERKLE_BATCH;

        vtr_merkle_tree_add(&builder->tree, (struct vtr_bytes){&kind, 1}, bodies, part);
        bodies += part;
        count -= part;
    }
}

enum vtr_status vtr_root_builder_finish(struct vtr_root_builder *builder, uint8_t *out,
                                        struct vtr_error *err)
{
    flush(builder);
    if (!vtr_writer_ok(&builder->leaves)) {
        return vtr_error_set_memory(err);
    }
    vtr_merkle_tree_root(&builder->tree, out);
    return VTR_OK;
}

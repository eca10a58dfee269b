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

    if (vtr_writer_ok(&builder->leaves)) {
        for (size_t i = 0; i < builder->leaf_count; i++) {
            leaves[i] = (struct vtr_bytes){builder->leaves.ptr + start,
                                           builder->ends[i] - start};
            start = builder->ends[i];
        }
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

void vtr_root_builder_add_leaves(struct vtr_root_builder *builder,
                                 const uint8_t *digests, size_t count)
{
    uint8_t row[(1 + VTR_MERKLE_BATCH) * VTR_DIGEST_LEN];

    assert(builder->group_count == 0);
    flush(builder);
    while (count > 0) {
        const size_t part = count < VTR_MERKLE_BATCH ? count : VTR_MERKLE_BATCH;

        memcpy(row + VTR_DIGEST_LEN, digests, part * VTR_DIGEST_LEN);
        add_digests(&builder->tree, row, part);
        digests += part * VTR_DIGEST_LEN;
        count -= part;
    }
}

/* So many leaves are spelled, some 100 KB, before they are hashed. */
#define LEAVES_AT_ONCE 32u

bool vtr_record_leaf_digests(enum vtr_hash_kind kind,
                             const struct vtr_hash_record *records, size_t count,
                             const struct vtr_bytes *stems, struct vtr_writer *scratch,
                             uint8_t *out)
{
    for (size_t done = 0; done < count;) {
        struct vtr_bytes leaves[LEAVES_AT_ONCE];
        size_t ends[LEAVES_AT_ONCE];
        size_t leaf_count = 0;

        vtr_writer_clear(scratch);
        while (leaf_count < LEAVES_AT_ONCE && done < count) {
            const size_t left = count - done;
            const size_t end = done + (left < VTR_LEAF_HASHES ? left : VTR_LEAF_HASHES);

            for (; done < end; done++) {
                vtr_record_write_hash(scratch, kind, &records[done],
                                      stems[records[done].stem]);
            }
            ends[leaf_count++] = scratch->len;
        }
        if (!vtr_writer_ok(scratch)) {
            return false;
        }
        for (size_t i = 0, start = 0; i < leaf_count; start = ends[i++]) {
            leaves[i] = (struct vtr_bytes){scratch->ptr + start, ends[i] - start};
        }
        vtr_digest_leaves((struct vtr_bytes){NULL, 0}, leaves, leaf_count, out);
        out += leaf_count * VTR_DIGEST_LEN;
    }
    return true;
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

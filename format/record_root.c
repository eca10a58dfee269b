/* SPDX-License-Identifier: Apache-2.0 */

/* RFC 6962, section 2.1, over leaves that arrive one after the other. */
#include "format/record_root.h"

#include <string.h>

#include "base/digest.h"
#include "base/error.h"

void vtr_merkle_tree_add(struct vtr_merkle_tree *tree, struct vtr_bytes leaf)
{
    uint8_t node[VTR_DIGEST_LEN];
    unsigned level = 0;

    vtr_digest_leaf(leaf, node);
    for (; (tree->leaf_count >> level & 1u) != 0; level++) {
        vtr_digest_node(tree->edge[level], node, node);
    }
    memcpy(tree->edge[level], node, sizeof(node));
    tree->leaf_count++;
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
        vtr_writer_deinit(&builder->leaf);
    }
}

static void close_leaf(struct vtr_root_builder *builder)
{
    if (vtr_writer_ok(&builder->leaf)) {
        vtr_merkle_tree_add(&builder->tree, vtr_writer_bytes(&builder->leaf));
    }
    vtr_writer_clear(&builder->leaf);
    builder->group_count = 0;
}

void vtr_root_builder_add_hash(struct vtr_root_builder *builder,
                               enum vtr_hash_kind kind,
                               const struct vtr_hash_record *record,
                               struct vtr_bytes stem)
{
    vtr_record_write_hash(&builder->leaf, kind, record, stem);
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

void vtr_root_builder_add_body(struct vtr_root_builder *builder, uint8_t kind,
                               struct vtr_bytes body)
{
    vtr_writer_u8(&builder->leaf, kind);
    vtr_writer_raw(&builder->leaf, body);
    close_leaf(builder);
}

enum vtr_status vtr_root_builder_finish(const struct vtr_root_builder *builder,
                                        uint8_t *out, struct vtr_error *err)
{
    if (!vtr_writer_ok(&builder->leaf)) {
        return vtr_error_set_memory(err);
    }
    vtr_merkle_tree_root(&builder->tree, out);
    return VTR_OK;
}

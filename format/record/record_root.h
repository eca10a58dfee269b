/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The record root, built from left to right: an RFC 6962 Merkle tree over the records
 * in their order, with memory for as much as the tree is high and a few leaves, which
 * are hashed together.
 */
#ifndef VTR_FORMAT_RECORD_RECORD_ROOT_H
#define VTR_FORMAT_RECORD_RECORD_ROOT_H

#include "base/compiler.h"
#include "base/writer.h"
#include "format/record/records.h"

/* A Merkle tree of which only the right edge is kept.  {0} is the empty tree. */
struct vtr_merkle_tree {
    uint64_t leaf_count;
    uint8_t edge[64][VTR_DIGEST_LEN]; /* root of the perfect subtree of 2^i leaves,
                                         where bit i of leaf_count is set */
};

/* Leaves that are added at a time, at most. */
#define VTR_MERKLE_BATCH 512u

/* Adds `count` leaves, each `head` (VTR_LEAF_HEAD_MAX bytes at most) and one of
 * `rests`. */
void vtr_merkle_tree_add(struct vtr_merkle_tree *tree, struct vtr_bytes head,
                         const struct vtr_bytes *rests, size_t count);

/* The root over the leaves so far; SHA-256 of nothing when there are none. */
void vtr_merkle_tree_root(const struct vtr_merkle_tree *tree, uint8_t *out);

/* Groups records into leaves: hash records of a kind by VTR_LEAF_HASHES, then each
 * external, then each rule.  {0} is a valid empty one. */
struct vtr_root_builder {
    struct vtr_merkle_tree tree;
    struct vtr_writer leaves;      /* groups of hash records that are not in the tree
                                      yet, and behind them the open group */
    size_t ends[VTR_MERKLE_BATCH]; /* where in there each leaf ends */
    size_t leaf_count;             /* of those */
    unsigned group_count;          /* hash records in the open group */
};

void vtr_root_builder_deinit(struct vtr_root_builder *builder);
void vtr_root_builder_add_hash(struct vtr_root_builder *builder,
                               enum vtr_hash_kind kind,
                               const struct vtr_hash_record *record,
                               struct vtr_bytes stem);

/* Leaves whose digests are there already, behind what is in the tree and the groups
 * that have ended; no group may be open. */
void vtr_root_builder_add_leaves(struct vtr_root_builder *builder,
                                 const uint8_t *digests, size_t count);

/* The digests of the leaves of `count` hash records that begin with a group: one for
 * each VTR_LEAF_HASHES of them and one for the rest.  `scratch` is room to use again.
 * False when memory is out. */
VTR_MUST_CHECK bool vtr_record_leaf_digests(enum vtr_hash_kind kind,
                                            const struct vtr_hash_record *records,
                                            size_t count, const struct vtr_bytes *stems,
                                            struct vtr_writer *scratch, uint8_t *out);

/* Ends the records of a kind, and with them the last group. */
void vtr_root_builder_end_kind(struct vtr_root_builder *builder);

/* Externals or rules, each a leaf; `kind` is VTR_RECORD_EXTERNAL or VTR_RECORD_RULE. */
void vtr_root_builder_add_bodies(struct vtr_root_builder *builder, uint8_t kind,
                                 const struct vtr_bytes *bodies, size_t count);

/* VTR_ERROR_MEMORY when memory ran out at any step. */
VTR_MUST_CHECK enum vtr_status vtr_root_builder_finish(struct vtr_root_builder *builder,
                                                       uint8_t *out,
                                                       struct vtr_error *err);

#endif

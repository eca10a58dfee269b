/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Writes a hash table by pieces: the records are walked and checked by one thread at a
 * time, a piece of them each, and put into their rows, spelled and hashed by that
 * thread while others walk on.  Each piece has its own rows of the table and its own
 * leaves of the record root, so that nothing shows which thread wrote it.
 */
#ifndef VTR_FORMAT_HASH_TABLE_PIECES_H
#define VTR_FORMAT_HASH_TABLE_PIECES_H

#include "format/hash_table_write.h"

/* Records of a piece; whole leaves. */
#define VTR_HASH_PIECE_RECORDS (256u * VTR_LEAF_HASHES)

/* Writes all rows but the fanout past the last record's prefix, which is told, and adds
 * all leaves to `root`.  VTR_OK with too few records walked when more of them, or wider
 * ones, come than the plan has room for. */
VTR_MUST_CHECK enum vtr_status vtr_hash_table_write_pieces(
    const struct vtr_hash_plan *plan, struct vtr_hash_walk *walk,
    const struct vtr_hash_output *output, struct vtr_root_builder *root,
    uint64_t *out_last_prefix, struct vtr_error *err);

#endif

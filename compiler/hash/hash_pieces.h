/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The text of a compile's hash lists, read once from the first file's beginning to the
 * last one's end, in pieces of whole lines.  No more of it is held than the pieces that
 * are in use, of which each is as long as its longest line at least.
 */
#ifndef VTR_COMPILER_HASH_HASH_PIECES_H
#define VTR_COMPILER_HASH_HASH_PIECES_H

#include "base/writer.h"
#include "compiler/hash/hash_list.h"
#include "compiler/syntax/file_set.h"

/* Bytes of a piece, but for lines that are longer: what a processor's second cache
 * holds. */
#define VTR_HASH_PIECE_LEN ((size_t)256 << 10)

/* {.arena} is a piece without room. */
struct vtr_hash_piece {
    struct vtr_arena *arena;   /* of the thread that has the piece; borrowed */
    struct vtr_hash_text text; /* after take: in `room` */
    uint8_t *room;             /* owned */
    size_t cap;
};

struct vtr_hash_pieces {
    struct vtr_file_set *files; /* borrowed; those that were read are loaded then */
    size_t file;                /* the one that is read, or comes next */
    struct vtr_file_stream input;
    struct vtr_writer rest;           /* read behind the last piece's lines */
    uint64_t line;                    /* where the rest begins */
    uint64_t len;                     /* of the file, so far */
    struct vtr_digest_stream *digest; /* owned */
};

/* VTR_ERROR_MEMORY. */
VTR_MUST_CHECK enum vtr_status vtr_hash_pieces_init(struct vtr_hash_pieces *pieces,
                                                    struct vtr_file_set *files);
void vtr_hash_pieces_deinit(struct vtr_hash_pieces *pieces);
void vtr_hash_piece_deinit(struct vtr_hash_piece *piece);

/* Reads the next piece; `*out_has` is false when there is none.  A file that cannot be
 * read has a diagnostic that says so.  VTR_ERROR_MEMORY; VTR_ERROR_LIMIT: more lines
 * than 32 bits count. */
VTR_MUST_CHECK enum vtr_status vtr_hash_pieces_take(struct vtr_hash_pieces *pieces,
                                                    struct vtr_hash_piece *piece,
                                                    bool *out_has);

#endif

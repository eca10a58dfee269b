/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Hash records of one kind, a row each, and their order.
 *
 * Rows are ordered by the first four bytes of their digests with a radix sort over
 * (prefix, row number), eight bytes a record; the few that share a prefix are compared
 * in full; last the rows are moved to their places, each once.
 */
#ifndef VTR_COMPILER_HASH_HASH_ROWS_H
#define VTR_COMPILER_HASH_HASH_ROWS_H

#include "base/compiler.h"

#define VTR_HASH_ROW_LIMIT 0x7fffffffu

/* A record; `digest` has as many bytes as its kind needs. */
struct vtr_hash_row {
    uint64_t size;
    uint32_t stem;
    uint32_t number;
    uint32_t file;
    uint32_t line;
    uint8_t digest[];
};

/* Rows of `stride` bytes each, a multiple of 8. */
struct vtr_hash_rows {
    uint8_t *items; /* owned */
    size_t count;
    size_t cap;
    size_t cap_max; /* room is never made for more, but for one */
    size_t stride;
    size_t digest_len;
};

/* Bytes that a row takes, in an array and on a disk, and those that sorting needs for
 * it besides. */
size_t vtr_hash_row_stride(size_t digest_len);
#define VTR_HASH_ROW_SORT_COST 16u

/* Eight-byte words of the longest row, that of a SHA-256. */
#define VTR_HASH_ROW_WORDS_MAX 7u

void vtr_hash_rows_init(struct vtr_hash_rows *rows, size_t digest_len, size_t cap_max);
void vtr_hash_rows_deinit(struct vtr_hash_rows *rows);

/* Forgets the rows and gives back their memory. */
void vtr_hash_rows_clear(struct vtr_hash_rows *rows);

static inline struct vtr_hash_row *vtr_hash_row_at(const struct vtr_hash_rows *rows,
                                                   size_t index)
{
    return (struct vtr_hash_row *)(void *)(rows->items + index * rows->stride);
}

/* Room for one more row, not zeroed; NULL when memory is out. */
VTR_MUST_CHECK struct vtr_hash_row *vtr_hash_rows_push(struct vtr_hash_rows *rows);

/* Orders two rows by digest, size and name, which is that of row->stem in `stems` and
 * row->number; 0: they are the same record. */
int vtr_hash_row_compare(const struct vtr_hash_row *a, const struct vtr_hash_row *b,
                         size_t digest_len, const struct vtr_bytes *stems);

/* The same, then by file and line: a total order. */
int vtr_hash_row_compare_places(const struct vtr_hash_row *a,
                                const struct vtr_hash_row *b, size_t digest_len,
                                const struct vtr_bytes *stems);

/* Orders rows as vtr_hash_row_compare_places does. */
VTR_MUST_CHECK enum vtr_status vtr_hash_rows_sort(struct vtr_hash_rows *rows,
                                                  const struct vtr_bytes *stems);

/* Keeps the first of the rows that differ in file and line alone; returns how many
 * went.  The rows are sorted. */
size_t vtr_hash_rows_remove_equal(struct vtr_hash_rows *rows,
                                  const struct vtr_bytes *stems);

#endif

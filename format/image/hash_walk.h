/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reads the hash records that `materialise` is given and holds every one against the
 * rules of format/record/records.h: order, stems, numbers.  A source is walked more
 * than once and checked each time, since nothing makes it say the same twice.
 */
#ifndef VTR_FORMAT_IMAGE_HASH_WALK_H
#define VTR_FORMAT_IMAGE_HASH_WALK_H

#include "base/compiler.h"
#include "base/writer.h"
#include "format/record/records.h"

/* The stems, checked, with a note on each. */
struct vtr_stem_set {
    const struct vtr_bytes *stems;
    size_t count;
    uint64_t total_len; /* of all stems, in bytes */
    uint8_t *marks;     /* owned */
};

/* VTR_ERROR_FORMAT when a stem is out of order or not what splitting a name gives,
 * VTR_ERROR_LIMIT when they are too many or too long. */
VTR_MUST_CHECK enum vtr_status vtr_stem_set_init(struct vtr_stem_set *out,
                                                 const struct vtr_records *records,
                                                 struct vtr_error *err);
void vtr_stem_set_deinit(struct vtr_stem_set *set);

/* VTR_ERROR_FORMAT when a stem was not seen since the last call. */
VTR_MUST_CHECK enum vtr_status vtr_stem_set_check_used(struct vtr_stem_set *set,
                                                       struct vtr_error *err);

struct vtr_hash_walk {
    enum vtr_hash_kind kind;
    const struct vtr_hash_source *source;
    struct vtr_stem_set *stems;
    struct vtr_hash_extent extent; /* of the records so far */
    struct vtr_hash_record last;
    uint8_t last_digest[32];
    struct vtr_hash_record rows[VTR_HASH_BLOCK_MAX]; /* of the last block, without
                                                        digests */
};

/* Begins at the first record. */
void vtr_hash_walk_init(struct vtr_hash_walk *walk, enum vtr_hash_kind kind,
                        const struct vtr_hash_source *source,
                        struct vtr_stem_set *stems);

/* The next record, checked: VTR_OK with `*out_has` false after the last one.  The
 * record borrows from the walk. */
VTR_MUST_CHECK enum vtr_status vtr_hash_walk_next(struct vtr_hash_walk *walk,
                                                  struct vtr_hash_record *out,
                                                  bool *out_has, struct vtr_error *err);

/* The next records as a block, checked, with walk->rows: VTR_OK with `*out_has` false
 * when vtr_hash_walk_next is to be asked. */
VTR_MUST_CHECK enum vtr_status vtr_hash_walk_next_block(struct vtr_hash_walk *walk,
                                                        struct vtr_hash_block *out,
                                                        bool *out_has,
                                                        struct vtr_error *err);

#endif

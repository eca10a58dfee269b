/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The hash records of the new database, one after the other: those of the old one less
 * what a delta takes out, merged with what it puts in.  Nothing is held but the place
 * in each of the three.
 */
#ifndef VTR_DELTA_MERGE_MERGE_SOURCE_H
#define VTR_DELTA_MERGE_MERGE_SOURCE_H

#include "delta/file/decode.h"
#include "format/record/records.h"

enum vtr_merge_fault {
    VTR_MERGE_OK = 0,
    VTR_MERGE_DAMAGED,   /* the old database's records end early */
    VTR_MERGE_UNKNOWN,   /* a digest to take out is not there */
    VTR_MERGE_AMBIGUOUS, /* or several are */
    VTR_MERGE_EXISTS     /* a digest to put in is there already */
};

/* The keys of one length that take digests out, one after the other. */
struct vtr_removed_cursor {
    struct vtr_rice_reader keys;
    const uint8_t *key; /* NULL: no more */
    bool is_found;
    uint8_t digest[VTR_SHA256_LEN]; /* what the key turned out to be */
};

struct vtr_merge_source {
    enum vtr_hash_kind kind;
    const struct vtr_delta *delta;
    const struct vtr_hash_source *old;
    size_t old_stem_count;
    const uint32_t *old_stems;  /* new stem of each old one; NULL: the old one's */
    const uint32_t *rank_stems; /* new stem of each rank; NULL: the rank */
    enum vtr_merge_fault fault;
    bool is_from_old; /* the last record; else it is an addition */

    uint64_t old_read_count;
    bool has_old; /* old_record is the next one that stays */
    bool is_old_over;
    struct vtr_hash_record old_record;
    uint8_t old_digest[VTR_SHA256_LEN];

    struct vtr_removed_cursor *removed; /* shorter keys first; owned */
    size_t removed_count;

    struct vtr_added_reader added;
    bool has_added;
    struct vtr_added_hash added_record;

    uint8_t digest[VTR_SHA256_LEN]; /* of the last record */
};

/* Sets all but the maps of stems and rewinds.  Borrows. */
VTR_MUST_CHECK enum vtr_status vtr_merge_source_init(struct vtr_merge_source *out,
                                                     enum vtr_hash_kind kind,
                                                     const struct vtr_delta *delta,
                                                     const struct vtr_records *from,
                                                     struct vtr_error *err);
void vtr_merge_source_deinit(struct vtr_merge_source *source);

/* For struct vtr_hash_source, with the merge source as context.  `next` ends early at a
 * fault.  A block has the stems that the old database's blocks have. */
void vtr_merge_source_rewind(void *context);
bool vtr_merge_source_next(void *context, struct vtr_hash_record *out);
bool vtr_merge_source_next_block(void *context, const uint8_t *below,
                                 struct vtr_hash_block *out);

#endif

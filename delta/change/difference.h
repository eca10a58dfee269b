/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What must be taken out of one database's records, and what put in, to have another's.
 *
 * Hash records go by digest: where the records of a digest differ at all, those of the
 * old database are all taken out and those of the new one all put in.  Digests that are
 * taken out are named by the first bits that tell them from all others of that
 * database: it is whole and known when a delta is applied, so that not one bit more is
 * needed.
 */
#ifndef VTR_DELTA_CHANGE_DIFFERENCE_H
#define VTR_DELTA_CHANGE_DIFFERENCE_H

#include "base/digest.h"
#include "delta/change/body_changes.h"
#include "format/image/image.h"

/* A digest, or the hash of a stem, as the first bytes of a key. */
struct vtr_delta_key {
    uint8_t bytes[VTR_SHA256_LEN];
};

/* A digest that is taken out: its first bits, zeros behind them. */
struct vtr_removed_hash {
    struct vtr_delta_key key;
    unsigned bits;
};

/* A hash record that is put in. */
struct vtr_added_hash {
    uint8_t digest[VTR_SHA256_LEN]; /* zeros after a shorter one */
    uint64_t size;                  /* or VTR_SIZE_ANY */
    uint32_t stem;                  /* index into the stems of the changes */
    uint32_t number;
};

/* A stem that records which are put in use. */
struct vtr_stem_name {
    unsigned bits;            /* of the key; 0: the text is given */
    struct vtr_delta_key key; /* first bits of the XXH3 of a stem of the old database */
    struct vtr_bytes text;
    uint32_t uses;
};

struct vtr_hash_changes {
    struct vtr_vector removed; /* struct vtr_removed_hash, by bits, then key */
    struct vtr_vector added;   /* struct vtr_added_hash, in their order */
};

/* {0} is safe to deinit. */
struct vtr_changes {
    struct vtr_hash_changes hashes[VTR_HASH_KINDS];
    struct vtr_vector stems; /* struct vtr_stem_name */
    struct vtr_body_changes rules;
    struct vtr_body_changes externals;
};

/* Without changes. */
void vtr_changes_init(struct vtr_changes *out);
void vtr_changes_deinit(struct vtr_changes *changes);

/* Forgets the changes, but not the texts that others borrow from them. */
void vtr_changes_keep_texts(struct vtr_changes *changes);

/* Finds what changes; `from` is the image that `from_records` were read from.  `out`
 * borrows from both records. */
VTR_MUST_CHECK enum vtr_status vtr_changes_find(struct vtr_changes *out,
                                                const struct vtr_image *from,
                                                const struct vtr_records *from_records,
                                                const struct vtr_records *to_records,
                                                struct vtr_error *err);

/* Brings the stems into their order, each once with its uses: those of the old database
 * by bits, then key, then those given by text; drops those that nothing uses. */
VTR_MUST_CHECK enum vtr_status vtr_changes_settle_stems(struct vtr_changes *changes,
                                                        struct vtr_error *err);

/* The order of removed hashes: bits, then key. */
int vtr_removed_hash_compare(const void *a, const void *b, void *context);

/* Stores a number as a key whose order is the number's. */
void vtr_delta_key_set(struct vtr_delta_key *key, uint64_t number);

/* Clears all but the first `bits` bits. */
void vtr_delta_key_cut(struct vtr_delta_key *key, unsigned bits);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A delta unpacked and validated: every section was read once from end to end, so what
 * reads it again need not expect bad bytes.  What only the old database can tell (is
 * what is removed there?) is for delta/merge_*.h.  The twin of delta/encode.h.
 */
#ifndef VTR_DELTA_DECODE_H
#define VTR_DELTA_DECODE_H

#include "delta/delta_header.h"
#include "delta/difference.h"
#include "delta/rice.h"

/* A stem of the dictionary: its hash's first bits where the old database has it (see
 * known_count), its text otherwise. */
struct vtr_delta_stem {
    struct vtr_delta_key key;
    struct vtr_bytes text;
    bool is_found; /* of a known one: the text is set */
};

/* {0} is safe to deinit.  Borrows from the delta's bytes. */
struct vtr_delta {
    struct vtr_delta_header header;
    struct vtr_bytes raw[VTR_DELTA_SECTION_LIMIT]; /* unpacked */
    uint8_t *memory[VTR_DELTA_SECTION_LIMIT];      /* of those that were packed */
    struct vtr_delta_stem *stems; /* known ones by hash, then new ones by bytes */
    size_t stem_count;
    size_t known_count;
    unsigned known_bits;     /* of a known stem's key */
    uint32_t *uses;          /* of each stem */
    uint32_t *ranked;        /* the stem of each rank */
    uint8_t *stem_memory;    /* texts of the new stems */
    struct vtr_bytes *rules; /* added bodies, sorted */
    struct vtr_bytes *externals;
};

/* Trust, header, sections.  VTR_ERROR_VERSION for another layout. */
VTR_MUST_CHECK enum vtr_status vtr_delta_open(struct vtr_delta *out,
                                              struct vtr_bytes bytes,
                                              const struct vtr_public_key *keys,
                                              size_t key_count, struct vtr_error *err);
void vtr_delta_deinit(struct vtr_delta *delta);

/* The additions of one kind of hash, one after the other. */
struct vtr_added_reader {
    struct vtr_rice_reader digests;
    struct vtr_bytes sizes; /* classes */
    struct vtr_bytes stems;
    struct vtr_bytes numbers;
    struct vtr_bit_reader mantissas;
    size_t next;
    uint64_t number_base;
    size_t stem_count;
};

/* False when the kind has no additions, or (before validation) when they are bad. */
VTR_MUST_CHECK bool vtr_added_reader_open(struct vtr_added_reader *out,
                                          const struct vtr_delta *delta,
                                          enum vtr_hash_kind kind);

/* The next addition; `out->stem` is a rank.  False at the end. */
VTR_MUST_CHECK bool vtr_added_reader_next(struct vtr_added_reader *r,
                                          struct vtr_added_hash *out);

/* The digests that are taken out, as keys of `out->bits` bits; false when there are
 * none. */
VTR_MUST_CHECK bool vtr_removed_reader_open(struct vtr_rice_reader *out,
                                            const struct vtr_delta *delta,
                                            unsigned section);

#endif

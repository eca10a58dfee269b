/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A delta unpacked and validated: every section was read once from end to end, so what
 * reads it again need not expect bad bytes.  What only the old database can tell (is
 * what is removed there?) is for delta/merge/merge*.h.  The twin of
 * delta/file/encode.h.
 */
#ifndef VTR_DELTA_FILE_DECODE_H
#define VTR_DELTA_FILE_DECODE_H

#include "delta/change/body_changes.h"
#include "delta/change/difference.h"
#include "delta/coding/column.h"
#include "delta/coding/rice.h"
#include "delta/file/delta_header.h"

/* How well an old stem fits the key of a known one. */
enum vtr_stem_found {
    VTR_STEM_MISSING = 0,
    VTR_STEM_FOUND_DROPPED, /* no old record that stays uses it */
    VTR_STEM_FOUND_USED
};

/* A stem of the dictionary: its hash's first bits where the old database has it (see
 * known_count), its text otherwise. */
struct vtr_delta_stem {
    struct vtr_delta_key key;
    unsigned bits; /* of the key; 0: a new one */
    struct vtr_bytes text;
    enum vtr_stem_found found; /* of a known one, in the database at hand: */
    bool is_ambiguous;         /* several of them fit as well */
    uint32_t old;              /* index there */
};

/* {0} is safe to deinit.  Borrows from the delta's bytes. */
struct vtr_delta {
    struct vtr_delta_header header;
    struct vtr_bytes raw[VTR_DELTA_SECTION_LIMIT];    /* unpacked */
    uint8_t *memory[VTR_DELTA_SECTION_LIMIT];         /* of those that were packed */
    struct vtr_vector lists[VTR_DELTA_SECTION_LIMIT]; /* of keys: struct vtr_bytes, each
                                                         from its list on */
    struct vtr_delta_stem
        *stems; /* known ones by bits and key, then new ones by bytes */
    size_t stem_count;
    size_t known_count;
    uint32_t *uses;       /* of each stem */
    uint32_t *ranked;     /* the stem of each rank */
    uint8_t *stem_memory; /* texts of the new stems */
    struct vtr_body_changes rules;
    struct vtr_body_changes externals;
};

/* Trust, header, sections.  VTR_ERROR_VERSION for another layout. */
VTR_MUST_CHECK enum vtr_status vtr_delta_open(struct vtr_delta *out,
                                              struct vtr_bytes bytes,
                                              const struct vtr_public_key *keys,
                                              size_t key_count, struct vtr_error *err);
void vtr_delta_deinit(struct vtr_delta *delta);

/* Finds the lists of keys that a section consists of, and reads all their keys. */
VTR_MUST_CHECK enum vtr_status vtr_delta_find_lists(struct vtr_delta *delta,
                                                    unsigned section, bool may_repeat,
                                                    struct vtr_error *err);

/* The additions of one kind of hash, one after the other. */
struct vtr_added_reader {
    struct vtr_rice_reader digests;
    struct vtr_range_decoder names;
    struct vtr_column sizes;
    struct vtr_column stems;
    struct vtr_column numbers;
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

/* Reads list `index` of a section of keys. */
VTR_MUST_CHECK bool vtr_delta_open_list(struct vtr_rice_reader *out,
                                        const struct vtr_delta *delta, unsigned section,
                                        size_t index);

#endif

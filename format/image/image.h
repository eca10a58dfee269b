/* SPDX-License-Identifier: Apache-2.0 */

/*
 * View of an image: opened in constant time, used in place, safe on any bytes.
 *
 * Opening checks the header and the table of contents.  Everything behind them is
 * checked where it is read: a damaged image gives wrong answers at worst, never an
 * access outside it.  vtr_image_check of format/image_check.h is the deep validation.
 */
#ifndef VTR_FORMAT_IMAGE_IMAGE_H
#define VTR_FORMAT_IMAGE_IMAGE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/reader.h"
#include "format/record/layout.h"
#include "format/record/records.h"

struct vtr_image_section {
    struct vtr_bytes bytes;
    uint64_t offset; /* in the file */
    uint64_t count;  /* as the table of contents says; not yet held against the bytes */
};

struct vtr_hash_table {
    enum vtr_hash_kind kind;
    uint64_t count;
    unsigned prefix_bits;
    unsigned size_width;
    unsigned stem_width;
    unsigned number_width;
    struct vtr_bytes fanout; /* u32[2^prefix_bits + 1], without its header */
    struct vtr_bytes sizes;  /* the filter of sizes; empty: every size may be */
    unsigned size_bits;      /* the logarithm of its bits */
    struct vtr_bytes tails;
    struct vtr_bytes attrs;
};

struct vtr_image {
    struct vtr_bytes bytes; /* the whole file, borrowed */
    uint64_t release;
    uint64_t record_count;
    uint32_t engine;
    struct vtr_bytes name;
    const uint8_t *record_root;                           /* VTR_DIGEST_LEN bytes */
    const uint8_t *content_digest;                        /* VTR_DIGEST_LEN bytes */
    struct vtr_image_section sections[VTR_SECTION_LIMIT]; /* by id; absent: empty */
    struct vtr_hash_table hashes[VTR_HASH_KINDS];
    uint64_t stem_count;
    uint64_t rule_count;
    uint64_t pattern_count;
    uint64_t external_count;
};

/* Gives `len` zeroed bytes for a new image.  NULL with `err` filled when it cannot. */
typedef uint8_t *(*vtr_image_alloc_fn)(void *context, size_t len,
                                       struct vtr_error *err);

VTR_MUST_CHECK enum vtr_status vtr_image_open(struct vtr_image *out,
                                              struct vtr_bytes bytes,
                                              struct vtr_error *err);

/* Rule body `index`; no bytes when out of range or out of order. */
struct vtr_bytes vtr_image_rule(const struct vtr_image *image, uint64_t index);

/* Index of a rule by name, or UINT64_MAX. */
uint64_t vtr_image_find_rule(const struct vtr_image *image, struct vtr_bytes space,
                             struct vtr_bytes name);

struct vtr_bytes vtr_image_stem(const struct vtr_image *image, uint64_t index);

/* External record body `index` (linear walk); no bytes when there is none. */
struct vtr_bytes vtr_image_external(const struct vtr_image *image, uint64_t index);

/* The `index`-th hash record.  `digest` is assembled into `digest_room`, which has
 * VTR_SHA256_LEN bytes and which out->digest points to.  False when out of range. */
VTR_MUST_CHECK bool vtr_hash_table_get(const struct vtr_hash_table *table,
                                       uint64_t index, uint8_t *digest_room,
                                       struct vtr_hash_record *out);

/* The same for an index that vtr_hash_table_find gave for `digest`, which out->digest
 * is then: what is known is not looked for. */
VTR_MUST_CHECK bool vtr_hash_table_get_found(const struct vtr_hash_table *table,
                                             uint64_t index, const uint8_t *digest,
                                             struct vtr_hash_record *out);

/* Whether a record may be of a file of this size: when not, no digest need be computed.
 * False is certain. */
bool vtr_hash_table_may_have_size(const struct vtr_hash_table *table, uint64_t size);

/* First record with this digest, and how many follow it that share the digest (the
 * first included): 0 when there is none. */
uint64_t vtr_hash_table_find(const struct vtr_hash_table *table, const uint8_t *digest,
                             uint64_t *out_first);

/* A streaming source over a table, for vtr_materialise.  `cursor` is the caller's
 * memory and must outlive the source. */
struct vtr_hash_cursor {
    const struct vtr_hash_table *table;
    uint64_t next;
    uint64_t prefix; /* value of the digest's first bits at `next` */
    uint8_t digest[32];
};
struct vtr_hash_source vtr_hash_table_source(const struct vtr_hash_table *table,
                                             struct vtr_hash_cursor *cursor);

/* Recomputes the content digest: VTR_ERROR_MISMATCH when it differs. */
VTR_MUST_CHECK enum vtr_status vtr_image_check_digest(const struct vtr_image *image,
                                                      struct vtr_error *err);

#endif

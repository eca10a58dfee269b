/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The records of a database, as `materialise` takes them: everything a database is.
 *
 * Order and uniqueness are the caller's: hashes sorted by (digest, size, name), rules
 * by (namespace, name), externals by name, stems by bytes; nothing twice; no stem that
 * no hash record uses.
 *
 * A hash record's name is stem and number: a name that ends in "-N" or "-N-M" (N, M
 * decimal, N of at most 9 digits without leading zeros) has the number N, and its stem
 * is what precedes N, a zero byte, and what follows N; any other name is its own stem
 * and has the number 0.
 */
#ifndef VTR_FORMAT_RECORD_RECORDS_H
#define VTR_FORMAT_RECORD_RECORDS_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/writer.h"
#include "format/record/layout.h"

struct vtr_hash_table;

/* Size of a hash record that holds for files of any size. */
#define VTR_SIZE_ANY UINT64_MAX

struct vtr_hash_record {
    const uint8_t
        *digest;   /* vtr_hash_len(kind) bytes, borrowed until the next record */
    uint64_t size; /* of the file, or VTR_SIZE_ANY; below 2^63 */
    uint32_t stem; /* index into the stems */
    uint32_t number;
};

/* Bytes of a stem: no more.  Records of one digest are ordered by their names, so that
 * each byte of one may cost as often as there are records. */
#define VTR_STEM_LEN_MAX 65536u

#define VTR_HASH_BLOCK_MAX 256u

/* Records in a row of a table of an image, whose digests begin with the same bits: all
 * those that the table's fanout covers.  format/image/hash_block.h reads them. */
struct vtr_hash_block {
    const struct vtr_hash_table *table;
    uint64_t first; /* index in the table */
    size_t count;   /* 1 to VTR_HASH_BLOCK_MAX */
    uint64_t prefix;
};

/* What the records of a kind need: equal after equal walks. */
struct vtr_hash_extent {
    uint64_t count;
    uint64_t size_code_max; /* size + 1, 0 for any */
    bool has_any_size;      /* a record that every size fits */
    uint32_t number_max;
};

static inline void vtr_hash_extent_widen(struct vtr_hash_extent *extent, uint64_t size,
                                         uint32_t number)
{
    const uint64_t code = size == VTR_SIZE_ANY ? 0 : size + 1;

    extent->count++;
    extent->has_any_size = extent->has_any_size || code == 0;
    extent->size_code_max = code > extent->size_code_max ? code : extent->size_code_max;
    extent->number_max = number > extent->number_max ? number : extent->number_max;
}

/* Hash records of one kind, one after the other, as often as asked. */
struct vtr_hash_source {
    uint64_t count;
    /* Sets the source to its first record. */
    void (*rewind)(void *context);
    /* The next record; false after the last, or when the bytes behind it are bad. */
    bool (*next)(void *context, struct vtr_hash_record *out);
    void *context;
    /* What all of them need, where that is known: one walk less.  It is checked against
     * the records when they are written.  NULL: they are walked for it. */
    const struct vtr_hash_extent *extent;

    /* The rest is for sources that have records of an image's table as they stand
     * there; without it, they go one by one. */

    /* Takes the next records instead of `next`, as many as are a block of digests below
     * `below` (NULL: of any); false when it has none.  NULL: it never has. */
    bool (*next_block)(void *context, const uint8_t *below, struct vtr_hash_block *out);
    /* The stem of each stem of the table's image; NULL: the same. */
    const uint32_t *block_stems;
    uint64_t block_stem_count;
    /* The table, when its records are all there are. */
    const struct vtr_hash_table *table;
};

/* Where the patterns of a rule are in its body. */
struct vtr_rule_place {
    uint32_t patterns; /* offset of the first */
    uint32_t pattern_count;
};

/* Called while an image is written, when a good deal of it was and is not needed for a
 * while: memory that is a file's may go back to it. */
struct vtr_image_pause {
    void (*run)(void *context);
    void *context;
};

struct vtr_records {
    struct vtr_bytes name; /* of the database, at most VTR_NAME_LIMIT bytes */
    uint64_t release;
    const struct vtr_bytes *stems;
    size_t stem_count;
    struct vtr_hash_source hashes[VTR_HASH_KINDS];
    const struct vtr_bytes *rules; /* bodies, format/record/rule.h */
    size_t rule_count;
    /* Of each rule, or NULL.  Only for bodies that this process has itself written from
     * sources: they are then taken for well-formed. */
    const struct vtr_rule_place *places;
    const struct vtr_bytes *externals; /* bodies */
    size_t external_count;
    /* The record root, VTR_DIGEST_LEN bytes, or NULL: it is computed.  Only for those
     * who hold the image's content digest against one that they trust. */
    const uint8_t *root;
    /* The content digest, VTR_DIGEST_LEN bytes, or NULL: it is computed.  Only for
     * those who then hold the image's bytes against it, or against an image whose bytes
     * were. */
    const uint8_t *content_digest;
    /* Told now and then while the image is written, by one thread at a time, or NULL.
     */
    const struct vtr_image_pause *pause;
    /* Threads that write; 0: the caller's own.  The bytes are the same. */
    unsigned workers;
};

/* Bytes of a digest. */
static inline unsigned vtr_hash_len(enum vtr_hash_kind kind)
{
    switch (kind) {
    case VTR_HASH_MD5:
        return 16;
    case VTR_HASH_SHA1:
        return 20;
    case VTR_HASH_SHA256:
        return 32;
    }
    return 0;
}

/* "md5", "sha1", "sha256". */
const char *vtr_hash_name(enum vtr_hash_kind kind);

/* Splits a hash record's name: spells its stem to `stem`, which has room for as many
 * bytes as the name has; the length of the stem. */
size_t vtr_name_stem(struct vtr_bytes name, uint8_t *stem, uint32_t *out_number);

/* The same; the stem is appended to `w`, the number returned: 0 when `w` has failed. */
uint32_t vtr_name_split(struct vtr_bytes name, struct vtr_writer *w);

/* Spells stem and number as the name again, appended to `w`. */
void vtr_name_join(struct vtr_bytes stem, uint32_t number, struct vtr_writer *w);

/* Orders two names by their bytes, without spelling either. */
int vtr_name_compare(struct vtr_bytes stem_a, uint32_t number_a,
                     struct vtr_bytes stem_b, uint32_t number_b);

/*
 * Canonical bytes of a record, which the record root covers: u8 kind (1, 2, 3: hash;
 * 8: external; 16: rule), then for a hash the digest, varint size + 1 (0: any), string
 * name; for the others the body.
 */
#define VTR_RECORD_EXTERNAL 8u
#define VTR_RECORD_RULE     16u
void vtr_record_write_hash(struct vtr_writer *w, enum vtr_hash_kind kind,
                           const struct vtr_hash_record *record, struct vtr_bytes stem);

/* Hash records that share a leaf of the record root. */
#define VTR_LEAF_HASHES 64u

#endif

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
#ifndef VTR_FORMAT_RECORDS_H
#define VTR_FORMAT_RECORDS_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/writer.h"
#include "format/layout.h"

/* Size of a hash record that holds for files of any size. */
#define VTR_SIZE_ANY UINT64_MAX

struct vtr_hash_record {
    const uint8_t
        *digest;   /* vtr_hash_len(kind) bytes, borrowed until the next record */
    uint64_t size; /* of the file, or VTR_SIZE_ANY; below 2^63 */
    uint32_t stem; /* index into the stems */
    uint32_t number;
};

/* Hash records of one kind, one after the other, as often as asked. */
struct vtr_hash_source {
    uint64_t count;
    /* Sets the source to its first record. */
    void (*rewind)(void *context);
    /* The next record; false after the last, or when the bytes behind it are bad. */
    bool (*next)(void *context, struct vtr_hash_record *out);
    void *context;
};

/* Where the patterns of a rule are in its body. */
struct vtr_rule_place {
    uint32_t patterns; /* offset of the first */
    uint32_t pattern_count;
};

struct vtr_records {
    struct vtr_bytes name; /* of the database, at most VTR_NAME_LIMIT bytes */
    uint64_t release;
    const struct vtr_bytes *stems;
    size_t stem_count;
    struct vtr_hash_source hashes[VTR_HASH_KINDS];
    const struct vtr_bytes *rules; /* bodies, format/rule.h */
    size_t rule_count;
    /* Of each rule, or NULL.  Only for bodies that this process has itself written from
     * sources: they are then taken for well-formed. */
    const struct vtr_rule_place *places;
    const struct vtr_bytes *externals; /* bodies */
    size_t external_count;
    /* The record root, VTR_DIGEST_LEN bytes, or NULL: it is computed.  Only for those
     * who hold the image's content digest against one that they trust. */
    const uint8_t *root;
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

/* Splits a hash record's name; `stem` is appended to `w`, the number returned. */
uint32_t vtr_name_split(struct vtr_bytes name, struct vtr_writer *w);

/* Spells stem and number as the name again, appended to `w`. */
void vtr_name_join(struct vtr_bytes stem, uint32_t number, struct vtr_writer *w);

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

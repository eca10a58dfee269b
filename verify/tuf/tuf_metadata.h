/* SPDX-License-Identifier: Apache-2.0 */

/*
 * TUF 1.0 metadata as plain structs: the four kinds read, and nothing believed.
 *
 * Reading checks form and bounds; members that TUF does not name are passed over, as it
 * asks, but signatures cover them: the canonical bytes are made from the JSON, not from
 * the structs.  Whether to believe what was read is for verify/tuf/tuf_trusted.h.
 */
#ifndef VTR_VERIFY_TUF_TUF_METADATA_H
#define VTR_VERIFY_TUF_TUF_METADATA_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/writer.h"
#include "vitrine/verify.h"

/* No metadata is longer, in bytes: python-tuf's limits. */
#define VTR_TUF_ROOT_LIMIT      ((size_t)512000)
#define VTR_TUF_TIMESTAMP_LIMIT ((size_t)16384)
#define VTR_TUF_SNAPSHOT_LIMIT  ((size_t)2000000)
#define VTR_TUF_TARGETS_LIMIT   ((size_t)5000000)

/* Keys, signatures, and key ids of a role, each at most. */
#define VTR_TUF_KEYS_LIMIT ((size_t)256)

#define VTR_TUF_SHA256_LEN 32
#define VTR_TUF_SHA512_LEN 64

/* Also the place of the role in a root's `roles`. */
enum vtr_tuf_type {
    VTR_TUF_ROOT = 0,
    VTR_TUF_TIMESTAMP = 1,
    VTR_TUF_SNAPSHOT = 2,
    VTR_TUF_TARGETS = 3
};
#define VTR_TUF_TYPES 4

struct vtr_tuf_key {
    struct vtr_bytes id; /* opaque */
    bool is_usable;      /* Ed25519 with a point that may be trusted */
    uint8_t key[VTR_PUBLIC_KEY_LEN];
};

struct vtr_tuf_signature {
    struct vtr_bytes key_id; /* no two of a metadata are the same */
    bool is_usable;          /* of Ed25519's length */
    uint8_t bytes[VTR_SIGNATURE_LEN];
};

/* Who vouches for a role, and how many of them it takes. */
struct vtr_tuf_role {
    struct vtr_bytes *key_ids; /* no two are the same */
    size_t key_id_count;
    uint64_t threshold; /* at least 1 */

    /* Of a delegated one: */
    struct vtr_bytes name;
    struct vtr_bytes *patterns; /* of paths; or, instead, prefixes of their digests */
    size_t pattern_count;
    bool is_by_digest;   /* `patterns` are hexadecimal prefixes of SHA-256 */
    bool is_terminating; /* whatever it vouches for, nobody after it is asked */
};

struct vtr_tuf_hashes {
    bool has_sha256;
    bool has_sha512;
    uint8_t sha256[VTR_TUF_SHA256_LEN];
    uint8_t sha512[VTR_TUF_SHA512_LEN];
};

/* What timestamp and snapshot say of a metadata file. */
struct vtr_tuf_file {
    struct vtr_bytes name; /* "targets.json" */
    uint64_t version;      /* at least 1 */
    bool has_len;
    uint64_t len;
    struct vtr_tuf_hashes hashes; /* there may be none */
};

/* What Vitrine's own repositories say of a target, in its "custom". */
enum vtr_tuf_kind {
    VTR_TUF_KIND_OTHER = 0, /* nothing, or nothing that is understood */
    VTR_TUF_KIND_IMAGE = 1, /* a database, whole */
    VTR_TUF_KIND_DELTA = 2  /* from `from_release` to `release` */
};
struct vtr_tuf_custom {
    enum vtr_tuf_kind kind;
    struct vtr_bytes database; /* its name */
    uint64_t release;
    uint64_t serial; /* 1, 2, ... of the releases of this repository */
    uint64_t layout;
    uint8_t digest[VTR_DIGEST_LEN]; /* content digest of the database */
    /* Of a delta: */
    uint64_t from_release;
    uint64_t from_serial;
    uint8_t from_digest[VTR_DIGEST_LEN];
    /* Of a delta whose basis other deltas lead to: the target that lists those. */
    struct vtr_bytes history; /* its path; empty: there is none */
    uint64_t history_len;
    uint8_t history_sha256[VTR_TUF_SHA256_LEN];
};

struct vtr_tuf_target {
    struct vtr_bytes path;
    uint64_t len;
    struct vtr_tuf_hashes hashes; /* at least one */
    struct vtr_tuf_custom custom;
};

/* A root's keys may be a party's: what Vitrine's own repositories say besides. */
struct vtr_tuf_party {
    struct vtr_bytes name;
    struct vtr_bytes *key_ids;
    size_t key_id_count;
};

/* One metadata file.  {0} is safe to deinit.  All texts are its own. */
struct vtr_tuf_metadata {
    enum vtr_tuf_type type;
    uint64_t version; /* at least 1 */
    uint64_t expires; /* seconds since 1970 */
    struct vtr_tuf_signature *signatures;
    size_t signature_count;
    struct vtr_bytes signed_bytes; /* canonical: what signatures cover */

    /* Of a root; of targets, those of its delegations. */
    struct vtr_tuf_key *keys;
    size_t key_count;

    bool is_consistent; /* of a root: files are found by version and digest */
    struct vtr_tuf_role roles[VTR_TUF_TYPES];
    struct vtr_tuf_party *parties;
    size_t party_count;

    struct vtr_tuf_file *files; /* of timestamp and snapshot */
    size_t file_count;

    struct vtr_tuf_target *targets;
    size_t target_count;
    struct vtr_tuf_role *delegations; /* in the order in which they are asked */
    size_t delegation_count;

    struct vtr_arena arena;
};

/* "root", "timestamp", "snapshot", "targets". */
const char *vtr_tuf_type_name(enum vtr_tuf_type type);

/* "image", "delta"; "" of others. */
const char *vtr_tuf_kind_name(enum vtr_tuf_kind kind);

/* VTR_TUF_ROOT_LIMIT and so on. */
size_t vtr_tuf_type_limit(enum vtr_tuf_type type);

/* Reads metadata that is to be of one kind.  VTR_ERROR_FORMAT, VTR_ERROR_LIMIT, or
 * VTR_ERROR_VERSION when it is of another major version of TUF. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_metadata_read(struct vtr_tuf_metadata *out,
                                                     enum vtr_tuf_type type,
                                                     struct vtr_bytes text,
                                                     struct vtr_error *err);
void vtr_tuf_metadata_deinit(struct vtr_tuf_metadata *metadata);

/* The same for what follows a release's deltas back, which the digest of a signed
 * target vouches for: an object with "targets" alone. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_history_read(struct vtr_tuf_metadata *out,
                                                    struct vtr_bytes text,
                                                    struct vtr_error *err);

/* Whether two targets say the same of a database, delta or history. */
bool vtr_tuf_is_same_custom(const struct vtr_tuf_custom *a,
                            const struct vtr_tuf_custom *b);

/* Borrowed; NULL when there is none. */
const struct vtr_tuf_file *vtr_tuf_find_file(const struct vtr_tuf_metadata *metadata,
                                             struct vtr_bytes name);
const struct vtr_tuf_target *vtr_tuf_find_target(
    const struct vtr_tuf_metadata *metadata, struct vtr_bytes path);
const struct vtr_tuf_key *vtr_tuf_find_key(const struct vtr_tuf_metadata *metadata,
                                           struct vtr_bytes id);

/*
 * VTR_ERROR_SIGNATURE unless `role->threshold` of the role's keys, different by id and
 * by key, signed.  `keys` holds what the ids stand for: a root's or a delegator's.
 */
VTR_MUST_CHECK enum vtr_status vtr_tuf_check_signatures(
    const struct vtr_tuf_metadata *metadata, const struct vtr_tuf_role *role,
    const struct vtr_tuf_metadata *keys, struct vtr_error *err);

/* How many of the role's keys signed, counted in the same way. */
uint64_t vtr_tuf_count_signatures(const struct vtr_tuf_metadata *metadata,
                                  const struct vtr_tuf_role *role,
                                  const struct vtr_tuf_metadata *keys);

/* Whether the key with this id signed. */
bool vtr_tuf_is_signed_by(const struct vtr_tuf_metadata *metadata,
                          const struct vtr_tuf_key *key);

/* VTR_ERROR_MISMATCH unless all digests that are given are those of `bytes`. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_check_hashes(const struct vtr_tuf_hashes *hashes,
                                                    struct vtr_bytes bytes,
                                                    const char *what,
                                                    struct vtr_error *err);

#endif

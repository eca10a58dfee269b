/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Keys, signatures, and the comparison of databases (libvitrine); rebuilding from
 * sources (libvitrine-compiler).
 */
#ifndef VITRINE_VERIFY_H
#define VITRINE_VERIFY_H

#include "vitrine/common.h"
#include "vitrine/compile.h"

#ifdef __cplusplus
extern "C" {
#endif

#define VTR_KEY_ID_LEN     8
#define VTR_PUBLIC_KEY_LEN 32
#define VTR_SIGNATURE_LEN  64

/* A public key: Ed25519, in minisign's file format. */
struct vtr_public_key {
    uint8_t id[VTR_KEY_ID_LEN];
    uint8_t key[VTR_PUBLIC_KEY_LEN];
};

struct vtr_secret_key; /* opaque, in locked memory where the system allows */

/* Makes a key pair and writes `path` (secret, mode 0600, never overwritten) and
 * `path`.pub.  `password` NULL or "" stores the secret key unencrypted. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_key_generate(const char *path,
                                                        const char *password,
                                                        struct vtr_public_key *out,
                                                        struct vtr_error *err);

/* Whether a secret key file is encrypted, so that a program knows to ask. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_secret_key_is_encrypted(
    const char *path, int *out, struct vtr_error *err);
VTR_API VTR_MUST_CHECK enum vtr_status vtr_secret_key_load(struct vtr_secret_key **out,
                                                           const char *path,
                                                           const char *password,
                                                           struct vtr_error *err);
VTR_API void vtr_secret_key_free(struct vtr_secret_key *key);
VTR_API void vtr_secret_key_get_public(const struct vtr_secret_key *key,
                                       struct vtr_public_key *out);

/* Loads a public key; a small-order or malformed one is refused. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_public_key_load(struct vtr_public_key *out,
                                                           const char *path,
                                                           struct vtr_error *err);

/* Signs and checks a message (Ed25519 over `message` as it is). */
VTR_API void vtr_key_sign(const struct vtr_secret_key *key, struct vtr_bytes message,
                          uint8_t *out_signature);
VTR_API int vtr_key_check(const struct vtr_public_key *key, struct vtr_bytes message,
                          const uint8_t *signature);

/* How two databases differ. */
enum vtr_change_kind {
    VTR_CHANGE_ADDED = 1,   /* in B only */
    VTR_CHANGE_REMOVED = 2, /* in A only */
    VTR_CHANGE_CHANGED = 3  /* the same name or digest, another record */
};
enum vtr_change_of {
    VTR_CHANGE_OF_RULE = 1,
    VTR_CHANGE_OF_HASH = 2,
    VTR_CHANGE_OF_EXTERNAL = 3,
    VTR_CHANGE_OF_HEADER = 4 /* name, release: `name` says which field */
};
struct vtr_change {
    enum vtr_change_kind kind;
    enum vtr_change_of of;
    struct vtr_bytes space;  /* of a rule */
    struct vtr_bytes name;   /* of a rule or external; a hash record's name */
    struct vtr_bytes digest; /* of a hash record, raw */
    struct vtr_bytes detail; /* what is different of a changed one: "condition, string
                                $a"; "" when nothing can be said */
};
typedef void (*vtr_change_fn)(const struct vtr_change *change, void *context);

/* Reports every difference of the records of A and B, in their order.  Identical bytes
 * give none.  Different bytes with equal records give none either: compare the
 * content digests. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_compare(struct vtr_bytes a,
                                                   struct vtr_bytes b,
                                                   vtr_change_fn changed, void *context,
                                                   struct vtr_error *err);

enum vtr_verdict {
    VTR_VERDICT_MATCH = 1,       /* every byte is what the sources compile to */
    VTR_VERDICT_EXPLAINED = 2,   /* the records differ: the changes say how, and every
                                    byte of the database is what its records give */
    VTR_VERDICT_UNEXPLAINED = 3, /* its bytes are not what its records give, whether
                                    these differ or not */
    VTR_VERDICT_UNVERIFIABLE = 4 /* the sources do not compile, or another layout */
};

/*
 * Compiles the sources of `options` with the database's own name and release and
 * compares every byte.  A is the database, B the rebuild: a rule ADDED is missing from
 * the database, one REMOVED is not in the sources.  Sources with errors are
 * UNVERIFIABLE unless `options->keep_going`: then their good rules are compared,
 * provided that every source could be read.  `*out_compilation` (may be NULL) receives
 * the rebuild's compilation for source places and statistics, which the caller frees;
 * it is left alone when the database has another layout.
 */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_rebuild(
    struct vtr_bytes database, const struct vtr_compile_options *options,
    enum vtr_verdict *out, vtr_change_fn changed, void *context,
    struct vtr_compilation **out_compilation, uint8_t *out_digest,
    struct vtr_error *err);

#ifdef __cplusplus
}
#endif

#endif

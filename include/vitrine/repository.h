/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The repository on an update server (libvitrine): a folder of static files that any
 * web server serves, with TUF 1.0 metadata.  docs/repository.md describes it.
 *
 * What needs the approval of several parties goes through a proposal: a file that is
 * mailed around, signed by each on a machine of their own, and published when enough
 * have.  No function looks at a clock: times are given, in seconds since 1970.
 */
#ifndef VITRINE_REPOSITORY_H
#define VITRINE_REPOSITORY_H

#include "vitrine/common.h"
#include "vitrine/verify.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a key is for; bits. */
enum vtr_key_use {
    VTR_KEY_USE_ROOT = 1,    /* says which keys are for what; offline */
    VTR_KEY_USE_RELEASE = 2, /* approves releases: TUF's targets; offline */
    VTR_KEY_USE_ONLINE = 4   /* TUF's snapshot and timestamp; on the server */
};
struct vtr_repository_key {
    unsigned uses;
    const char *party; /* whose it is; NULL of an online key */
    struct vtr_public_key key;
};

/* What is to be different in the next root. */
struct vtr_root_change {
    const struct vtr_repository_key *added;
    size_t added_count;
    const struct vtr_public_key *removed; /* from every use */
    size_t removed_count;
    uint64_t root_threshold;    /* 0: as it is, or 1 */
    uint64_t release_threshold; /* 0: as it is, or 1 */
    uint64_t expires;
    int allows_single_party; /* one party's keys may suffice */
};

/* Makes the folders of a repository, which may be there but empty, and writes the
 * proposal of its first root.  VTR_ERROR_ARGUMENT when a threshold cannot be reached,
 * or by the keys of one party alone; and, as of the proposals below, when what stands
 * at `proposal_path` is no proposal, or one that has approvals and is not published. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_repository_init(
    const char *dir, const struct vtr_root_change *change, const char *proposal_path,
    struct vtr_error *err);

/* Writes the proposal of the next root. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_repository_change_root(
    const char *dir, const struct vtr_root_change *change, const char *proposal_path,
    struct vtr_error *err);

struct vtr_release_options {
    const struct vtr_secret_key *key; /* signs deltas and the .minisig files */
    uint64_t expires;                 /* of the approval */
    uint64_t span_max; /* longest delta, in releases, a power of two; 0: 512 */
};

/* Puts a database and the deltas that lead to it into the repository, where nothing
 * names them yet, and writes the proposal of the release.  `database` empty: the same
 * release, to be approved for longer. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_repository_propose(
    const char *dir, struct vtr_bytes database,
    const struct vtr_release_options *options, const char *proposal_path,
    struct vtr_error *err);

/* Who keeps a repository alive. */
struct vtr_online_options {
    const struct vtr_secret_key *const *keys; /* online ones */
    size_t key_count;
    uint64_t now;
    uint64_t timestamp_seconds; /* how long it is good for; 0: a day */
    uint64_t snapshot_seconds;  /* 0: a week */
};

/* Publishes what has the approvals: a root, a release, or both.  Files of one proposal
 * that were signed apart are given together.  VTR_ERROR_SIGNATURE when approvals are
 * missing, and nothing has changed. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_repository_publish(
    const char *dir, const char *const *proposal_paths, size_t proposal_count,
    const struct vtr_online_options *options, struct vtr_error *err);

/* Signs timestamp and, when half of its time is over, snapshot anew. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_repository_renew(
    const char *dir, const struct vtr_online_options *options, struct vtr_error *err);

/* A finding of a check, or a file that gc removes. */
enum vtr_repository_note {
    VTR_REPOSITORY_PROBLEM = 1, /* a client would refuse it */
    VTR_REPOSITORY_WARNING = 2, /* a client will soon */
    VTR_REPOSITORY_FACT = 3,
    VTR_REPOSITORY_REMOVED = 4
};
typedef void (*vtr_repository_note_fn)(enum vtr_repository_note kind, const char *text,
                                       void *context);

struct vtr_check_options {
    uint64_t now;
    uint64_t warn_seconds; /* warns of what expires within that time: of root, snapshot
                              and approval; the timestamp lives for hours anyway */
    int is_quick;          /* deltas are not applied */
};
/* Verifies all of it as a client would, from its first root on: every file's digest and
 * signature, every history, the pages, and every delta of which both databases are
 * there by applying it. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_repository_check(
    const char *dir, const struct vtr_check_options *options,
    vtr_repository_note_fn note, void *context, struct vtr_error *err);

struct vtr_gc_options {
    uint64_t keep_versions; /* of metadata, and databases of as many releases, which a
                               client that began earlier may ask for; 0: 48 */
    uint64_t keep_releases; /* deltas lead from so many releases back; 0: 1024 */
    int is_dry_run;         /* only tell */
};
/* Removes what nobody needs; `note` is told each file.  What is proposed and not
 * published stays. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_repository_gc(
    const char *dir, const struct vtr_gc_options *options, vtr_repository_note_fn note,
    void *context, struct vtr_error *err);

/* A proposal, to be read and signed. */
struct vtr_proposal; /* opaque, heap */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_proposal_open(struct vtr_proposal **out,
                                                         const char *path,
                                                         struct vtr_error *err);
VTR_API void vtr_proposal_free(struct vtr_proposal *proposal);

struct vtr_proposal_info {
    int is_root; /* a root; else a release */
    uint64_t version;
    char expires[21]; /* "2030-12-31T23:59:59Z" */
    size_t signature_count;
    size_t target_count;        /* of a release */
    size_t key_count;           /* of a root */
    uint64_t root_threshold;    /* of a root */
    uint64_t release_threshold; /* of a root */
};
VTR_API void vtr_proposal_get_info(const struct vtr_proposal *proposal,
                                   struct vtr_proposal_info *out);

/* A file of a release; borrowed. */
struct vtr_proposal_target {
    struct vtr_bytes path;
    uint64_t len;
    const uint8_t *sha256;
    int is_database;
    int is_delta;
    struct vtr_bytes database;
    uint64_t release;
    uint64_t from_release; /* of a delta */
    const uint8_t *digest; /* content digest of the database */
};
VTR_API void vtr_proposal_get_target(const struct vtr_proposal *proposal, size_t index,
                                     struct vtr_proposal_target *out);

/* A key of a root; borrowed. */
struct vtr_proposal_key {
    unsigned uses;
    struct vtr_bytes party; /* empty of an online one */
    const uint8_t *key;     /* VTR_PUBLIC_KEY_LEN bytes */
};
VTR_API void vtr_proposal_get_key(const struct vtr_proposal *proposal, size_t index,
                                  struct vtr_proposal_key *out);

/* Of a root: VTR_ERROR_ARGUMENT, and why, when one party's keys suffice. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_proposal_check_parties(
    const struct vtr_proposal *proposal, struct vtr_error *err);

/* VTR_ERROR_ARGUMENT, and why, when the key's signature would not count: of a release,
 * under `root`, the text of a root's file; of a root, under that one or itself.  `root`
 * empty: of a release nothing is known, VTR_OK. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_proposal_check_key(
    const struct vtr_proposal *proposal, struct vtr_bytes root,
    const struct vtr_public_key *key, struct vtr_error *err);

/* Whether the bytes are the database that the proposal names, and whole. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_proposal_check_database(
    const struct vtr_proposal *proposal, struct vtr_bytes database,
    struct vtr_error *err);

/* Adds a signature and replaces the file. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_proposal_approve(
    struct vtr_proposal *proposal, const struct vtr_secret_key *key, const char *path,
    struct vtr_error *err);

#ifdef __cplusplus
}
#endif

#endif

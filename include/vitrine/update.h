/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The client of a repository (libvitrine): brings a folder's database up to date.
 *
 * The caller brings the transport and the time, so that this needs neither network code
 * nor a clock.  Nothing that the transport brings is believed: metadata must be signed
 * by those whom the first trusted root names, and everything else must have the digest
 * that metadata gives.  Whatever happens, kill and power loss included, the database is
 * the old one or the new one, whole.  docs/update.md describes it.
 *
 * One update at a time in a folder, which a lock sees to; readers need none.
 */
#ifndef VITRINE_UPDATE_H
#define VITRINE_UPDATE_H

#include "vitrine/common.h"
#include "vitrine/verify.h"

#ifdef __cplusplus
extern "C" {
#endif

#define VTR_FETCH_TAG_CAP 128

/* A file that is to be brought. */
struct vtr_fetch {
    unsigned mirror;      /* from which of the repository's addresses; from 0 */
    const char *path;     /* below it: letters, digits and "-_./" */
    uint64_t offset;      /* so much is there already: what comes after it is wanted */
    uint64_t limit_bytes; /* of the whole file: a longer one is not wanted */
    const char *tag;      /* not "": wanted only if the file's tag is another by now */

    /* Hands over bytes that belong at `offset` of the file; a smaller offset than that
     * of the end so far begins again from there.  0: no more, end with any status. */
    int (*take)(void *sink, uint64_t offset, struct vtr_bytes bytes);
    void *sink;
};

/* Zeroed before each fetch. */
struct vtr_fetched {
    int is_missing;               /* VTR_OK, and there is no such file */
    int is_unchanged;             /* VTR_OK, and its tag is the one that was given */
    char tag[VTR_FETCH_TAG_CAP];  /* of the file, as HTTP's ETag; "": none */
    int is_final;                 /* failed, and will fail in a minute too */
    uint64_t retry_after_seconds; /* failed: the server wants to be left alone */
};

struct vtr_transport {
    /* VTR_ERROR_IO with os_errno 0 when it could not be brought, VTR_ERROR_LIMIT when
     * it is too long. */
    enum vtr_status (*fetch)(void *context, const struct vtr_fetch *request,
                             struct vtr_fetched *out, struct vtr_error *err);
    /* Waits; 0: there is no time for that.  NULL: nothing is tried twice. */
    int (*pause)(void *context, uint64_t milliseconds);
    void *context;
    unsigned mirror_count; /* at least 1 */
};

enum vtr_update_phase {
    VTR_UPDATE_METADATA = 1,
    VTR_UPDATE_FETCH_DELTAS = 2,
    VTR_UPDATE_FETCH_DATABASE = 3,
    VTR_UPDATE_INSTALL = 4
};
struct vtr_update_progress {
    enum vtr_update_phase phase;
    uint64_t done_bytes;  /* of the file that is being brought */
    uint64_t total_bytes; /* 0: not known */
};
typedef void (*vtr_update_progress_fn)(const struct vtr_update_progress *progress,
                                       void *context);

/* Zero means the default. */
struct vtr_update_options {
    const char *dir;       /* made if it is missing; the client's own */
    const char *database;  /* by name; NULL: that of the last update, or the
                              only one of the repository */
    struct vtr_bytes root; /* the first root, for a folder that has none yet */
    uint64_t now;          /* seconds since 1970 */

    /* Besides what metadata asks for: deltas must be signed by one of these. */
    const struct vtr_public_key *delta_keys;
    size_t delta_key_count;

    uint64_t database_limit_bytes; /* of one database: 8 GiB */
    unsigned delta_percent;        /* deltas at most so long, of the whole file: 40 */
    int is_scheduled;              /* nothing is done before the time to wait is over */

    vtr_update_progress_fn progress; /* may be NULL */
    void *progress_context;
};

enum vtr_update_outcome {
    VTR_UPDATE_CURRENT = 1, /* the repository has nothing newer */
    VTR_UPDATE_BY_DELTAS = 2,
    VTR_UPDATE_BY_DATABASE = 3, /* the whole file was brought */
    VTR_UPDATE_HELD = 4,        /* the newest was rolled back from: it stays away */
    VTR_UPDATE_WAITING = 5      /* is_scheduled, and it is not time yet */
};

#define VTR_UPDATE_NAME_CAP 128

struct vtr_update_result {
    enum vtr_update_outcome outcome;
    char database[VTR_UPDATE_NAME_CAP]; /* its file is DIR/NAME.vdb */
    int had_database;                   /* a whole one */
    int replaced_damaged;  /* what was there could not be used; it is gone */
    uint64_t from_release; /* had_database */
    uint64_t release;
    uint64_t database_len;
    uint64_t fetched_bytes; /* everything, metadata included */
    uint64_t delta_count;   /* that were applied */
    uint64_t failed_deltas; /* tries with deltas that ended in the whole file */
    uint64_t expires;       /* when the repository must have said something again */
    uint64_t retry_at;      /* of VTR_UPDATE_WAITING */
};

/*
 * Brings DIR/NAME.vdb up to date.  VTR_ERROR_IO with os_errno set: this machine failed;
 * without: the repository could not be reached.  VTR_ERROR_SIGNATURE, _ROLLBACK,
 * _EXPIRED, _MIXED, _MISMATCH, _GAP, _FORMAT or _LIMIT: what it serves is refused.
 * VTR_ERROR_VERSION: its database is for another version of Vitrine.
 * VTR_ERROR_ARGUMENT: no root to begin with, or no such database.
 */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_update(
    const struct vtr_update_options *options, const struct vtr_transport *transport,
    struct vtr_update_result *out, struct vtr_error *err);

/* What the folder says of itself. */
struct vtr_update_state {
    char database[VTR_UPDATE_NAME_CAP]; /* "": never updated */
    int has_database;                   /* its file is there and can be opened */
    uint64_t release;
    uint64_t database_len;
    int has_previous;
    uint64_t previous_release;
    int is_held;         /* the newest release was rolled back from */
    uint64_t checked_at; /* last time the repository was followed to its end */
    uint64_t updated_at; /* last time a database was put in place */
    uint64_t expires;    /* when what the repository said last loses its value */
    uint64_t fetched_bytes;
    uint64_t saved_bytes; /* less than whole files would have been */
    uint64_t failure_count;
    uint64_t retry_at;
    char last_error[256];
};
/* VTR_ERROR_FORMAT: what the last update left is missing or damaged, which the next one
 * repairs. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_update_get_state(
    const char *dir, struct vtr_update_state *out, struct vtr_error *err);

/* Puts the previous database back in place; the one that was there is the previous one
 * then, and updates do not put it back.  VTR_ERROR_ARGUMENT: there is no previous one.
 * VTR_ERROR_MISMATCH: it is damaged, and the present one stays. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_update_roll_back(
    const char *dir, struct vtr_update_result *out, struct vtr_error *err);

#ifdef __cplusplus
}
#endif

#endif

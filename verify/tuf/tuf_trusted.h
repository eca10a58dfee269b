/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a client of a TUF repository believes, as a state machine without files, network
 * or clock: it is given the bytes of metadata in TUF's order and takes them or refuses
 * them.  What was refused has changed nothing.
 *
 *     new(trusted root, now)
 *     update_root(N+1.root.json) while there are any; finish_roots
 *     load_timestamp, load_snapshot: those kept from the last time, if any
 *     update_timestamp(timestamp.json), update_snapshot, update_targets
 *     vtr_tuf_search_*: finds a target, through delegations where there are any
 *
 * Whoever stores what was taken, stores it after the call that took it.
 *
 * Statuses, for what is told to people and for what is tried next:
 *
 *     VTR_ERROR_SIGNATURE  the threshold of distinct keys is not met
 *     VTR_ERROR_ROLLBACK   a version went down, or a file that was listed is gone
 *     VTR_ERROR_EXPIRED    frozen: nobody vouches for it any longer
 *     VTR_ERROR_MIXED      not the version that the file before it pins
 *     VTR_ERROR_MISMATCH   not the length or digest that the file before it pins
 *     VTR_ERROR_GAP        a root that is not the next one
 *     VTR_ERROR_LIMIT      too long, too deep, too many rotations or delegations
 *     VTR_ERROR_FORMAT     not metadata
 *     VTR_ERROR_ARGUMENT   not its turn, or a role that nobody delegates to
 *
 * One thread at a time.
 */
#ifndef VTR_VERIFY_TUF_TUF_TRUSTED_H
#define VTR_VERIFY_TUF_TUF_TRUSTED_H

#include "base/vector.h"
#include "verify/tuf/tuf_metadata.h"

/* Roots that one client takes in a row, and roles that one search asks. */
#define VTR_TUF_ROTATIONS_LIMIT   256u
#define VTR_TUF_DELEGATIONS_LIMIT 32u

struct vtr_tuf_trusted; /* opaque, heap */

/* Begins with a root that is trusted already; it must have signed itself, and may have
 * expired: the next one may not have.  `now`: seconds since 1970, for all that comes.
 */
VTR_MUST_CHECK enum vtr_status vtr_tuf_trusted_new(struct vtr_tuf_trusted **out,
                                                   struct vtr_bytes root, uint64_t now,
                                                   struct vtr_error *err);
void vtr_tuf_trusted_free(struct vtr_tuf_trusted *set);

/* Takes the root after the present one. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_trusted_update_root(struct vtr_tuf_trusted *set,
                                                           struct vtr_bytes text,
                                                           struct vtr_error *err);

/* There are no more: VTR_ERROR_EXPIRED when the last one has. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_trusted_finish_roots(struct vtr_tuf_trusted *set,
                                                            struct vtr_error *err);

/* Whether a root that was taken has put an end to a key of timestamp or snapshot: what
 * was kept of both is then to be removed before that root is stored.  This is the way
 * back from versions that a thief of the keys has driven up; loading them is refused.
 */
bool vtr_tuf_trusted_has_new_keys(const struct vtr_tuf_trusted *set);

/* Kept from an earlier time: what comes next may not be older.  Expired is fine.  A
 * refusal (VTR_ERROR_SIGNATURE after a change of keys) means: go on without it. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_trusted_load_timestamp(
    struct vtr_tuf_trusted *set, struct vtr_bytes text, struct vtr_error *err);
VTR_MUST_CHECK enum vtr_status vtr_tuf_trusted_load_snapshot(
    struct vtr_tuf_trusted *set, struct vtr_bytes text, struct vtr_error *err);

/* `*out_is_new`: not the version that was loaded; only a new one is to be stored. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_trusted_update_timestamp(
    struct vtr_tuf_trusted *set, struct vtr_bytes text, bool *out_is_new,
    struct vtr_error *err);

/* The one that the timestamp pins; one that was kept may be it. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_trusted_update_snapshot(
    struct vtr_tuf_trusted *set, struct vtr_bytes text, struct vtr_error *err);
/* The one that the snapshot pins; one that was kept may be it. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_trusted_update_targets(
    struct vtr_tuf_trusted *set, struct vtr_bytes text, struct vtr_error *err);

/* Borrowed; NULL for what has not been taken (a loaded one has). */
const struct vtr_tuf_metadata *vtr_tuf_trusted_get(const struct vtr_tuf_trusted *set,
                                                   enum vtr_tuf_type type);

/* The file to ask for next: its version where its name begins with one, and how long it
 * may be.  VTR_ERROR_ARGUMENT when what pins it has not been taken, or nothing does. */
struct vtr_tuf_wanted {
    bool has_version; /* "4.snapshot.json", not "snapshot.json" */
    uint64_t version;
    size_t limit_bytes;
};
VTR_MUST_CHECK enum vtr_status vtr_tuf_trusted_want(const struct vtr_tuf_trusted *set,
                                                    enum vtr_tuf_type type,
                                                    struct vtr_tuf_wanted *out,
                                                    struct vtr_error *err);

/* A delegated role that somebody has to be asked for. */
struct vtr_tuf_visit {
    const struct vtr_tuf_role *role; /* NULL: the top-level targets */
    const struct vtr_tuf_metadata *delegator;
};

/*
 * A search for one target: pre-order, each role once, at most
 * VTR_TUF_DELEGATIONS_LIMIT.  {0} is safe to deinit.
 *
 *     begin(&search, set, path)
 *     next(&search): `search.target` is it; or `search.role` names a role whose file
 *     is to be given, then next again; or neither is set: there is no such target
 */
struct vtr_tuf_search {
    struct vtr_tuf_trusted *set;
    struct vtr_bytes path;        /* borrowed */
    struct vtr_vector pending;    /* struct vtr_tuf_visit */
    struct vtr_vector visited;    /* struct vtr_bytes: names */
    struct vtr_tuf_visit current; /* whose file is to be given */

    const struct vtr_tuf_target *target; /* borrowed from the set */
    struct vtr_bytes role;               /* a name, as metadata has it: any bytes */
    struct vtr_tuf_wanted wanted;        /* of that role's file */
};
VTR_MUST_CHECK enum vtr_status vtr_tuf_search_begin(struct vtr_tuf_search *out,
                                                    struct vtr_tuf_trusted *set,
                                                    struct vtr_bytes path,
                                                    struct vtr_error *err);
VTR_MUST_CHECK enum vtr_status vtr_tuf_search_next(struct vtr_tuf_search *search,
                                                   struct vtr_error *err);
VTR_MUST_CHECK enum vtr_status vtr_tuf_search_give(struct vtr_tuf_search *search,
                                                   struct vtr_bytes text,
                                                   struct vtr_error *err);
void vtr_tuf_search_deinit(struct vtr_tuf_search *search);

/* Holds a target file against its length and digests. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_target_check(const struct vtr_tuf_target *target,
                                                    struct vtr_bytes bytes,
                                                    struct vtr_error *err);

#endif

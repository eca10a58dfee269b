/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The way from the database that is here to the newest one: deltas, the longest first,
 * as the lists of releases name them, backwards from the newest.
 */
#ifndef VTR_UPDATE_CLIENT_CLIENT_PLAN_H
#define VTR_UPDATE_CLIENT_CLIENT_PLAN_H

#include "base/arena.h"
#include "update/client/client_fetch.h"

#define VTR_CLIENT_HOPS_LIMIT 64u

/* {0} is safe to deinit. */
struct vtr_client_plan {
    struct vtr_tuf_target hops[VTR_CLIENT_HOPS_LIMIT]; /* the last one first */
    size_t hop_count;
    uint64_t len;           /* of all deltas, and the lists that were read */
    struct vtr_arena arena; /* of the hops' paths */
};

/* The database of this name in a list, or the only one when `name` is NULL.
 * VTR_ERROR_ARGUMENT when there is none, or several and no name. */
VTR_MUST_CHECK enum vtr_status vtr_client_find_database(
    const struct vtr_tuf_metadata *list, const char *name,
    const struct vtr_tuf_target **out, struct vtr_error *err);

/* Finds the deltas that lead from `from` (its digest and release) to the database
 * `target`.  No hops: there are none, or they are not worth it beside the whole file.
 */
VTR_MUST_CHECK enum vtr_status vtr_client_plan_make(struct vtr_client_plan *out,
                                                    struct vtr_client *client,
                                                    const struct vtr_tuf_target *target,
                                                    const struct vtr_tuf_custom *from,
                                                    struct vtr_error *err);
void vtr_client_plan_deinit(struct vtr_client_plan *plan);

#endif

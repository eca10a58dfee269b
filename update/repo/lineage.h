/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The releases of a database, backwards: targets metadata lists the newest image and
 * the deltas that end at it; each delta names, by digest, the same list of the release
 * that it comes from (a *history*).  docs/repository.md, "Deltas".
 */
#ifndef VTR_UPDATE_REPO_LINEAGE_H
#define VTR_UPDATE_REPO_LINEAGE_H

#include <stdbool.h>

#include "verify/tuf/tuf_metadata.h"

/* A release as a list of targets. */
struct vtr_lineage {
    const struct vtr_tuf_metadata *list; /* `own`, or where the search began */
    struct vtr_tuf_metadata own;
    struct vtr_tuf_custom via; /* the delta that named `own`: its history */
    struct vtr_bytes via_path; /* owned copy of via.history; empty at the beginning */
};

/* The image of a database in a list; NULL when there is none. */
const struct vtr_tuf_target *vtr_lineage_image(const struct vtr_tuf_metadata *list,
                                               struct vtr_bytes database);

/* Goes from `start` back to the release with this serial.  VTR_ERROR_ARGUMENT when no
 * deltas lead there, VTR_ERROR_MISMATCH and so on when a history is not what it should
 * be.  {0} is safe to deinit; `start` outlives it. */
VTR_MUST_CHECK enum vtr_status vtr_lineage_find(struct vtr_lineage *out,
                                                const char *dir,
                                                const struct vtr_tuf_metadata *start,
                                                struct vtr_bytes database,
                                                uint64_t serial, struct vtr_error *err);
void vtr_lineage_deinit(struct vtr_lineage *lineage);

/* Whether a release cannot be followed to because what leads there is gone: a
 * collection took it.  What is there and cannot be read or is damaged is no such thing.
 */
bool vtr_lineage_is_gone(enum vtr_status status, const struct vtr_error *err);

/* Reads the history that a delta names. */
VTR_MUST_CHECK enum vtr_status vtr_lineage_read(struct vtr_tuf_metadata *out,
                                                const char *dir,
                                                const struct vtr_tuf_custom *delta,
                                                struct vtr_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* The making of a delta in memory; vtr_delta_create writes what comes of it. */
#ifndef VTR_DELTA_CREATE_H
#define VTR_DELTA_CREATE_H

#include "base/writer.h"
#include "vitrine/delta.h"

/* Appends the delta from `from` to `to` to `w`.  VTR_ERROR_ARGUMENT when they are not
 * releases of one database.  The delta has been applied, and its result compared. */
VTR_MUST_CHECK enum vtr_status vtr_delta_build(struct vtr_writer *w,
                                               struct vtr_bytes from,
                                               struct vtr_bytes to,
                                               const struct vtr_secret_key *key,
                                               struct vtr_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* The making of one delta of several in memory; vtr_delta_merge writes what comes of
 * it.
 */
#ifndef VTR_DELTA_MERGE_DELTAS_H
#define VTR_DELTA_MERGE_DELTAS_H

#include "base/writer.h"
#include "vitrine/delta.h"

/* Appends the delta from where the first begins to where the last ends to `w`. */
VTR_MUST_CHECK enum vtr_status vtr_delta_merge_build(
    struct vtr_writer *w, const struct vtr_bytes *deltas, size_t count,
    const struct vtr_delta_signing *signing, struct vtr_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* The parts of a merge that stand alone: stems, and the bodies of rules and externals.
 */
#ifndef VTR_DELTA_MERGE_PARTS_H
#define VTR_DELTA_MERGE_PARTS_H

#include "delta/merge.h"
#include "verify/pairing.h"

/* Finds each known stem of the delta's dictionary among the old stems: sets its text in
 * `delta` and marks it in merge->old_stems.  VTR_ERROR_FORMAT when one is not there, or
 * not alone. */
VTR_MUST_CHECK enum vtr_status vtr_merge_find_stems(struct vtr_merge *merge,
                                                    struct vtr_delta *delta,
                                                    const struct vtr_records *from,
                                                    struct vtr_error *err);

/* Builds the new list of stems from the marked old ones and the delta's new ones, and
 * the two maps into it. */
VTR_MUST_CHECK enum vtr_status vtr_merge_stems(struct vtr_merge *merge,
                                               const struct vtr_delta *delta,
                                               const struct vtr_records *from,
                                               struct vtr_error *err);

/* Old bodies less the removed, merged with the added: `*out` is freed by the caller. */
VTR_MUST_CHECK enum vtr_status vtr_merge_bodies(enum vtr_body_kind kind,
                                                const struct vtr_delta *delta,
                                                const struct vtr_records *from,
                                                struct vtr_bytes **out,
                                                size_t *out_count,
                                                struct vtr_error *err);

#endif

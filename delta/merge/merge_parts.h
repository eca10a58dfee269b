/* SPDX-License-Identifier: Apache-2.0 */

/* The parts of a merge that stand alone: stems, and the bodies of rules and externals.
 */
#ifndef VTR_DELTA_MERGE_MERGE_PARTS_H
#define VTR_DELTA_MERGE_MERGE_PARTS_H

#include "delta/merge/merge.h"
#include "verify/compare/pairing.h"

/* Finds each known stem of the delta's dictionary among the old stems: sets its text in
 * `delta` and marks it in merge->old_stems, where those that stay in use are marked
 * already.  Of several that fit, the one that stays in use is meant: a delta that was
 * merged from others may be applied to a database that has stems which the others drop
 * first.  VTR_ERROR_FORMAT when none is there, or none is alone. */
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

/* Old bodies less the removed, with the put: sets merge->rules or merge->externals and
 * their count in merge->records. */
VTR_MUST_CHECK enum vtr_status vtr_merge_bodies(struct vtr_merge *merge,
                                                enum vtr_body_kind kind,
                                                const struct vtr_delta *delta,
                                                const struct vtr_records *from,
                                                struct vtr_error *err);

#endif

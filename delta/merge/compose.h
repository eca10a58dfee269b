/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Two deltas in a row as one, without any database.
 *
 * docs/delta-format.md, "Composing", has the rules.  What comes of a row of deltas does
 * not depend on which two of them are composed first.
 */
#ifndef VTR_DELTA_MERGE_COMPOSE_H
#define VTR_DELTA_MERGE_COMPOSE_H

#include "delta/file/decode.h"

/* Digests of a kind that deltas which are composed take out: no more, all together.
 * One that is applied has no such limit, for none of them is kept. */
#define VTR_COMPOSED_REMOVED_MAX ((uint64_t)1 << 24)

/* The changes that a delta holds; `out` borrows from it.  VTR_ERROR_LIMIT when they are
 * too many to compose. */
VTR_MUST_CHECK enum vtr_status vtr_changes_read(const struct vtr_delta *delta,
                                                struct vtr_changes *out,
                                                struct vtr_error *err);

/* `first` and then `second` as one.  `out` borrows from what both borrow from and from
 * themselves.  VTR_ERROR_MISMATCH when they cannot follow each other, VTR_ERROR_LIMIT
 * when what comes of it is too much for a delta. */
VTR_MUST_CHECK enum vtr_status vtr_changes_compose(const struct vtr_changes *first,
                                                   const struct vtr_changes *second,
                                                   struct vtr_changes *out,
                                                   struct vtr_error *err);

#endif

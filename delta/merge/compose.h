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

/* The changes that a delta holds; `out` borrows from it. */
VTR_MUST_CHECK enum vtr_status vtr_changes_read(const struct vtr_delta *delta,
                                                struct vtr_changes *out,
                                                struct vtr_error *err);

/* `first` and then `second` as one.  `out` borrows from what both borrow from and from
 * themselves.  VTR_ERROR_MISMATCH when they cannot follow each other. */
VTR_MUST_CHECK enum vtr_status vtr_changes_compose(const struct vtr_changes *first,
                                                   const struct vtr_changes *second,
                                                   struct vtr_changes *out,
                                                   struct vtr_error *err);

#endif

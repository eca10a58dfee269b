/* SPDX-License-Identifier: Apache-2.0 */

/* Finds an edit that makes one text of another. */
#ifndef VTR_DELTA_CODING_TEXT_DIFF_H
#define VTR_DELTA_CODING_TEXT_DIFF_H

#include "delta/coding/edit.h"

/* An edit with the base `base` and the result `text`, which it borrows: a short one,
 * the same on every machine, in time near to linear.  The caller deinits it. */
VTR_MUST_CHECK enum vtr_status vtr_text_diff(struct vtr_bytes base,
                                             struct vtr_bytes text,
                                             struct vtr_edit *out,
                                             struct vtr_error *err);

#endif

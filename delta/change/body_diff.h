/* SPDX-License-Identifier: Apache-2.0 */

/* What changes from the bodies of one database to those of another. */
#ifndef VTR_DELTA_CHANGE_BODY_DIFF_H
#define VTR_DELTA_CHANGE_BODY_DIFF_H

#include "delta/change/body_changes.h"

/* Finds the changes of a kind.  A body that changes becomes an edit of what it was, a
 * new one an edit of one that goes, if it has much of it (a rule that is renamed);
 * where no edit is shorter, or one had too many pieces, the body itself.  `out` borrows
 * names from the records. */
VTR_MUST_CHECK enum vtr_status vtr_body_diff(enum vtr_body_kind kind,
                                             const struct vtr_records *from,
                                             const struct vtr_records *to,
                                             struct vtr_body_changes *out,
                                             struct vtr_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* Whether enough keys have approved something, and, when not, whose are there. */
#ifndef VTR_UPDATE_REPO_APPROVALS_H
#define VTR_UPDATE_REPO_APPROVALS_H

#include "verify/tuf/tuf_metadata.h"

/* VTR_OK when `metadata` has the signatures that `root` asks for.  VTR_ERROR_SIGNATURE
 * says which root asks, who has approved, or that an online key is wanted. */
VTR_MUST_CHECK enum vtr_status vtr_approvals_check(
    const struct vtr_tuf_metadata *metadata, const struct vtr_tuf_metadata *root,
    struct vtr_error *err);

#endif

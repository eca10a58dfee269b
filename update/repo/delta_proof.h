/* SPDX-License-Identifier: Apache-2.0 */

/* Proofs of deltas: what publishing asks for, and a check of a repository again. */
#ifndef VTR_UPDATE_REPO_DELTA_PROOF_H
#define VTR_UPDATE_REPO_DELTA_PROOF_H

#include "verify/tuf/tuf_metadata.h"

/*
 * Whether `bytes`, the delta `target` of the release that `list` is of, leads from the
 * database that it names to that of the list, byte for byte.  VTR_ERROR_IO with ENOENT:
 * one of them is not in the repository.
 */
VTR_MUST_CHECK enum vtr_status vtr_delta_proof_check(
    const char *dir, const struct vtr_tuf_metadata *list,
    const struct vtr_tuf_target *target, struct vtr_bytes bytes, struct vtr_error *err);

#endif

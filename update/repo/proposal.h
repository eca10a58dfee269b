/* SPDX-License-Identifier: Apache-2.0 */

/* Proposals as files: TUF metadata that has not, or not yet enough, signatures. */
#ifndef VTR_UPDATE_REPO_PROPOSAL_H
#define VTR_UPDATE_REPO_PROPOSAL_H

#include "verify/tuf/tuf_metadata.h"
#include "vitrine/repository.h"

struct vtr_proposal {
    struct vtr_tuf_metadata metadata;
};

/* Replaces the file at `path`. */
VTR_MUST_CHECK enum vtr_status vtr_proposal_write(
    const struct vtr_tuf_metadata *metadata, const char *path, struct vtr_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

/* Proposals as files: TUF metadata that has not, or not yet enough, signatures. */
#ifndef VTR_UPDATE_REPO_PROPOSAL_H
#define VTR_UPDATE_REPO_PROPOSAL_H

#include "verify/tuf/tuf_metadata.h"
#include "vitrine/repository.h"

struct vtr_repo; /* update/repo/repo_folder.h */

struct vtr_proposal {
    struct vtr_tuf_metadata metadata;
};

/* VTR_ERROR_ARGUMENT when a proposal may not be written to `path`: what is there is no
 * proposal (a key, a database), or one that has approvals and is of a version that is
 * not published, which several parties would have to sign again. */
VTR_MUST_CHECK enum vtr_status vtr_proposal_check_place(const char *path,
                                                        const struct vtr_repo *repo,
                                                        struct vtr_error *err);

/* Replaces the file at `path`. */
VTR_MUST_CHECK enum vtr_status vtr_proposal_write(
    const struct vtr_tuf_metadata *metadata, const char *path, struct vtr_error *err);

#endif

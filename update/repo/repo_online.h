/* SPDX-License-Identifier: Apache-2.0 */

/* The metadata that the server signs itself: snapshot and timestamp. */
#ifndef VTR_UPDATE_REPO_REPO_ONLINE_H
#define VTR_UPDATE_REPO_REPO_ONLINE_H

#include "update/repo/repo_folder.h"

/* What is to be current after a publication. */
struct vtr_online_plan {
    const struct vtr_tuf_metadata *root;      /* that they must satisfy */
    const struct vtr_tuf_metadata *next_root; /* that they must satisfy too; or NULL */
    struct vtr_bytes targets;                 /* the targets file */
    uint64_t targets_version;
    bool keeps_snapshot; /* the present snapshot stays: only the timestamp is new */
};

/* What is to be written.  {0} is safe to deinit. */
struct vtr_online_files {
    uint64_t snapshot_version;
    struct vtr_writer snapshot; /* empty: the present one stays */
    struct vtr_writer timestamp;
};
/* Signs the next snapshot and timestamp and holds them against the thresholds; writes
 * nothing. */
VTR_MUST_CHECK enum vtr_status vtr_online_prepare(
    struct vtr_online_files *out, const struct vtr_repo *repo,
    const struct vtr_online_plan *plan, const struct vtr_online_options *options,
    struct vtr_error *err);
void vtr_online_deinit(struct vtr_online_files *files);

/* Whether a root (may be NULL) names the key for a kind of metadata. */
bool vtr_online_is_of_role(const struct vtr_tuf_metadata *root, enum vtr_tuf_type type,
                           const struct vtr_secret_key *key);

#endif
